#!/usr/bin/env python3
"""Checks that rooms include only what stands above them, and that vendors stay behind their fences.

The order of rooms is the table in ARCHITECTURE.md; the fences are CONTRIBUTING.md's. Prints every
breach as file:line: what, and exits 1 if there is one.
"""

import pathlib
import re
import sys

# (what an include looks like, the folders of src/ that may have it)
FENCES = [
    (re.compile(r"^(wasm|wasmtime|wasi)\.h{1,2}$|^wasmtime/"), ("wasm/wasmtime",)),
    (re.compile(r"^llhttp"), ("http",)),
    (re.compile(r"^nghttp2/"), ("http/h2", "http/client")),
    (re.compile(r"^boost/beast"), ("http/client",)),
    (re.compile(r"^openssl/(ssl|tls)"), ("http/tls", "http/client")),
    (re.compile(r"^zlib\.h|^brotli/|^zstd"), ("codec",)),
    (re.compile(r"^toml\+\+|^toml\.hpp"), ("config",)),
    (re.compile(r"^spdlog/"), ("observe",)),
    (re.compile(r"^CLI/"), ("cli",)),
    (re.compile(r"^git2"), ("git",)),
    (re.compile(r"^guest/js/"), ("abi/js",)),
]
# (folder, a folder that it does not know), inside of a room.
STRANGERS = [
    ("abi/js/", "abi/stdio_json/"),
    ("abi/stdio_json/", "abi/js/"),
    ("http/h1/", "http/client/"),
    ("http/h1/", "http/h2/"),
    ("http/tls/", "http/h1/"),
]
# Heavy, and nobody else's business: these stay in .cc files.
NOT_IN_HEADERS = re.compile(r"^(nlohmann/|simdjson|spdlog/|toml\+\+|CLI/|boost/beast)")
# Headers that hold a vendor all the same, for the .cc files of their own room.
PRIVATE_HEADERS = ("config/toml.h", "config/table_reader.h")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def room_order(architecture):
    """[[rooms that do not know each other], ...] from the table."""
    rows = []
    for line in architecture.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 2 and "`src/" in cells[1]:
            rows.append(re.findall(r"`src/([a-z]+)/`", cells[1]))
    return rows


def breaches(root):
    rows = room_order((root / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    above = {}
    seen = set()
    for row in rows:
        for room in row:
            above[room] = seen | {room}
        seen |= set(row)
    if "base" not in above or "cli" not in above:
        yield "ARCHITECTURE.md: the table of rooms was not found"
        return
    for file in sorted((root / "src").rglob("*")):
        if file.suffix in (".h", ".cc"):
            yield from breaches_of_file(file, root, above)


def breaches_of_file(file, root, above):
    inside = file.relative_to(root / "src").as_posix()
    room = inside.split("/")[0]
    if room not in above:
        yield f"src/{inside}: the room '{room}' is not in ARCHITECTURE.md"
        return
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            for text in breaches_of_include(match.group(1), inside, room, above):
                yield f"src/{inside}:{number}: {text}"


def breaches_of_include(name, inside, room, above):
    first = name.split("/")[0]
    if first in above and "/" in name and first not in above[room]:
        yield f"{room} may not include {name}: {first} does not stand above it"
    for folder, stranger in STRANGERS:
        if inside.startswith(folder) and name.startswith(stranger):
            yield f"{folder[:-1]} may not include {name}: the two do not know each other"
    for pattern, folders in FENCES:
        if pattern.search(name) and not any(inside.startswith(f + "/") for f in folders):
            yield f"{name} belongs behind the fence of src/{folders[0]}/"
    if name in PRIVATE_HEADERS and (first != room or (inside.endswith(".h") and inside not in PRIVATE_HEADERS)):
        yield f"{name} is private to the .cc files of {first}"
    if inside.endswith(".h") and inside not in PRIVATE_HEADERS and NOT_IN_HEADERS.search(name):
        yield f"{name} may not be in a header: keep it in the .cc"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    found = list(breaches(root))
    for text in found:
        print(text)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
