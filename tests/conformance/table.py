"""The section on Web Platform Tests in docs/conformance.md, made of what is recorded."""

import pathlib

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/conformance.md"
BEGIN, END = "<!-- begin: web platform tests -->", "<!-- end: web platform tests -->"
INTRODUCTION = """## JavaScript: Web Platform Tests

Each file runs as a worker of the real server, in a request of its own, and is part of `./dev test`. The
recorded outcome, with a reason for each failure, is in `tests/conformance/expectations/`; a new failure
and a new pass both fail the run until `tests/conformance/run.py --update` has recorded them. Files of
pages (`.html`) cannot run without a document; what else is left out is listed below.
"""


def percent(passed, subtests):
    return f"{int(1000 * passed / subtests) / 10:.1f} %" if subtests else "-"


def section(known):
    """`known`: expectations by directory."""
    lines = [BEGIN, INTRODUCTION, "| directory | files | subtests | passed | |", "|---|--:|--:|--:|--:|"]
    total = [0, 0, 0]
    for directory, expectations in known.items():
        if not expectations.outcome:
            lines.append(f"| {directory} | | | not recorded yet | |")
            continue
        counts = expectations.counts()
        total = [a + b for a, b in zip(total, counts)]
        lines.append(f"| {directory} | {counts[0]} | {counts[1]} | {counts[2]} | {percent(counts[2], counts[1])} |")
    lines.append(f"| **all** | {total[0]} | {total[1]} | {total[2]} | **{percent(total[2], total[1])}** |")
    lines += ["", "Left out:", ""]
    lines += sorted({f"- `{rule['files']}`{subtests_of(rule)}: {rule['reason']}"
                     for each in known.values() for rule in each.skip})
    lines += ["", "Known failures:", ""]
    lines += reasons(known)
    return "\n".join([*lines, END]) + "\n"


def subtests_of(rule):
    return f", subtests `{rule['subtests']}`" if "subtests" in rule else ""


def reasons(known):
    lines = []
    for directory, expectations in known.items():
        failures = {}
        for file, result in expectations.outcome.items():
            for name in result["failures"]:
                reason = expectations.reason(file, name)
                failures[reason] = failures.get(reason, 0) + 1
        lines += [f"- {directory}, {count}: {reason}" for reason, count in failures.items()]
    return lines


def page(known, text):
    """The page with our section in it; other sections stay as they are."""
    made = section(known)
    if BEGIN not in text:
        return (text or "# Conformance\n") + "\n" + made
    before, rest = text.split(BEGIN, 1)
    return before + made + rest.split(END + "\n", 1)[1]
