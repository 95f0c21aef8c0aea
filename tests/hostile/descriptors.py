#!/usr/bin/env python3
"""No descriptors are left: the server waits without spinning, says so once, and goes on when there are some again.

Usage: descriptors.py --binary build/release/wws
"""

import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time

from wire import TIMEOUT, Http1, ask, require, run, served, wait_until

PROJECT = {
    "index.js": 'export default { fetch() { return new Response("here"); } };\n',
    "asks.js": """export default { async fetch(request, env) {
  try {
    return await fetch(env.UPSTREAM);
  } catch (error) {
    return new Response(`failed: ${error.message}`);
  }
} };
""",
    "public/file.txt": "a file\n",
}
# Loaded when they are first asked for, because next to nothing may be loaded ahead.
LATE = {
    "index.js": PROJECT["index.js"],
    "late.js": 'export default { fetch() { return new Response("late"); } };\n',
}
LATE_MODULE = r"""#include <stdio.h>
int main(void) {
  printf("{\"data\":\"late module\",\"headers\":{},\"status\":200,\"kv\":{}}");
  return 0;
}
"""
MOST = 160
WARNING = "cannot accept connections"
HELLO = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def limited(folder, binary):
    """The binary with so many descriptors, as `served` starts it."""
    script = pathlib.Path(folder) / "limited.sh"
    script.write_text(f'#!/bin/sh\nulimit -n {MOST}\nexec "{os.path.abspath(binary)}" "$@"\n', encoding="ascii")
    script.chmod(0o755)
    return str(script)


def connect(server):
    client = socket.create_connection(server.address, TIMEOUT)
    client.sendall(HELLO)
    return client


def cpu_seconds(server):
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def get(client, path):
    client.send(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    return client.answer()


def exhaust(server, count):
    """More clients than there are descriptors; the kernel keeps those for whom there is none."""
    before = server.stderr.text.count(WARNING)
    clients = [connect(server) for _ in range(count)]
    wait_until(lambda: server.stderr.text.count(WARNING) > before or server.stderr.text, "no warning")
    require(len(os.listdir(f"/proc/{server.process.pid}/fd")) == MOST, "descriptors are left")
    return clients


def check_waits_quietly(server):
    """Two tenths of a second of work in one of waiting would be a loop that spins; load makes it less, never more."""
    before = cpu_seconds(server)
    time.sleep(1)
    spent = cpu_seconds(server) - before
    require(spent < 0.2, f"the server spins: {spent:.2f} s of CPU time in 1 s")


def check(server):
    with Http1(server.address) as early:
        require(get(early, "/").body == b"here", "no answer")
        clients = exhaust(server, MOST)
        check_waits_quietly(server)
        # Whoever is connected is served with what needs no descriptor, and told of what does.
        require(get(early, "/").body == b"here", "a worker without descriptors")
        require(get(early, "/file.txt").status in (500, 503), "a file without a descriptor")
        require(get(early, "/asks").body.startswith(b"failed: "), "a fetch without a descriptor")
        # One goes, one comes: the warning is not for each of them.
        for _ in range(10):
            clients.pop(0).close()
            clients.append(connect(server))
        time.sleep(0.3)
        require(server.stderr.text.count(WARNING) <= 2, f"the log says it again and again: {server.stderr.text}")
        for client in clients:
            client.close()
        wait_until(lambda: ask(server.address).body == b"here", "no answer when descriptors are free")
        require(get(early, "/file.txt").body == b"a file\n", "no file when descriptors are free")
        require(get(early, "/asks").body == b"from upstream", "no fetch when descriptors are free")


def check_first_loads(server):
    """A worker whose first request finds no descriptor is not broken for good."""
    late = {"/late": b"late", "/module": b"late module"}
    with Http1(server.address) as early:
        require(get(early, "/").body == b"here", "no answer")
        clients = exhaust(server, MOST)
        refused = get(early, "/module")
        require(refused.status == 503, f"a module without a descriptor: {refused.status}")
        require(refused.headers.get("retry-after"), "no word of when to come again")
        get(early, "/late")
        for client in clients:
            client.close()
        wait_until(lambda: ask(server.address).body == b"here", "no answer when descriptors are free")
        for path, body in late.items():
            require(get(early, path).body == body, f"{path} stays broken when descriptors are free")


def serve_upstream(listener):
    while True:
        client, _ = listener.accept()
        client.recv(4096)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\nfrom upstream")
        client.close()


def check_all(binary):
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve_upstream, args=(listener,), daemon=True).start()
    upstream = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    files = {**PROJECT, "asks.toml": f"""name = "asks"
version = "1"
[vars]
UPSTREAM = "{upstream}"
[features.http_requests]
allowed_hosts = ["127.0.0.1"]
allow_http = true
allow_private = true
"""}
    with tempfile.TemporaryDirectory(prefix="wws-limited-") as folder:
        with served(limited(folder, binary), files, ["--threads", "1"]) as server:
            check(server)
        source, module = pathlib.Path(folder) / "late.c", pathlib.Path(folder) / "late.wasm"
        source.write_text(LATE_MODULE, encoding="ascii")
        subprocess.run(["clang-19", "--target=wasm32-wasi", "-O2", "-o", str(module), str(source)], check=True)
        files = {**LATE, "module.wasm": module.read_bytes()}
        with served(limited(folder, binary), files, ["--threads", "1", "--image-memory", "1"]) as server:
            check_first_loads(server)


if __name__ == "__main__":
    sys.exit(run(__doc__, check_all))
