#!/usr/bin/env python3
"""Makes the kit of src/bundler: esbuild, compiled, and the modules that stand in for Node's.

    build_bundler.py --esbuild esbuild.wasm --core FOLDER --own FOLDER --cache FOLDER
                     --target NAME --output FILE -- wws_bundle

Compiling esbuild takes half a minute and compressing it as long, so both are kept in the cache, by all
that the result depends on.
"""

import argparse
import hashlib
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What writes a bundle of src/wasm.
WRITERS = ("src/wasm/binary/*.cc", "src/wasm/binary/*.h", "src/wasm/image.*", "src/wasm/wasmtime/bundle*",
           "src/wasm/wasmtime/engines.*")
# Of @jspm/core: those that are taken as they are, with what they import. Its `process` reads clocks when it is
# loaded; all get ours.
CORE = ("assert", "buffer", "events", "path", "punycode", "querystring", "stream", "string_decoder", "url", "util")
CORE_PROCESS = re.compile(r"export \{ process as p \};\s*$")
IMPORT = re.compile(r"""(?:from|import)\s*["']\./([^"'/]+\.js)["']""")
DEFAULT = re.compile(r"export default|as default")
BROTLI = """
const zlib = require("zlib"), fs = require("fs"), { constants } = zlib;
const [from, to] = process.argv.slice(-2), bytes = fs.readFileSync(from);
fs.writeFileSync(to, zlib.brotliCompressSync(bytes, { params: {
  [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24,
  [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
"""


def compress(source, target):
    subprocess.run(["node", "-e", BROTLI, "--", source, target], check=True)


def compressed(content, folder):
    source, target = folder / "source", folder / "target"
    source.write_bytes(content)
    compress(source, target)
    return target.read_bytes()


def core_files(folder):
    """Names to texts of the files of @jspm/core that are wanted."""
    files, wanted = {}, [f"{name}.js" for name in CORE]
    while wanted:
        name = wanted.pop()
        if name in files:
            continue
        text = (folder / name).read_text(encoding="utf-8")
        if CORE_PROCESS.search(text):
            text = 'export { process as p } from "./process.js";\n'
        files[name] = text
        wanted += IMPORT.findall(text)
    return files


def node_files(core, own):
    files = core_files(core)
    files |= {path.name: path.read_text(encoding="utf-8") for path in sorted(own.glob("*.js*"))}
    # Node's own are CommonJS: require("events") is the class itself, which no ECMAScript module can be.
    modules = [name.removesuffix(".js") for name, text in files.items()
               if name.endswith(".js") and DEFAULT.search(text)]
    for name in modules:
        files[f"{name}.cjs"] = f'module.exports = require("./{name}.js").default;\n'
    for name, text in files.items():
        for imported in IMPORT.findall(text):
            if imported not in files:
                sys.exit(f"{name} imports {imported}, which is not there")
    return {name: text.encode() for name, text in sorted(files.items())}


def key_of(esbuild, target):
    digest = hashlib.sha256(target.encode())
    digest.update(BROTLI.encode())
    files = [esbuild]
    for pattern in WRITERS:
        files += sorted(ROOT.glob(pattern))
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def esbuild_entry(arguments, folder):
    """(size, compressed bytes) of the compiled module."""
    cache = arguments.cache / "bundler"
    kept = cache / f"{key_of(arguments.esbuild, arguments.target)}.br"
    if not kept.is_file():
        bundle = folder / "bundle"
        print("compiling esbuild: half a minute, once", flush=True)
        subprocess.run([*arguments.tool, "--module", arguments.esbuild, bundle], check=True)
        cache.mkdir(parents=True, exist_ok=True)
        packed = folder / "packed"
        compress(bundle, packed)
        new = cache / f"new-{os.getpid()}"
        new.write_bytes(struct.pack("<Q", bundle.stat().st_size) + packed.read_bytes())
        new.rename(kept)
    content = kept.read_bytes()
    return struct.unpack("<Q", content[:8])[0], content[8:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool", nargs="+", help="after --: wws_bundle, behind an emulator where it needs one")
    for name in ("esbuild", "core", "own", "cache", "output"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--target", required=True, help="the processor and the Wasmtime that it is for")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        entries = {"esbuild.bundle": esbuild_entry(arguments, folder)}
        for file, content in node_files(arguments.core, arguments.own).items():
            entries[file] = (len(content), compressed(content, folder))
    body = struct.pack("<I", len(entries))
    for file, (size, packed) in entries.items():
        body += struct.pack("<I", len(file)) + file.encode() + struct.pack("<QQ", size, len(packed)) + packed
    arguments.output.write_bytes(b"wwskit1\n" + hashlib.sha256(body).digest() + body)
    print(f"bundler: {len(body) >> 10} KiB")


if __name__ == "__main__":
    main()
