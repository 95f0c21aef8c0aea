#!/usr/bin/env python3
"""llhttp's own vectors of requests against the server.

Usage: llhttp_vectors.py FOLDER --binary build/release/wws

FOLDER is test/request of a checkout of https://github.com/nodejs/llhttp, which is not carried here. Each vector of its
.md files is a text to be sent and what llhttp's strict parser says of it; vectors for its lenient settings, and those
that pause it, say nothing of this server and are left out. The server must serve what llhttp takes, request by request,
and refuse what llhttp refuses, or be stricter: each stricter answer is listed with its text. Exit code 1 when the
server takes what llhttp refuses.
"""

import argparse
import json
import pathlib
import re
import sys

from wire import Failed, Http1, served

ECHO = """export default { async fetch(request) {
  return Response.json([request.method, await request.text()]);
} };
"""


def vectors(folder):
    """(where, meta, text, log) of each vector; the .md files' own conventions, as llhttp's test/md-test.ts reads them."""
    for path in sorted(folder.glob("*.md")):
        title = ""
        text = path.read_text(encoding="utf-8")
        pattern = r"^#+ (?P<title>[^\n]+)$|<!-- meta=(?P<meta>\{.*?\}) -->\s*```http\n(?P<http>.*?)```[^`]*```log\n(?P<log>.*?)```"
        for match in re.finditer(pattern, text, re.MULTILINE | re.DOTALL):
            if match["title"]:
                title = match["title"]
            else:
                yield f"{path.stem}: {title}", json.loads(match["meta"]), decode(match["http"]), match["log"]


def decode(text):
    text = text.removesuffix("\n")
    text = re.sub(r"\\(\r\n|\r|\n)", "", text)
    text = re.sub(r"\r\n|\r|\n", "\r\n", text)
    for name, byte in (("r", "\r"), ("n", "\n"), ("t", "\t"), ("f", "\f")):
        text = text.replace("\\" + name, byte)
    text = re.sub(r"\\x([0-9a-fA-F]+)", lambda match: chr(int(match[1], 16)), text)
    text = re.sub(r"\\([0-7]{1,3})", lambda match: chr(int(match[1], 8)), text)
    # JavaScript of the vectors: 'a'.repeat(N) is all there is.
    text = re.sub(r"\$\{'(.+?)'\.repeat\((\d+)\)\}", lambda match: match[1] * int(match[2]), text)
    return text.encode("utf-8")


def expected(log):
    """(messages that are complete, whether an error follows, whether the last is cut short)."""
    complete = len(re.findall(r"message complete$", log, re.MULTILINE))
    # 5: bytes behind "Connection: close", which get no answer here; 22: a pause for an upgrade, of which there is none.
    error = re.search(r"error code=(?!5 |22 )", log) is not None
    return complete, error, not error and len(re.findall(r"message begin$", log, re.MULTILINE)) > complete


def with_host(data):
    """Most vectors have no Host, without which HTTP/1.1 is refused before the vector's own matter is reached."""
    if re.search(rb"^host\s*:", data, re.MULTILINE | re.IGNORECASE):
        return data
    return re.sub(rb"( HTTP/1\.1\r\n)", rb"\1Host: a\r\n", data)


def ask(address, data):
    """How many requests were served, and the text of the refusal, if any."""
    count, refusal = 0, None
    with Http1(address) as connection:
        connection.send(data)
        connection.socket.shutdown(1)  # a client that has no more to say
        method = "HEAD" if data.startswith(b"HEAD ") else "GET"
        while answer := connection.answer(method):
            if answer.status == 100:
                continue
            if answer.status == 200 and answer.body.startswith(b"["):
                count += 1
            elif answer.status == 200:
                count += 1  # HEAD
            else:
                refusal = answer.body.decode("latin-1").strip()
    return count, refusal


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--binary", required=True)
    arguments = parser.parse_args()
    same, stricter, looser, left_out = 0, [], [], 0
    try:
        with served(arguments.binary, {"[...path].js": ECHO, "index.js": ECHO}) as server:
            for where, meta, text, log in vectors(arguments.folder):
                if meta["type"] != "request" or {"pause", "skip", "skipBody"} & meta.keys():
                    left_out += 1
                    continue
                complete, error, cut = expected(log)
                count, refusal = ask(server.address, with_host(text))
                if count == complete and ((refusal is not None) == error or cut and refusal is not None):
                    same += 1
                elif count > complete or (error and refusal is None):
                    looser.append((where, complete, error, count, refusal, text))
                else:
                    stricter.append((where, complete, error, count, refusal, text))
    except Failed as failure:
        print(failure)
        return 1
    for name, cases in (("stricter", stricter), ("LOOSER", looser)):
        for where, complete, error, count, refusal, text in cases:
            wanted = f"{complete} complete" + (" and an error" if error else "")
            print(f"{name}: {where}: llhttp {wanted}; here {count} served, {refusal!r}\n    {text[:200]!r}")
    print(f"{same} alike, {len(stricter)} stricter, {len(looser)} looser, {left_out} left out")
    return 1 if looser or not same else 0


if __name__ == "__main__":
    sys.exit(main())
