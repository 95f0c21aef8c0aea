"""What the figures are held to: ratios of one run."""

import dataclasses


@dataclasses.dataclass
class Goal:
    load: str
    wanted: str
    value: float  # None: not measured
    limit: float
    at_most: bool = False
    unit: str = "x"

    @property
    def reached(self):
        if self.value is None:
            return None
        return self.value <= self.limit if self.at_most else self.value >= self.limit


def figure(results, load, server, name):
    return results["loads"].get(load, {}).get("servers", {}).get(server, {}).get(name)


def ratio(results, load, other, server="wws", other_load=None):
    ours, its = figure(results, load, server, "rate"), figure(results, other_load or load, other, "rate")
    return ours / its if ours and its else None


def micro(results, name):
    return results.get("micro", {}).get(name)


def times(value, factor):
    return None if value is None else value * factor


def goals(results):
    hello = lambda name: figure(results, "hello", "wws", name)  # noqa: E731
    tail = hello("p99") / hello("p50") if hello("p50") else None
    with_restore, without = micro(results, "lease_json"), micro(results, "call_json")
    isolation = with_restore / without - 1 if with_restore and without else None
    switched, own = micro(results, "lease_switch/100"), micro(results, "lease_kept/40")
    found = [
        Goal("JavaScript hello", "3.5 x workerd", ratio(results, "hello", "workerd"), 3.5),
        Goal("JavaScript hello", "18 x wasmtime serve", ratio(results, "hello", "wasmtime"), 18),
        Goal("JavaScript hello", "0.9 x Node (bare node:http)", ratio(results, "hello", "node-http"), 0.9),
        Goal("JavaScript hello", "p99 <= 3 x p50", tail, 3, at_most=True),
        Goal("25 items as JSON", "isolation <= 12 %", times(isolation, 100), 12, at_most=True, unit="%"),
        Goal("25 items as JSON", "1.0 x workerd", ratio(results, "json", "workerd"), 1.0),
        Goal("Hono, declared warm-up", "1.5 x workerd", ratio(results, "hono", "workerd"), 1.5),
        Goal("Hono, no warm-up", "0.6 x workerd", ratio(results, "hono-cold", "workerd"), 0.6),
        Goal("hello without HTTP, restored", "<= 10 us", micro(results, "request_hello"), 10, at_most=True, unit="us"),
        Goal("enter, restore, leave, 40 pages", "<= 5 us", own, 5, at_most=True, unit="us"),
        Goal("another worker's image, 100 pages", "<= 20 us", switched, 20, at_most=True, unit="us"),
        Goal("stdin/stdout hello in C", "4 x workerd's JavaScript hello", ratio(results, "c", "workerd", other_load="hello"), 4),
        Goal("stdin/stdout hello in C", "1.0 x Node (bare node:http)", ratio(results, "c", "node-http", other_load="hello"), 1.0),
        Goal("the same, unproven module", "1.5 x workerd's JavaScript hello", ratio(results, "unproven", "workerd", other_load="hello"), 1.5),
        Goal("1 000 workers at random", "0.8 x one worker", ratio(results, "distinct-1k", "wws", other_load="distinct-1"), 0.8),
        Goal("10 000 workers at random", "0.6 x one worker", ratio(results, "distinct-10k", "wws", other_load="distinct-1"), 0.6),
        Goal("10 000 workers", "ready <= 2 s", times(figure(results, "start-10k", "wws", "ready_ms"), 1e-3), 2, at_most=True, unit="s"),
        Goal("10 000 workers", "<= 200 MB before traffic", figure(results, "start-10k", "wws", "rss"), 200, at_most=True, unit="MB"),
        Goal("one worker", "ready <= 30 ms", figure(results, "start", "wws", "ready_ms"), 30, at_most=True, unit="ms"),
        Goal("one worker", "first request <= 5 ms", figure(results, "start", "wws", "first_ms"), 5, at_most=True, unit="ms"),
        Goal("1 000 requests at a 20 ms upstream", ">= 0.9 x the upstream's limit", ratio(results, "upstream", "upstream"), 0.9),
        Goal("1 000 requests at a 20 ms upstream", "<= 0.5 MB each", figure(results, "upstream", "wws", "mb_each"), 0.5, at_most=True, unit="MB"),
        Goal("idle process", "<= 40 MB", figure(results, "start", "wws", "rss"), 40, at_most=True, unit="MB"),
        Goal("idle keep-alive connection", "<= 16 KB", times(figure(results, "idle", "wws", "bytes_each"), 1 / 1024), 16, at_most=True, unit="KB"),
        Goal("static file of 1 KB", "1.0 x nginx", ratio(results, "static-1k", "nginx"), 1.0),
        Goal("static file of 100 KB", "0.9 x nginx", ratio(results, "static-100k", "nginx"), 0.9),
        Goal("1 KB, TLS and HTTP/2", "0.8 x nginx", ratio(results, "tls-1k", "nginx"), 0.8),
        Goal("100 KB, TLS and HTTP/2", "0.8 x nginx", ratio(results, "tls-100k", "nginx"), 0.8),
    ]
    for row in results.get("streaming", []):
        found.append(Goal(row["title"], f"<= {row['limit_mb']} MB of server memory", row["peak_mb"], row["limit_mb"], at_most=True, unit="MB"))
    return found
