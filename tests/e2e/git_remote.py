"""A git repository and the HTTP server that it is fetched from: git's own http-backend as CGI."""

import http.server
import os
import pathlib
import shutil
import ssl
import subprocess
import threading

from checks import Failed

IDENTITY = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]


def git(*arguments, cwd):
    environment = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
                   "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z"}
    done = subprocess.run(["git", *IDENTITY, *arguments], cwd=cwd, env=environment, check=False,
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"git {' '.join(arguments)}: {done.stderr}")
    return done.stdout.strip()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.serve(b"")

    def do_POST(self):
        self.serve(self.body())

    def body(self):
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        parts = []
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            parts.append(self.rfile.read(size))
            self.rfile.readline()
            if size == 0:
                return b"".join(parts)

    def serve(self, body):
        path, _, query = self.path.partition("?")
        self.server.seen.append(self.path)
        if path.startswith("/moved/"):
            self.answer(302, [("Location", self.path[len("/moved"):])], b"")
            return
        if path.startswith("/private/"):
            self.answer(401, [("WWW-Authenticate", 'Basic realm="private"')], b"who are you?")
            return
        environment = {"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.server.root),
                       "GIT_HTTP_EXPORT_ALL": "1", "REQUEST_METHOD": self.command, "PATH_INFO": path,
                       "QUERY_STRING": query, "CONTENT_TYPE": self.headers.get("content-type", ""),
                       "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": "127.0.0.1"}
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, check=False,
                              capture_output=True)
        head, _, payload = done.stdout.partition(b"\r\n\r\n")
        status, fields = 200, []
        for line in head.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(": ")
            if name.lower() == "status":
                status = int(value.split()[0])
            elif name:
                fields.append((name, value))
        self.answer(status, fields, payload)

    def answer(self, status, fields, payload):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *arguments):
        pass


class Remote(http.server.ThreadingHTTPServer):
    """`commits` are folders beside the case, or {"folder", "branch", "tag"}; each becomes a commit."""

    daemon_threads = True

    def __init__(self, case_folder, work, commits, tls=False):
        super().__init__(("127.0.0.1", 0), Handler)
        self.case_folder = case_folder
        self.root = work / "remote"
        self.tree = work / "remote-tree"
        self.tree.mkdir(parents=True)
        self.bare = self.root / "site.git"
        self.seen = []
        self.names = {"git": f"{'https' if tls else 'http'}://127.0.0.1:{self.server_address[1]}"}
        self.root.mkdir()
        git("init", "--quiet", "--bare", "--initial-branch=trunk", str(self.bare), cwd=work)
        git("init", "--quiet", "--initial-branch=trunk", cwd=self.tree)
        for commit in commits:
            self.push(commit)
        if tls:
            self.wrap(work)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def push(self, commit):
        commit = commit if isinstance(commit, dict) else {"folder": commit}
        branch = commit.get("branch", "trunk")
        git("checkout", "--quiet", "-B", branch, cwd=self.tree)
        for entry in self.tree.iterdir():
            if entry.name != ".git":
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        shutil.copytree(self.case_folder / commit["folder"], self.tree, symlinks=True, dirs_exist_ok=True)
        for name, target in commit.get("links", {}).items():
            (self.tree / name).symlink_to(target)
        git("add", "--all", cwd=self.tree)
        git("commit", "--quiet", "--allow-empty", "-m", commit["folder"], cwd=self.tree)
        if "tag" in commit:
            git("tag", "-a", "-m", commit["tag"], commit["tag"], cwd=self.tree)
        git("push", "--quiet", "--force", "--tags", str(self.bare), branch, cwd=self.tree)
        self.names["commit " + commit["folder"]] = git("rev-parse", "HEAD", cwd=self.tree)

    def wrap(self, work):
        """TLS with a certificate that only {{git_ca}} vouches for."""
        key, certificate = work / "key.pem", work / "certificate.pem"
        done = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                               "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                               "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failed(f"openssl req: {done.stderr}")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.names["git_ca"] = str(certificate)

    def handle_error(self, request, client_address):
        pass  # a client that refuses the certificate
