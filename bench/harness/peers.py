"""The servers: how each runs an application. What is not on this machine is None, and said."""

import os
import pathlib
import shutil
import subprocess

from .build import Builder
from .servers import Server, free_port

# Its best settings; with the pooling allocator alone it is about half as fast.
WASMTIME_FLAGS = ["-Opooling-allocator=y,pooling-pagemap-scan=y,pooling-memory-keep-resident=8388608,"
                  "pooling-table-keep-resident=1048576"]
NAMES = {"wws": "wws", "workerd": "workerd", "wasmtime": "wasmtime serve", "node": "Node", "node-http": "Node, bare node:http",
         "deno": "Deno", "bun": "Bun", "nginx": "nginx", "upstream": "the upstream alone"}


def first_there(*paths):
    return next((pathlib.Path(path) for path in paths if path and os.path.exists(path)), pathlib.Path("/none"))


class Peers:
    """Makes Servers; each is started and ended by whoever uses it."""

    def __init__(self, builder: Builder, binary, wanted):
        self.builder, self.binary = builder, binary
        modules = builder.modules / "node_modules"
        programs = {
            "wws": pathlib.Path(binary),
            "workerd": pathlib.Path(os.environ.get("BENCH_WORKERD", "/none")),
            "wasmtime": pathlib.Path(os.environ.get("BENCH_WASMTIME", "/none")),
            "node": pathlib.Path(builder.node),
            "node-http": pathlib.Path(builder.node),
            "deno": modules / "@deno/linux-x64-glibc/deno",
            "bun": modules / "@oven/bun-linux-x64/bin/bun",
            "nginx": first_there(os.environ.get("BENCH_NGINX"), shutil.which("nginx")),
        }
        self.programs = {name: path for name, path in programs.items()
                         if path.exists() and (not wanted or name in wanted or name == "wws")}
        self.missing = sorted(name for name, path in programs.items() if not path.exists())
        for path in self.programs.values():
            if not os.access(path, os.X_OK):
                path.chmod(0o755)

    def versions(self):
        flags = {"nginx": ["-v"]}
        found = {}
        for name, path in self.programs.items():
            done = subprocess.run([path, *flags.get(name, ["--version"])], capture_output=True, text=True, check=False)
            found[name] = (done.stdout or done.stderr).strip().splitlines()[0]
        return found

    def wws(self, folder, path="/", flags=(), tls=False):
        port = free_port()
        command = [self.binary, "--threads", "1", *flags]
        if tls:
            certificate, key = self.builder.certificate()
            command += ["--tls-cert", certificate, "--tls-key", key, "--listen", f"https://127.0.0.1:{port}"]
        else:
            command += ["--host", "127.0.0.1", "--port", port]
        return Server("wws", [*command, folder], port, path, tls,
                      {"XDG_CACHE_HOME": str(self.builder.folder / "cache")})

    def app(self, name, app, path):
        """The application on a peer of JavaScript."""
        port, builder, program = free_port(), self.builder, self.programs[name]
        environment = {"DENO_NO_UPDATE_CHECK": "1", "DENO_DIR": str(builder.folder / "deno"), "NODE_ENV": "production"}
        command = {
            "workerd": lambda: [program, "serve", builder.workerd_config(app, port)],
            "wasmtime": lambda: [program, "serve", "-Scli", *WASMTIME_FLAGS, "--allow-precompiled", "--addr", f"127.0.0.1:{port}",
                                 builder.component(app, program, WASMTIME_FLAGS)],
            "node": lambda: [program, builder.node_app(app), port],
            "node-http": lambda: [program, builder.bare_node(), port],
            "deno": lambda: [program, "serve", "--allow-all", "--no-check", "--no-lock", "--host", "127.0.0.1", "--port", port,
                             builder.app(app)],
            "bun": lambda: [program, builder.bun_app(app), port],
        }[name]()
        return Server(name, command, port, path, environment=environment)

    def nginx(self, path, tls=False):
        port = free_port()
        config = self.builder.nginx_config(port, self.builder.certificate() if tls else None)
        return Server("nginx", [self.programs["nginx"], "-p", self.builder.folder, "-c", config, "-e", "stderr"], port, path, tls)
