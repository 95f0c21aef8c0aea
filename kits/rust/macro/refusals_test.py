#!/usr/bin/env python3
"""What #[worker] refuses, it refuses with a message that says why. Environment: CARGO, CARGO_TARGET_DIR."""

import os
import pathlib
import subprocess
import sys
import tempfile

KIT = pathlib.Path(__file__).resolve().parent.parent
HANDLER = "fn handler(_: wasm_workers_rs::http::Request<String>) -> Result<wasm_workers_rs::http::Response<String>, String> { todo!() }"
CASES = {
    "#[wasm_workers_rs::worker(stash)] " + HANDLER: "#[worker] knows `cache` and `params`, not `stash`",
    "#[wasm_workers_rs::worker] " + HANDLER.replace("handler", "main"): "#[worker] writes `main` itself",
    "#[wasm_workers_rs::worker] async " + HANDLER: "a worker is a plain `fn`",
    "#[wasm_workers_rs::worker] struct Handler; fn main() {}": "#[worker] stands on a function",
    "#[wasm_workers_rs::worker(params)] " + HANDLER: "takes 1 argument",
    "#[wasm_workers_rs::worker] " + HANDLER: None,
}


def check(folder, source):
    (folder / "src/main.rs").write_text(source + "\n", encoding="utf-8")
    command = [os.environ["CARGO"], "check", "--quiet", "--offline", "--manifest-path", str(folder / "Cargo.toml")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def main():
    with tempfile.TemporaryDirectory(prefix="wws-macro-") as name:
        folder = pathlib.Path(name)
        (folder / "src").mkdir()
        (folder / "Cargo.lock").write_bytes((KIT / "Cargo.lock").read_bytes())
        (folder / "Cargo.toml").write_text(
            '[package]\nname = "refused"\nversion = "1.0.0"\nedition = "2021"\n[workspace]\n'
            f'[dependencies]\nwasm-workers-rs = {{ path = "{KIT}" }}\n', encoding="utf-8")
        failed = 0
        for source, message in CASES.items():
            done = check(folder, source)
            good = done.returncode == 0 if message is None else done.returncode != 0 and message in done.stderr
            if not good:
                failed += 1
                print(f"{source}\n  expected {message!r}, got {done.returncode}: {done.stderr}")
        return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
