#!/usr/bin/env python3
"""An operator looks at the server in the panel and sends requests, on a desk and on a phone.

Usage: panel.py --binary build/release/wws --screenshots FOLDER
Exit code 77 when the machine has no Chromium.
"""

import http.client
import pathlib
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]
from server import Server, clean_environment  # noqa: E402
from webdriver import Browser, Driver, read_arguments  # noqa: E402

PROJECT = HERE.parent / "e2e" / "admin-api" / "project"
TOKEN = "correct-horse-battery"
TAB, ENTER = "\ue004", "\ue007"
# Names of fields and buttons without a label, and what else a screen reader would miss.
UNNAMED = """
const bad = [...document.querySelectorAll('input, select, textarea')].filter((e) => !e.labels.length && !e.ariaLabel);
const silent = [...document.querySelectorAll('button, a')].filter((e) => !(e.innerText || e.ariaLabel || '').trim());
const images = [...document.querySelectorAll('svg')].filter((e) => !e.ariaLabel && e.getAttribute('aria-hidden') !== 'true');
const landmarks = ['header', 'nav', 'main'].filter((name) => document.querySelectorAll(name).length !== 1);
const headings = document.querySelectorAll('h1').length === 1 ? [] : ['h1'];
return [...bad, ...silent, ...images].map((e) => e.outerHTML).concat(landmarks, headings);
"""


class Traffic:
    """Requests to the application, until it is stopped: the charts need something to show."""

    def __init__(self, address):
        self.address = address
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        connection = http.client.HTTPConnection(*self.address, timeout=30)
        while not self.ended.wait(0.01):
            for path in ("/", "/api/7", "/replayed", "/broken"):
                connection.request("GET", path)
                connection.getresponse().read()
        connection.close()

    def stop(self):
        self.ended.set()
        self.thread.join()


def expect(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}: expected {wanted!r}, got {got!r}")


def check_page(browser, name):
    expect(f"{name}: without a name", browser.run(UNNAMED), [])
    wide = browser.run("return document.documentElement.scrollWidth > innerWidth")
    expect(f"{name}: the page is wider than the window", wide, False)


def wait_title(browser, title):
    browser.wait(f"the page {title!r}", f"return document.querySelector('h1')?.innerText === {title!r}")


def type_into(browser, label, text):
    """As a person does: into the field with this label."""
    browser.run("""const field = [...document.querySelectorAll('label')].find((l) => l.innerText.startsWith(arguments[0])).control;
                   field.focus(); field.select?.();""", label)
    browser.press(*text)


def look_around(browser, url, shots, name):
    browser.open(url)
    wait_title(browser, "Server")
    browser.wait("figures", "return document.querySelectorAll('.tile').length === 4")
    browser.wait("a curve", "return (document.querySelector('.line polyline')?.getAttribute('points') ?? '').split(' ').length > 2", 30)
    expect("the state", browser.text(".top .badge"), "serving")
    check_page(browser, "server")
    browser.screenshot(shots / f"panel-{name}-server.png")

    browser.run("document.querySelector('nav a:nth-child(2)').focus()")
    browser.press(ENTER)
    wait_title(browser, "Workers")
    browser.wait("the workers", "return document.querySelectorAll('tbody tr').length >= 6")
    check_page(browser, "workers")
    browser.screenshot(shots / f"panel-{name}-workers.png")
    type_into(browser, "Find", "spin")
    browser.wait("one worker", "return document.querySelectorAll('tbody tr').length === 1")
    browser.click("tbody a")
    wait_title(browser, "/spin")
    browser.wait("its limit", "return document.querySelector('main').innerText.includes('100 ms')")
    browser.run("document.querySelector('.sender button').focus()")
    browser.press(ENTER)
    browser.wait("the answer", "return document.querySelector('.outcome')?.innerText.includes('504')")
    browser.wait("the error below", "return document.querySelector('.record.error')?.innerText.includes('CPU')")
    check_page(browser, "worker")
    browser.screenshot(shots / f"panel-{name}-worker.png")


