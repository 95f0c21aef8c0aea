#!/usr/bin/env python3
"""Writes the licences of everything inside the program into one text file.

    collect.py --cache FOLDER --rust licenses.json --output FILE

The parts are those of third_party/licenses.toml and the crates of rust.py. A text that several share
is there once; a licence that a text only refers to is at the end.
"""

import argparse
import json
import pathlib
import re
import sys
import textwrap
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMON = pathlib.Path("/usr/share/common-licenses")
DOCUMENTS = pathlib.Path("/usr/share/doc")
COMMON_NAME = re.compile(r"/usr/share/common-licenses/([A-Za-z0-9.-]*[A-Za-z0-9])")
RULE = "=" * 78


def pins():
    """Name without scope -> folder name in the cache."""
    folders = {}
    for line in (ROOT / "third_party/pins.txt").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words and not line.startswith("#"):
            name = words[1].split("/")[-1]
            folders[name] = f"{name}-{words[2]}"
    return folders


def read(path):
    return path.read_text(encoding="utf-8", errors="replace").strip("\n")


def first_comment(text):
    body = text[text.index("/*") + 2:text.index("*/")]
    return "\n".join(line.lstrip().removeprefix("*").removeprefix(" ") for line in body.splitlines()).strip()


def stanza(text, name):
    """The longest "License: NAME" paragraph of a Debian copyright file: the one with the words."""
    found = re.findall(rf"^License: {re.escape(name)}\n((?:[ \t].*\n)+)", text, re.MULTILINE)
    if not found:
        sys.exit(f"there is no text of {name}")
    lines = max(found, key=len).splitlines()
    return "\n".join("" if line.strip() == "." else line[1:] for line in lines)


def text_of(source, cache, folders):
    kind, _, rest = source.partition(":")
    if kind == "apache":
        return read(ROOT / "LICENSE")
    if kind == "debian":
        return read(DOCUMENTS / rest / "copyright")
    if kind == "stanza":
        package, _, name = rest.partition(":")
        return stanza(read(DOCUMENTS / package / "copyright") + "\n", name)
    name, _, file = rest.partition("/")
    text = read(cache / "src" / folders[name] / file)
    return first_comment(text) if kind == "comment" else text


def parts(cache):
    folders = pins()
    for part in tomllib.loads(read(ROOT / "third_party/licenses.toml"))["part"]:
        yield f"{part['name']} ({part['license']})", [text_of(s, cache, folders) for s in part["text"]]


def crates(file):
    """A crate that brings no text has that of another one with the same licence."""
    entries = json.loads(read(file))
    by_license = {}
    for entry in entries:
        if entry["texts"]:
            by_license.setdefault(entry["license"], entry["texts"])
    for entry in entries:
        texts = entry["texts"] or by_license.get(entry["license"])
        if not texts:
            sys.exit(f"{entry['name']}: no text of {entry['license']} is at hand")
        yield f"{entry['name']} {entry['version']} ({entry['license']})", texts


def write(entries, output):
    names, order = {}, []
    for name, texts in entries:
        for text in texts:
            if text not in names:
                names[text] = []
                order.append(text)
            names[text].append(name)
    lines = [textwrap.fill("wws is licensed under the Apache License 2.0. Inside of the program are "
                           "also the works of others that follow, each under its own licence.", 78), ""]
    for text in order:
        lines += [RULE, *names[text], RULE, "", text, ""]
    for name in sorted({match for text in order for match in COMMON_NAME.findall(text)}):
        if (COMMON / name).is_file():
            lines += [RULE, f"{name}, which texts above refer to", RULE, "", read(COMMON / name), ""]
    pathlib.Path(output).write_text("\n".join(lines), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--rust", type=pathlib.Path, required=True)
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    write([*parts(arguments.cache), *crates(arguments.rust)], arguments.output)


if __name__ == "__main__":
    main()
