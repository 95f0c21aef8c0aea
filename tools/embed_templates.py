#!/usr/bin/env python3
"""Turns the templates of `wws new` into assembly and C++ for the program.

Usage: embed_templates.py --templates templates --kits kits --output FOLDER
Writes embedded_templates.S and embedded_templates.cc to FOLDER. `{name}` in a file's name stands for
`[name]`, which CMake cannot have in a list. A template gets the kit of its language as well.
"""

import argparse
import pathlib


def kit_of(template, kits):
    """The kit's files by their place in the project, as bytes."""
    if template == "c":
        return {"wws.h": (kits / "c/wws.h").read_bytes()}
    if template != "rust":
        return {}
    place = kits / "rust"
    manifest = (place / "Cargo.toml").read_text(encoding="utf-8")
    own = manifest.replace('members = ["macro", "../../examples/rust-*"]', 'members = ["macro"]')
    if own == manifest:
        raise SystemExit("kits/rust/Cargo.toml: the list of members is not the one that is known here")
    files = {"_kit/Cargo.toml": own.encode()}
    for name in ("README.md", "macro/Cargo.toml"):
        files["_kit/" + name] = (place / name).read_bytes()
    for file in sorted((*place.glob("src/*.rs"), *place.glob("macro/src/*.rs"))):
        files["_kit/" + file.relative_to(place).as_posix()] = file.read_bytes()
    return files


def files_of(template, kits):
    files = {}
    for file in sorted(template.rglob("*")):
        if file.is_file():
            name = file.relative_to(template).as_posix().replace("{", "[").replace("}", "]")
            files[name] = file.read_bytes()
    return {**files, **kit_of(template.name, kits)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("templates", "kits", "output"):
        parser.add_argument("--" + name, type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    assembly = ["/* The templates of `wws new`; made by tools/embed_templates.py. */",
                '    .section .rodata.wws_templates, "a", @progbits']
    declarations, rows = [], []
    for template in sorted(path for path in arguments.templates.iterdir() if path.is_dir()):
        for name, data in files_of(template, arguments.kits).items():
            number = len(rows)
            assembly += [f"    .globl wws_template_{number}_begin", f"wws_template_{number}_begin:"]
            assembly += ["    .byte " + ",".join(map(str, data[at:at + 64])) for at in range(0, len(data), 64)]
            assembly += [f"    .globl wws_template_{number}_end", f"wws_template_{number}_end:"]
            declarations += [f'extern "C" const char wws_template_{number}_{end}[];' for end in ("begin", "end")]
            rows.append(f'    {{"{template.name}", "{name}", {{wws_template_{number}_begin, wws_template_{number}_end}}}},')
    assembly += ["    .byte 0", '    .section .note.GNU-stack, "", @progbits', ""]
    table = ["// Made by tools/embed_templates.py.", '#include "cli/new_project.h"', "", *declarations, "",
             "namespace wws::cli {", "", "std::span<const TemplateFile> embedded_templates() {",
             "  static const TemplateFile kFiles[] = {", *rows, "  };", "  return kFiles;", "}", "",
             "}  // namespace wws::cli", ""]
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "embedded_templates.S").write_text("\n".join(assembly), encoding="utf-8")
    (arguments.output / "embedded_templates.cc").write_text("\n".join(table), encoding="utf-8")


if __name__ == "__main__":
    main()
