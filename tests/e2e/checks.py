"""Text checks of case.json: whether a text is what a case says."""

import gzip
import hashlib
import json
import re


class Failed(Exception):
    """An expectation that does not hold; the message says which, and what was there instead."""


def shorten(text, limit=2000):
    text = text if isinstance(text, str) else repr(text)
    return text if len(text) <= limit else text[:limit] + f"... ({len(text)} characters)"


def as_list(value):
    return value if isinstance(value, list) else [value]


def check_text(what, expected, text):
    """`expected` is a text, or {"contains", "absent", "regex", "count"}."""
    if isinstance(expected, str):
        if text != expected:
            raise Failed(f"{what}: expected {expected!r}, got {shorten(text)!r}")
        return
    known = {"contains", "absent", "regex", "count"}
    if not isinstance(expected, dict) or not expected or set(expected) - known:
        raise Failed(f"{what}: the case's check {expected!r} is none of {sorted(known)}")
    for part in as_list(expected.get("contains", [])):
        if part not in text:
            raise Failed(f"{what}: {part!r} is not in {shorten(text)!r}")
    for part in as_list(expected.get("absent", [])):
        if part in text:
            raise Failed(f"{what}: {part!r} must not be in {shorten(text)!r}")
    for pattern in as_list(expected.get("regex", [])):
        if not re.search(pattern, text, re.MULTILINE):
            raise Failed(f"{what}: /{pattern}/ does not match {shorten(text)!r}")
    for part, count in expected.get("count", {}).items():
        if text.count(part) != count:
            raise Failed(f"{what}: {part!r} is there {text.count(part)} times, not {count}")


def check_body(expected, body):
    if isinstance(expected, dict) and "gzip" in expected:
        try:
            check_body(expected["gzip"], gzip.decompress(body))
        except (OSError, EOFError) as error:
            raise Failed(f"body: not gzip ({error}): {shorten(body)!r}") from error
        return
    if isinstance(expected, dict) and set(expected) & {"json", "length", "sha256"}:
        if "json" in expected:
            try:
                value = json.loads(body)
            except ValueError as error:
                raise Failed(f"body: not JSON ({error}): {shorten(body)!r}") from error
            if value != expected["json"]:
                raise Failed(f"body: expected {expected['json']!r}, got {value!r}")
        if "length" in expected and len(body) != expected["length"]:
            raise Failed(f"body: {len(body)} bytes, not {expected['length']}")
        if "sha256" in expected and hashlib.sha256(body).hexdigest() != expected["sha256"]:
            raise Failed("body: other bytes than expected")
        return
    check_text("body", expected, body.decode("utf-8", "replace"))


def check_headers(expected, headers):
    """`headers` is a list of pairs, names in lower case."""
    for name, check in expected.items():
        values = [value for key, value in headers if key == name.lower()]
        what = f"header {name}"
        if check is None:
            if values:
                raise Failed(f"{what}: must be absent, is {values!r}")
        elif isinstance(check, list):
            if values != check:
                raise Failed(f"{what}: expected {check!r}, got {values!r}")
        elif len(values) != 1:
            raise Failed(f"{what}: expected once, got {values!r}")
        else:
            check_text(what, check, values[0])


def check_response(expected, response):
    known = {"status", "headers", "body", "closed", "within_ms", "at_least_ms", "first_byte_before_ms"}
    if set(expected) - known:
        raise Failed(f"the case expects {sorted(set(expected) - known)}, which is none of {sorted(known)}")
    if expected.get("closed"):
        if not response.failure:
            raise Failed(f"expected a closed connection, got {response.status} {shorten(response.body)!r}")
        return
    if response.failure:
        raise Failed(f"no response: {response.failure}")
    allowed = as_list(expected.get("status", 200))
    if response.status not in allowed:
        raise Failed(f"status {response.status}, not {allowed}: {shorten(response.body)!r}")
    check_headers(expected.get("headers", {}), response.headers)
    if "body" in expected:
        check_body(expected["body"], response.body)
    spent = response.spent * 1000
    if spent > expected.get("within_ms", float("inf")):
        raise Failed(f"took {spent:.0f} ms, more than {expected['within_ms']}")
    if spent < expected.get("at_least_ms", 0):
        raise Failed(f"took {spent:.0f} ms, less than {expected['at_least_ms']}")
    early = (response.spent - response.first_byte) * 1000
    if early < expected.get("first_byte_before_ms", 0):
        raise Failed(f"the first byte came only {early:.0f} ms before the end")
