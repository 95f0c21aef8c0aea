#!/usr/bin/env python3
"""The program is replaced while clients ask without a pause: no request fails, and the old process ends by itself.

Usage: upgrade.py --binary build/release/wws [--upgrades 4]
Clients keep their connections, make a new one for each request, come over a unix socket and speak HTTP/2, and one
reads an answer that takes longer than the upgrade. Then the program is replaced by one that does not run, and the
project by one that is not served: the old process goes on.
"""

import argparse
import ctypes
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from checks import Failed  # noqa: E402
from server import Server, clean_environment  # noqa: E402

LIMIT = 60
PR_SET_CHILD_SUBREAPER = 36  # prctl(2): the successors become ours when their parents end
PIECES = 40


def save(path, text):
    new = path.with_name(path.name + "~")
    new.write_text(text, encoding="utf-8")
    new.rename(path)


def replace_program(place, binary):
    """As a package manager does: a new file under the same name."""
    new = place.with_name("new")
    shutil.copy(binary, new)
    new.rename(place)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self.path))


class Clients:
    """Ask until they are stopped; every answer must be one of the versions."""

    def __init__(self, address, unix):
        self.answers = {}
        self.failures = []
        self.over = threading.Event()
        new = lambda: http.client.HTTPConnection(*address, timeout=30)  # noqa: E731
        kinds = [("kept", new, True), ("kept too", new, True), ("new", new, False), ("unix", lambda: UnixConnection(unix), True)]
        self.threads = [threading.Thread(target=self.run, args=kind) for kind in kinds]
        self.threads.append(threading.Thread(target=self.run_http2, args=(address,)))
        for thread in self.threads:
            thread.start()

    def run(self, name, connect, keeps):
        connection = connect()
        while not self.over.is_set() and not self.failures:
            try:
                connection.request("GET", "/", headers={} if keeps else {"Connection": "close"})
                response = connection.getresponse()
                body = response.read()
                if response.status != 200 or not body.isdigit():
                    raise Failed(f"status {response.status}: {body[:200]!r}")
                self.answers[name] = self.answers.get(name, 0) + 1
            except (Failed, OSError, http.client.HTTPException) as failure:
                self.failures.append(f"{name}: {failure!r}")
        connection.close()

    def run_http2(self, address):
        # One request a connection: Debian 12's curl begins streams on one that it was told to leave.
        url = f"http://{address[0]}:{address[1]}/"
        while not self.over.is_set() and not self.failures:
            done = subprocess.run(["curl", "-sS", "--http2-prior-knowledge", "-w", "\n%{http_code}\n", url],
                                  capture_output=True, text=True, timeout=LIMIT, check=False)
            good = done.stdout.count("\n200\n")
            if done.returncode != 0 or good != 1:
                self.failures.append(f"HTTP/2: exit code {done.returncode}, {done.stdout!r}: {done.stderr[:500]}")
            self.answers["HTTP/2"] = self.answers.get("HTTP/2", 0) + good

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        if self.failures:
            raise Failed("; ".join(self.failures[:5]))


class LongAnswer:
    """One answer in pieces, which begins now."""

    def __init__(self, address):
        self.connection = http.client.HTTPConnection(*address, timeout=LIMIT)
        self.connection.request("GET", "/slow")
        self.response = self.connection.getresponse()
        self.text = self.response.read(2)

    def finish(self):
        self.text += self.response.read()
        if self.text.count(b"\n") != PIECES:
            raise Failed(f"the long answer has {self.text.count(10)} pieces, not {PIECES}")


def ask(address):
    connection = http.client.HTTPConnection(*address, timeout=30)
    connection.request("GET", "/")
    body = connection.getresponse().read()
    connection.close()
    return body


def wait_for_log(server, pattern, count=1):
    found = server.stderr.wait_for(lambda text: len(re.findall(pattern, text)) >= count and re.findall(pattern, text), LIMIT)
    if not found:
        raise Failed(f"the log does not say {pattern!r} {count} times: {server.stderr.text[-3000:]}")
    return found[-1]


def wait_for_end(process):
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        pid, status = os.waitpid(process, os.WNOHANG)
        if pid == process:
            if status != 0:
                raise Failed(f"process {process} ended with {status}")
            return
        time.sleep(0.02)
    raise Failed(f"process {process} did not end")


