"""The server under test: a process, its output and its end."""

import os
import re
import signal
import subprocess
import threading
import time

from checks import Failed, check_text, shorten

READY = re.compile(r"Start serving requests at https?://(\[[^\]]+\]|[^:/\s]+):(\d+)\n(?:   and at \S+\n)*\n")
ALSO = re.compile(r"^   and at (\S+)$", re.MULTILINE)
PANEL = re.compile(r"admin panel is available at http://(\[[^\]]+\]|[^:/\s]+):(\d+)/_panel/")
START_LIMIT = 60
STOP_LIMIT = 40


class Output:
    """One stream of the process, read by a thread of its own."""

    def __init__(self, stream):
        self.text = ""
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self.read, args=(stream,), daemon=True)
        self.thread.start()

    def read(self, stream):
        for line in stream:
            with self.changed:
                self.text += line.decode("utf-8", "replace")
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def wait_for(self, condition, limit):
        """The condition's value as soon as it is true, or None."""
        with self.changed:
            deadline = time.monotonic() + limit
            while True:
                value = condition(self.text)
                if value:
                    return value
                left = deadline - time.monotonic()
                if left <= 0 or not self.changed.wait(min(left, 0.2)) and not self.thread.is_alive():
                    return condition(self.text) or None


class Server:
    def __init__(self, binary, project, flags, environment, words=(), activated=None):
        command = [binary, *words, "--host", "127.0.0.1", "--port", "0", *flags, str(project)]
        more = {}
        if activated:
            # As systemd does: the socket is descriptor 3, and the variables are for this process alone.
            command = ["sh", "-c", 'LISTEN_PID=$$ exec "$0" "$@"', *command]
            environment = {**environment, "LISTEN_FDS": "1"}
            more = {"pass_fds": (3,), "preexec_fn": lambda: os.dup2(activated.fileno(), 3)}
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, **more)
        self.stdout = Output(self.process.stdout)
        self.stderr = Output(self.process.stderr)
        self.address = None
        self.also = []  # where else it listens
        self.admin = None  # with --enable-panel

    def wait_ready(self):
        match = self.stdout.wait_for(READY.search, START_LIMIT)
        if not match:
            raise Failed(f"the server did not start: stdout {shorten(self.stdout.text)!r}, "
                         f"stderr {shorten(self.stderr.text)!r}")
        self.address = (match.group(1).strip("[]"), int(match.group(2)))
        self.also = ALSO.findall(self.stdout.text)
        panel = PANEL.search(self.stdout.text)
        if panel:
            self.admin = (panel.group(1).strip("[]"), int(panel.group(2)))

    def wait_log(self, check, limit=10):
        def holds(text):
            try:
                check_text("log", check, text)
                return True
            except Failed:
                return False

        if not self.stderr.wait_for(holds, limit):
            check_text("log", check, self.stderr.text)

    def send_signal(self, name):
        self.process.send_signal(getattr(signal, name))

    def wait_exit(self):
        try:
            code = self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired as error:
            raise Failed(f"the server did not stop within {STOP_LIMIT} s") from error
        self.stdout.thread.join(5)
        self.stderr.thread.join(5)
        return code

    def check_sanitizers(self):
        for sign in ("AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:", "assertion failed"):
            if sign in self.stderr.text:
                raise Failed(f"{sign} in the log: {shorten(self.stderr.text, 8000)}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def clean_environment(extra):
    """What the server may see of ours: enough to run, nothing that a worker could show by accident."""
    kept = {name: value for name, value in os.environ.items()
            if name in ("PATH", "HOME", "LANG", "WWS_CACHE") or name.endswith("SAN_OPTIONS")}
    return {**kept, "LANG": "C.UTF-8", **extra}
