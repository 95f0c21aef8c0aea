"""The micro-benchmarks: programs of Google Benchmark, pinned to the first cpu."""

import json
import subprocess

from .drive import on_cpu

PROGRAM = "wws_micro"
NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def run(folder):
    """{name: microseconds}, the least of nine repetitions: what else the machine does only adds. They are
    spread over the run, as such a time lasts for seconds."""
    command = [folder / PROGRAM, "--benchmark_format=json", "--benchmark_repetitions=9",
               "--benchmark_min_time=0.1", "--benchmark_enable_random_interleaving=true"]
    text = subprocess.run(on_cpu(0, command), capture_output=True, text=True, check=True).stdout
    least = {}
    for one in json.loads(text)["benchmarks"]:
        if one.get("run_type") != "iteration":
            continue
        microseconds = round(one["cpu_time"] * NANOSECONDS[one["time_unit"]] / 1e3, 4)
        least[one["run_name"]] = min(microseconds, least.get(one["run_name"], microseconds))
    return least
