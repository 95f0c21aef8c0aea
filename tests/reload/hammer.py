#!/usr/bin/env python3
"""Hundreds of edits while clients ask without a pause: no request fails, and each answer is of one version.

Usage: hammer.py --binary build/release/wws [--edits 150] [--load]
First with SIGHUP: code and configuration of two workers change together, and whoever asks after a reload was
told gets what was reloaded. Then with --watch: files are replaced as editors do it. At the end the process has
no more mappings and files open than after its first edits. With --load wrk, h2load and nghttp ask at full speed, too,
and the process's memory is told (load.py).
"""

import argparse
import http.client
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import load  # noqa: E402
from checks import Failed  # noqa: E402
from server import Server, clean_environment  # noqa: E402

CLIENTS = 4
PATHS = ["/", "/deep/er", "/file.txt"]


def script(number):
    # Top-level code is in the image, the handler in the code, the variable in the configuration.
    return (f"const loaded = {number};\nexport default {{\n  async fetch(request, env) {{\n"
            f"    await Promise.resolve();\n    return Response.json([loaded, {number}, Number(env.VERSION)]);\n  }},\n}};\n")


def save(path, text):
    """As an editor does: written beside, then renamed over."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + "~")
    new.write_text(text, encoding="utf-8")
    new.rename(path)


def write_version(place, number):
    for name in ("index", "deep/er"):
        save(place / f"{name}.js", script(number))
        save(place / f"{name}.toml", f'name = "{name}"\nversion = "1"\n\n[vars]\nVERSION = "{number}"\n')


class Clients:
    """Ask until they are stopped. `least` is the oldest version that an answer may be of."""

    def __init__(self, address, check):
        self.address = address
        self.check = check
        self.least = 0
        self.answers = 0
        self.failures = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(number,)) for number in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        connection = http.client.HTTPConnection(*self.address, timeout=30)
        turn = number
        while not self.over.is_set() and not self.failures:
            turn += 1
            path, least = PATHS[turn % len(PATHS)], self.least
            try:
                connection.request("GET", path)
                response = connection.getresponse()
                body = response.read()
                if response.status != 200:
                    raise Failed(f"{path}: status {response.status}: {body[:200]!r}")
                self.check(path, body, least)
                self.answers += 1
            except (Failed, OSError, http.client.HTTPException, ValueError) as failure:
                self.failures.append(f"{path}: {failure!r}")
        connection.close()

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        if self.failures:
            raise Failed("; ".join(self.failures[:5]))


def check_versions(path, body, least):
    if path == "/file.txt":
        if body != b"file":
            raise Failed(f"the file says {body!r}")
        return
    versions = json.loads(body)
    if len(set(versions)) != 1:
        raise Failed(f"a mix of versions: {versions}")
    if versions[0] < least:
        raise Failed(f"{versions[0]} was answered after {least} was loaded")


def check_one(path, body, _least):
    if path != "/file.txt" and len(set(json.loads(body)[:2])) != 1:
        raise Failed(f"a mix of versions: {body!r}")


def held(server):
    """What the process holds that a leak would grow: mappings, open files."""
    process = pathlib.Path(f"/proc/{server.process.pid}")
    mappings = process.joinpath("maps").read_text(encoding="utf-8").count("\n")
    return mappings, len(os.listdir(process / "fd"))


class Memory:
    """VmRSS in MiB: as it is when this is made, and what it has been at most since."""

    def __init__(self, server):
        self.process = pathlib.Path(f"/proc/{server.process.pid}")
        self.process.joinpath("clear_refs").write_text("5", encoding="ascii")  # VmHWM begins anew
        self.before = self.read("VmRSS")

    def read(self, name):
        status = self.process.joinpath("status").read_text(encoding="ascii")
        return int(re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1024

    def told(self):
        after, peak = self.read("VmRSS"), self.read("VmHWM")
        if after > self.before * 1.5 + 64:
            raise Failed(f"{self.before:.1f} MiB of memory before the first edit, {after:.1f} after the last")
        return f"memory {self.before:.1f} MiB before, {peak:.1f} at most, {after:.1f} after"


class Loaded:
    """A change under load, for those who ask for it: what it told is printed."""

    def __init__(self, change, columns):
        self.change = change
        self.columns = columns

    def __call__(self, server, place, edits):
        # The memory before is that of a server at work.
        load.Load(server.address, self.columns).stop()
        memory = Memory(server)
        under = load.Load(server.address, self.columns)
        try:
            result = self.change(server, place, edits)
        finally:
            under.stop()
        print(f"{edits} edits under load: {under.told()}; {memory.told()}", flush=True)
        return result


def reloads(server):
    return len(re.findall(r"INFO  reloaded", server.stderr.text))


def wait_reloads(server, count):
    if not server.stderr.wait_for(lambda _: reloads(server) >= count, 60):
        raise Failed(f"{reloads(server)} reloads, not {count}: {server.stderr.text[-2000:]}")


def by_signal(server, place, edits):
    clients = Clients(server.address, check_versions)
    early = None
    try:
        for number in range(2, edits + 2):
            write_version(place, number)
            if number % 7 == 0:  # a worker comes and goes
                extra = place / "extra.js"
                extra.unlink() if extra.exists() else save(extra, script(number))
            server.send_signal("SIGHUP")
            wait_reloads(server, number - 1)
            clients.least = number
            if number == 12:
                early = held(server)
            if clients.failures:
                break
    finally:
        clients.stop()
    return clients.answers, early


def by_watch(server, place, edits):
    clients = Clients(server.address, check_one)
    try:
        for number in range(1000, 1000 + edits):
            save(place / "index.js", script(number))
            if number % 5 == 0:
                save(place / f"new{number}/deep/page.js", script(number))
            if number % 5 == 4:
                shutil.rmtree(place / f"new{number - 4}", ignore_errors=True)
            if number % 10 == 0:
                wait_served(server, number)
            if clients.failures:
                break
        wait_served(server, 1000 + edits - 1)
    finally:
        clients.stop()
    return clients.answers


def wait_served(server, number, limit=60):
    deadline = time.monotonic() + limit
    while True:
        connection = http.client.HTTPConnection(*server.address, timeout=30)
        connection.request("GET", "/")
        served = json.loads(connection.getresponse().read())[0]
        connection.close()
        if served == number:
            return
        if time.monotonic() > deadline:
            raise Failed(f"{served} is served, not {number}: {server.stderr.text[-2000:]}")
        time.sleep(0.01)


def run(binary, flags, change, edits):
    place = pathlib.Path(tempfile.mkdtemp(prefix="wws-reload-"))
    save(place / "public/file.txt", "file")
    write_version(place, 1)
    server = Server(binary, place, ["--threads", "2", *flags], clean_environment({}))
    try:
        server.wait_ready()
        result = change(server, place, edits)
        after = held(server)
        server.send_signal("SIGTERM")
        if server.wait_exit() != 0:
            raise Failed(f"the server ended badly: {server.stderr.text[-2000:]}")
        server.check_sanitizers()
        if "not reloaded" in server.stderr.text:
            raise Failed(f"an edit was refused: {server.stderr.text[-2000:]}")
        return result, after, reloads(server)
    finally:
        server.kill()
        shutil.rmtree(place, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--edits", type=int, default=150)
    parser.add_argument("--load", action="store_true", help="wrk, h2load and nghttp ask, too; tells the memory")
    arguments = parser.parse_args()
    signal_change, watch_change = by_signal, by_watch
    try:
        if arguments.load:
            load.need_tools()
            signal_change, watch_change = Loaded(by_signal, 3), Loaded(by_watch, 2)
        (answers, early), after, count = run(arguments.binary, [], signal_change, arguments.edits)
        print(f"SIGHUP: {count} reloads, {answers} answers; mappings and files {early}, then {after}")
        for what, then, now in zip(("mappings", "open files"), early or after, after):
            if now > then * 1.5 + 50:
                raise Failed(f"{then} {what} after the first edits, {now} after the last")
        answers, after, count = run(arguments.binary, ["--watch"], watch_change, arguments.edits)
        print(f"--watch: {count} reloads, {answers} answers; mappings and files {after}")
        return 0
    except Failed as failure:
        print(failure)
        return 1


if __name__ == "__main__":
    sys.exit(main())
