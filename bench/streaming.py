#!/usr/bin/env python3
"""Bodies are streams: what the server's memory does while gigabytes pass through a worker, and while clients read slowly.

streaming.py --binary build/release/wws [--gigabytes 4] [--clients 1000] [--only NAMES] [--json FILE]

Each experiment starts a server of its own and fails when bytes are missing or the peak is over its limit:
  h1-pipe, h2-pipe   an upload that a worker pipes to its response, over HTTP/1.1 and HTTP/2 (curl)
  h1-slow, h2-slow   so many clients ask for an endless response and read one byte a second, each with a sandbox of its own as
                     long as it reads; memory is compared after all have been answered and half a minute later
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from harness.servers import free_port, raise_descriptors

PIPE = "export default { fetch(request) { return new Response(request.body); } };\n"
# 64 KiB as often as the client takes it.
ENDLESS = """export default {
  fetch() {
    const piece = new Uint8Array(65536).fill(46);
    return new Response(new ReadableStream({ pull(controller) { controller.enqueue(piece.slice()); } }));
  },
};
"""
LIMITS = 'version = "1"\n[limits]\ncpu = 0\nwall = 0\nrequest = 0\nresponse = 0\n'
CHUNK = bytes(range(256)) * 256
LIMIT_MB = 64


class Server:
    """wws with a folder of two workers; knows its peak of memory."""

    def __init__(self, binary, folder, threads):
        self.port = free_port()
        for name, script in (("pipe", PIPE), ("endless", ENDLESS)):
            (folder / f"{name}.js").write_text(script)
            (folder / f"{name}.toml").write_text(LIMITS)
        self.process = subprocess.Popen([binary, "--host", "127.0.0.1", "--port", str(self.port), "--threads", str(threads), "--max-body", "0",
                                         str(folder)], stdout=subprocess.DEVNULL)
        self.peak = 0.0
        self.over = threading.Event()
        self.watcher = threading.Thread(target=self.watch)

    def __enter__(self):
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise SystemExit("the server does not start")
            time.sleep(0.05)
        self.watcher.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.watcher.join()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def resident(self):
        """What it takes of the machine. The resident set would count the image's pages once for each sandbox that shares them."""
        text = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE).group(1)) / 1024

    def watch(self):
        while not self.over.wait(0.2):
            self.peak = max(self.peak, self.resident())


def feed(out, size):
    """Writes `size` bytes into a pipe."""
    left = size
    with contextlib.suppress(BrokenPipeError), out:
        while left > 0:
            left -= out.write(CHUNK[:left])


def pipe(server, version, gigabytes, **_):
    """Uploads with curl and counts what comes back."""
    size = int(gigabytes * 2**30)
    flag = "--http2-prior-knowledge" if version == 2 else "--http1.1"
    curl = subprocess.Popen(["curl", "--silent", "--show-error", flag, "--no-buffer", "-T", "-", "-H", "Expect:",
                             f"http://127.0.0.1:{server.port}/pipe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    feeder = threading.Thread(target=feed, args=(curl.stdin, size))
    feeder.start()
    got, wrong = 0, False
    while piece := curl.stdout.read(len(CHUNK)):
        at = got % len(CHUNK)
        wrong = wrong or piece != (CHUNK + CHUNK)[at:at + len(piece)]
        got += len(piece)
    feeder.join()
    if curl.wait() != 0 or got != size or wrong:
        raise SystemExit(f"curl ended with {curl.returncode}; {got} of {size} bytes came back{', not the same ones' if wrong else ''}")
    return {"moved_mb": size / 2**20}


def slow_h1(server, clients, seconds):
    """Reads one byte a second from each of many connections."""
    readers = []
    for _ in range(clients):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
        readers.append(connection)
    return read_slowly(server, readers, seconds)


def read_slowly(server, readers, seconds):
    with contextlib.ExitStack() as stack:
        for connection in readers:
            stack.callback(connection.close)
        moved = round_of_bytes(readers, b"HTTP/1.1 200")
        before = server.resident()
        server.peak = before
        for _ in range(seconds):
            began = time.monotonic()
            moved += round_of_bytes(readers)
            time.sleep(max(0, 1 - (time.monotonic() - began)))
        return {"before_mb": before, "moved_mb": moved / 2**20}


def round_of_bytes(readers, begin=None):
    """A byte of each, or the beginning of its answer; waits for those that have none yet."""
    waiting, moved = selectors.DefaultSelector(), 0
    for connection in readers:
        waiting.register(connection, selectors.EVENT_READ)
    deadline = time.monotonic() + 120
    while waiting.get_map():
        for key, _ in waiting.select(1):
            got = key.fileobj.recv(len(begin) if begin else 1)
            if not got or (begin and got != begin):
                raise SystemExit(f"a slow client was cut off or refused: {got!r}")
            moved += len(got)
            waiting.unregister(key.fileobj)
        if time.monotonic() > deadline:
            raise SystemExit(f"{len(waiting.get_map())} clients wait for a byte")
    return moved


# ---- HTTP/2, as much of it as a slow reader needs (RFC 9113 section 4.1, 6.5, 6.9) ----

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags, stream, payload):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def h2_request(port):
    """SETTINGS with a window of 64 bytes a stream, and GET /endless in literals (RFC 7541 section 6.2.2)."""
    def literal(name, value):
        return bytes([0, len(name)]) + name + bytes([len(value)]) + value
    fields = (literal(b":method", b"GET") + literal(b":scheme", b"http") + literal(b":path", b"/endless") +
              literal(b":authority", f"127.0.0.1:{port}".encode()))
    small_window = (4).to_bytes(2, "big") + (64).to_bytes(4, "big")
    return PREFACE + frame(4, 0, 0, small_window) + frame(1, 5, 1, fields)


def slow_h2(server, clients, seconds):
    """Each client opens its stream's window by one byte a second."""
    with contextlib.ExitStack() as stack:
        readers = []
        for _ in range(clients):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 30))
            connection.sendall(h2_request(server.port))
            readers.append(connection)
        moved = sum(drain(connection, 64) for connection in readers)
        before = server.resident()
        server.peak = before
        for _ in range(seconds):
            began = time.monotonic()
            for connection in readers:
                connection.sendall(frame(8, 0, 1, (1).to_bytes(4, "big")) + frame(8, 0, 0, (1).to_bytes(4, "big")))
            moved += sum(drain(connection, 1) for connection in readers)
            time.sleep(max(0, 1 - (time.monotonic() - began)))
        return {"before_mb": before, "moved_mb": moved / 2**20}


