#!/usr/bin/env python3
"""Payloads of request smuggling, each with the one outcome that it may have.

Usage: smuggling.py --binary build/release/wws [--only TEXT]

smuggling.json has them. "refused" is a status of 4xx or 5xx and the end of the connection; everything else is a list of
the requests that were understood, by target and body. A family puts each of its bytes into a line of the head, and
a line is sent with bodies that end elsewhere by Content-Length than by chunks:

  refused   whatever comes with it
  chunked   it is a Transfer-Encoding: refused with a Content-Length beside it, and read in chunks without
  ignored   it is some other field: the body is as long as Content-Length says, and without one there is none

Behind each stands a request for /canary, which must be answered unless the connection was closed. Explicit
payloads are sent byte by byte as well.
"""

import argparse
import json
import sys

from wire import (DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, HERE, RST_STREAM, Failed, Http1, Http2, frame, request_block,
                  require, served)

ECHO = """export default { async fetch(request) {
  const body = await request.text();
  return Response.json([new URL(request.url).pathname, body]);
} };
"""
PROJECT = {
    "[...path].js": ECHO,
    "deaf.js": 'export default { fetch() { return new Response("deaf", { status: 202 }); } };\n',
    "public/file.txt": "a file\n",
}
CANARY = b"GET /canary HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
HIDDEN = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
ENDS_EARLY = b"0\r\n\r\n" + HIDDEN
SIZE = b"%x\r\n" % len(HIDDEN)
ENDS_LATE = SIZE + HIDDEN + b"\r\n0\r\n\r\n"
CANARY_SEEN = ["/canary", ""]


def bytes_of(text):
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def latin(text):
    return text.encode("latin-1")


def variants(line, meaning):
    """(bytes, what must be seen of them) for a line of a head."""
    def request(length, body):
        head = b"POST /first HTTP/1.1\r\n" + line + b"\r\nHost: a\r\n"
        if length is not None:
            head += b"Content-Length: %d\r\n" % length
        return head + b"\r\n" + body

    hidden, first = ["/smuggled", ""], ["/first", ""]
    outcomes = {
        "refused": [["refused"]] * 4,
        "chunked": [["refused"], ["refused"], [first, hidden], [["/first", HIDDEN.decode()]]],
        "ignored": [[["/first", ENDS_EARLY.decode()]], [["/first", SIZE.decode()], hidden, "refused"],
                    [first, "refused"], [first, "refused"]],
    }[meaning]
    sent = [request(len(ENDS_EARLY), ENDS_EARLY), request(len(SIZE), ENDS_LATE),
            request(None, ENDS_EARLY), request(None, ENDS_LATE)]
    return zip(sent, outcomes)


def seen(connection, methods=()):
    """What the server made of everything that was sent."""
    out, methods = [], list(methods)
    while True:
        answer = connection.answer(methods.pop(0) if methods else "GET")
        if answer is None:
            return out
        if answer.status == 100:
            continue
        if answer.body and answer.headers.get("content-type") == "application/json":
            out.append(json.loads(answer.body))
        elif answer.status < 400 or answer.headers.get("connection") != "close":
            out.append({"status": answer.status})
        else:
            out.append("refused")


def check(address, sent, expected, note, methods=(), pieces=False):
    open_ended = expected[-1] not in ("refused", "closed")
    wanted = [each for each in expected if each not in ("closed", "may close")]
    with Http1(address) as connection:
        for piece in ([bytes([byte]) for byte in sent + CANARY] if pieces else [sent + CANARY]):
            connection.send(piece)
        got = seen(connection, methods)
    if open_ended and (expected[-1] != "may close" or len(got) > len(wanted)):
        wanted.append(CANARY_SEEN)
    require(got == wanted, f"{note}: {sent!r}\n  is seen as {got!r}\n  and must be {wanted!r}")


def check_families(address, families, only):
    count = 0
    for family in families:
        exceptions = {byte: meaning for text, meaning in family.get("but", {}).items() for byte in bytes_of(text)}
        for byte in bytes_of(family["bytes"]):
            line = latin(family["line"]).replace(b"{}", bytes([byte]))
            note = f"{family['source']}, {family['name']}, {byte:02x}"
            for sent, expected in variants(line, exceptions.get(byte, family["is"])):
                if only in note:
                    check(address, sent, expected, note)
                    count += 1
    return count


def check_lines(address, lines, only):
    count = 0
    for case in lines:
        note = f"{case['source']}, {case['line']!r}"
        for sent, expected in variants(latin(case["line"]), case["is"]):
            if only in note:
                check(address, sent, expected, note)
                count += 1
    return count


def check_requests(address, requests, only):
    count = 0
    for case in requests:
        note = f"{case['source']}, {case.get('note', '')}"
        if only not in note:
            continue
        for pieces in (False, True):
            check(address, latin(case["send"]), case["expect"], note, case.get("methods", ()), pieces)
            count += 1
    return count


def check_http2(address, cases, only):
    count = 0
    for case in cases:
        note = f"HTTP/2, {case['source']}, {case['note']}"
        if only not in note:
            continue
        pseudo = {name: case[name] and latin(case[name]) for name in ("method", "path", "scheme", "authority") if name in case}
        block = request_block([(latin(name), latin(value)) for name, value in case.get("headers", [])], **pseudo)
        body = latin(case.get("body", ""))
        with Http2(address) as connection:
            connection.send(frame(HEADERS, END_HEADERS | (0 if body else END_STREAM), 1, block))
            if body:
                connection.send(frame(DATA, END_STREAM, 1, body))
            # What follows is a request of its own, unless the connection was ended.
            connection.send(frame(HEADERS, END_HEADERS | END_STREAM, 3, request_block(path=b"/canary")))
            answers, over = {1: b"", 3: b""}, set()
            for kind, flags, stream, payload in connection.frames():
                if kind == DATA:
                    answers[stream] += payload
                if kind == GOAWAY:
                    over |= {1, 3}
                if stream and (kind == RST_STREAM or kind in (DATA, HEADERS) and flags & END_STREAM):
                    over.add(stream)
                if over == {1, 3}:
                    break
        require(b"smuggled" not in answers[1] + answers[3], f"{note}: {answers!r}")
        served_first = answers[1].startswith(b"[")
        require(served_first == (case.get("is") == "served"), f"{note}: {answers[1]!r}")
        require(answers[3] in (b"", b'["/canary",""]'), f"{note}: the next request is {answers[3]!r}")
        count += 1
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", default="", help="a part of a payload's note")
    arguments = parser.parse_args()
    cases = json.loads((HERE / "smuggling.json").read_text(encoding="utf-8"))
    try:
        with served(arguments.binary, PROJECT) as server:
            count = check_families(server.address, cases["families"], arguments.only)
            count += check_lines(server.address, cases["lines"], arguments.only)
            count += check_requests(server.address, cases["requests"], arguments.only)
            count += check_http2(server.address, cases["http2"], arguments.only)
    except Failed as failure:
        print(failure)
        return 1
    print(f"{count} payloads, each understood in its one way or refused")
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main())
