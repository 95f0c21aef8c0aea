"""Gathers the workers, static files and mounted folders of the examples that are named into this folder.

Usage: _assemble.py NAME...
"""

import pathlib
import shutil
import sys
import tomllib

SCRIPTS = (".js", ".ts", ".tsx")
# What scripts import; its name may begin with "_".
PARTS = (".ts", ".json")
HERE = pathlib.Path(__file__).resolve().parent


def main(names):
    for old in HERE.iterdir():
        if old.is_dir() and old.name != "_page":
            shutil.rmtree(old)
    shutil.copytree(HERE / "_page", HERE / "public")
    for name in names:
        gather(HERE.parent / name)


def gather(example):
    if (example / "public").is_dir():
        shutil.copytree(example / "public", HERE / "public" / example.name)
    for file in sorted(example.rglob("*")):
        relative = file.relative_to(example)
        marks = "." if file.suffix in PARTS else "._"
        hidden = any(part in ("public", "node_modules", "target") or part[0] in marks for part in relative.parts)
        if hidden or file.suffix not in (*SCRIPTS, *PARTS, ".wasm", ".toml") or not file.is_file():
            continue
        if file.suffix == ".toml" and not any(file.with_suffix(kind).exists() for kind in (*SCRIPTS, ".wasm")):
            continue  # of a build tool
        place = HERE / example.name / relative
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
        if file.suffix == ".toml":
            # An application with routes of its own is told where it is.
            text = place.read_text(encoding="utf-8")
            place.write_text(text.replace('BASE = ""', f'BASE = "/{example.name}"'), encoding="utf-8")
            for folder in tomllib.loads(text).get("folders", []):
                shutil.copytree(file.parent / folder["from"], place.parent / folder["from"], dirs_exist_ok=True)


if __name__ == "__main__":
    main(sys.argv[1:])
