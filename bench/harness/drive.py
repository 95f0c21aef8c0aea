"""wrk and h2load on the second cpu."""

import re
import subprocess

UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


def on_cpu(cpu, command):
    return ["taskset", "-c", str(cpu), *map(str, command)]


def milliseconds(text):
    match = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text)
    return float(match.group(1)) * UNITS[match.group(2)] if match else 0.0  # wrk says -nan where nothing was answered


def run(command, seconds):
    done = subprocess.run(on_cpu(1, command), capture_output=True, text=True, timeout=seconds + 60, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr or done.stdout}")
    return done.stdout


def number(pattern, text):
    match = re.search(pattern, text)
    return int(match.group(1)) if match else 0


def wrk(url, seconds, connections, script=None, arguments=()):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    if script:
        command += ["-s", script]
    command += [url, *(["--", *arguments] if arguments else [])]
    text = run(command, seconds)
    lost = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    return {
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)),
        "p50": milliseconds(re.search(r"50%\s+(\S+)", text).group(1)),
        "p99": milliseconds(re.search(r"99%\s+(\S+)", text).group(1)),
        "bad": number(r"Non-2xx or 3xx responses: (\d+)", text) + (sum(map(int, lost.groups())) if lost else 0),
    }


def h2load(url, seconds, connections, streams):
    text = run(["h2load", f"-c{connections}", f"-m{streams}", "-t1", "-D", seconds, "--warm-up-time", 1, url], seconds)
    rate = re.search(r"finished in .*?, ([\d.]+) req/s", text)
    mean = re.search(r"^time for request:\s+\S+\s+\S+\s+(\S+)", text, re.MULTILINE)
    return {
        "rate": float(rate.group(1)) if rate else 0.0,
        "p50": milliseconds(mean.group(1)) if mean else 0.0,  # h2load gives the mean, and no percentiles
        "p99": None,
        "bad": number(r"(\d+) failed", text) + number(r"(\d+) errored", text) + number(r"(\d+) 5xx", text),
    }
