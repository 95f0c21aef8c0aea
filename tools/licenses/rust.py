#!/usr/bin/env python3
"""Writes the licences of the crates that are linked into libwws_wasmtime.a, as JSON.

    rust.py MANIFEST TARGET OUTPUT

MANIFEST is wasmtime/Cargo.toml, TARGET the triple that is built for. The crates and their texts are
those that cargo has fetched. Crates that only run while building (build scripts, macros) are not in
the archive and not in the list.
"""

import json
import pathlib
import re
import subprocess
import sys

TEXT_FILE = re.compile(r"^(licen[cs]e|copying|copyright|notice|unlicense)", re.IGNORECASE)


def metadata(manifest, target):
    done = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform",
         target, "--manifest-path", manifest],
        check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def is_macro(package):
    return any("proc-macro" in target["kind"] for target in package["targets"])


def linked_packages(data):
    """The packages that the root reaches over ordinary dependencies."""
    packages = {package["id"]: package for package in data["packages"]}
    nodes = {node["id"]: node for node in data["resolve"]["nodes"]}
    root = data["resolve"]["root"]
    seen, waiting = {root}, [root]
    while waiting:
        for dependency in nodes[waiting.pop()]["deps"]:
            name = dependency["pkg"]
            ordinary = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            if ordinary and name not in seen and not is_macro(packages[name]):
                seen.add(name)
                waiting.append(name)
    return [packages[name] for name in seen if name != root]


def texts_of(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    files = {file for file in folder.iterdir() if file.is_file() and TEXT_FILE.match(file.name)}
    if package.get("license_file"):
        files.add(folder / package["license_file"])
    return [file.read_text(encoding="utf-8", errors="replace").strip() for file in sorted(files)]


def main():
    manifest, target, output = sys.argv[1:]
    entries = []
    for package in linked_packages(metadata(manifest, target)):
        if not package["license"] and not texts_of(package):
            sys.exit(f"{package['name']} {package['version']} names no licence")
        entries.append({
            "name": package["name"], "version": package["version"], "license": package["license"],
            "authors": package["authors"], "home": package["repository"] or package["homepage"],
            "texts": texts_of(package)})
    entries.sort(key=lambda entry: (entry["name"], entry["version"]))
    pathlib.Path(output).write_text(json.dumps(entries, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
