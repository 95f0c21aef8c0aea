"""wrk and h2load at full speed while something changes, and nghttp that shows what HTTP/2 answers.

Each goes round after round until it is stopped. wrk checks every body (versions.lua), h2load every status; what h2load
cannot see, the bodies, nghttp gets meanwhile.
"""

import json
import pathlib
import re
import shutil
import subprocess
import threading

from checks import Failed

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = ("wrk", "h2load", "nghttp")
SECONDS = 10  # of a round of wrk
REQUESTS = 20_000  # of a round of h2load
BODIES = 100  # of a round of nghttp, which asks for all at once
ROUND_LIMIT = 600


def need_tools():
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        raise Failed(f"--load needs {', '.join(missing)}: `./dev setup bench` installs them")


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=ROUND_LIMIT, check=False)
    if done.returncode != 0:
        raise Failed(f"{command[0]} ended with {done.returncode}: {(done.stdout + done.stderr)[-500:]}")
    return done.stdout


def check_wrk(text):
    """How many answers a round had."""
    counts = re.search(r"checked (\d+) wrong (\d+) ?(.*)", text)
    if not counts or int(counts[1]) == 0:
        raise Failed(f"wrk got no answer: {text[-500:]}")
    if counts[2] != "0":
        raise Failed(f"wrk: {counts[2]} of {counts[1]} answers are wrong, the first {counts[3]}")
    errors = re.search(r"Socket errors: (.*)", text)
    if errors:
        raise Failed(f"wrk: socket errors: {errors[1]}")
    return int(counts[1])


def check_h2load(text):
    counts = re.search(r"requests: \d+ total, \d+ started, \d+ done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", text)
    statuses = re.search(r"status codes: (\d+) 2xx", text)
    if not counts or not statuses:
        raise Failed(f"h2load says nothing: {text[-500:]}")
    if any(int(number) for number in counts.groups()[1:]) or {int(counts[1]), int(statuses[1])} != {REQUESTS}:
        raise Failed(f"h2load: {counts[0]}; {statuses[0]}")
    return REQUESTS


def check_nghttp(text, columns):
    bodies = re.findall(r"\[[^\]]*\]", text)
    for body in bodies:
        if len(set(json.loads(body)[:columns])) != 1:
            raise Failed(f"nghttp: a mix of versions over HTTP/2: {body}")
    if len(bodies) != BODIES or "".join(bodies) != text:
        raise Failed(f"nghttp: {len(bodies)} answers of {BODIES}: {text[-500:]}")
    return BODIES


class Load:
    """`columns`: how many of a worker's three numbers must be the same."""

    def __init__(self, address, columns):
        self.url = "http://{}:{}".format(*address)
        self.columns = columns
        self.answers = {}
        self.failures = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.go_round, args=(what,)) for what in (self.wrk, self.h2load, self.nghttp)]
        for thread in self.threads:
            thread.start()

    def wrk(self):
        return check_wrk(run("wrk", "-t1", "-c16", f"-d{SECONDS}s", "--timeout", "30s", "-s", HERE / "versions.lua", self.url, "--", self.columns))

    def h2load(self):
        return check_h2load(run("h2load", "-t1", "-c8", "-m10", "-n", REQUESTS, f"{self.url}/", f"{self.url}/deep/er", f"{self.url}/file.txt"))

    def nghttp(self):
        urls = [f"{self.url}/{path}?n={number}" for path in ("", "deep/er") for number in range(BODIES // 2)]
        return check_nghttp(run("nghttp", *urls), self.columns)

    def go_round(self, what):
        name = what.__name__
        over = False
        while not over:
            try:
                self.answers[name] = self.answers.get(name, 0) + what()
            except (Failed, OSError, ValueError, subprocess.SubprocessError) as failure:
                self.failures.append(str(failure))
            over = self.over.is_set() or bool(self.failures)

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        if self.failures:
            raise Failed("; ".join(self.failures[:3]))

    def told(self):
        return ", ".join(f"{count} to {name}" for name, count in sorted(self.answers.items()))
