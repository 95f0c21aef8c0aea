"""The fixture that workers fetch from: a hostile, slow, big or polite server on 127.0.0.1.

  /hello            "hello from upstream"
  /echo             JSON of the request: method, path, headers (lower-case names), body
  /status/N         that status
  /redirect/N/PATH  status N, Location: /PATH
  /redirect-to?URL  302 to URL
  /loop             302 to itself
  /slow/MS          answers after so many milliseconds
  /together/N       answers when N requests of it wait at once; 500 after 60 s
  /big/BYTES        so many bytes 'x', in pieces
  /drip/N/MS        N chunks "chunk-I\n", one each MS milliseconds
  /binary           the 256 byte values
  /cookies          two Set-Cookie fields
  /posts            JSON list of two posts
  /cut              announces 1000 bytes, sends 10 and hangs up
"""

import http.server
import json
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_any(self):
        length = int(self.headers.get("content-length") or 0)
        chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        body = self.read_chunks() if chunked else self.rfile.read(length)
        self.server.note(self.path)
        name, _, rest = self.path.lstrip("/").partition("/")
        name, _, query = name.partition("?")
        answer = getattr(self, "do_path_" + name.replace("-", "_"), None)
        if answer is None:
            self.reply(404, b"no such fixture")
            return
        answer(rest, query, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_any

    def read_chunks(self):
        body = b""
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            data = self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return body
            body += data

    def reply(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204 and status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_path_hello(self, rest, query, body):
        self.reply(200, b"hello from upstream", [("Content-Type", "text/plain"), ("X-Upstream", "yes")])

    def do_path_echo(self, rest, query, body):
        seen = {
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body.decode("latin-1"),
        }
        self.reply(200, json.dumps(seen).encode(), [("Content-Type", "application/json")])

    def do_path_status(self, rest, query, body):
        self.reply(int(rest), b"as asked")

    def do_path_redirect(self, rest, query, body):
        status, _, path = rest.partition("/")
        self.reply(int(status), b"moved", [("Location", "/" + path)])

    def do_path_redirect_to(self, rest, query, body):
        self.reply(302, b"moved", [("Location", self.path.partition("?")[2])])

    def do_path_loop(self, rest, query, body):
        self.reply(302, b"again", [("Location", "/loop")])

    def do_path_slow(self, rest, query, body):
        time.sleep(int(rest) / 1000)
        self.reply(200, b"slow but here")

    def do_path_together(self, rest, query, body):
        if self.server.meet(int(rest)):
            self.reply(200, b"met")
        else:
            self.reply(500, b"nobody else came")

    def do_path_big(self, rest, query, body):
        left = int(rest)
        self.send_response(200)
        self.send_header("Content-Length", rest)
        self.end_headers()
        while left > 0:
            piece = min(left, 65536)
            self.wfile.write(b"x" * piece)
            left -= piece

    def do_path_drip(self, rest, query, body):
        count, _, pause = rest.partition("/")
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for index in range(int(count)):
            data = b"chunk-%d\n" % index
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()
            time.sleep(int(pause) / 1000)
        self.wfile.write(b"0\r\n\r\n")

    def do_path_binary(self, rest, query, body):
        self.reply(200, bytes(range(256)), [("Content-Type", "application/octet-stream")])

    def do_path_cookies(self, rest, query, body):
        self.reply(200, b"two cookies", [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2; Path=/")])

    def do_path_posts(self, rest, query, body):
        posts = [{"id": 1, "title": "first post"}, {"id": 2, "title": "second post"}]
        self.reply(200, json.dumps(posts).encode(), [("Content-Type", "application/json")])

    def do_path_cut(self, rest, query, body):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"0123456789")
        self.close_connection = True


class Upstream(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen = []
        self.lock = threading.Lock()
        self.meeting = threading.Condition()
        self.waiting = 0
        self.met = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # a client that hangs up is what some cases are about

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def meet(self, count):
        """Waits for count - 1 others; False when they do not come."""
        with self.meeting:
            round = self.met
            self.waiting += 1
            if self.waiting == count:
                self.waiting = 0
                self.met += 1
                self.meeting.notify_all()
            return self.meeting.wait_for(lambda: self.met != round, timeout=60)

    def note(self, path):
        with self.lock:
            self.seen.append(path)

    def count(self, path):
        with self.lock:
            return sum(1 for seen in self.seen if seen == path)


if __name__ == "__main__":
    print(Upstream().address, flush=True)
    threading.Event().wait()
