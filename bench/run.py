#!/usr/bin/env python3
"""Throughput of wws beside workerd and Node: the server on cpu 0, wrk on cpu 1, rounds in turn.

Usage: run.py --binary build/release/wws [--rounds 3] [--seconds 5] [--json FILE]
WORKERD names the workerd program. Prints medians and ratios; every round is in the JSON.
"""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
CONNECTIONS = 32
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def on_cpu(cpu, command):
    return ["taskset", "-c", str(cpu), *command]


def make_app():
    """bench/app with its C worker built."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wws-bench-"))
    shutil.copytree(HERE / "app", folder, dirs_exist_ok=True)
    for source in folder.glob("*.c"):
        subprocess.run(["clang-19", "--target=wasm32-wasi", "-O2", "-o", str(source.with_suffix(".wasm")), str(source)],
                       check=True)
    return folder


def commands(binary, app):
    """name -> (command, port of hello, port of spin)"""
    wws, node, hello, spin = (free_port() for _ in range(4))
    found = {"wws": ([binary, "--host", "127.0.0.1", "--port", str(wws), str(app)], wws, wws)}
    workerd = os.environ.get("WORKERD", "")
    if os.path.exists(workerd):
        os.chmod(workerd, 0o755)
        found["workerd"] = ([workerd, "serve", str(HERE / "peers" / "workerd.capnp"), "--socket-addr",
                             f"hello=127.0.0.1:{hello}", "--socket-addr", f"spin=127.0.0.1:{spin}"], hello, spin)
    if shutil.which("node"):
        found["node"] = (["node", str(HERE / "peers" / "node.js"), str(node)], node, node)
    return found


@contextlib.contextmanager
def running(command, port):
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(on_cpu(0, command), stdout=log, stderr=log)
        try:
            wait_ready(process, port, log)
            yield process
        finally:
            process.kill()
            process.wait()


def wait_ready(process, port, log):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.1)
    log.seek(0)
    sys.exit(f"{process.args}: not ready: {log.read()[-2000:].decode(errors='replace')}")


def milliseconds(text):
    match = re.fullmatch(r"([\d.]+)([a-z]+)", text)
    if not match:
        return 0.0  # no request was answered: wrk says -nan
    number, unit = match.groups()
    return float(number) * UNITS[unit]


def measure(port, path, seconds):
    """One run of wrk: requests a second and latencies in milliseconds."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "--timeout", "10s",
               f"http://127.0.0.1:{port}{path}"]
    text = subprocess.run(on_cpu(1, command), capture_output=True, text=True, check=True).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    lost = re.search(r"Socket errors: (.*)", text)
    return {
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)),
        "p50": milliseconds(re.search(r"50%\s+(\S+)", text).group(1)),
        "p99": milliseconds(re.search(r"99%\s+(\S+)", text).group(1)),
        "bad": int(bad.group(1)) if bad else 0,
        "errors": lost.group(1) if lost else "",
    }


def resident_megabytes(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) // 1024


class Spinner:
    """Ten requests a second for a worker that never ends."""

    def __init__(self, port):
        self.port = port
        self.over = threading.Event()
        self.threads = []
        self.clock = threading.Thread(target=self.tick)
        self.clock.start()

    def tick(self):
        while not self.over.wait(0.1):
            thread = threading.Thread(target=self.ask, daemon=True)
            thread.start()

    def ask(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            connection.request("GET", "/spin")
            connection.getresponse().read()
            connection.close()

    def stop(self):
        self.over.set()
        self.clock.join()


def run_round(servers, seconds):
    """{(load, server): measurement}"""
    results = {}
    for name, (command, port, spin) in servers.items():
        path = "/hello" if name == "wws" else "/"
        with running(command, port) as process:
            measure(port, path, 2)  # warm
            results["js hello", name] = measure(port, path, seconds)
            results["js hello", name]["rss"] = resident_megabytes(process.pid)
            if name == "wws":
                measure(port, "/c", 1)
                results["c hello", name] = measure(port, "/c", seconds)
            spinner = Spinner(spin)
            time.sleep(0.5)
            results["js hello beside a spinner", name] = measure(port, path, seconds)
            spinner.stop()
    return results


def summarize(rounds):
    rows = []
    for key in rounds[0]:
        values = {field: statistics.median(r[key][field] for r in rounds) for field in ("rate", "p50", "p99")}
        values["bad"] = sum(r[key]["bad"] for r in rounds)
        rows.append({"load": key[0], "server": key[1], **values, "rss": rounds[-1][key].get("rss")})
    ours = {row["load"]: row["rate"] for row in rows if row["server"] == "wws"}
    for row in rows:
        row["wws_ratio"] = ours[row["load"]] / row["rate"] if row["rate"] else None
    alone = {row["server"]: row["rate"] for row in rows if row["load"] == "js hello"}
    for row in rows:
        if row["load"].endswith("spinner"):
            row["of_alone"] = row["rate"] / alone[row["server"]]
    return sorted(rows, key=lambda row: (row["load"], row["server"] != "wws"))


def show(rows):
    print(f"{'load':<28}{'server':<10}{'requests/s':>11}{'p50 ms':>9}{'p99 ms':>9}{'wws/it':>9}{'of alone':>10}{'RSS MB':>8}{'bad':>7}")
    for row in rows:
        ratio = f"{row['wws_ratio']:.2f}" if row["wws_ratio"] else "-"
        alone = f"{row['of_alone'] * 100:.0f} %" if "of_alone" in row else ""
        print(f"{row['load']:<28}{row['server']:<10}{row['rate']:>11.0f}{row['p50']:>9.2f}{row['p99']:>9.2f}"
              f"{ratio:>9}{alone:>10}{row['rss'] or '':>8}{row['bad'] or '':>7}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("two cpus are needed: one for the server, one for wrk")
    app = make_app()
    try:
        rounds = []
        for number in range(1, arguments.rounds + 1):
            print(f"round {number} of {arguments.rounds}", file=sys.stderr, flush=True)
            rounds.append(run_round(commands(os.path.abspath(arguments.binary), app), arguments.seconds))
    finally:
        shutil.rmtree(app, ignore_errors=True)
    rows = summarize(rounds)
    show(rows)
    if arguments.json:
        named = [[{"load": load, "server": server, **values} for (load, server), values in r.items()] for r in rounds]
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps({"median": rows, "rounds": named}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
