#!/usr/bin/env python3
"""A developer's browser: a page that reloads by itself, the error page, and back to the page.

Usage: develop.py --binary build/release/wws --screenshots FOLDER
Exit code 77 when the machine has no Chromium.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]
from server import Server, clean_environment  # noqa: E402
from webdriver import Browser, Driver, read_arguments  # noqa: E402

PAGE = """export default {{
  fetch() {{
    return new Response("<!doctype html><title>t</title><h1>{text}</h1>", {{
      headers: {{ "content-type": "text/html" }},
    }});
  }},
}};
"""
FAILING = """// Greets whoever comes.
import_users();

function import_users() {
  globalThis.users = [{ name: "Ada" }];
}

const find = (id) => users[id];

export default {
  fetch(request) {
    const id = new URL(request.url).searchParams.get("id") ?? 1;
    const user = find(id);
    return new Response(`<h1>Hello, ${user.name}!</h1>`);
  },
};
"""
HOSTILE = """export default () => {
  Promise.reject(new Error("<img src=x onerror='document.title = 1'>"));
  const error = new Error("</h1><script>document.title = 'taken'</script><h1>" + "long ".repeat(60));
  throw error;
};
"""
TRAP = """__attribute__((noinline)) static int divide(int by) { return 100 / by; }
__attribute__((noinline)) static int average(int count) { return divide(count - 1); }

int main(int count, char** arguments) {
  (void)arguments;
  return average(count);
}
"""


def expect(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}: expected {wanted!r}, got {got!r}")


def save(path, text):
    new = path.with_name(path.name + "~")
    new.write_text(text, encoding="utf-8")
    new.rename(path)


def says(text):
    return f"return document.body.innerText.includes({text!r})"


def check_page(browser, name):
    wide = browser.run("return document.documentElement.scrollWidth > innerWidth")
    expect(f"{name}: the page is wider than the window", wide, False)
    loads = browser.run("return performance.getEntriesByType('resource').map((e) => new URL(e.name).pathname)")
    expect(f"{name}: what the page loads", sorted(set(loads) - {"/favicon.ico"}), ["/_wws/dev", "/_wws/dev.js"]
           if "/_wws/dev" in loads else ["/_wws/dev.js"])


def develop(browser, phone, url, place, shots):
    browser.open(url)
    expect("the page", browser.text("h1"), "first")
    save(place / "index.js", PAGE.format(text="second"))
    browser.wait("the reload", "return document.querySelector('h1')?.innerText === 'second'")

    save(place / "index.js", FAILING)
    browser.wait("the error page", says("TypeError"))
    browser.screenshot(shots / "error-exception.png")
    expect("the marked line", browser.text("tr.at td:last-child").strip(), "return new Response(`<h1>Hello, ${user.name}!</h1>`);")
    check_page(browser, "exception")
    phone.open(url)
    phone.wait("the error page", says("TypeError"))
    phone.screenshot(shots / "error-phone-dark.png")
    check_page(phone, "phone")

    save(place / "index.js", FAILING.replace("const user = find(id);", "const user = find(id;"))
    browser.wait("the syntax error", says("SyntaxError"))
    browser.screenshot(shots / "error-syntax.png")
    browser.open(url + "trap")
    browser.wait("the trap", says("divide"))
    browser.screenshot(shots / "error-trap.png")
    check_page(browser, "trap")
    browser.open(url + "hostile")
    browser.wait("the hostile page", says("onerror"))
    browser.screenshot(shots / "error-hostile.png")
    expect("the title was not taken", browser.run("return document.title.startsWith('Error')"), True)
    expect("elements that the guest made", browser.run("return document.querySelectorAll('img, h1 script').length"), 0)
    check_page(browser, "hostile")

    browser.open(url)
    save(place / "index.js", PAGE.format(text="mended"))
    browser.wait("the page again", "return document.querySelector('h1')?.innerText === 'mended'")
    browser.open(url + "rejects")
    browser.wait("the page", says("fine"))
    browser.run("return fetch('/rejects').then(() => true)")
    browser.wait("what happened behind the page", "return document.getElementById('__wws_dev_problem')?.textContent.includes('nobody handles')")
    browser.screenshot(shots / "error-behind.png")


def main():
    arguments, chromium, chromedriver = read_arguments(__doc__)
    place = pathlib.Path(tempfile.mkdtemp(prefix="wws-develop-"))
    (place / "index.js").write_text(PAGE.format(text="first"), encoding="utf-8")
    (place / "hostile.js").write_text(HOSTILE, encoding="utf-8")
    (place / "rejects.js").write_text(
        'export default () => {\n  Promise.reject(new Error("nobody handles this"));\n'
        '  return new Response("<p>fine", { headers: { "content-type": "text/html" } });\n};\n', encoding="utf-8")
    (place / "trap.c").write_text(TRAP, encoding="utf-8")
    subprocess.run(["clang-19", "--target=wasm32-wasi", "-O1", "-o", "trap.wasm", "trap.c"],
                   cwd=place, check=True)
    server = Server(arguments.binary, place, [], clean_environment({}), ["dev"])
    driver, browsers = None, []
    try:
        server.wait_ready()
        driver = Driver(chromedriver)
        for width, height, dark in ((1100, 900, False), (390, 844, True)):
            browsers.append(Browser(driver, chromium, width, height, dark))
        develop(*browsers, "http://%s:%d/" % server.address, place, arguments.screenshots)
        server.send_signal("SIGTERM")
        expect("the server's exit code", server.wait_exit(), 0)
        return 0
    finally:
        for browser in browsers:
            browser.close()
        if driver:
            driver.stop()
        server.kill()
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
