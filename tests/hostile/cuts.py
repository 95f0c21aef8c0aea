#!/usr/bin/env python3
"""Connections that are cut at every byte: of a request, of a response, of a handshake, of what an upstream sends.

Usage: cuts.py --binary build/release/wws

A client cuts by turns with an end of its bytes and with a reset. Afterwards nothing is under way in the server, its
log knows no error, and it answers as before.
"""

import contextlib
import pathlib
import socket
import ssl
import struct
import sys
import tempfile
import threading

from wire import (ADMIN, DATA, END_HEADERS, END_STREAM, HEADERS, PREFACE, SETTINGS, TIMEOUT, Failed, Http2, ask, at_rest, frame,
                  request_block, require, run, served, wait_until)
from certificates import make_certificates  # noqa: E402  (wire knows where it is)

PROJECT = {
    "echo.js": "export default { async fetch(request) { return new Response(await request.text()); } };\n",
    "pipe.js": "export default { fetch(request) { return new Response(request.body); } };\n",
    "stream.js": """export default { fetch() {
  let left = 5;
  return new Response(new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (left-- === 0) return controller.close();
      controller.enqueue(new TextEncoder().encode(`piece ${left}\\n`));
    },
  }));
} };
""",
    "ask/[size].js": """export default { async fetch(request, env) {
  try {
    const response = await fetch(`${env.UPSTREAM}/${request.params.size}`);
    return new Response(`whole: ${await response.text()}`);
  } catch (error) {
    return new Response(`failed: ${error.message}`);
  }
} };
""",
    "public/file.txt": "a file of some bytes\n" * 20,
}
BODY = b"0123456789" * 4
REQUESTS = {
    "a length": b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n" + BODY,
    "chunks": b"POST /pipe HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n14;x=y\r\n" + BODY[:20] +
              b"\r\n14\r\n" + BODY[20:] + b"\r\n0\r\nX: y\r\n\r\n",
    "a file": b"GET /file.txt HTTP/1.1\r\nHost: a\r\nAccept-Encoding: br\r\nRange: bytes=5-50\r\n\r\n",
    "an expectation": b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 40\r\n\r\n" + BODY,
}
ANSWERED = {
    "a worker": b"POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 40\r\n\r\n" + BODY,
    "a stream": b"GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "a file": b"GET /file.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "a mistake": b"GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
}
HTTP2 = (PREFACE + frame(SETTINGS, 0, 0) +
         frame(HEADERS, END_HEADERS, 1, request_block([(b"x", b"y")], b"POST", b"/pipe")) + frame(DATA, 0, 1, BODY[:20]) +
         frame(DATA, END_STREAM, 1, BODY[20:]) +
         frame(HEADERS, END_HEADERS | END_STREAM, 3, request_block(path=b"/file.txt")))
UPSTREAM_ANSWERS = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\nX: y\r\n\r\n" + BODY,
    b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n" + BODY[:20] + b"\r\n14\r\n" +
    BODY[20:] + b"\r\n0\r\n\r\n",
]


def connect(address):
    client = socket.create_connection(address, TIMEOUT)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def cut(client, number):
    """An end for even numbers, a reset for odd ones."""
    if number % 2:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def cut_sending(address, data):
    for size in range(len(data) + 1):
        client = connect(address)
        client.sendall(data[:size])
        cut(client, size)


def read(client, size):
    got = b""
    while len(got) < size and (piece := client.recv(size - len(got))):
        got += piece
    return got


def cut_receiving(address, request):
    client = connect(address)
    client.sendall(request)
    whole = read(client, 1 << 20)
    client.close()
    for size in range(len(whole)):
        client = connect(address)
        client.sendall(request)
        read(client, size)
        cut(client, size)
    return len(whole)


def http2_answer_size(address):
    """What HTTP2 is answered with, up to the end of its second stream."""
    with Http2(address) as client:
        client.send(HTTP2[len(PREFACE + frame(SETTINGS, 0, 0)):])
        size, over = 0, set()
        for _, flags, stream, payload in client.frames():
            size += 9 + len(payload)
            if stream and flags & END_STREAM:
                over.add(stream)
            if over == {1, 3}:
                return size
    raise Failed("the server ends a connection of HTTP/2")


