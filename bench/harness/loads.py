"""What is measured. Each load says which servers take part and gives a started server's figures."""

import contextlib
import dataclasses
import http.client
import socket
import statistics
import subprocess
import threading
import time
from typing import Callable

from .build import BENCH
from .drive import h2load, on_cpu, wrk

CONNECTIONS = 32
JAVASCRIPT = ("wws", "workerd", "wasmtime", "node", "deno", "bun")
UPSTREAM_TOML = """[features.http_requests]
allowed_hosts = ["127.0.0.1"]
allow_http = true
allow_private = true
"""


@dataclasses.dataclass
class Load:
    key: str
    title: str
    servers: tuple
    make: Callable  # (peers, name) -> Server
    measure: Callable  # (Server, seconds) -> {figure: number}
    beside: Callable = None  # (peers) -> context that runs beside the server
    rounds: int = 0  # 0: as many as the others


def driven(connections=CONNECTIONS, script=None, arguments=(), warm=1):
    """wrk against the server's path, after a warm-up."""
    def measure(server, seconds):
        file = BENCH / "wrk" / script if script else None
        url = server.url + (server.path if not arguments else "")
        wrk(url, warm, connections, file, arguments)
        before, began = server.processor_seconds(), time.monotonic()
        figures = wrk(url, seconds, connections, file, arguments)
        took = time.monotonic() - began
        busy = server.processor_seconds() - before
        figures["rss"] = server.resident()
        figures["busy"] = round(min(1.0, busy / took), 3)
        return figures
    return measure


def app(key, title, path="/", toml="", file="index", servers=JAVASCRIPT, measure=None, application=None, flags=(), **rest):
    """An application of bench/apps on every server of JavaScript."""
    application = application or key

    def make(peers, name):
        if name == "wws":
            return peers.wws(peers.builder.project(application, toml, file), path, flags)
        return peers.app(name, application, path)
    return Load(key, title, servers, make, measure or driven(), **rest)


def guest(key, title, name):
    return Load(key, title, ("wws",), lambda peers, _: peers.wws(peers.builder.guest(name)), driven())


def file(key, title, name, tls=False):
    def make(peers, server):
        if server == "wws":
            return peers.wws(peers.builder.files(), f"/{name}", tls=tls)
        return peers.nginx(f"/{name}", tls)

    def over_tls(server, seconds):
        before, began = server.processor_seconds(), time.monotonic()
        figures = h2load(server.url + server.path, seconds, CONNECTIONS, 10)
        figures["busy"] = round(min(1.0, (server.processor_seconds() - before) / (time.monotonic() - began)), 3)
        figures["rss"] = server.resident()
        return figures
    return Load(key, title, ("wws", "nginx"), make, over_tls if tls else driven())


def many(key, title, workers, count, flags=(), warm=2):
    """`count` of `workers` scripts, each as likely."""
    return Load(key, title, ("wws",), lambda peers, _: peers.wws(peers.builder.many(workers), "/w0", flags),
                driven(script="distinct.lua", arguments=(str(count),), warm=warm))


# ---- Loads that are no throughput ----

def starting(server, _):
    return {"ready_ms": round(server.ready * 1e3, 2), "first_ms": round(server.first * 1e3, 2), "rss": server.rss_before}


def idle(count):
    def measure(server, _):
        """Memory for each of many connections that have had one answer and are left open."""
        before = server.resident()
        connections = []
        request = f"GET {server.path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
        try:
            for _ in range(count):
                connection = socket.create_connection(("127.0.0.1", server.port), 10)
                connection.sendall(request)
                connections.append(connection)
            answered = sum(1 for connection in connections if connection.recv(4096).startswith(b"HTTP/1.1 200"))
            time.sleep(1)
            after = server.resident()
        finally:
            for connection in connections:
                connection.close()
        return {"connections": count, "bad": count - answered, "rss": after,
                "bytes_each": round((after - before) * 2**20 / count)}
    return measure


def waiting(connections):
    """Throughput and memory while so many requests wait for the upstream."""
    drive = driven(connections=connections, warm=2)

    def measure(server, seconds):
        before = server.resident()
        figures = drive(server, seconds)
        figures["mb_each"] = round((figures["rss"] - before) / connections, 3)
        return figures
    return measure


@contextlib.contextmanager
def upstream(peers):
    port = int(peers.builder.upstream.rsplit(":", 1)[1].rstrip("/"))
    process = subprocess.Popen(on_cpu(1, [peers.builder.upstream_program(), port]))
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.01)
        yield
    finally:
        process.kill()
        process.wait()


