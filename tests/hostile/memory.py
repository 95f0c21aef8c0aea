#!/usr/bin/env python3
"""Many workers that each take 100 MB: together they get what `--guest-memory` allows, and others are told to come again.

Usage: memory.py --binary build/release/wws
"""

import pathlib
import re
import sys

from wire import Http1, ask, require, run, served, wait_until

BUDGET = 512
EACH = 100
GUESTS = 24
# Takes its memory, says so, and holds it until the request's body ends.
HOLD = """export default { async fetch(request) {
  const held = [];
  while (held.length < %d) held.push(new Uint8Array(1 << 20).fill(1));
  return new Response(new ReadableStream({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode("all of it"));
      await request.text();
      controller.enqueue(held[0].subarray(0, 1));
      controller.close();
    },
  }));
} };
""" % EACH
PROJECT = {
    "index.js": 'export default { fetch() { return new Response("here"); } };\n',
    "hold.js": HOLD,
    "hold.toml": '[limits]\ncpu = 0\nwall = 0\nmemory = "256MiB"\n',
}
FLAGS = ["--threads", "1", "--guest-memory", f"{BUDGET}MiB", "--bound", "queue_time=1s", "--bound", "receive_rate=0"]
UPLOAD = b"POST /hold HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


def memory(server):
    """In MiB; pages that sandboxes share count once."""
    text = pathlib.Path(f"/proc/{server.process.pid}/smaps_rollup").read_text(encoding="ascii")
    return int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE).group(1)) / 1024


def status(client):
    """Of a response whose body need not have ended."""
    while len(client.bytes) < 12 and client.fill():
        pass
    return int(client.bytes[9:12])


def check(server):
    require(ask(server.address).body == b"here", "no answer")
    before = memory(server)
    clients = [Http1(server.address) for _ in range(GUESTS)]
    for client in clients:
        client.socket.settimeout(60)
        client.send(UPLOAD)
    statuses = [status(client) for client in clients]
    require(set(statuses) <= {200, 500, 503}, f"answers of {statuses}")
    # No more than fit, and whoever is stopped leaves room for the others.
    holders = statuses.count(200)
    require(1 <= holders <= BUDGET // EACH, f"{holders} hold their memory: {statuses}")
    took = memory(server) - before
    require(took < BUDGET + 64, f"{took:.0f} MiB are taken where {BUDGET} may be")

    for client, was in zip(clients, statuses):
        if was == 200:
            client.send(b"0\r\n\r\n")
            require(client.answer().body == b"all of it\x01", "a worker that holds its memory does not go on")
        client.socket.close()
    wait_until(lambda: memory(server) < before + 2 * EACH or memory(server), "the memory does not come back")
    require(ask(server.address).body == b"here", "no answer after")


def check_others(server):
    """While less than an eighth is left, a request waits its time."""
    with Http1(server.address) as first, Http1(server.address) as second:
        for client in (first, second):
            client.send(UPLOAD)
            require(status(client) == 200, "one that fits is refused")
        busy = ask(server.address)
        require(busy.status == 503, f"there is no room, and the answer is {busy.status}")
        headers = {name.lower(): value for name, value in busy.headers}
        require(headers.get("retry-after") == "1", f"no word of when to come again: {busy.headers}")
        wait_until(lambda: "guest_memory" in server.stderr.text or server.stderr.text, "the log does not name the way out")
        first.send(b"0\r\n\r\n")
        require(first.answer().body == b"all of it\x01", "a worker that holds its memory does not go on")
        wait_until(lambda: ask(server.address).status == 200 or server.stderr.text, "there is room, and no answer")


def check_all(binary):
    with served(binary, PROJECT, FLAGS) as server:
        check(server)
    fits_two = [flag.replace(f"{BUDGET}MiB", f"{2 * EACH + 20}MiB") for flag in FLAGS]
    with served(binary, PROJECT, fits_two) as server:
        check_others(server)


if __name__ == "__main__":
    sys.exit(run(__doc__, check_all))