def cut_http2_receiving(address):
    # Window updates come or do not by how fast the bytes do: so much comes in any case.
    for size in range(http2_answer_size(address) - 60):
        client = connect(address)
        client.sendall(HTTP2)
        require(len(read(client, size)) == size, "the server ends a connection of HTTP/2")
        cut(client, size)


def client_hello():
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="a.test").do_handshake()
    return outgoing.read()


class Upstream:
    """Sends as many bytes of an answer as the path says, and cuts."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.answer = b""
        threading.Thread(target=self.serve, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def serve(self):
        while True:
            client, _ = self.socket.accept()
            head = b""
            while b"\r\n\r\n" not in head and (piece := client.recv(4096)):
                head += piece
            if head:
                size = int(head.split(b" ")[1].lstrip(b"/"))
                with contextlib.suppress(OSError):
                    client.sendall(self.answer[:size])
                # A reset may overtake bytes, which then are fewer than the path says.
                client.close()


def check_upstream(server, upstream):
    for answer in UPSTREAM_ANSWERS:
        upstream.answer = answer
        for size in range(len(answer) + 1):
            body = ask(server.address, f"/ask/{size}").body
            wanted = b"whole: " + BODY if size == len(answer) else b"failed: "
            require(body.startswith(wanted), f"{size} of {len(answer)} bytes of an upstream: {body!r}")


def check_at_rest(server, what):
    try:
        wait_until(lambda: at_rest(server), "still under way")
    except Failed as failure:
        raise Failed(f"after {what}: {failure}") from failure
    require(ask(server.address, "/file.txt").body.startswith(b"a file"), f"after {what}: no file")
    require(ask(server.address, "/echo", method="POST", body="x").body == b"x", f"after {what}: no worker")
    for line in server.stderr.text.splitlines():
        require(" ERROR " not in line, f"after {what} the log says: {line}")


def check_plain(binary):
    upstream = Upstream()
    files = {**PROJECT, "ask/[size].toml": f"""name = "ask"
version = "1"
[vars]
UPSTREAM = "{upstream.address}"
[features.http_requests]
allowed_hosts = ["127.0.0.1"]
allow_http = true
allow_private = true
"""}
    with served(binary, files, ADMIN) as server:
        for name, data in REQUESTS.items():
            cut_sending(server.address, data)
            check_at_rest(server, f"requests with {name}")
        for name, data in ANSWERED.items():
            size = cut_receiving(server.address, data)
            require(size > 100, f"{name} answers with {size} bytes only")
            check_at_rest(server, f"responses of {name}")
        cut_sending(server.address, HTTP2)
        check_at_rest(server, "requests over HTTP/2")
        cut_http2_receiving(server.address)
        check_at_rest(server, "responses over HTTP/2")
        check_upstream(server, upstream)
        check_at_rest(server, "answers of an upstream")


def check_tls(binary):
    with tempfile.TemporaryDirectory(prefix="wws-tls-") as folder:
        names = make_certificates(pathlib.Path(folder), {"a": "a.test"})
        flags = [*ADMIN, "--tls-cert", names["a.pem"], "--tls-key", names["a.key"]]
        with served(binary, PROJECT, flags) as server:
            hello = client_hello()
            cut_sending(server.address, hello)
            # The server's hello, certificate and what comes with it.
            for size in range(0, 700, 3):
                client = connect(server.address)
                client.sendall(hello)
                read(client, size)
                cut(client, size)
            wait_until(lambda: at_rest(server), "after handshakes still under way")
            context = ssl.create_default_context(cafile=names["a.pem"])
            with context.wrap_socket(connect(server.address), server_hostname="a.test") as client:
                client.sendall(ANSWERED["a file"])
                require(read(client, 15) == b"HTTP/1.1 200 OK", "no answer after handshakes that were cut")


def check_all(binary):
    check_plain(binary)
    check_tls(binary)


if __name__ == "__main__":
    sys.exit(run(__doc__, check_all))