def send_and_read(browser, url, shots, name):
    place = browser.run("""return fetch('/_api/v0/workers').then((r) => r.json())
                           .then((all) => all.find((w) => w.path === '/api/[id]').id)""")
    browser.open(f"{url}workers/{place}")  # a place of the page is an address, too
    wait_title(browser, "/api/[id]")
    browser.wait("the variables", "return document.querySelector('main').innerText.includes('SECRET')")
    expect("a secret is shown", browser.run("return document.documentElement.outerHTML.includes('do not show')"), False)

    browser.run("[...document.querySelectorAll('nav a')].find((a) => a.innerText === 'Send').click()")
    wait_title(browser, "Send a request")
    type_into(browser, "Path", "/api/42")
    browser.press(ENTER)
    browser.wait("the answer", "return document.querySelector('pre.body')?.innerText.includes('\"id\": \"42\"')")
    check_page(browser, "send")
    browser.screenshot(shots / f"panel-{name}-send.png")

    browser.run("[...document.querySelectorAll('nav a')].find((a) => a.innerText === 'Log').click()")
    wait_title(browser, "Log")
    type_into(browser, "Contains", "about to")
    browser.wait("one kind of record", """const all = [...document.querySelectorAll('.record')];
                 return all.length > 0 && all.every((r) => r.innerText.includes('about to spin'))""")
    check_page(browser, "log")
    browser.screenshot(shots / f"panel-{name}-log.png")
    expect(f"{name}: errors in the console", browser.problems(), [])


def use_the_keyboard(browser, url):
    browser.open(url)
    wait_title(browser, "Server")
    browser.press(TAB)
    expect("the first stop", browser.run("return document.activeElement.innerText"), "Skip to content")
    browser.press(TAB, TAB)
    expect("the focus is seen", browser.run("return getComputedStyle(document.activeElement).outlineStyle"), "solid")


def give_a_token(browser, binary, shots):
    server = Server(binary, PROJECT, ["--enable-panel", "--admin-port", "0"], clean_environment({"WWS_ADMIN_TOKEN": TOKEN}))
    try:
        server.wait_ready()
        browser.open("http://%s:%d/_panel/" % server.admin)
        wait_title(browser, "Admin token")
        browser.screenshot(shots / "panel-token.png")
        type_into(browser, "Token", "wrong-horse-battery")
        browser.press(ENTER)
        browser.wait("the refusal", "return document.querySelector('[role=alert]') !== null")
        type_into(browser, "Token", TOKEN)
        browser.press(ENTER)
        wait_title(browser, "Server")
    finally:
        server.kill()


def main():
    arguments, chromium, chromedriver = read_arguments(__doc__)
    server = Server(arguments.binary, PROJECT, ["--enable-panel", "--admin-port", "0"], clean_environment({}))
    driver, browsers, traffic = None, [], None
    try:
        server.wait_ready()
        traffic = Traffic(server.address)
        driver = Driver(chromedriver)
        url = "http://%s:%d/_panel/" % server.admin
        for name, width, height, dark in (("desktop", 1280, 1000, False), ("phone", 390, 844, True)):
            browsers.append(Browser(driver, chromium, width, height, dark))
            look_around(browsers[-1], url, arguments.screenshots, name)
            send_and_read(browsers[-1], url, arguments.screenshots, name)
        use_the_keyboard(browsers[0], url)
        give_a_token(browsers[0], arguments.binary, arguments.screenshots)
        traffic.stop()
        server.send_signal("SIGTERM")
        expect("the server's exit code", server.wait_exit(), 0)
        return 0
    finally:
        if traffic:
            traffic.stop()
        for browser in browsers:
            browser.close()
        if driver:
            driver.stop()
        server.kill()


if __name__ == "__main__":
    sys.exit(main())