def exactly(connection, size):
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise SystemExit("a slow client was cut off")
        data += piece
    return data


def drain(connection, wanted):
    """Reads frames until so many bytes of DATA came."""
    got = 0
    while got < wanted:
        head = exactly(connection, 9)
        length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
        payload = exactly(connection, length)
        if kind == 0:
            got += length
        elif kind in (3, 7):
            raise SystemExit(f"a slow client was refused: {'RST_STREAM' if kind == 3 else 'GOAWAY'} {payload!r}")
        elif kind == 4 and not flags & 1:
            connection.sendall(frame(4, 1, 0, b""))
    return got


EXPERIMENTS = {
    "h1-pipe": ("{gigabytes:g} GB piped, HTTP/1.1", lambda server, a: pipe(server, 1, a.gigabytes)),
    "h2-pipe": ("{gigabytes:g} GB piped, HTTP/2", lambda server, a: pipe(server, 2, a.gigabytes)),
    "h1-slow": ("{clients} readers of a byte a second, HTTP/1.1", lambda server, a: slow_h1(server, a.clients, a.seconds)),
    "h2-slow": ("{clients} readers of a byte a second, HTTP/2", lambda server, a: slow_h2(server, a.clients, a.seconds)),
}


def run(name, arguments):
    title, experiment = EXPERIMENTS[name]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wws-streaming-"))
    try:
        # A loop runs 768 requests of one worker at once, and each of these readers has one for itself.
        threads = 1 if name.endswith("pipe") else 1 + arguments.clients // 500
        with Server(os.path.abspath(arguments.binary), folder, threads) as server:
            before, began = server.resident(), time.monotonic()
            figures = {"before_mb": before, **experiment(server, arguments)}
            figures["seconds"] = round(time.monotonic() - began, 1)
            figures["peak_mb"] = round(max(server.peak, server.resident()), 1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    # Of slow readers: no more than a tenth above what they took when all had been answered.
    limit = LIMIT_MB if name.endswith("pipe") else round(figures["before_mb"] * 1.1 + 1, 1)
    figures["before_mb"] = round(figures["before_mb"], 1)
    return {"name": name, "title": title.format(**vars(arguments)), "limit_mb": limit, **figures}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--gigabytes", type=float, default=4)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=30, help="of reading slowly")
    parser.add_argument("--only", default=",".join(EXPERIMENTS))
    parser.add_argument("--json", type=pathlib.Path, help="results of ./dev bench, which these are added to")
    arguments = parser.parse_args()
    raise_descriptors()
    rows, failed = [], False
    for name in arguments.only.split(","):
        row = run(name, arguments)
        rows.append(row)
        over = row["peak_mb"] > row["limit_mb"]
        failed = failed or over
        print(f"{row['title']}: {row['moved_mb']:.1f} MB in {row['seconds']} s, before {row['before_mb']} MB, peak {row['peak_mb']} MB, "
              f"limit {row['limit_mb']} MB{' EXCEEDED' if over else ''}", flush=True)
    if arguments.json:
        before = json.loads(arguments.json.read_text()) if arguments.json.exists() else {"loads": {}}
        kept = [row for row in before.get("streaming", []) if row["name"] not in {new["name"] for new in rows}]
        order = list(EXPERIMENTS)
        before["streaming"] = sorted(kept + rows, key=lambda row: order.index(row["name"]))
        arguments.json.write_text(json.dumps(before, indent=1) + "\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
