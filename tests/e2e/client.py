"""A small HTTP/1.1 client that sends exactly what a case says."""

import base64
import dataclasses
import http.client
import socket
import time

TIMEOUT = 60


@dataclasses.dataclass
class Response:
    status: int = 0
    headers: list = dataclasses.field(default_factory=list)
    body: bytes = b""
    failure: str = ""
    first_byte: float = 0.0
    spent: float = 0.0


def body_of(request, folder):
    if "body_file" in request:
        return (folder / request["body_file"]).read_bytes()
    if "body_size" in request:
        return b"x" * request["body_size"]
    if "body_base64" in request:
        return base64.b64decode(request["body_base64"])
    return request.get("body", "").encode()


def encode(request, host, folder):
    """The bytes of a request; `raw` is sent as it is."""
    if "raw" in request:
        return request["raw"].encode("latin-1")
    body = body_of(request, folder)
    headers = request.get("headers", {})
    pairs = list(headers.items()) if isinstance(headers, dict) else [tuple(p) for p in headers]
    names = {name.lower() for name, _ in pairs}
    if "host" not in names:
        pairs.insert(0, ("Host", host))
    if "connection" not in names:
        pairs.append(("Connection", "close"))
    if body and not names & {"content-length", "transfer-encoding"}:
        pairs.append(("Content-Length", str(len(body))))
    lines = [f"{request.get('method', 'GET')} {request.get('path', '/')} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in pairs]
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body


class Exchange:
    """One request on one connection."""

    def __init__(self, address, request, folder):
        self.method = request.get("method", request.get("raw", "GET").split(" ")[0])
        self.started = time.monotonic()
        self.socket = socket.create_connection(address, TIMEOUT)
        host = f"{address[0]}:{address[1]}"
        self.problem = ""
        try:
            self.socket.sendall(encode(request, host, folder))
        except OSError as error:  # the server may answer and close before it has read everything
            self.problem = str(error)

    def finish(self):
        response = Response()
        try:
            answer = http.client.HTTPResponse(self.socket, method=self.method)
            answer.begin()
            response.status = answer.status
            response.headers = [(name.lower(), value) for name, value in answer.getheaders()]
            first = answer.read1(1) if self.method != "HEAD" else b""
            response.first_byte = time.monotonic() - self.started
            response.body = first + answer.read()
        except (OSError, http.client.HTTPException) as error:
            response.failure = f"{type(error).__name__}: {error} {self.problem}".strip()
        finally:
            self.abandon()
        response.spent = time.monotonic() - self.started
        return response

    def abandon(self):
        self.socket.close()
