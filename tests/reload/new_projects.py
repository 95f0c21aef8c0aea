#!/usr/bin/env python3
"""`wws new` with each template, what its README says to type next, and a request to what runs then.

Usage: new_projects.py --binary build/release/wws
CARGO and RUST_TARGET say how Rust is built here; without a compiler a template is only written.
"""

import argparse
import http.client
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from checks import Failed  # noqa: E402
from server import Server, clean_environment  # noqa: E402


def make(template, folder):
    """Builds the project; False where this machine cannot."""
    compilers = {"c": "clang-19", "rust": os.environ.get("CARGO", "no Rust here")}
    if template in compilers and shutil.which(compilers[template]):
        subprocess.run(["make", "-s", "-C", str(folder)], check=True)
        return True
    return template == "js"


def ask(address, path):
    connection = http.client.HTTPConnection(*address, timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body


def serve(binary, folder, questions):
    server = Server(binary, folder, [], clean_environment({}))
    try:
        server.wait_ready()
        for path, wanted in questions.items():
            status, body = ask(server.address, path)
            if status != 200 or wanted not in body:
                raise Failed(f"{folder.name}: {path}: {status} {body[:300]!r}, not {wanted!r}")
        server.send_signal("SIGTERM")
        if server.wait_exit() != 0:
            raise Failed("the server ended badly")
    finally:
        server.kill()


QUESTIONS = {
    "js": {"/": "Hello, world!", "/?name=%3Cb%3E": "Hello, &lt;b&gt;!", "/api/hello/you": '"hello":"you"', "/style.css": "main {"},
    "ts": {"/": "Hello, world!", "/api/hello/you": '"hello":"you"', "/style.css": "main {"},
    "hono": {"/": "Hello from Hono!", "/hello/you": '"hello":"you"'},
    "c": {"/": "Hello from C!"},
    "rust": {"/": "Hello from Rust!"},
}


def run(binary, place):
    for template, questions in QUESTIONS.items():
        folder = place / template
        done = subprocess.run([binary, "new", str(folder), "--template", template], capture_output=True, text=True, check=False)
        if done.returncode != 0 or "wws dev" not in done.stdout:
            raise Failed(f"wws new --template {template}: {done.stdout}{done.stderr}")
        if not (folder / "README.md").exists():
            raise Failed(f"{template} has no README.md")
        again = subprocess.run([binary, "new", str(folder), "--template", template], capture_output=True, text=True, check=False)
        if again.returncode != 1 or "README.md" not in again.stderr:
            raise Failed(f"a second wws new wrote over the first: {again.stdout}{again.stderr}")
        if not make(template, folder):
            print(f"{template}: written, not built here")
            continue
        checked = subprocess.run([binary, "check", str(folder)], capture_output=True, text=True, check=False,
                                 env=clean_environment({}))
        if checked.returncode != 0:
            raise Failed(f"wws check in {template}: {checked.stdout}{checked.stderr}")
        serve(binary, folder, questions)
        print(f"{template}: runs")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    arguments = parser.parse_args()
    place = pathlib.Path(tempfile.mkdtemp(prefix="wws-new-"))
    try:
        run(os.path.abspath(arguments.binary), place)
        return 0
    except Failed as failure:
        print(failure)
        return 1
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
