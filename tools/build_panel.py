#!/usr/bin/env python3
"""Builds the admin panel and turns its files into C++ and assembly for the server.

Usage: build_panel.py --source panel --work build/panel --modules NODE_MODULES --also FILE --output FOLDER
Writes embedded_panel.S and embedded_panel.cc to FOLDER. Needs no network: `./dev setup` has fetched
the modules that panel/package-lock.json names.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys


def build_page(source, work, modules):
    """The built files. Sources are copied, so that nothing is ever written beside them."""
    if not (modules / "vite").is_dir():
        sys.exit(f"the panel's modules are not in {modules}: run ./dev setup")
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(source, work, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (work / "node_modules").symlink_to(modules)
    done = subprocess.run(["node", str(modules / "vite/bin/vite.js"), "build", "--logLevel", "warn"],
                          cwd=work, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"the panel does not build:\n{done.stdout}{done.stderr}")
    dist = work / "dist"
    return {file.relative_to(dist).as_posix(): file for file in sorted(dist.rglob("*")) if file.is_file()}


def assembly(files):
    lines = ["/* The panel's files; made by tools/build_panel.py. */",
             '    .section .rodata.wws_panel, "a", @progbits']
    for number, file in enumerate(files.values()):
        lines += [f"    .globl wws_panel_{number}_begin", f"wws_panel_{number}_begin:",
                  f'    .incbin "{file}"', f"    .globl wws_panel_{number}_end", f"wws_panel_{number}_end:"]
    return "\n".join(lines + ["    .byte 0", '    .section .note.GNU-stack, "", @progbits', ""])


def table(files):
    names = [f"extern \"C\" const char wws_panel_{number}_{end}[];"
             for number in range(len(files)) for end in ("begin", "end")]
    rows = [f'    {{"{name}", {{wws_panel_{n}_begin, wws_panel_{n}_end}}}},' for n, name in enumerate(files)]
    return "\n".join(["// Made by tools/build_panel.py.", '#include "cli/embedded_panel.h"', "", *names, "",
                      "namespace wws::cli {", "", "std::span<const admin::StaticFile> embedded_panel() {",
                      "  static const admin::StaticFile kFiles[] = {", *rows, "  };", "  return kFiles;", "}", "",
                      "}  // namespace wws::cli", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("source", "work", "modules", "also", "output"):
        parser.add_argument("--" + name, type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    files = build_page(arguments.source, arguments.work.resolve(), arguments.modules.resolve())
    files[arguments.also.name] = arguments.also.resolve()
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "embedded_panel.S").write_text(assembly(files), encoding="utf-8")
    (arguments.output / "embedded_panel.cc").write_text(table(files), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
