#!/usr/bin/env python3
"""Runs WebAssembly's own test suite in the interpreter that a JavaScript worker has.

Usage: wasm_spec.py --suite FOLDER --runner wws_js_runner [--only NAME] [--jobs N]

Each .wast file becomes modules and commands (wabt's wast2json) and a script of the engine's native test
runner (wasm_spec.js). Files on vectors are left out: the interpreter refuses them. So are those that the
converter cannot read; more than are named here is a failure.
"""

import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ASSERT = HERE.parents[1] / "guest/js/test/assert.js"
# Debian's wast2json stops at a form of text in these.
UNREADABLE = {"comments", "if", "table_fill", "table_get", "table_grow", "table_set", "table_size"}
FEATURES = ["--enable-tail-call", "--enable-extended-const"]


def commands_of(file, folder):
    """The file's commands, a module as hexadecimal digits; None when it cannot be converted."""
    made = subprocess.run(["wast2json", *FEATURES, str(file), "-o", str(folder / "commands.json")],
                          capture_output=True, check=False)
    if made.returncode != 0:
        return None
    commands = json.loads((folder / "commands.json").read_text(encoding="utf-8"))["commands"]
    for command in commands:
        if "filename" in command:
            command["hex"] = (folder / command["filename"]).read_bytes().hex()
    # What is malformed as text never reaches an engine.
    return [command for command in commands if command.get("module_type") != "text"]


def run_file(file, runner):
    """(commands, what went wrong)"""
    with tempfile.TemporaryDirectory(prefix="wws-wasm-spec-") as work:
        folder = pathlib.Path(work)
        commands = commands_of(file, folder)
        if commands is None:
            return 0, None if file.stem in UNREADABLE else "wast2json cannot convert it"
        script = folder / "script.js"
        script.write_text(f"const name = {json.dumps(file.stem)}, commands = {json.dumps(commands)};\n" +
                          (HERE / "wasm_spec.js").read_text(encoding="utf-8"), encoding="utf-8")
        done = subprocess.run([str(runner), str(ASSERT), str(script)], capture_output=True, text=True, check=False)
        return len(commands), None if done.returncode == 0 else (done.stdout + done.stderr)[:3000]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--suite", type=pathlib.Path, required=True)
    parser.add_argument("--runner", type=pathlib.Path, required=True)
    parser.add_argument("--only")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    files = [file for file in sorted(options.suite.rglob("*.wast"))
             if "simd" not in file.as_posix() and options.only in (None, file.stem)]
    if not files:
        sys.exit(f"no .wast file in {options.suite}: run ./dev setup test")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda file: run_file(file, options.runner), files))
    wrong = [(file, text) for file, (_, text) in zip(files, results) if text]
    for file, text in wrong:
        print(f"{file.stem}: {text}")
    print(f"{len(files) - len(wrong)} of {len(files)} files pass, {sum(count for count, _ in results)} commands")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
