#!/usr/bin/env python3
"""A folder of many workers: how soon wws is ready, what memory it takes, and what the first and second
request to each of them cost.

Usage: many_workers.py --binary build/release/wws [--count 10000] [--wasm 1000] [--rounds 3] [--json FILE] [-- FLAGS]
Of `count` workers `wasm` are distinct C modules, a third of all has a TOML, every tenth a parameter. The
folder and the cache of compiled modules are temporary, so the first start compiles everything. FLAGS go to
the server. Fails when an answer is wrong.
"""

import argparse
import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
READY = re.compile(r"Start serving requests at http://127\.0\.0\.1:(\d+)")
SCRIPT = """// Worker %(number)d.
const greeting = (name) => `${name} %(number)d`;

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.searchParams.has("json")) return Response.json({ number: %(number)d });
    return new Response(greeting(env.WORD ?? "hello"), { headers: { "x-generated-by": "wws" } });
  },
};
"""
TOML = """name = "worker %(number)d"
version = "1"

[vars]
WORD = "hello"

[limits]
cpu = "500ms"
"""
C_ANSWER = "Hello from worker\n"


def leb128(number):
    out = bytearray()
    while True:
        byte = number & 0x7F
        number >>= 7
        out.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(out)


def distinct(module, number):
    """The module with a custom section of its own, so that it is compiled like one of its own."""
    name, content = b"\x06number", str(number).encode()
    return module + b"\x00" + leb128(len(name) + len(content)) + name + content


def make_folder(place, count, wasm):
    """[(path, expected body)] of every worker."""
    built = place.parent / "c.wasm"
    subprocess.run(["clang-19", "--target=wasm32-wasi", "-O2", "-o", built, HERE / "guests" / "hello.c"], check=True)
    module = built.read_bytes()
    every = max(1, count // wasm) if wasm else 0
    asked = []
    for number in range(count):
        folder = place / f"group{number // 100}"
        folder.mkdir(parents=True, exist_ok=True)
        is_wasm = every and number % every == 0 and number // every < wasm
        name = f"w{number}"
        if number % 10 == 3:
            (folder / name).mkdir()
            folder, name, path = folder / name, "[id]", f"/group{number // 100}/{name}/7"
        else:
            path = f"/group{number // 100}/{name}"
        if is_wasm:
            (folder / f"{name}.wasm").write_bytes(distinct(module, number))
        else:
            (folder / f"{name}.js").write_text(SCRIPT % {"number": number})
        if number % 3 == 0:
            (folder / f"{name}.toml").write_text(TOML % {"number": number})
        asked.append((path, C_ANSWER if is_wasm else f"hello {number}"))
    return asked


def memory(pid):
    """MiB by kind, from /proc."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    fields = dict(re.findall(r"^(VmRSS|VmHWM|RssAnon|RssFile|RssShmem):\s+(\d+) kB", text, re.MULTILINE))
    maps = len(pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines())
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return {**{name: int(value) // 1024 for name, value in fields.items()},
            "Pss": int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE).group(1)) // 1024, "mappings": maps,
            "descriptors": len(os.listdir(f"/proc/{pid}/fd"))}


def ask_all(port, asked, connections):
    """Seconds for one request to each; wrong answers raise."""
    def ask(part):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for path, expected in part:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read().decode()
            if answer.status != 200 or body != expected:
                raise SystemExit(f"{path}: {answer.status} {body!r}, not {expected!r}")
        connection.close()

    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(connections) as pool:
        list(pool.map(ask, [asked[i::connections] for i in range(connections)]))
    return time.monotonic() - began


def start(binary, place, flags, environment, log):
    """(process, port, seconds until ready, lines of output until then)."""
    began = time.monotonic()
    process = subprocess.Popen([binary, "--port", "0", *flags, str(place)], stdout=subprocess.PIPE, stderr=log,
                               env=environment)
    lines = []
    for line in process.stdout:
        lines.append(line.decode())
        match = READY.search(lines[-1])
        if match:
            return process, int(match.group(1)), time.monotonic() - began, lines
    raise SystemExit(f"the server did not start: {''.join(lines)} {pathlib.Path(log.name).read_text()}")


def processor_time(pid):
    """Seconds of all threads so far, which do not depend on what else the machine does."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def settle(pid):
    """Waits until loading ahead has ended: no processor time is used any more."""
    before = -1
    while processor_time(pid) != before:
        before = processor_time(pid)
        time.sleep(0.5)


def measure(binary, place, asked, rounds, flags, environment, log, name):
    process, port, ready, lines = start(binary, place, flags, environment, log)
    result = {"start": name, "ready_s": round(ready, 3), "ready_cpu_s": processor_time(process.pid),
              "lines": len(lines), "at_ready": memory(process.pid)}
    try:
        settle(process.pid)
        result["settled"] = memory(process.pid)
        # Twice each once, then a hundred of them again and again.
        parts = (("first_round", asked), ("second_round", asked), ("hot", asked[:100] * 100))
        for round_name, part in parts[:rounds]:
            before = processor_time(process.pid)
            took = ask_all(port, part, 4)
            result[round_name] = {"s": round(took, 2), "cpu_s": round(processor_time(process.pid) - before, 2),
                                  "requests": len(part), **memory(process.pid)}
    finally:
        process.send_signal(signal.SIGTERM)
        result["exit"] = process.wait(60)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--wasm", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3, help="0: only start")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("flags", nargs="*")
    arguments = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="wws-many-"))
    try:
        asked = make_folder(work / "project", arguments.count, arguments.wasm)
        environment = {**os.environ, "XDG_CACHE_HOME": str(work / "cache")}
        with open(work / "log", "w", encoding="utf-8") as log:
            results = []
            for name in ("nothing compiled", "compiled before"):
                results.append(measure(arguments.binary, work / "project", asked, arguments.rounds, arguments.flags,
                                       environment, log, name))
                print(json.dumps(results[-1], indent=1), flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
