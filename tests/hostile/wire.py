"""What hostile tests speak with: a server for a project of a few files, HTTP/1 responses off a socket one after
the other, and frames of HTTP/2. Only Python's standard library."""

import argparse
import contextlib
import dataclasses
import json
import pathlib
import shutil
import socket
import struct
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from checks import Failed, shorten  # noqa: E402
from client import Exchange  # noqa: E402
from server import Server, clean_environment  # noqa: E402

TIMEOUT = 20
ADMIN = ["--enable-panel", "--admin-port", "0"]


class Skipped(Exception):
    """It cannot be tried on this machine."""


def run(description, check):
    """A test's whole program: check(binary) raises Failed or Skipped. Returns the exit code."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--binary", required=True)
    try:
        check(parser.parse_args().binary)
    except Skipped as why:
        print(why)
        return 77
    except Failed as failure:
        print(failure)
        return 1
    return 0


@contextlib.contextmanager
def served(binary, files, flags=(), environment=None, work=None):
    """The server of a project; `files` is {name: text or bytes}. The folder around it is server.work."""
    work = pathlib.Path(work or tempfile.mkdtemp(prefix="wws-hostile-"))
    server = None
    try:
        project = work / "project"
        for name, content in files.items():
            path = project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        flags = [flag.replace("{work}", str(work)) for flag in flags]
        extra = {"XDG_CACHE_HOME": str(work / "cache"), **(environment or {})}
        server = Server(binary, project, flags, clean_environment(extra))
        server.work = work
        server.wait_ready()
        yield server
        stop(server)
    except Failed as failure:
        log = server.stderr.text[-4000:] if server else ""
        raise Failed(f"{failure}\n---- the server's stderr ----\n{log}") from failure
    finally:
        if server:
            server.kill()
        shutil.rmtree(work, ignore_errors=True)


def stop(server):
    server.send_signal("SIGTERM")
    code = server.wait_exit()
    server.check_sanitizers()
    if code != 0:
        raise Failed(f"the server ended with {code}, not 0")


def require(condition, what):
    if not condition:
        raise Failed(what)


def wait_until(condition, what, limit=TIMEOUT):
    """For what happens after something was seen; `condition` gives a true value, or what is there instead."""
    deadline = time.monotonic() + limit
    while True:
        value = condition()
        if value is True:
            return
        if time.monotonic() > deadline:
            raise Failed(f"{what}: {value!r}")
        time.sleep(0.02)


# ---- HTTP/1 ----

@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    body: bytes


class Http1:
    """A connection on which bytes are sent as they are and responses are read one after the other."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.bytes = b""
        self.over = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        with contextlib.suppress(OSError):  # the server may have refused already
            self.socket.sendall(data)

    def fill(self):
        """More bytes; False at the end."""
        if self.over:
            return False
        try:
            piece = self.socket.recv(65536)
        except TimeoutError as error:
            raise Failed(f"nothing comes any more; so far {shorten(self.bytes)!r}") from error
        except OSError:
            piece = b""
        self.bytes += piece
        self.over = not piece
        return not self.over

    def line(self):
        while b"\r\n" not in self.bytes:
            if not self.fill():
                return None
        line, _, self.bytes = self.bytes.partition(b"\r\n")
        return line

    def take(self, count):
        while len(self.bytes) < count:
            if not self.fill():
                raise Failed("the connection ends within a response")
        taken, self.bytes = self.bytes[:count], self.bytes[count:]
        return taken

    def answer(self, method="GET"):
        """The next response; None where the connection ends instead."""
        first = self.line()
        if first is None:
            require(not self.bytes, f"the connection ends with {self.bytes!r}")
            return None
        status = int(first.split(b" ")[1])
        headers = {}
        while line := self.line():
            name, _, value = line.partition(b":")
            headers[name.decode().lower()] = value.strip().decode("latin-1")
        return Answer(status, headers, self.body(status, headers, method))

    def body(self, status, headers, method):
        if method == "HEAD" or status in (204, 304) or status < 200:
            return b""
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(self.line() or b"0", 16):
                body += self.take(size)
                self.line()
            self.line()
            return body
        if "content-length" in headers:
            return self.take(int(headers["content-length"]))
        while self.fill():
            pass
        body, self.bytes = self.bytes, b""
        return body


def ask(address, path="/", **request):
    """One request on a connection of its own."""
    response = Exchange(address, {"path": path, **request}, HERE).finish()
    require(not response.failure, f"{path}: {response.failure}")
    return response


def admin_state(server):
    """What the admin API says of the server; needs the flags of ADMIN."""
    response = ask(server.admin, "/_api/v0/server")
    require(response.status == 200, f"the admin API answers {response.status}: {response.body!r}")
    return json.loads(response.body)


def at_rest(server):
    """True when nothing is under way, else what is."""
    state = admin_state(server)
    busy = {"in_flight": state["in_flight"], "connections": state["connections"],
            "background": state["background_tasks"], "running": state["instances"]["running"],
            "waiting": state["instances"]["waiting"]}
    return not any(busy.values()) or busy


# ---- HTTP/2 ----

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def integer(value, prefix):
    """RFC 7541 section 5.1, without the bits before the prefix."""
    most = (1 << prefix) - 1
    if value < most:
        return bytes([value])
    out, value = bytes([most]), value - most
    while value >= 128:
        out, value = out + bytes([value % 128 | 128]), value // 128
    return out + bytes([value])


def field(name, value):
    """A literal without indexing and without Huffman's code: bytes as they are."""
    return b"\0" + integer(len(name), 7) + name + integer(len(value), 7) + value


def request_block(more=(), method=b"GET", path=b"/", scheme=b"http", authority=b"a"):
    pseudo = [(b":method", method), (b":scheme", scheme), (b":path", path), (b":authority", authority)]
    return b"".join(field(name, value) for name, value in [*(p for p in pseudo if p[1] is not None), *more])


class Http2:
    """A connection by prior knowledge whose frames are read one by one."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.bytes = b""
        self.send(PREFACE + frame(SETTINGS, 0, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        with contextlib.suppress(OSError):
            self.socket.sendall(data)

    def frames(self):
        """(kind, flags, stream, payload) until the connection ends."""
        while True:
            while len(self.bytes) < 9 or len(self.bytes) < 9 + int.from_bytes(self.bytes[:3], "big"):
                try:
                    piece = self.socket.recv(65536)
                except TimeoutError as error:
                    raise Failed("no frame comes any more") from error
                except OSError:
                    piece = b""
                if not piece:
                    return
                self.bytes += piece
            size = int.from_bytes(self.bytes[:3], "big")
            kind, flags, stream = struct.unpack(">BBI", self.bytes[3:9])
            payload, self.bytes = self.bytes[9:9 + size], self.bytes[9 + size:]
            if kind == SETTINGS and not flags & ACK:
                self.send(frame(SETTINGS, ACK, 0))
            yield kind, flags, stream, payload
