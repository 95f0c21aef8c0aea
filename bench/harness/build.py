"""Makes what servers run: the applications bundled once, the same bundle for all; guests; certificates."""

import hashlib
import os
import pathlib
import shutil
import subprocess

BENCH = pathlib.Path(__file__).resolve().parent.parent

WORKERD = """using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "app", worker = .app),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:%(port)d", http = (), service = "app")],
);
const app :Workerd.Worker = (
  modules = [(name = "app.mjs", esModule = embed "%(app)s")],
  compatibilityDate = "2026-01-01",
);
"""

NODE = """import { serve } from "@hono/node-server";
import app from "./%(app)s";
serve({ fetch: (request) => app.fetch(request), port: Number(process.argv[2]), hostname: "127.0.0.1" });
"""

BARE_NODE = """import { createServer } from "node:http";
createServer((request, response) => {
  response.setHeader("x-generated-by", "bench");
  response.setHeader("content-type", "text/plain");
  response.end("Hello from worker\\n");
}).listen(Number(process.argv[2]), "127.0.0.1");
"""

BUN = """import app from "./%(app)s";
Bun.serve({ port: Number(process.argv[2]), hostname: "127.0.0.1", fetch: (request) => app.fetch(request) });
"""

COMPONENT = """import app from "./%(app)s";
addEventListener("fetch", (event) => event.respondWith(app.fetch(event.request)));
"""

COMPONENTIZE = """import { componentize } from "@bytecodealliance/componentize-js";
import fs from "node:fs";
const [source, wit, out] = process.argv.slice(2);
const { component } = await componentize({ sourcePath: source, witPath: wit, worldName: "app" });
fs.writeFileSync(out, component);
"""

# Of the interfaces that jco carries, under the version that componentize-js speaks.
WIT_VERSIONS = ("0.2.12", "0.2.10")


