"""A server on the first cpu: started, waited for, looked at, ended."""

import contextlib
import http.client
import os
import pathlib
import re
import resource
import signal
import socket
import ssl
import subprocess
import tempfile
import time

from .drive import on_cpu

ANY_CERTIFICATE = ssl._create_unverified_context()  # pylint: disable=protected-access


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def raise_descriptors():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Server:
    """A command that listens on `port`. As a context it is running and has answered `path`."""

    def __init__(self, name, command, port, path, tls=False, environment=None):
        self.name, self.command, self.port, self.path, self.tls = name, command, port, path, tls
        self.environment = {**os.environ, **(environment or {})}
        self.process = self.log = None
        self.ready = self.first = None  # seconds from its start; of its first answer
        self.rss_before = None  # MiB before the first request

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self):
        self.log = tempfile.TemporaryFile()
        began = time.monotonic()
        self.process = subprocess.Popen(on_cpu(0, self.command), stdout=self.log, stderr=self.log, env=self.environment,
                                        start_new_session=True)
        try:
            self.wait_listening(began)
            self.rss_before = self.resident()
            began = time.monotonic()
            self.ask()
            self.first = time.monotonic() - began
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends what was started, with its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def output(self):
        self.log.seek(0)
        return self.log.read()[-3000:].decode(errors="replace")

    def wait_listening(self, began):
        while self.process.poll() is None and time.monotonic() - began < 120:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                self.ready = time.monotonic() - began
                return
            time.sleep(0.0005)
        raise RuntimeError(f"{self.name} does not listen: {' '.join(map(str, self.command))}\n{self.output()}")

    def ask(self):
        connect = http.client.HTTPSConnection if self.tls else http.client.HTTPConnection
        options = {"context": ANY_CERTIFICATE} if self.tls else {}
        connection = connect("127.0.0.1", self.port, timeout=60, **options)
        try:
            connection.request("GET", self.path)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise RuntimeError(f"{self.name} does not answer {self.path}: {error}\n{self.output()}") from error
        finally:
            connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{self.name} answers {self.path} with {answer.status} {body[:300]!r}\n{self.output()}")
        return body

    def processes(self):
        """Its own and its children's: nginx works in one."""
        group = [self.process.pid]
        for child in pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            group.append(int(child))
        return group

    def resident(self):
        """MiB of the process with the most. Its share: a page that many sandboxes map counts once."""
        sizes = []
        for pid in self.processes():
            text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
            sizes.append(int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE).group(1)) / 1024)
        return round(max(sizes), 2)

    def processor_seconds(self):
        total = 0
        for pid in self.processes():
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")
