#!/usr/bin/env python3
"""Checks that a program runs wherever the C library does, and tells nothing of who built it.

    check_binary.py BINARY

It needs only glibc's own libraries, no version of them newer than Debian 12's, no path to look for
libraries, and has no folder of a home, of a cache or of cargo's registry in it.
"""

import re
import subprocess
import sys

NEEDED = re.compile(r"^(libc\.so\.6|libm\.so\.6|ld-linux-x86-64\.so\.2|ld-linux-aarch64\.so\.1)$")
NEWEST = (2, 36)
# Of the machine that builds; what a server reads on the machine that runs it is no such path.
PATHS = re.compile(rb"(?:/root|/home/[a-z0-9_]+)/[A-Za-z0-9_./@+-]{3,}|[A-Za-z0-9_/.-]*/registry/src/[A-Za-z0-9_./-]+")


def readelf(option, binary):
    return subprocess.run(["readelf", "--wide", option, binary], check=True, capture_output=True, text=True).stdout


def faults_of(binary):
    dynamic = readelf("-d", binary)
    for name in re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic):
        if not NEEDED.match(name):
            yield f"needs {name}: link it statically"
    for name in re.findall(r"\((?:RPATH|RUNPATH)\).*\[(.+)\]", dynamic):
        yield f"looks for libraries in {name}"
    versions = {tuple(map(int, found.split("."))) for found in
                re.findall(r"Name: GLIBC_([0-9.]+)", readelf("-V", binary))}
    if versions and max(versions) > NEWEST:
        yield f"needs glibc {'.'.join(map(str, max(versions)))}, newer than {'.'.join(map(str, NEWEST))}"
    for name in sorted(set(re.findall(r"Name: (GLIBC_PRIVATE|GLIBCXX_[0-9.]+)", readelf("-V", binary)))):
        yield f"needs the version {name}"
    with open(binary, "rb") as file:
        found = sorted(set(PATHS.findall(file.read())))
    for path in found[:10]:
        yield f"tells a path of the machine that built it: {path.decode()}"


def main():
    faults = list(faults_of(sys.argv[1]))
    for fault in faults:
        print(f"{sys.argv[1]}: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
