#!/usr/bin/env python3
"""A client that goes away takes along what it had begun: streams, fetches, waiting guests, instances.

Usage: leaving.py --binary build/release/wws

Over HTTP/1 the client closes its connection; over HTTP/2 it resets its stream and stays. Each time the worker is told
(request.signal aborts, the response's stream is cancelled), the connection to the upstream ends, and the admin API
counts nothing that runs.
"""

import contextlib
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading

from wire import (ADMIN, DATA, END_HEADERS, END_STREAM, HEADERS, RST_STREAM, TIMEOUT, WINDOW_UPDATE, Failed, Http1, Http2, admin_state, ask,
                  at_rest, frame, request_block, require, run, served, wait_until)

# Each says "begun" when it waits for nothing but its client.
WORKERS = {
    "endless.js": """export default { fetch(request) {
  request.signal.addEventListener("abort", () => console.log("endless: aborted"));
  return new Response(new ReadableStream({
    start(controller) { controller.enqueue(new TextEncoder().encode("begun")); },
    pull() { return new Promise(() => setTimeout(() => {}, 1e9)); },
    cancel() { console.log("endless: cancelled"); },
  }));
} };
""",
    "flood.js": """export default { fetch(request) {
  request.signal.addEventListener("abort", () => console.log("flood: aborted"));
  return new Response(new ReadableStream({
    pull(controller) { controller.enqueue(new Uint8Array(65536)); },
    cancel() { console.log("flood: cancelled"); },
  }));
} };
""",
    "timer.js": """export default { async fetch(request) {
  request.signal.addEventListener("abort", () => console.log("timer: aborted"));
  console.log("timer: begun");
  await new Promise((resolve) => setTimeout(resolve, 1e9));
} };
""",
    "upload.js": """export default { async fetch(request) {
  request.signal.addEventListener("abort", () => console.log("upload: aborted"));
  const reader = request.body.getReader();
  await reader.read();
  console.log("upload: begun");
  try {
    await reader.read();
  } catch (error) {
    console.log("upload: cancelled");
    throw error;
  }
} };
""",
    "ask.js": """export default { async fetch(request, env) {
  request.signal.addEventListener("abort", () => console.log("ask: aborted"));
  return fetch(env.UPSTREAM, { signal: request.signal });
} };
""",
    "spin.js": "export default { fetch() { for (;;); } };\n",
    "index.js": 'export default { fetch() { return new Response("here"); } };\n',
}
SLEEPER = """#include <stdio.h>
#include <unistd.h>
int main(void) {
  fprintf(stderr, "sleeper: begun\\n");
  sleep(1000000);
}
"""
LIMITS = 'name = "x"\nversion = "1"\n[limits]\ncpu = "60s"\nwall = "0"\n'


