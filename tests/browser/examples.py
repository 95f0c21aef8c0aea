#!/usr/bin/env python3
"""Opens the page of examples/all on a desktop and on a phone in the dark, and follows what it links.

Usage: examples.py --binary build/release/wws --screenshots FOLDER
Exit code 77 when the machine has no Chromium. `make -C examples/all` must have run.
"""

import http.client
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]
from server import Server, clean_environment  # noqa: E402
from webdriver import Browser, Driver, read_arguments  # noqa: E402

# A Go program takes ten seconds of a processor to compile; these have cases of their own.
SLOW = ("/go-kv/", "/go-params/", "/go-envs/")
EXAMPLES = HERE.parent.parent / "examples"


def expect(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}: expected {wanted!r}, got {got!r}")


def check_cards(browser):
    cards = browser.run("return [...document.querySelectorAll('li h3')].map((e) => e.textContent)")
    folders = [readme.parent.name for readme in EXAMPLES.glob("*/README.md") if readme.parent.name != "all"]
    expect("the cards of the page, and the folders", sorted(cards), sorted(folders))


def check_links(browser, address):
    links = browser.run("return [...document.querySelectorAll('.links a')].map((a) => [a.getAttribute('href'), a.dataset.expect ?? '200'])")
    for path, wanted in links:
        if path.startswith(SLOW):
            continue
        connection = http.client.HTTPConnection(*address, timeout=60)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        # Without the internet an example that fetches says so itself.
        allowed = [200, 502] if wanted == "internet" else [int(wanted)]
        if status not in allowed:
            raise AssertionError(f"{path} answers {status}, not {allowed}")


def check_layout(browser, name):
    expect(f"{name}: the page is wider than the window", browser.run("return document.documentElement.scrollWidth > innerWidth"), False)
    expect(f"{name}: errors in the console", browser.problems(), [])


def main():
    arguments, chromium, chromedriver = read_arguments(__doc__)
    server = Server(arguments.binary, EXAMPLES / "all", [], clean_environment({}))
    driver, browsers = None, []
    try:
        server.wait_ready()
        url = "http://%s:%d/" % server.address
        driver = Driver(chromedriver)
        for name, width, height, dark in (("desktop", 1280, 900, False), ("phone-dark", 390, 844, True)):
            browser = Browser(driver, chromium, width, height, dark)
            browsers.append(browser)
            browser.open(url)
            browser.screenshot(arguments.screenshots / f"examples-{name}.png")
            check_layout(browser, name)
        check_cards(browsers[0])
        check_links(browsers[0], server.address)
        browsers[0].run("document.querySelector('#pdf button').click()")
        browsers[0].wait("the PDF", "return document.getElementById('pdf').dataset.answered === '200 application/pdf'")
        return 0
    finally:
        for browser in browsers:
            browser.close()
        if driver:
            driver.stop()
        server.kill()


if __name__ == "__main__":
    sys.exit(main())
