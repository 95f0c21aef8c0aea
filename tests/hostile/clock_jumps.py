#!/usr/bin/env python3
"""The machine's clock jumps by years, both ways, while connections wait, timers run and workers compute.

Usage: clock_jumps.py --binary build/release/wws

A library that is loaded before the C library's adds what a file says to the time of day, and to it alone: whatever
measures by it goes wrong. Exit code 77 where no compiler makes the library.
"""

import email.utils
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import time

from wire import (ADMIN, DATA, END_HEADERS, END_STREAM, HEADERS, Http1, Http2, Skipped, ask, at_rest, frame, request_block, require, run,
                  served, wait_until)

SHIFT = """#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const long long* offset(void) {
  static const long long* shared;
  if (!shared) {
    /* By system calls alone: a sanitizer's own functions may not be ready yet. */
    long file = syscall(SYS_openat, AT_FDCWD, getenv("WWS_TEST_CLOCK"), O_RDONLY);
    shared = (const long long*)syscall(SYS_mmap, 0L, 4096L, PROT_READ, MAP_SHARED, file, 0L);
    syscall(SYS_close, file);
  }
  return shared;
}

int clock_gettime(clockid_t clock, struct timespec* out) {
  int result = (int)syscall(SYS_clock_gettime, clock, out);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) out->tv_sec += *offset();
  return result;
}

time_t time(time_t* out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}

int gettimeofday(struct timeval* out, void* zone) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}
"""
# Each is told to go on by a request of its own, so that a jump lies within.
PROJECT = {
    "index.js": 'export default { fetch() { return new Response("here"); } };\n',
    "echo.js": "export default { async fetch(request) { return new Response(await request.text()); } };\n",
    "timer.js": """export default { async fetch() {
  const begun = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 400));
  const took = performance.now() - begun;
  return new Response(took >= 399 && took < 60000 ? "timely" : `after ${took} ms`);
} };
""",
    "year.js": "export default { fetch() { return new Response(String(new Date().getUTCFullYear())); } };\n",
    "spin.js": """export default { fetch() {
  let n = 0;
  for (let i = 0; i < 3e6; i++) n += i;
  return new Response(String(n));
} };
""",
    "public/file.txt": "a file\n",
}
YEAR = 365 * 24 * 3600


class Clock:
    def __init__(self, path):
        self.path = path
        self.set(0)

    def set(self, seconds):
        # In place: the file is mapped.
        with open(self.path, "r+b" if self.path.exists() else "wb") as file:
            file.write(struct.pack("q", seconds))


def make_library(folder):
    compiler = shutil.which("cc") or shutil.which("clang-19")
    if compiler is None:
        return None
    source, library = folder / "shift.c", folder / "shift.so"
    source.write_text(SHIFT, encoding="ascii")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source)], check=True)
    return library


def date_of(response):
    headers = dict(response.headers) if isinstance(response.headers, list) else response.headers
    return email.utils.parsedate_to_datetime(headers["date"])


def year_in(seconds):
    return time.gmtime(time.time() + seconds).tm_year


def check_jump(server, clock, seconds, year):
    waiting, half, timer = Http1(server.address), Http1(server.address), Http1(server.address)
    http2 = Http2(server.address)
    frames = http2.frames()
    waiting.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    require(waiting.answer().body == b"here", "no answer")
    half.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + b"x" * 100000)
    timer.send(b"GET /timer HTTP/1.1\r\nHost: a\r\n\r\n")
    http2.send(frame(HEADERS, END_HEADERS, 1, request_block(method=b"POST", path=b"/echo")) + frame(DATA, 0, 1, b"a"))
    next(frames)

    clock.set(seconds)
    wait_until(lambda: date_of(ask(server.address)).year == year or year, "the server does not see the jump")
    require(timer.answer().body == b"timely", "a timer that is measured by the time of day")
    half.send(b"x" * 100000)
    answer = half.answer()
    require(answer.status == 200 and len(answer.body) == 200000, f"a body across the jump: {answer.status}")
    http2.send(frame(DATA, END_STREAM, 1, b"b"))
    require(any(kind == DATA and payload == b"ab" for kind, _, _, payload in frames), "a stream across the jump")
    waiting.send(b"GET /year HTTP/1.1\r\nHost: a\r\n\r\n")
    answer = waiting.answer()
    require(answer and answer.body == str(year).encode(), f"a connection that waited across the jump: {answer}")
    require(ask(server.address, "/spin").status == 200, "a worker's limit is measured by the time of day")
    require(ask(server.address, "/file.txt").body == b"a file\n", "no file")
    for wire in (waiting, half, timer, http2):
        wire.socket.close()
    wait_until(lambda: at_rest(server), "something goes on after the jump")


def check_all(binary):
    with tempfile.TemporaryDirectory(prefix="wws-clock-") as name:
        folder = pathlib.Path(name)
        library = make_library(folder)
        if library is None:
            raise Skipped("no C compiler")
        clock = Clock(folder / "clock")
        environment = {"LD_PRELOAD": str(library), "WWS_TEST_CLOCK": str(clock.path),
                       # A sanitizer wants to be loaded first.
                       "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
        with served(binary, PROJECT, ADMIN, environment) as server:
            for years in (10, -20, 0):
                check_jump(server, clock, years * YEAR, year_in(years * YEAR))


if __name__ == "__main__":
    sys.exit(run(__doc__, check_all))
