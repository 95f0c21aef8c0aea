"""Just enough of WebDriver (https://www.w3.org/TR/webdriver2/) over HTTP to play a game."""

import argparse
import base64
import http.client
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars"]


def read_arguments(description):
    """A browser test's arguments, and where chromium and chromedriver are; skips it (77) where they are not."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--screenshots", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not chromedriver:
        print("skipped: no chromium and chromedriver on this machine")
        sys.exit(77)
    arguments.screenshots.mkdir(parents=True, exist_ok=True)
    return arguments, chromium, chromedriver


class WebDriverError(Exception):
    """The driver's answer when a command failed."""


class Driver:
    """A chromedriver process on a free port."""

    def __init__(self, program):
        self.process = subprocess.Popen([program, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.port = None
        for line in self.process.stdout:
            match = re.search(rb"on port (\d+)", line)
            if match and int(match.group(1)):
                self.port = int(match.group(1))
                break
        if self.port is None:
            raise WebDriverError("chromedriver did not start")

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, json.dumps(body or {}) if method == "POST" else None,
                           {"Content-Type": "application/json"})
        value = json.loads(connection.getresponse().read())["value"]
        connection.close()
        if isinstance(value, dict) and "error" in value:
            raise WebDriverError(f"{path}: {value['error']}: {value['message'].splitlines()[0]}")
        return value

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Browser:
    """One session with a profile of its own."""

    def __init__(self, driver, binary, width, height, dark=False):
        self.driver = driver
        self.profile = tempfile.TemporaryDirectory(prefix="wws-browser-", ignore_cleanup_errors=True)
        flags = FLAGS + [f"--user-data-dir={self.profile.name}", f"--window-size={width},{height}"]
        if dark:
            flags.append("--blink-settings=preferredColorScheme=0")
        options = {"binary": binary, "args": flags}
        if width < 500:
            options["mobileEmulation"] = {"deviceMetrics": {"width": width, "height": height, "pixelRatio": 2}}
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}}
        self.path = "/session/" + driver.call("POST", "/session", wanted)["sessionId"]

    def call(self, method, path, body=None):
        return self.driver.call(method, self.path + path, body)

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def url(self):
        return self.call("GET", "/url")

    def click(self, selector):
        found = self.call("POST", "/element", {"using": "css selector", "value": selector})
        self.call("POST", f"/element/{found[ELEMENT]}/click")

    def press(self, *keys):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.innerText ?? null", selector)

    def wait(self, what, script, limit=20):
        """Until the script's value is true; the value."""
        deadline = time.monotonic() + limit
        while True:
            value = self.run(script)
            if value:
                return value
            if time.monotonic() > deadline:
                raise WebDriverError(f"{what} did not happen; the page says {self.text('body')!r}")
            time.sleep(0.05)

    def problems(self):
        """Errors that the page or its console reported."""
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"}) if entry["level"] == "SEVERE"]

    def screenshot(self, file):
        pathlib.Path(file).write_bytes(base64.b64decode(self.call("GET", "/screenshot")))

    def close(self):
        self.call("DELETE", "")
        self.profile.cleanup()