class Upstream:
    """Takes a request, never answers, and knows how many connections are open."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.lock = threading.Lock()
        self.open = 0
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}/"

    def accept(self):
        while True:
            client, _ = self.socket.accept()
            threading.Thread(target=self.hold, args=(client,), daemon=True).start()

    def hold(self, client):
        self.count(1)
        with contextlib.suppress(OSError):
            while client.recv(4096):
                pass
        client.close()
        self.count(-1)

    def count(self, by):
        with self.lock:
            self.open += by


class Http1Client:
    """One request, which is left by closing the connection."""

    def __init__(self, address, path, body=None):
        self.wire = Http1(address)
        head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: a\r\n"
        if body:
            head += "Content-Length: 1000000\r\n"
        self.wire.send(head.encode() + b"\r\n" + (body or b""))

    def wait_for(self, text):
        while text not in self.wire.bytes:
            require(self.wire.fill(), f"the connection ends before {text!r}")

    def leave(self):
        self.wire.socket.close()

    def check_after(self):
        pass


class Http2Client:
    """The same as a stream that is reset, on a connection that stays."""

    def __init__(self, address, path, body=None):
        self.wire = Http2(address)
        self.frames = self.wire.frames()
        block = request_block(method=b"POST" if body else b"GET", path=path.encode())
        self.wire.send(frame(HEADERS, END_HEADERS | (0 if body else END_STREAM), 1, block))
        if body:
            self.wire.send(frame(DATA, 0, 1, body))

    def wait_for(self, text):
        for kind, _, stream, payload in self.frames:
            if kind == DATA and stream == 1 and text in payload:
                return
        raise Failed(f"the connection ends before {text!r}")

    def leave(self):
        self.wire.send(frame(RST_STREAM, 0, 1, (8).to_bytes(4, "big")))  # CANCEL

    def check_after(self):
        # What a flood has sent counts against the connection's window, too.
        self.wire.send(frame(WINDOW_UPDATE, 0, 0, (1 << 20).to_bytes(4, "big")))
        self.wire.send(frame(HEADERS, END_HEADERS | END_STREAM, 3, request_block()))
        for kind, _, stream, payload in self.frames:
            if kind == DATA and stream == 3 and payload == b"here":
                self.wire.socket.close()
                return
        raise Failed("the connection does not survive a stream that was reset")


def count(server, line):
    return server.stderr.text.count(line) + server.stdout.text.count(line)


def wait_logged(server, line, times):
    wait_until(lambda: count(server, line) >= times or count(server, line), f'the log says "{line}" too rarely')


def running(server):
    return admin_state(server)["instances"]["running"]


def leave(server, kind, path, ready, told=(), body=None):
    name = f"{path} over {kind.__name__[:-6]}"
    before = {line: count(server, line) for line in told}
    client = kind(server.address, path, body)
    try:
        ready(client)
        require(at_rest(server) is not True, f"{name}: nothing runs before the client leaves")
    except Failed as failure:
        raise Failed(f"{name}: {failure}") from failure
    client.leave()
    for line in told:
        wait_logged(server, line, before[line] + 1)
    wait_until(lambda: running(server) == 0 or admin_state(server)["instances"], f"{name}: an instance runs on")
    wait_until(lambda: admin_state(server)["in_flight"] == 0 or admin_state(server), f"{name}: a request goes on")
    client.check_after()
    wait_until(lambda: at_rest(server), f"{name}: not at rest")


def check(server, upstream, kind):
    def logged(line):
        times = count(server, line) + 1
        return lambda client: wait_logged(server, line, times)

    def asked(client):
        wait_until(lambda: upstream.open == 1 or upstream.open, "the upstream is not asked")

    leave(server, kind, "/endless", lambda client: client.wait_for(b"begun"), ["endless: aborted", "endless: cancelled"])
    leave(server, kind, "/flood", lambda client: client.wait_for(b"\0" * 100), ["flood: cancelled"])
    leave(server, kind, "/timer", logged("timer: begun"), ["timer: aborted"])
    leave(server, kind, "/upload", logged("upload: begun"), ["upload: cancelled"], body=b"x")
    leave(server, kind, "/ask", asked, ["ask: aborted"])
    wait_until(lambda: upstream.open == 0 or upstream.open, "the connection to the upstream stays")
    leave(server, kind, "/spin", lambda client: wait_until(lambda: running(server) == 1 or running(server), "nothing spins"))
    leave(server, kind, "/sleeper", lambda client: wait_until(lambda: running(server) == 1 or running(server), "nothing sleeps"))
    require(ask(server.address).body == b"here", "no answer afterwards")


def compile_sleeper(work):
    source, guest = work / "sleeper.c", work / "sleeper.wasm"
    source.write_text(SLEEPER, encoding="utf-8")
    subprocess.run(["clang-19", "--target=wasm32-wasi", "-O2", "-o", str(guest), str(source)], check=True)
    return guest.read_bytes()


def check_all(binary):
    upstream = Upstream()
    with tempfile.TemporaryDirectory(prefix="wws-leaving-") as folder:
        files = {**WORKERS, "sleeper.wasm": compile_sleeper(pathlib.Path(folder))}
    for name in list(files):
        files[name.rpartition(".")[0] + ".toml"] = LIMITS
    files["ask.toml"] += f"""[vars]
UPSTREAM = "{upstream.address}"
[features.http_requests]
allowed_hosts = ["127.0.0.1"]
allow_http = true
allow_private = true
"""
    with served(binary, files, [*ADMIN, "--log-level", "info"]) as server:
        check(server, upstream, Http1Client)
        check(server, upstream, Http2Client)


if __name__ == "__main__":
    sys.exit(run(__doc__, check_all))