class UpstreamAlone:
    """The upstream in a Server's place: what it can do by itself."""

    def __init__(self, url):
        self.url, self.path, self.rss_before = url.rstrip("/"), "/", 0.0
        self.ready = self.first = 0.0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def resident(self):
        return 0.0

    def processor_seconds(self):
        return 0.0


def waiting_load(key, title, connections):
    base = app(key, title, toml=UPSTREAM_TOML, application="upstream")

    def make(peers, name):
        return UpstreamAlone(peers.builder.upstream) if name == "upstream" else base.make(peers, name)
    return Load(key, title, ("wws", "upstream", "workerd", "node", "deno", "bun"), make, waiting(connections), upstream)


def beside_a_spinner(server, seconds):
    """Ten requests a second for the path that never ends."""
    over = threading.Event()

    def spin():
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
            connection.request("GET", "/spin")
            connection.getresponse().read()
            connection.close()

    def tick():
        while not over.wait(0.1):
            threading.Thread(target=spin, daemon=True).start()
    clock = threading.Thread(target=tick)
    clock.start()
    try:
        time.sleep(0.5)
        return driven()(server, seconds)
    finally:
        over.set()
        clock.join()


LOADS = [
    app("hello", "JavaScript hello", servers=("wws", "workerd", "wasmtime", "node-http", "node", "deno", "bun")),
    app("json", "25 items as JSON", "/?first=7&currency=USD"),
    app("hono", "Hono, declared warm-up", "/users/42?verbose=1", 'warmup = ["GET /users/1"]\n', "[...app]"),
    app("hono-cold", "Hono, no warm-up", "/users/42?verbose=1", "", "[...app]", application="hono"),
    app("react", "React page, declared warm-up", "/?q=shoes", 'warmup = ["GET /"]\n'),
    app("react-cold", "React page, no warm-up", "/?q=shoes", application="react"),
    app("template", "text template", "/?title=Ten%20things"),
    app("echo", "64 KiB echo", servers=("wws", "workerd", "wasmtime", "node", "deno", "bun"), measure=driven(script="echo.lua")),
    waiting_load("upstream", "1 000 requests at a 20 ms upstream", 1000),
    app("spinner", "hello beside a spinner", application="spin", file="[...app]", toml='[limits]\ncpu = "100ms"\n',
        servers=("wws", "workerd", "node", "deno"), measure=beside_a_spinner, rounds=1),
    guest("c", "stdin/stdout hello in C", "c"),
    guest("rust", "stdin/stdout hello in Rust", "rust"),
    guest("unproven", "the same in C, unproven module", "unproven"),
    app("counter", "key/value counter", toml='[data.kv]\nnamespace = "bench"\n', servers=("wws", "workerd", "node", "deno", "bun")),
    file("static-1k", "static file of 1 KB", "1k.txt"),
    file("static-100k", "static file of 100 KB", "100k.txt"),
    file("tls-1k", "1 KB, TLS and HTTP/2", "1k.txt", tls=True),
    file("tls-100k", "100 KB, TLS and HTTP/2", "100k.txt", tls=True),
    many("distinct-1", "one worker of 10 000", 10_000, 1, ("--image-memory", "2GiB")),
    many("distinct-1k", "1 000 workers at random", 10_000, 1000, ("--image-memory", "2GiB"), warm=4),
    many("distinct-10k", "10 000 workers at random", 10_000, 10_000, ("--image-memory", "2GiB"), warm=8),
    many("distinct-10k-128m", "10 000 at random, 128 MiB of images", 10_000, 10_000, (), warm=4),
    Load("start", "start to ready, one worker", ("wws", "workerd", "wasmtime", "node-http", "deno", "bun"),
         app("hello", "").make, starting, rounds=10),
    Load("start-10k", "start to ready, 10 000 workers", ("wws",),
         lambda peers, _: peers.wws(peers.builder.many(10_000), "/w9999"), starting, rounds=3),
    Load("idle", "10 000 idle connections", ("wws", "nginx", "workerd", "node-http", "deno", "bun"),
         lambda peers, name: peers.nginx("/1k.txt") if name == "nginx" else app("hello", "").make(peers, name), idle(10_000), rounds=1),
]
RATES = {load.key for load in LOADS if load.key not in ("start", "start-10k", "idle")}


def median_of(rounds):
    """{figure: median}, with the spread of the rate."""
    figures = {}
    for name in rounds[0]:
        values = [one[name] for one in rounds if one[name] is not None]
        figures[name] = statistics.median(values) if values else None
    figures["bad"] = sum(one.get("bad", 0) for one in rounds)
    if "rate" in figures:
        rates = [one["rate"] for one in rounds]
        figures["spread"] = round((max(rates) - min(rates)) / figures["rate"], 3) if figures["rate"] else None
    return figures