def upgrade(server, place, binary, number, process):
    save(place / "index.js", f"export default () => new Response('{number}');\n")
    replace_program(pathlib.Path(server.process.args[0]), binary)
    os.kill(process, signal.SIGUSR2)
    successor = int(wait_for_log(server, r"upgrade: process (\d+) has taken over", number - 1))
    # From here on a new connection may be the old process's only if it was accepted already.
    deadline = time.monotonic() + LIMIT
    while ask(server.address) != str(number).encode():
        if time.monotonic() > deadline:
            raise Failed(f"version {number} is not served")
    return successor


def check_admin(server, process):
    connection = http.client.HTTPConnection(*server.admin, timeout=30)
    connection.request("GET", "/readyz")
    ready = connection.getresponse().read()
    connection.request("GET", "/_api/v0/server")
    document = json.loads(connection.getresponse().read())
    connection.close()
    if ready != b"ready\n" or document["phase"] != "serving":
        raise Failed(f"the admin of process {process} says {ready!r}, {document['phase']}")


def check_failures(server, place, process):
    program = pathlib.Path(server.process.args[0])
    before = ask(server.address)
    kept = program.read_bytes()
    program.unlink()
    program.write_text("no program")
    program.chmod(0o755)
    os.kill(process, signal.SIGUSR2)
    wait_for_log(server, r"did not come up, this one goes on: .*cannot be started")
    program.unlink()
    program.write_bytes(kept)
    program.chmod(0o755)
    (place / "wws.toml").write_text("prot = 1\n")
    os.kill(process, signal.SIGUSR2)
    wait_for_log(server, r"this one goes on: it ended with exit code 1 before it served")
    (place / "wws.toml").unlink()
    if ask(server.address) != before:
        raise Failed("another version is served after failed upgrades")


def run(binary, upgrades, work):
    place = work / "project"
    place.mkdir()
    (work / "bin").mkdir()
    program = work / "bin" / "wws"
    replace_program(program, binary)
    save(place / "index.js", "export default () => new Response('1');\n")
    save(place / "slow.js", "export default () => { let n = 0; const pause = () => new Promise((go) => setTimeout(go, 100));\n"
         f"  return new Response(new ReadableStream({{ async pull(c) {{ await pause(); c.enqueue(new TextEncoder().encode(`${{n}}\\n`));\n"
         f"    if (++n === {PIECES}) c.close(); }} }})); }};\n")
    unix = work / "socket"
    server = Server(str(program), place, ["--threads", "2", "--listen", f"unix:{unix}", "--enable-panel", "--admin-port", "0"],
                    clean_environment({}))
    process = server.process.pid
    clients = None
    try:
        server.wait_ready()
        clients = Clients(server.address, unix)
        for number in range(2, upgrades + 2):
            long = LongAnswer(server.address) if number == 2 else None
            old, process = process, upgrade(server, place, binary, number, process)
            check_admin(server, process)
            if long:
                long.finish()
            if old == server.process.pid:
                if server.process.wait(LIMIT) != 0:
                    raise Failed(f"the first process ended with {server.process.returncode}")
            else:
                wait_for_end(old)
            if clients.failures:
                break
        clients.stop()
        check_failures(server, place, process)
        os.kill(process, signal.SIGTERM)
        wait_for_end(process)
        process = None
        if unix.exists():
            raise Failed("the unix socket's file is left")
        with socket.socket() as probe:
            if probe.connect_ex(server.address) == 0:
                raise Failed("somebody listens after the end")
        server.check_sanitizers()
        return clients.answers
    finally:
        if clients:
            clients.over.set()
        for left in {process, server.process.pid} - {None}:
            try:
                os.kill(left, signal.SIGKILL)
            except ProcessLookupError:
                pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--upgrades", type=int, default=4)
    arguments = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    work = pathlib.Path(tempfile.mkdtemp(prefix="wws-upgrade-"))
    try:
        answers = run(arguments.binary.resolve(), arguments.upgrades, work)
        print(f"{arguments.upgrades} upgrades, answers: {answers}")
        return 0
    except Failed as failure:
        print(f"upgrade: {failure}")
        return 1
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
