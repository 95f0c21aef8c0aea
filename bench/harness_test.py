#!/usr/bin/env python3
"""What the bench makes of the load generators' output and of results; nothing is measured here."""

import unittest
from unittest import mock

from harness import drive, goals, loads, report

WRK = """Running 1s test @ http://127.0.0.1:1/
  Latency Distribution
     50%    1.25ms
     75%    2.00ms
     90%    3.00ms
     99%  500.00us
  1000 requests in 1.00s, 1.00MB read
  Socket errors: connect 0, read 2, write 0, timeout 1
  Non-2xx or 3xx responses: 4
Requests/sec:  12345.60
Transfer/sec:      1.00MB
"""
H2LOAD = """finished in 1.00s, 4321.50 req/s, 1.00MB/s
requests: 4321 total, 4321 started, 4321 done, 4320 succeeded, 1 failed, 0 errored, 0 timeout
status codes: 4320 2xx, 0 3xx, 0 4xx, 1 5xx
                     min         max         mean         sd        +/- sd
time for request:      100us     20.00ms      2.50ms      1.00ms    90.00%
"""


def results(ours, its):
    servers = {"wws": {"rate": ours, "p50": 1.0, "p99": 2.0, "busy": 1.0, "rss": 30, "bad": 0, "spread": 0.1, "rounds": [{}]},
               "workerd": {"rate": its, "p50": 1.0, "p99": 2.0, "busy": 1.0, "rss": 90, "bad": 3, "spread": None, "rounds": [{}]}}
    return {"loads": {"hello": {"title": "hello", "servers": servers, "failed": {"bun": "does not listen\nmore"}, "seconds": 1,
                                "commit": "0", "at": "2026-01-01"}}}


class Drive(unittest.TestCase):
    def test_wrk_is_read_with_everything_that_went_wrong(self):
        with mock.patch.object(drive, "run", return_value=WRK):
            self.assertEqual(drive.wrk("http://x/", 1, 1), {"rate": 12345.6, "p50": 1.25, "p99": 0.5, "bad": 7})

    def test_h2load_is_read(self):
        with mock.patch.object(drive, "run", return_value=H2LOAD):
            self.assertEqual(drive.h2load("https://x/", 1, 1, 1), {"rate": 4321.5, "p50": 2.5, "p99": None, "bad": 2})

    def test_no_answer_at_all_is_no_latency(self):
        self.assertEqual(drive.milliseconds("-nan"), 0.0)


class Results(unittest.TestCase):
    def goal(self, found, wanted):
        return next(goal for goal in goals.goals(found) if goal.wanted == wanted)

    def test_a_goal_is_reached_or_not_or_not_measured(self):
        self.assertTrue(self.goal(results(350, 100), "3.5 x workerd").reached)
        self.assertFalse(self.goal(results(349, 100), "3.5 x workerd").reached)
        self.assertIsNone(self.goal(results(350, 100), "18 x wasmtime serve").reached)
        self.assertTrue(self.goal(results(1, 1), "p99 <= 3 x p50").reached)

    def test_medians_keep_what_went_wrong_in_any_round(self):
        rounds = [{"rate": 10.0, "p99": None, "bad": 1}, {"rate": 30.0, "p99": None, "bad": 0}, {"rate": 20.0, "p99": None, "bad": 2}]
        self.assertEqual(loads.median_of(rounds), {"rate": 20.0, "p99": None, "bad": 3, "spread": 1.0})

    def test_the_page_has_the_ratio_and_who_took_no_part(self):
        page = report.page(results(350, 100))
        self.assertIn("| workerd | 100 |  | 1.00 | 2.00 | 3.50 | 100 % | 90 | 3 |", page)
        self.assertIn("Bun does not take part: does not listen\n", page)
        self.assertIn("| JavaScript hello | 3.5 x workerd | 3.50 x | reached |", page)


if __name__ == "__main__":
    unittest.main()
