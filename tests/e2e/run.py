#!/usr/bin/env python3
"""Runs one end-to-end case; README.md beside this file says what a case is.

Usage: run.py CASE_FOLDER --binary build/release/wws [--keep]
Exit code 0: everything holds; 1: the first thing that does not is printed.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from checks import Failed, check_headers, check_response, check_text, shorten  # noqa: E402
from certificates import make_certificates  # noqa: E402
from client import Exchange  # noqa: E402
from git_remote import Remote  # noqa: E402
from server import Server, clean_environment  # noqa: E402
from upstream import Upstream  # noqa: E402
from websocket import WebSocket  # noqa: E402

TEXT_FILES = {".js", ".mjs", ".toml", ".html", ".txt", ".json", ".c"}


def fill(value, names):
    """Replaces {{name}} in every text of a JSON value."""
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace("{{" + name + "}}", text)
        return value
    if isinstance(value, list):
        return [fill(item, names) for item in value]
    if isinstance(value, dict):
        return {fill(key, names): fill(item, names) for key, item in value.items()}
    return value


def build_project(place, names):
    """Fills the templates of a copied project and, if it has no Makefile, builds its guests."""
    for file in [f for f in place.rglob("*") if f.is_file() and f.suffix in TEXT_FILES]:
        text = file.read_text(encoding="utf-8", errors="surrogateescape")
        filled = fill(text, names)
        if filled != text:
            file.write_text(filled, encoding="utf-8", errors="surrogateescape")
    if (place / "Makefile").exists():
        return
    for file in place.rglob("*.c"):
        # Told to optimise while it links, clang has binaryen do it, which takes the functions' names away.
        target = ["clang-19", "--target=wasm32-wasi"]
        run_tool([*target, "-O2", "-c", "-o", str(file.with_suffix(".o")), str(file)])
        run_tool([*target, "-o", str(file.with_suffix(".wasm")), str(file.with_suffix(".o"))])


def make(folder):
    if (folder / "Makefile").exists():
        run_tool(["make", "--no-print-directory", "-s", "-C", str(folder)])


def run_tool(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}: {done.stderr or done.stdout}")


class Case:
    def __init__(self, folder, binary, work):
        self.folder = folder
        self.binary = binary
        self.work = work
        self.case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        self.names = {"work": str(work)}
        self.upstream = None
        self.remote = None
        self.server = None
        self.under_way = {}

    def run(self):
        if self.case.get("upstream"):
            self.upstream = Upstream()
            self.names["upstream"] = self.upstream.address
            self.names["upstream_port"] = str(self.upstream.server_address[1])
        if "git" in self.case:
            self.remote = Remote(self.folder, self.work, **self.case["git"])
            self.names.update(self.remote.names)
        if "certificates" in self.case:
            self.names.update(make_certificates(self.work, self.case["certificates"]))
        if "command" in self.case:
            self.run_command(self.case["command"])
            return
        self.start()
        for number, step in enumerate(self.case["steps"], 1):
            try:
                self.run_step(fill(step, self.names))
            except Failed as failure:
                raise Failed(f"step {number} {step.get('note', '')} {shorten(json.dumps(step), 400)}:\n  {failure}") from failure
        self.stop()

    def start(self, flags=None, startup=None):
        place = self.project()
        flags = self.case.get("flags", []) if flags is None else flags
        with socket.socket() as activated:
            if self.case.get("activate"):
                activated.bind(("127.0.0.1", 0))
                activated.listen()
            self.server = Server(self.binary, place, fill(flags, self.names), self.environment(),
                                 self.case.get("words", []), activated if self.case.get("activate") else None)
        self.server.wait_ready()
        self.names["host"] = "%s:%d" % self.server.address
        self.names["port"] = str(self.server.address[1])
        for number, place in enumerate(self.server.also, 1):
            self.names[f"also{number}"] = place
        if self.server.admin:
            self.names["admin"] = "%s:%d" % self.server.admin
        startup = self.case.get("startup") if startup is None else startup
        if startup:
            check_text("start-up output", fill(startup, self.names), self.server.stdout.text)

    def environment(self):
        own_cache = self.remote or self.case.get("own_cache", False)
        extra = {"XDG_CACHE_HOME": str(self.work / "cache")} if own_cache else {}
        return clean_environment({**extra, **fill(self.case.get("environment", {}), self.names)})

    def project(self):
        if "location" in self.case:
            return fill(self.case["location"], self.names)
        place = self.work / "project"
        source = (self.folder / self.case.get("project", "project")).resolve()
        self.names["project"] = str(place)
        # An example is built in its own place, where the kits are; most often everything is built
        # already. What a case makes for itself stays out of the tree.
        own = source.is_relative_to(self.folder.resolve())
        if not own:
            make(source)
        if place.exists():
            return place  # of a server that is started again
        # What an example's own build has fetched is not its project's.
        left_out = None if own else shutil.ignore_patterns("node_modules")
        shutil.copytree(source, place, symlinks=True, ignore=left_out)
        for name, text in self.case.get("files", {}).items():
            (place / name).write_text("\n".join(text) + "\n", encoding="utf-8")
        if own:
            make(place)
        build_project(place, self.names)
        return place

    def stop(self):
        stop = self.case.get("stop", {})
        if self.server.process.poll() is None:
            self.server.send_signal(stop.get("signal", "SIGTERM"))
        code = self.server.wait_exit()
        self.server.check_sanitizers()
        if code != stop.get("exit", 0):
            raise Failed(f"exit code {code}, not {stop.get('exit', 0)}; stderr {shorten(self.server.stderr.text)}")
        if "log" in self.case:
            check_text("log", fill(self.case["log"], self.names), self.server.stderr.text)

    # ---- steps ----

    def run_step(self, step):
        if "begin" in step:
            self.under_way[step["begin"]] = self.exchange(step["request"])
        elif "finish" in step:
            response = self.under_way.pop(step["finish"]).finish()
            check_response(step.get("expect", {}), response)
        elif "abandon" in step:
            self.under_way.pop(step["abandon"]).abandon()
        elif "request" in step:
            self.run_requests(step)
        elif "socket" in step:
            self.run_socket(step)
        elif "run" in step:
            self.run_tool(step["run"], step.get("expect", {}))
        elif "copy" in step:
            for name, source in step["copy"].items():
                shutil.copy(self.work / source, self.work / name)
        elif "log" in step:
            self.server.wait_log(step["log"])
        elif "upstream_saw" in step:
            self.wait_upstream(**step["upstream_saw"])
        elif "push" in step:
            self.remote.push(step["push"])
            self.names.update(self.remote.names)
        elif "restart" in step:
            self.stop()
            self.start(**step["restart"])
        elif "signal" in step:
            self.server.send_signal(step["signal"])
        elif "signals_until_gone" in step:
            while self.server.process.poll() is None:
                self.server.send_signal(step["signals_until_gone"])
        elif "write" in step:
            self.write_files(step["write"])
        elif "remove" in step:
            self.remove_files(step["remove"])
        elif "stopped" in step:
            self.server.wait_exit()
        else:
            raise Failed("the case's step is of no known kind")

    def run_tool(self, command, expect):
        """A program and what it prints; both streams as one text, as a person sees them."""
        until = time.monotonic() + (10 if expect.get("until") else 0)
        while True:
            try:
                return self.run_tool_once(command, expect)
            except Failed:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def run_tool_once(self, command, expect):
        text = {key: fill(value, self.names) for key, value in command.items()}
        done = subprocess.run(text["arguments"], cwd=self.work, env=self.environment(), timeout=60, check=False,
                              input=text.get("input", "").encode("latin-1"), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        output = done.stdout.decode("utf-8", "replace")
        if done.returncode != expect.get("exit", 0):
            raise Failed(f"exit code {done.returncode}, not {expect.get('exit', 0)}: {shorten(output)}")
        if "output" in expect:
            check_text("output", expect["output"], output)

    def write_files(self, files):
        """As an editor saves: a new file is renamed over the old one. `null` makes a folder."""
        place = self.work / "project"
        for name, lines in files.items():
            path = place / name
            if lines is None:
                path.mkdir(parents=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            new = path.with_name(path.name + "~")
            new.write_text("\n".join(lines) + "\n", encoding="utf-8")
            new.rename(path)

    def remove_files(self, names):
        for name in names:
            path = self.work / "project" / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def exchange(self, request):
        if request.get("to") == "admin":
            if not self.server.admin:
                raise Failed("the server says nothing of an admin panel")
            return Exchange(self.server.admin, request, self.folder)
        return Exchange(self.server.address, request, self.folder)

    def run_requests(self, step):
        count, at_once = step.get("repeat", 1), step.get("concurrent", 1)
        expect = step.get("expect", {})
        if step.get("until"):
            responses = [self.ask_until(step["request"], expect)]
        else:
            total = max(count, at_once)
            with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
                jobs = [pool.submit(lambda: self.exchange(step["request"]).finish()) for _ in range(total)]
                responses = [job.result() for job in jobs]
        for response in responses:
            check_response(expect, response)
        if step.get("distinct") and len({r.body for r in responses}) != len(responses):
            raise Failed(f"bodies repeat: {sorted(r.body for r in responses)[:10]}")
        self.save(step.get("save", {}), responses[-1])

    def run_socket(self, step):
        """Opens a WebSocket, unless one of that name is open, and goes through `says` on it."""
        name = step["socket"]
        if name not in self.under_way:
            socket_of = self.under_way[name] = WebSocket(self.server.address, step)
            if socket_of.status != step.get("status", 101):
                raise Failed(f"status {socket_of.status}, not {step.get('status', 101)}")
            check_headers(step.get("expect_headers", {}), socket_of.headers)
        for item in step.get("says", []):
            self.under_way[name].run(item)
        if not step.get("stays"):
            self.under_way.pop(name).abandon()

    def ask_until(self, request, expect, limit=10):
        deadline = time.monotonic() + limit
        while True:
            response = self.exchange(request).finish()
            try:
                check_response(expect, response)
                return response
            except Failed:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def save(self, wanted, response):
        for name, source in wanted.items():
            if "header" in source:
                values = [v for key, v in response.headers if key == source["header"].lower()]
                if not values:
                    raise Failed(f"no header {source['header']} to save")
                self.names[name] = values[0]
            else:
                match = re.search(source["body"], response.body.decode("utf-8", "replace"))
                if not match:
                    raise Failed(f"/{source['body']}/ is not in the body, nothing to save")
                self.names[name] = match.group(1)

    def wait_upstream(self, path, count, limit=10):
        deadline = time.monotonic() + limit
        while self.upstream.count(path) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        if self.upstream.count(path) != count:
            raise Failed(f"the fixture saw {path} {self.upstream.count(path)} times, not {count}")

    # ---- cases of the command line ----

    def run_command(self, command):
        if "project" in self.case:
            self.project()
        with socket.socket() as taken:
            if command.get("occupy_port"):
                # As another wws would: with a port that its own loops share.
                taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                taken.bind(("127.0.0.1", 0))
                taken.listen()
                self.names["port"] = str(taken.getsockname()[1])
            done = subprocess.run([self.binary, *fill(command["arguments"], self.names)], cwd=self.work,
                                  env=self.environment(), capture_output=True, text=True, timeout=60,
                                  stdin=subprocess.DEVNULL, check=False)
        if done.returncode != command["exit"]:
            raise Failed(f"exit code {done.returncode}, not {command['exit']}: {done.stdout}{done.stderr}")
        for stream in ("stdout", "stderr"):
            if stream in command:
                check_text(stream, fill(command[stream], self.names), getattr(done, stream))

    def close(self):
        for exchange in self.under_way.values():
            exchange.abandon()
        if self.server:
            self.server.kill()
        if self.remote:
            self.remote.shutdown()
            self.remote.server_close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", type=pathlib.Path)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--keep", action="store_true", help="keep the temporary project")
    arguments = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="wws-e2e-"))
    case = Case(arguments.case.resolve(), os.path.abspath(arguments.binary), work)
    try:
        case.run()
        return 0
    except Failed as failure:
        print(f"{arguments.case.name}: {failure}")
        if case.server:
            print("---- the server's stderr ----", case.server.stderr.text[-6000:], sep="\n")
        return 1
    finally:
        case.close()
        if arguments.keep:
            print(f"kept {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
