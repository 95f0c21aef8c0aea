#!/usr/bin/env python3
"""Checks that everything that went into the program has its licence in it.

    check.py BUILD_FOLDER BINARY CACHE RUST_JSON

What went in is read from the build itself: the sources, headers and archives that Ninja knows of the
target `wws`, the libraries that compilers add, and the crates. Each file of others belongs to a Debian
package or to a pinned source; that one has to be covered by third_party/licenses.toml, and the part's
name has to be in what `BINARY --licenses` prints. Exits 77 where there is no dpkg to ask.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Tools that write files for the build, but nothing of themselves into the program.
TOOLS = {"clang-19", "python3.11-minimal", "cmake", "python3-minimal"}
IMPLICIT = [("g++", "libstdc++.a"), ("g++", "libgcc.a"), ("g++", "crt1.o"), ("g++", "libc_nonshared.a")]
GUEST_LIBRARIES = ["/usr/lib/wasm32-wasi/libc.a", "/usr/lib/llvm-19/lib/wasm32-wasi/libc++.a",
                   "/usr/lib/llvm-19/lib/wasm32-wasi/libc++abi.a"]
# Written when CMake configures, so that Ninja does not know what it is made of: file -> work.
GENERATED = {"guest/js/ponyfill.js": "pin:web-streams-polyfill", "guest/bundler.kit": "pin:core"}


def run(*command, cwd=None):
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=cwd).stdout


def files_of(build):
    """Every file that the target wws is made of, absolute."""
    inputs = run("ninja", "-t", "inputs", "wws", cwd=build).splitlines()
    outputs = [name for name in inputs if name.endswith((".o", ".wasm"))]
    headers = []
    for start in range(0, len(outputs), 500):
        text = run("ninja", "-t", "deps", *outputs[start:start + 500], cwd=build)
        headers += re.findall(r"^    (.+)$", text, re.MULTILINE)
    headers.append(run("clang-19", "--target=wasm32-wasi", "-print-libgcc-file-name").strip())
    implicit = [run(compiler, "-print-file-name=" + name).strip() for compiler, name in IMPLICIT]
    names = {*inputs, *headers, *implicit, *GUEST_LIBRARIES}
    return {os.path.realpath(os.path.join(build, name)) for name in names}


def owners():
    """Path -> Debian package, of everything installed."""
    table = {}
    for listing in pathlib.Path("/var/lib/dpkg/info").glob("*.list"):
        package = listing.stem.split(":")[0]
        for line in listing.read_text(encoding="utf-8", errors="replace").splitlines():
            table[line] = package
            # /lib is a link to /usr/lib where the two are merged.
            table["/usr" + line] = package
    return table


def works(files, build, cache, rust, table):
    """(what the files of others belong to, files that belong to nothing known)"""
    found, unknown = set(), set()
    for file in files:
        generated = GENERATED.get(os.path.relpath(file, build))
        if generated:
            found.add(generated)
        if file.startswith((str(ROOT) + "/", build + "/")) or not os.path.isfile(file):
            continue
        if file.startswith(cache + "/src/"):
            folder = file[len(cache) + 5:].split("/")[0]
            found.add("pin:" + re.sub(r"-\d[^-]*$", "", folder))
        elif file == rust or re.match(re.escape(cache) + r"/wasmtime[^/]*/", file):
            continue  # the crates, which are checked by their list
        elif file in table:
            found.add(table[file])
        else:
            unknown.add(file)
    return found - TOOLS, unknown


def main():
    build, binary, cache, rust = (os.path.realpath(argument) for argument in sys.argv[1:])
    if not os.path.isdir("/var/lib/dpkg/info"):
        print("no dpkg here to ask whose a file is")
        sys.exit(77)
    parts = tomllib.loads((ROOT / "third_party/licenses.toml").read_text(encoding="utf-8"))["part"]
    covered = {name for part in parts for name in part["covers"]}
    used, unknown = works(files_of(build), build, cache, rust, owners())
    printed = run(binary, "--licenses")
    faults = [f"{name}: no part of third_party/licenses.toml covers it" for name in sorted(used - covered)]
    faults += [f"{name}: covered, but nothing of it is in the program" for name in sorted(covered - used)]
    faults += [f"{file}: of no package and no pin" for file in sorted(unknown)]
    faults += [f"{part['name']}: not in the output of --licenses" for part in parts
               if part["name"] not in printed]
    entries = json.loads(pathlib.Path(rust).read_text(encoding="utf-8"))
    faults += [f"crate {entry['name']}: not in the output of --licenses" for entry in entries
               if f"\n{entry['name']} {entry['version']} (" not in printed]
    print(*faults, sep="\n")
    print(f"{len(used)} works and {len(entries)} crates: {len(faults)} faults")
    sys.exit(1 if faults or len(used) < 10 or len(entries) < 50 else 0)


if __name__ == "__main__":
    main()