class Builder:
    """Puts things into `folder`, which is temporary; components, which take half a minute each, stay in `cache`."""

    def __init__(self, folder, cache, modules, node, upstream_port):
        self.folder, self.cache, self.modules, self.node = folder, cache, modules, node
        self.upstream = f"http://127.0.0.1:{upstream_port}/"
        (folder / "node_modules").symlink_to(modules / "node_modules")
        cache.mkdir(parents=True, exist_ok=True)

    def esbuild(self, source, out, *flags):
        """Beside the source, so that what it writes of paths is the same each time, and components are found again."""
        subprocess.run(["esbuild", "--bundle", "--format=esm", "--log-level=warning", f"--outfile={out}", *flags, source.name],
                       check=True, cwd=source.parent, env={**os.environ, "NODE_PATH": str(self.modules / "node_modules")})

    def app(self, name):
        """apps/NAME.js with what it imports, as one module."""
        out = self.folder / f"{name}.mjs"
        if not out.exists():
            self.esbuild(BENCH / "apps" / f"{name}.js", out, '--define:process.env.NODE_ENV="production"',
                         f'--define:UPSTREAM="{self.upstream}"', "--conditions=worker,import")
        return out

    def entry(self, name, kind, template, *flags):
        """The bundle with a peer's own few lines around it."""
        out = self.folder / f"{name}.{kind}.mjs"
        if not out.exists():
            source = self.folder / f"{name}.{kind}.entry.mjs"
            source.write_text(template % {"app": self.app(name).name})
            self.esbuild(source, out, *flags)
        return out

    def node_app(self, name):
        return self.entry(name, "node", NODE, "--platform=node")

    def bare_node(self):
        out = self.folder / "bare.mjs"
        out.write_text(BARE_NODE)
        return out

    def bun_app(self, name):
        out = self.folder / f"{name}.bun.mjs"
        out.write_text(BUN % {"app": self.app(name).name})
        return out

    def workerd_config(self, name, port):
        out = self.folder / f"{name}.capnp"
        out.write_text(WORKERD % {"port": port, "app": self.app(name).name})
        return out

    def component(self, name, wasmtime, flags):
        """Compiled ahead of time by `wasmtime compile`."""
        source = self.entry(name, "component", COMPONENT)
        lock = (BENCH / "package-lock.json").read_bytes()
        version = subprocess.run([wasmtime, "--version"], capture_output=True, check=True).stdout
        parts = source.read_bytes() + lock + COMPONENTIZE.encode() + version + " ".join(flags).encode()
        out = self.cache / f"{name}-{hashlib.sha256(parts).hexdigest()[:16]}.cwasm"
        if not out.exists():
            script = self.folder / "componentize.mjs"
            script.write_text(COMPONENTIZE)
            made = self.folder / f"{name}.component.wasm"
            subprocess.run([self.node, script, source, self.wit(), made], check=True, cwd=self.folder,
                           stdout=subprocess.DEVNULL)
            subprocess.run([wasmtime, "compile", *flags, "-o", self.folder / "made.cwasm", made], check=True)
            shutil.move(self.folder / "made.cwasm", out)
        return out

    def wit(self):
        place = self.folder / "wit"
        if place.exists():
            return place
        here, there = WIT_VERSIONS
        builtin = self.modules / "node_modules/@bytecodealliance/jco/lib/wit/builtin" / here
        shutil.copytree(builtin, place / "deps")
        for file in place.rglob("*.wit"):
            file.write_text(file.read_text().replace(f"@{here}", f"@{there}"))
        (place / "app.wit").write_text(f"package bench:app;\nworld app {{ include wasi:http/proxy@{there}; }}\n")
        return place

    # ---- of ours ----

    def project(self, name, toml="", file="index"):
        """A folder with the application as its one worker."""
        place = self.folder / "wws" / f"{name}-{hashlib.sha256(toml.encode()).hexdigest()[:8]}"
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.app(name), place / f"{file}.js")
        (place / f"{file}.toml").write_text(f'version = "1"\n{toml}')
        return place

    def many(self, count):
        """`count` workers, each a script of its own."""
        place = self.folder / "wws" / f"many-{count}"
        if not place.exists():
            place.mkdir(parents=True)
            script = (BENCH / "apps" / "hello.js").read_text()
            for number in range(count):
                (place / f"w{number}.js").write_text(script.replace("Hello from worker", f"Hello from worker {number}"))
        return place

    def guest(self, name):
        """A folder with a program on stdin and stdout as its index."""
        place = self.folder / "wws" / f"guest-{name}"
        if place.exists():
            return place
        place.mkdir(parents=True)
        clang = ["clang-19", "--target=wasm32-wasi", "-O2", "-s", "-o", place / "index.wasm", BENCH / "guests/hello.c"]
        if name == "rust":
            self.rust(BENCH / "guests/hello.rs", place / "index.wasm")
        elif name == "unproven":
            # A table that others could change is state which cannot be put back: a new instance each time.
            subprocess.run([*clang, "-Wl,--export-table"], check=True)
        else:
            subprocess.run(clang, check=True)
        return place

    def rust(self, source, out):
        crate = self.folder / "rust"
        (crate / "src").mkdir(parents=True)
        shutil.copy(source, crate / "src/main.rs")
        (crate / "Cargo.toml").write_text('[package]\nname = "hello"\nversion = "1.0.0"\nedition = "2021"\n')
        subprocess.run([os.environ["BENCH_CARGO"], "build", "--quiet", "--release", "--target", "wasm32-wasi"],
                       check=True, cwd=crate, env={**os.environ, "CARGO_TARGET_DIR": str(crate / "target")})
        shutil.copy(crate / "target/wasm32-wasi/release/hello.wasm", out)

    def files(self):
        """1 KB and 100 KB of text."""
        place = self.folder / "wws" / "files"
        (place / "public").mkdir(parents=True, exist_ok=True)
        for name, size in (("1k.txt", 1000), ("100k.txt", 100_000)):
            (place / "public" / name).write_text(("0123456789abcdefghijklmnopqrstuvwxyz\n" * (size // 37 + 1))[:size])
        return place

    def upstream_program(self):
        out = self.folder / "upstream"
        if not out.exists():
            subprocess.run(["cc", "-O2", "-o", out, BENCH / "guests/upstream.c"], check=True)
        return out

    def certificate(self):
        certificate, key = self.folder / "certificate.pem", self.folder / "key.pem"
        if not key.exists():
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost", "-addext",
                            "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
        return certificate, key

    def nginx_config(self, port, certificate=None):
        root = self.files() / "public"
        listen = f"listen 127.0.0.1:{port}"
        if certificate:
            listen += f" ssl http2; ssl_certificate {certificate[0]}; ssl_certificate_key {certificate[1]}; ssl_protocols TLSv1.3"
        out = self.folder / f"nginx-{'tls' if certificate else 'plain'}.conf"
        out.write_text(f"""daemon off; worker_processes 1; pid {self.folder}/nginx.pid; error_log stderr warn;
worker_rlimit_nofile 65536;
events {{ worker_connections 16384; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; keepalive_timeout 300s;
  http2_max_concurrent_streams 128;
  open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s;
  types {{ text/plain txt; }}
  client_body_temp_path {self.folder}/t1; proxy_temp_path {self.folder}/t2; fastcgi_temp_path {self.folder}/t3;
  uwsgi_temp_path {self.folder}/t4; scgi_temp_path {self.folder}/t5;
  server {{ {listen}; root {root}; }}
}}
""")
        return out
