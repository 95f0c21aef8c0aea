"""What the figures were measured on."""

import os
import pathlib
import platform
import re
import subprocess


def read(path):
    try:
        return pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def first(pattern, text, otherwise="unknown"):
    match = re.search(pattern, text, re.MULTILINE)
    return match.group(1).strip() if match else otherwise


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def describe(root):
    cpu = read("/proc/cpuinfo")
    system = read("/etc/os-release")
    return {
        "cpu": first(r"^model name\s*:\s*(.*)$", cpu),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(int(first(r"^MemTotal:\s*(\d+) kB", read("/proc/meminfo"), "0")) / 2**20, 1),
        "virtual": "hypervisor" in first(r"^flags\s*:(.*)$", cpu, ""),
        "kernel": platform.release().split("-")[0],
        "system": first(r'^PRETTY_NAME="(.*)"$', system),
        "huge_pages": first(r"\[(\w+)\]", read("/sys/kernel/mm/transparent_hugepage/enabled")),
        "governor": read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").strip() or "not given",
        "commit": output("git", "-C", str(root), "describe", "--always", "--dirty"),
    }
