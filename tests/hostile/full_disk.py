#!/usr/bin/env python3
"""No room is left on the disk: for the access log, the server's own log, the caches, and what workers write.

Usage: full_disk.py --binary build/release/wws

A disk of 256 KiB is mounted in a mount namespace of the server's. Exit code 77 where the kernel lets us make none.
Whatever is full, requests that need no room are answered, who needs some is told, and it goes on when there is room.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from wire import Skipped, ask, require, run, served, wait_until
from git_remote import Remote  # noqa: E402  (wire knows where it is)
from server import clean_environment  # noqa: E402

WRITER = r"""#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
/* "write" appends until the disk is full, "remove" makes room: the answer says how it went. */
int main(void) {
  static char request[65536];
  int size = (int)read(0, request, sizeof request - 1);
  request[size > 0 ? size : 0] = 0;
  const char* outcome = "removed";
  if (strstr(request, "?remove")) {
    unlink("/data/big");
  } else {
    int file = open("/data/big", O_WRONLY | O_CREAT | O_APPEND, 0600);
    static char block[4096];
    outcome = "written";
    for (int i = 0; i < 1000; i++) {
      if (file >= 0 && write(file, block, sizeof block) > 0) continue;
      outcome = errno == ENOSPC ? "no space" : strerror(errno);
      break;
    }
  }
  printf("{\"data\":\"%s\",\"headers\":{},\"status\":200,\"kv\":{}}", outcome);
}
"""
PROJECT = {
    "index.js": 'export default { fetch() { return new Response("here"); } };\n',
    "noisy.js": 'export default { fetch() { console.error("x".repeat(1000)); return new Response("said"); } };\n',
    "typed.ts": 'import { word } from "./lib/word";\nexport default { fetch(): Response { return new Response(word); } };\n',
    "lib/word.ts": 'export const word: string = "typed";\n',
    "writer.toml": 'name = "writer"\nversion = "1"\n[[folders]]\nfrom = "./data"\nto = "/data"\n',
    "data/.keep": "",
    ".wwsignore": "lib/\n",
    "public/file.txt": "a file\n",
}


def namespaces():
    """What makes a mount namespace here, or None."""
    for words in (["unshare", "-m"], ["unshare", "-Urm"]):
        done = subprocess.run([*words, "sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True, check=False)
        if done.returncode == 0:
            return words
    return None


class SmallDisk:
    """The binary as a script that mounts a small disk at `place` first; `room` is of the server that runs there."""

    def __init__(self, folder, binary, place, tail=""):
        self.script = pathlib.Path(folder) / "small-disk.sh"
        self.place = place
        mount = f'mkdir -p {place} && mount -t tmpfs -o size=256k none {place} && exec "$@" {tail}'
        words = " ".join(namespaces())
        self.script.write_text(f"#!/bin/sh\nexec {words} sh -c '{mount}' sh \"{os.path.abspath(binary)}\" \"$@\"\n",
                               encoding="ascii")
        self.script.chmod(0o755)

    def inside(self, server, name=""):
        return pathlib.Path(f"/proc/{server.process.pid}/root{self.place}/{name}")

    def fill(self, server):
        with open(self.inside(server, "filler"), "ab", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 512)
            except OSError:
                pass

    def free(self, server):
        self.inside(server, "filler").unlink()


def well(server, what):
    require(ask(server.address).body == b"here", f"{what}: no worker")
    require(ask(server.address, "/file.txt").body == b"a file\n", f"{what}: no file")


def check_access_log(folder, binary):
    disk = SmallDisk(folder, binary, f"{folder}/disk")
    with served(str(disk.script), PROJECT, ["--access-log", f"{folder}/disk/access.log"]) as server:
        well(server, "before")
        log = disk.inside(server, "access.log")
        wait_until(lambda: log.read_text().count("\n") == 2 or log.read_text(), "no access log")
        disk.fill(server)
        # Until what is left of the log's last page is full as well.
        for _ in range(60):
            well(server, "with a full disk")
        wait_until(lambda: "cannot be written" in server.stderr.text or server.stderr.text, "nobody is told")
        for _ in range(20):
            well(server, "with a full disk")
        require(server.stderr.text.count("cannot be written") == 1, f"said not once: {server.stderr.text}")
        require("No space left on device" in server.stderr.text, server.stderr.text)
        disk.free(server)
        before = log.stat().st_size
        ask(server.address, "/file.txt?again")
        wait_until(lambda: "/file.txt?again" in log.read_text()[before:] or log.read_text()[before:], "no more lines")
        lines = log.read_text().splitlines()
        broken = [line for line in lines if not re.fullmatch(r'127\.0\.0\.1 - - \[[^]]+\] "GET /\S* HTTP/1\.1" 200 \d+ "-" "-"', line)]
        # The line that the disk took a part of.
        require(len(broken) <= 1, f"more than one is torn: {broken}")
        require(all(line.count("127.0.0.1 - - ") <= 1 for line in broken), f"lines run into each other: {broken}")


def check_own_log(folder, binary):
    """Its own log goes to a full disk: nobody can be told, and everything goes on."""
    disk = SmallDisk(folder, binary, f"{folder}/disk", "2>/dev/full")
    with served(str(disk.script), PROJECT) as server:
        for _ in range(20):
            require(ask(server.address, "/noisy").body == b"said", "a worker that logs")
        well(server, "with a log that is full")


def check_bundler(folder, binary):
    """What was bundled is not kept, and served."""
    disk = SmallDisk(folder, binary, f"{folder}/disk")
    with served(str(disk.script), PROJECT, environment={"XDG_CACHE_HOME": f"{folder}/disk/cache"}) as server:
        disk.fill(server)
        require(ask(server.address, "/typed").body == b"typed", "a worker that is bundled")
        well(server, "with a full cache")


def check_worker(folder, binary):
    guest = compile_writer(folder)
    disk = SmallDisk(folder, binary, f"{folder}/site/project/data")
    with served(str(disk.script), {**PROJECT, "writer.wasm": guest}, work=f"{folder}/site") as server:
        require(ask(server.address, "/writer").body == b"no space", "a worker is not told that the disk is full")
        well(server, "with a full folder")
        require(ask(server.address, "/writer?remove").body == b"removed", "a worker cannot make room")
        require(ask(server.address, "/writer").body == b"no space", "a worker does not write again")


def check_git(folder, binary):
    """A project that finds no room is not served, and the message names the disk."""
    work = pathlib.Path(folder) / "git"
    commit = work / "case" / "first"
    (commit / "public").mkdir(parents=True)
    (commit / "index.js").write_text(PROJECT["index.js"], encoding="utf-8")
    (commit / "public" / "big.bin").write_bytes(os.urandom(600_000))
    remote = Remote(work / "case", work, commits=["first"])
    disk = SmallDisk(folder, binary, f"{folder}/disk")
    try:
        environment = clean_environment({"XDG_CACHE_HOME": f"{folder}/disk/cache"})
        location = remote.names["git"] + "/site.git"
        done = subprocess.run([str(disk.script), "--host", "127.0.0.1", "--port", "0", location], env=environment, timeout=60,
                              capture_output=True, text=True, check=False)
    finally:
        remote.shutdown()
        remote.server_close()
    require(done.returncode not in (0, -6, -11), f"exit code {done.returncode}: {done.stderr}")
    require("No space left on device" in done.stderr, f"the disk is not named: {done.stderr!r}")


def compile_writer(folder):
    source, guest = pathlib.Path(folder) / "writer.c", pathlib.Path(folder) / "writer.wasm"
    source.write_text(WRITER, encoding="ascii")
    subprocess.run(["clang-19", "--target=wasm32-wasi", "-O2", "-o", str(guest), str(source)], check=True)
    return guest.read_bytes()


def check_all(binary):
    if not shutil.which("unshare") or namespaces() is None:
        raise Skipped("no disk can be mounted here")
    for check in (check_access_log, check_own_log, check_bundler, check_worker, check_git):
        with tempfile.TemporaryDirectory(prefix="wws-disk-") as folder:
            check(folder, binary)


if __name__ == "__main__":
    sys.exit(run(__doc__, check_all))
