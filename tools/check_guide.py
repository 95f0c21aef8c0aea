#!/usr/bin/env python3
"""Holds the code of docs/guide to the files that the tests run.

Before each fenced block stands where it is from, relative to the repository:

    <!-- from: examples/js-kv/counter.js -->           the whole file
    <!-- part of: examples/js-kv/counter.js -->        consecutive lines of it

A block of sh or text (what a person types and sees) needs no source; every other kind does. Links to
files of the repository must lead somewhere.

Usage: check_guide.py [ROOT]
"""

import pathlib
import re
import sys
import textwrap

FREE = {"sh", "text", ""}
FENCE = re.compile(r"^```(\S*)\s*$")
SOURCE = re.compile(r"^<!-- (from|part of): (\S.*\S) -->$")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def check_page(page, root):
    """The page's mistakes, each with its line."""
    lines = page.read_text(encoding="utf-8").splitlines()
    mistakes, source, start = [], None, None
    for number, line in enumerate(lines, 1):
        fence = FENCE.match(line)
        if start is not None:
            if fence:
                mistakes += check_block(start + 1, kind, source, lines[start:number - 1], root)
                source, start = None, None
            continue
        if fence:
            start, kind = number, fence.group(1)
        elif SOURCE.match(line):
            source = SOURCE.match(line).groups()
        elif line.strip():
            source = None
            mistakes += check_links(number, line, page, root)
    if start is not None:
        mistakes.append((start, "the block does not end"))
    return mistakes


def check_links(number, line, page, root):
    targets = [target for target in LINK.findall(line) if target]
    return [(number, f"the link to {target} leads nowhere") for target in targets if not (page.parent / target).exists()]


def check_block(number, kind, source, block, root):
    if source is None:
        return [] if kind in FREE else [(number, f"a block of {kind} says no source")]
    how, name = source
    if not (root / name).is_file():
        return [(number, f"its source {name} does not exist")]
    text = (root / name).read_text(encoding="utf-8").splitlines()
    if how == "from":
        return [] if text == block else [(number, f"differs from {name}")]
    wanted = textwrap.dedent("\n".join(block)).splitlines()
    for at in range(len(text) - len(block) + 1):
        if textwrap.dedent("\n".join(text[at:at + len(block)])).splitlines() == wanted:
            return []
    return [(number, f"is no part of {name}")]


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    pages = sorted((root / "docs/guide").glob("*.md"))
    if not pages:
        print("docs/guide has no page")
        return 1
    failed = False
    for page in pages:
        for number, mistake in check_page(page, root):
            failed = True
            print(f"{page.relative_to(root)}:{number}: {mistake}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
