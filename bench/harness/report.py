"""Tables of results: for a terminal, and as docs/performance.md."""

from .goals import goals
from .peers import NAMES

HEAD = """<!-- Made by `./dev bench --report docs/performance.md`: do not edit. -->
# Performance

Ratios of one run on one machine; `bench/README.md` tells how they are measured and what they do not say. All limits and
interruption were on. "wws / it" above 1 means that wws answers more requests a second, each in a sandbox of its own; only
`wasmtime serve` isolates requests from each other, too.
"""


def count(value):
    return "" if value is None else f"{value:,.0f}".replace(",", " ")


def decimals(value, digits=2):
    return "" if value is None else f"{value:.{digits}f}"


def title(name):
    return NAMES.get(name, name)


def rate_rows(load):
    """Of a load with rates: server, requests a second, spread, p50, p99, ratio, busy, MB, bad."""
    ours = load["servers"].get("wws", {}).get("rate")
    for name, figures in load["servers"].items():
        ratio = ours / figures["rate"] if ours and figures["rate"] and name != "wws" else None
        spread = figures.get("spread")
        yield [title(name), count(figures["rate"]), "" if spread is None else f"{spread * 100:.0f} %", decimals(figures["p50"]),
               decimals(figures["p99"]), decimals(ratio), f"{figures['busy'] * 100:.0f} %" if figures.get("busy") else "",
               count(figures.get("rss")), count(figures["bad"]) if figures["bad"] else ""]


def has_rates(load):
    return any("rate" in figures for figures in load["servers"].values())


RATE_HEAD = ["server", "requests/s", "spread", "p50 ms", "p99 ms", "wws / it", "cpu", "MB", "bad"]


def other_rows(load):
    names = [name for name in next(iter(load["servers"].values())) if name not in ("rounds", "bad")]
    titles = {"ready_ms": "ready, ms", "first_ms": "first answer, ms", "rss": "MB", "bytes_each": "bytes each"}
    yield ["server", *[titles.get(name, name) for name in names]]
    for server, figures in load["servers"].items():
        yield [title(server), *[decimals(figures[name], 1) if isinstance(figures[name], float) else count(figures[name]) for name in names]]


def goal_rows(results):
    said = {True: "reached", False: "not reached", None: "not measured"}
    for goal in goals(results):
        yield [goal.load, goal.wanted, "" if goal.value is None else f"{goal.value:.2f} {goal.unit}", said[goal.reached]]


def text(results):
    lines = []
    for key, load in results.get("loads", {}).items():
        lines.append(f"{load['title']} ({key})")
        rows = [RATE_HEAD, *rate_rows(load)] if has_rates(load) else list(other_rows(load)) if load["servers"] else []
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
        for row in rows:
            lines.append("  " + "  ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                                          for column, (cell, width) in enumerate(zip(row, widths))))
        for server, why in load["failed"].items():
            lines.append(f"  {title(server)}: {why.splitlines()[0]}")
    for name, microseconds in results.get("micro", {}).items():
        lines.append(f"{name:<40}{microseconds:>12.3f} us")
    return "\n".join(lines)


def table(rows):
    head, *body = rows
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join(["---"] + ["--:"] * (len(head) - 1)) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in body]) + "\n"


def page(results):
    """docs/performance.md"""
    parts = [HEAD, "## Goals\n", table([["load", "goal", "measured", ""], *goal_rows(results)])]
    described = results.get("machine")
    if described:
        parts.append("## The machine\n")
        parts.append(f"{described['cpu']}, {described['cores']} cores{' of a virtual machine' if described['virtual'] else ''}, "
                     f"{described['memory_gib']} GiB, {described['system']}, Linux {described['kernel']}, transparent huge pages "
                     f"`{described['huge_pages']}`. The server has the first core, its clients the second.\n")
        parts.append(table([["server", "version"], *[[title(name), version] for name, version in results["versions"].items()]]))
    parts.append("## Loads\n\nMedians of the rounds; spread is what lies between the slowest and the fastest of them, as a part of the median. "
                 "p50 and p99 are in milliseconds at 32 connections (h2load gives a mean instead of p50 and no p99), cpu is how busy the "
                 "server's core was, MB its memory after the load.\n")
    for key, load in results.get("loads", {}).items():
        if not load["servers"]:
            continue
        rounds = len(next(iter(load["servers"].values()))["rounds"])
        parts.append(f"### {load['title']}\n\n`{key}`: {rounds} rounds of {load['seconds']} s, {load['at']}, commit {load['commit']}.\n")
        parts.append(table([RATE_HEAD, *rate_rows(load)] if has_rates(load) else list(other_rows(load))))
        for server, why in load["failed"].items():
            parts.append(f"{title(server)} does not take part: {why.splitlines()[0]}\n")
    if results.get("streaming"):
        parts.append("## Streams\n\n" + table([["experiment", "MB moved", "seconds", "server's peak, MB", "before, MB"],
                     *[[row["title"], count(row["moved_mb"]), decimals(row["seconds"], 1), decimals(row["peak_mb"], 1),
                        decimals(row["before_mb"], 1)] for row in results["streaming"]]]))
    if results.get("micro"):
        parts.append("## Parts\n\n" + table([["part", "us"], *[[f"`{name}`", decimals(value, 3)] for name, value in results["micro"].items()]]))
    return "\n".join(parts)
