"""The micro-benchmarks: programs of Google Benchmark, pinned to the first cpu."""

import json
import subprocess

from .drive import on_cpu

PROGRAM = "wws_micro"
NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def run(folder):
    """{name: microseconds}, the median of five repetitions."""
    command = [folder / PROGRAM, "--benchmark_format=json", "--benchmark_repetitions=5",
               "--benchmark_min_time=0.2", "--benchmark_report_aggregates_only=true"]
    text = subprocess.run(on_cpu(0, command), capture_output=True, text=True, check=True).stdout
    return {one["run_name"]: round(one["cpu_time"] * NANOSECONDS[one["time_unit"]] / 1e3, 4)
            for one in json.loads(text)["benchmarks"] if one.get("aggregate_name") == "median"}
