#!/usr/bin/env python3
"""Compiles each header of src/ alone, with the flags that its room's sources have.

Usage: check_headers.py BUILD_FOLDER HEADER...
"""

import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys


def flags_by_folder(build):
    """Of one source file each: -I, -D, -std and the like. A room's folders may see different vendors."""
    flags = {}
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        file = pathlib.Path(entry["file"])
        parts = file.parts
        if file.suffix != ".cc" or "src" not in parts:
            continue
        folder = parts[len(parts) - parts[::-1].index("src"):-1]
        words = shlex.split(entry["command"])
        kept, skip = [], False
        for word in words:
            if skip:
                skip = False
            elif word in ("-o", "-c", "-MF", "-MT"):
                skip = True
            elif word in ("-MD", "-MMD") or word.startswith("-O") or word.startswith("-g"):
                pass
            else:
                kept.append(word)
        flags.setdefault(folder, [word for word in kept if word != str(file)])
    return flags


def compile_alone(header, flags):
    command = [word for word in flags if not word.endswith("ccache")]
    # -Wno-pragma-once-outside-header has no GCC twin, so the header is included, not compiled itself.
    source = f'#include "{header}"\n'
    done = subprocess.run(command + ["-fsyntax-only", "-x", "c++", "-"], input=source,
                          capture_output=True, text=True)
    return done.stderr if done.returncode else ""


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    flags = flags_by_folder(root / sys.argv[1])
    work = []
    for header in (root / name for name in sys.argv[2:]):
        folder = header.relative_to(root / "src").parts[:-1]
        while folder and folder not in flags:
            folder = folder[:-1]
        if folder:
            work.append((header, flags[folder]))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", os.cpu_count()))) as pool:
        for (header, _), problem in zip(work, pool.map(lambda job: compile_alone(*job), work)):
            if problem:
                failed += 1
                print(f"{header.relative_to(root)} does not compile alone:\n{problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
