#!/usr/bin/env python3
"""Two browsers play examples/tictactoe to the end: one with the mouse, one with the keyboard.

Usage: tictactoe.py --binary build/release/wws --screenshots FOLDER
Exit code 77 when the machine has no Chromium.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]
from server import Server, clean_environment  # noqa: E402
from webdriver import Browser, Driver, read_arguments  # noqa: E402

ARROW_DOWN, ENTER = "\ue015", "\ue007"


def expect(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}: expected {wanted!r}, got {got!r}")


def wait_status(browser, text):
    browser.wait(f"the status {text!r}", f"return document.getElementById('status').textContent === {text!r}")


def wait_mark(browser, cell, mark):
    browser.wait(f"{mark} in cell {cell}",
                 f"return document.getElementById('cell-{cell}').getAttribute('aria-label').endsWith(': {mark}')")


def play(first, second, watcher, url, shots):
    first.open(url)
    first.wait("the lobby", "return !document.getElementById('lobby').hidden")
    first.screenshot(shots / "lobby.png")
    first.click("#create")
    first.wait("the room", "return location.search.startsWith('?room=')")
    wait_status(first, "Waiting for the other player …")
    room = first.url()
    expect("the link to share", first.run("return document.getElementById('link').value"), room)
    sticks_out = ("const edge = document.querySelector('main').getBoundingClientRect().right + 1;"
                  "return [...document.querySelectorAll('main *')].some((e) => e.getBoundingClientRect().right > edge)")
    expect("something sticks out of its column", first.run(sticks_out), False)
    first.screenshot(shots / "waiting.png")
    second.open(room)
    wait_status(first, "Your turn.")
    wait_status(second, "Their turn …")

    second.click("#cell-0")  # not their turn: nothing may happen
    first.click("#cell-4")
    wait_mark(second, 4, "X")
    expect("the cell that was clicked out of turn", second.run("return document.getElementById('cell-0').ariaLabel"), "Row 1, column 1: free")
    wait_status(second, "Your turn.")
    second.press("1")
    wait_mark(first, 0, "O")
    wait_status(first, "Your turn.")
    first.click("#cell-2")
    wait_mark(second, 2, "X")
    wait_status(second, "Your turn.")
    second.run("document.getElementById('cell-0').focus()")
    second.press(ARROW_DOWN, ENTER)
    wait_mark(first, 3, "O")

    watcher.open(room)
    wait_status(watcher, "You are watching. X to move.")
    second.screenshot(shots / "phone-dark.png")
    wait_status(first, "Your turn.")
    first.click("#cell-6")
    wait_status(first, "You win!")
    wait_status(second, "You lose this one.")
    wait_status(watcher, "X wins.")
    expect("the score", second.text("#score-X"), "1")
    first.run("return document.getAnimations().forEach((a) => a.finish())")
    shown = "[...document.querySelectorAll('svg.hint')].filter((e) => getComputedStyle(e).opacity !== '0').length"
    expect("marks shown in free cells of a finished game", first.run("return " + shown), 0)
    first.screenshot(shots / "won.png")

    second.click("#again")
    wait_status(second, "Your turn.")
    wait_status(first, "Their turn …")
    expect("the score of the next game", first.text("#score-X"), "1")
    for browser, name in ((first, "first"), (second, "second"), (watcher, "watcher")):
        wide = browser.run("return document.documentElement.scrollWidth > innerWidth")
        expect(f"{name}: the page is wider than the window", wide, False)
        expect(f"{name}: errors in the console", browser.problems(), [])


def main():
    arguments, chromium, chromedriver = read_arguments(__doc__)
    project = HERE.parent.parent / "examples" / "tictactoe"
    server = Server(arguments.binary, project, [], clean_environment({}))
    driver, browsers = None, []
    try:
        server.wait_ready()
        driver = Driver(chromedriver)
        for width, height, dark in ((1280, 900, False), (390, 844, True), (900, 620, False)):
            browsers.append(Browser(driver, chromium, width, height, dark))
        play(*browsers, "http://%s:%d/" % server.address, arguments.screenshots)
        server.send_signal("SIGTERM")
        expect("the server's exit code", server.wait_exit(), 0)
        return 0
    finally:
        for browser in browsers:
            browser.close()
        if driver:
            driver.stop()
        server.kill()


if __name__ == "__main__":
    sys.exit(main())
