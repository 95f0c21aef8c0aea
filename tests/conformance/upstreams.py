#!/usr/bin/env python3
"""fetch() over HTTP/2 against other servers: those of nginx, Node's http2, nghttpd and wws that are on this machine.

Usage: upstreams.py --binary build/release/wws [--nginx /usr/sbin/nginx]
Each gets a certificate for localhost, a free port and the same paths: /small and /large are files, /up takes a body.
A worker asks for many at once, sends bodies, and abandons responses; every outcome is printed, and a wrong one fails.
"""

import argparse
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from certificates import make_certificates  # noqa: E402
from checks import Failed  # noqa: E402
from server import Server, clean_environment  # noqa: E402

LIMIT = 150
LARGE = 5_000_000
EXPECTED = {"at once": "50 of 50", "bodies": "10 of 10", "large": str(LARGE), "abandoned": "20 of 20", "afterwards": "200"}

ASK = """export default {
  async fetch(request, env) {
    const url = (path) => `https://localhost:${new URL(request.url).searchParams.get("port")}${path}`;
    const ask = async (path, init) => {
      const response = await fetch(url(path), init);
      await response.arrayBuffer();
      return response.status;
    };
    const told = {};
    const many = async (count, path, init) => {
      const statuses = await Promise.all(Array.from({ length: count }, () => ask(path, init)));
      return `${statuses.filter((status) => status === 200).length} of ${count}`;
    };
    told["at once"] = await many(50, "/small");
    told.bodies = await many(10, "/up", { method: "POST", body: "x".repeat(1_000_000) });
    told.large = String((await (await fetch(url("/large"))).arrayBuffer()).byteLength);
    let left = 0;
    for (let i = 0; i < 20; ++i) {
      const reader = (await fetch(url("/large"))).body.getReader();
      if (!(await reader.read()).done) ++left;
      await reader.cancel();
    }
    told.abandoned = `${left} of 20`;
    told.afterwards = String(await ask("/small"));
    return Response.json(told);
  },
};
"""
ASK_TOML = """version = "1"
[features.http_requests]
allowed_hosts = ["localhost"]
allow_private = true
[limits]
cpu = "10s"
wall = "2m"
"""
UP = "export default { async fetch(request) { await request.arrayBuffer(); return new Response('ok'); } };\n"
NODE = """const http2 = require("node:http2"), fs = require("node:fs");
const [port, key, certificate, www] = process.argv.slice(2);
const server = http2.createSecureServer({ key: fs.readFileSync(key), cert: fs.readFileSync(certificate), allowHTTP1: true, maxSessionMemory: 200 });
server.on("request", (request, response) => {
  console.log(`HTTP/${request.httpVersion}`);
  request.resume();
  request.on("end", () => response.end(request.method === "GET" ? fs.readFileSync(www + request.url) : "ok"));
});
server.listen(Number(port), "127.0.0.1");
"""
NGINX = """daemon off; pid {place}/nginx.pid; error_log {place}/nginx.log; worker_processes 1;
events {{ worker_connections 512; }}
http {{
  log_format protocol '$server_protocol'; access_log {place}/nginx.seen protocol;
  client_body_temp_path {place}/body; proxy_temp_path {place}/p; fastcgi_temp_path {place}/f; uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;
  server {{
    listen 127.0.0.1:{port} ssl http2; ssl_certificate {certificate}; ssl_certificate_key {key};
    root {www}; client_max_body_size 100m;
    location /up {{ return 200 "ok"; }}
  }}
}}
"""


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def commands(arguments, place, port):
    """Of each server its command, and the file that tells the protocol of each request."""
    certificate, key, www = place / "a.pem", place / "a.key", place / "upstream/public"
    (place / "nginx.conf").write_text(NGINX.format(place=place, port=port, certificate=certificate, key=key, www=www), encoding="utf-8")
    (place / "node.cjs").write_text(NODE, encoding="utf-8")
    nginx = arguments.nginx or shutil.which("nginx") or "/usr/sbin/nginx"
    return {
        "nginx": ([nginx, "-p", place, "-c", place / "nginx.conf"], place / "nginx.seen"),
        "node": (["node", place / "node.cjs", port, key, certificate, www], place / "node.out"),
        # Speaks nothing but HTTP/2.
        "nghttpd": (["nghttpd", "--echo-upload", "-d", www, port, key, certificate], None),
        "wws": ([arguments.binary, "--host", "127.0.0.1", "--port", port, "--tls-cert", certificate, "--tls-key", key,
                 "--access-log", place / "wws.seen", place / "upstream"], place / "wws.seen"),
    }


def wait_for(port, process):
    deadline = time.monotonic() + LIMIT
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failed("it does not start") from error
            time.sleep(0.05)


def ask(server, port):
    url = "http://{}:{}/ask?port={}".format(*server.address, port)
    with urllib.request.urlopen(url, timeout=LIMIT) as response:
        return json.load(response)


def protocols(seen):
    if seen is None:
        return "HTTP/2, which is all it speaks"
    text = seen.read_text(encoding="utf-8")
    old, new = text.count("HTTP/1."), text.count("HTTP/2.0")
    if old or not new:
        raise Failed(f"{old} requests over HTTP/1, {new} over HTTP/2")
    return f"{new} requests over HTTP/2, none over HTTP/1"


def try_one(server, place, port, command, seen):
    with open(place / f"{pathlib.Path(command[0]).name}.out", "w", encoding="utf-8") as out:
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=subprocess.STDOUT)
        try:
            wait_for(port, process)
            told = ask(server, port)
        finally:
            process.terminate()
            process.wait(LIMIT)
    if told != EXPECTED:
        raise Failed(f"{told}, not {EXPECTED}")
    return protocols(seen)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--nginx", help="where nginx is, if not in PATH")
    arguments = parser.parse_args()
    place = pathlib.Path(tempfile.mkdtemp(prefix="wws-upstreams-"))
    place.chmod(0o755)  # nginx's worker is another user where it is started by root
    make_certificates(place, {"a": "localhost"})
    for name, text in {"ask/ask.js": ASK, "ask/ask.toml": ASK_TOML, "upstream/up.js": UP, "upstream/public/small": "small",
                       "upstream/public/large": "x" * LARGE}.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    server = Server(arguments.binary, place / "ask", [], clean_environment({"SSL_CERT_FILE": str(place / "a.pem")}))
    failed = False
    try:
        server.wait_ready()
        for name in ("nginx", "node", "nghttpd", "wws"):
            port = free_port()
            command, seen = commands(arguments, place, port)[name]
            if shutil.which(str(command[0])) is None:
                print(f"{name}: not on this machine")
                continue
            try:
                print(f"{name}: {try_one(server, place, port, command, seen)}", flush=True)
            except (Failed, OSError, ValueError) as failure:
                failed = True
                print(f"{name}: FAILED: {failure}\n{server.stderr.text[-1000:]}", flush=True)
    finally:
        server.kill()
        shutil.rmtree(place, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
