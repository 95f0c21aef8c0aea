#!/usr/bin/env python3
"""Compares what a request costs in counts with what was recorded: no time is measured, so a busy machine does not matter.

regression.py PROGRAM CACHE [--record]: PROGRAM prints "name,count" lines; regression.csv, beside this file, has what they
were, and how far each may move. What costs more fails, and so does what costs clearly less: it is to be recorded, so that
it cannot be lost again unseen.
"""

import argparse
import csv
import pathlib
import subprocess
import sys

RECORD = pathlib.Path(__file__).resolve().with_name("regression.csv")
SKIPPED = 77  # where there is nothing to count
HEAD = ["name", "count", "tolerance_percent"]
# Of what is new: instructions move a little with the compiler's version.
TOLERANCES = {"instructions": "2", "dirty_pages": "4", "image_pages": "4", "allocations": "0"}


def counts_of(program, cache):
    done = subprocess.run([program, cache], capture_output=True, text=True, check=False)
    if done.returncode == SKIPPED:
        print(done.stderr)
        sys.exit(SKIPPED)
    if done.returncode != 0:
        sys.exit(f"{program} failed:\n{done.stderr}{done.stdout}")
    return {name: int(count) for name, count in csv.reader(done.stdout.splitlines())}


def recorded(path):
    with open(path, encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    return {row["name"]: (int(row["count"]), float(row["tolerance_percent"])) for row in csv.DictReader(lines)}


def verdicts(counts, record):
    """What is not as recorded, one text each."""
    for name, count in counts.items():
        if name not in record:
            yield f"{name} is {count}, and nothing is recorded"
            continue
        expected, percent = record[name]
        most, least = expected * (1 + percent / 100), expected * (1 - percent / 100)
        change = (count / expected - 1) * 100 if expected else 0
        if count > most:
            yield f"{name} is WORSE: {count}, was {expected} ({change:+.1f} %, {percent:g} % are let through)"
        elif count < least:
            yield f"{name} is better: {count}, was {expected} ({change:+.1f} %)"
    for name in record.keys() - counts.keys():
        yield f"{name} is recorded, and is not counted any more"


def write(path, counts, record):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("# What a request costs: instructions of the guest, pages, allocations of the host. Written by\n"
                   "# `./dev bench --record`, compared in every test run; the tolerances are edited by hand.\n")
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(HEAD)
        for name, count in counts.items():
            usual = next(percent for kind, percent in TOLERANCES.items() if name.startswith(kind))
            rows.writerow([name, count, f"{record[name][1]:g}" if name in record else usual])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("cache")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--file", type=pathlib.Path, default=RECORD)
    arguments = parser.parse_args()
    counts = counts_of(arguments.program, arguments.cache)
    record = recorded(arguments.file) if arguments.file.exists() else {}
    found = list(verdicts(counts, record))
    print("\n".join(found) or f"{len(counts)} counts are as recorded")
    if arguments.record:
        write(arguments.file, counts, record)
    elif found:
        sys.exit("If this is meant: `./dev bench --record` writes bench/regression.csv anew; say in the commit why.")


if __name__ == "__main__":
    main()
