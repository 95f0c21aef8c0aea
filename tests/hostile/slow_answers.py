#!/usr/bin/env python3
"""Large answers whose sandboxes are given back and whose clients take nothing: together they get half of `--guest-memory`.

Further ones are told to come again, and small answers go on.

Usage: slow_answers.py --binary build/release/wws
"""

import pathlib
import struct
import subprocess
import sys
import tempfile

from wire import DATA, END_HEADERS, END_STREAM, HEADERS, RST_STREAM, SETTINGS, Http2, ask, frame, request_block, require, run, served, wait_until

MIB = 1 << 20
BUDGET = 64
EACH = 4
FIT = BUDGET // 2 // EACH
# The document around a body of a .wasm worker counts until it is read.
SIZE = EACH * MIB - 1024
ANSWER_OF_WASM = """
#include <stdio.h>
int main(void) {
  static char data[%d];
  for (unsigned i = 0; i < sizeof data; ++i) data[i] = 'w';
  printf("{\\"status\\": 200, \\"headers\\": {}, \\"kv\\": {}, \\"data\\": \\"");
  fwrite(data, 1, sizeof data, stdout);
  printf("\\"}");
}
""" % SIZE
LIMITS = '[limits]\ncpu = 0\nmemory = "64MiB"\n'
PROJECT = {
    "index.js": 'export default { fetch() { return new Response("here"); } };\n',
    "large.js": 'const text = "x".repeat(%d);\nexport default { fetch() { return new Response(text); } };\n' % SIZE,
    "large.toml": LIMITS,
    "wasm.toml": LIMITS,
}
FLAGS = ["--threads", "1", "--guest-memory", f"{BUDGET}MiB", "--bound", "queue_time=100ms", "--bound", "send_rate=0"]
NO_WINDOW = frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 0))
STATUS_200 = b"\x88"  # an index of HPACK's static table


def compile_wasm():
    with tempfile.TemporaryDirectory(prefix="wws-slow-answers-") as folder:
        source, guest = pathlib.Path(folder) / "answer.c", pathlib.Path(folder) / "answer.wasm"
        source.write_text(ANSWER_OF_WASM, encoding="utf-8")
        subprocess.run(["clang-19", "--target=wasm32-wasi", "-O2", "-o", str(guest), str(source)], check=True)
        return guest.read_bytes()


def begin(client, stream, path):
    """Whether the answer is 200, of which nothing but the head may come."""
    client.send(frame(HEADERS, END_HEADERS | END_STREAM, stream, request_block(path=path)))
    for kind, _, of, payload in client.frames():
        require(kind not in (DATA, RST_STREAM), f"frame {kind} of stream {of}, to which no window was given")
        if kind == HEADERS and of == stream:
            return payload.startswith(STATUS_200)
    raise AssertionError("unreachable: frames() fails or gives the head")


def check(server, path):
    require(len(ask(server.address, path).body) == SIZE, "no large answer")
    with Http2(server.address) as client:
        client.send(NO_WINDOW)
        answered = [begin(client, 1 + 2 * i, path.encode()) for i in range(FIT + 4)]
        require(answered == [True] * FIT + [False] * 4, f"answered: {answered}, where {FIT} fit")
        refused = ask(server.address, path)
        require(refused.status == 503, f"there is no room, and the answer is {refused.status}")
        headers = {name.lower(): value for name, value in refused.headers}
        require(headers.get("retry-after") == "1", f"no word of when to come again: {refused.headers}")
        wait_until(lambda: "guest_memory" in server.stderr.text or server.stderr.text, "the log does not name the way out")
        require(ask(server.address).body == b"here", "small answers wait for large ones")
    wait_until(lambda: ask(server.address, path).status == 200 or server.stderr.text, "the clients are gone, and there is no room")


def check_all(binary):
    files = {**PROJECT, "wasm.wasm": compile_wasm()}
    for path in ("/large", "/wasm"):
        with served(binary, files, FLAGS) as server:
            check(server, path)


if __name__ == "__main__":
    sys.exit(run(__doc__, check_all))
