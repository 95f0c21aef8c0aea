#!/usr/bin/env python3
"""The comparison finds what is worse, better, new and gone."""

import importlib.util
import pathlib
import tempfile
import unittest

spec = importlib.util.spec_from_file_location("regression", pathlib.Path(__file__).with_name("regression.py"))
regression = importlib.util.module_from_spec(spec)
spec.loader.exec_module(regression)


class Verdicts(unittest.TestCase):
    def verdicts(self, counts, record):
        return list(regression.verdicts(counts, record))

    def test_within_the_tolerance_nothing_is_said(self):
        self.assertEqual(self.verdicts({"instructions_a": 1019}, {"instructions_a": (1000, 2.0)}), [])

    def test_worse_and_better_are_said(self):
        self.assertIn("WORSE: 1021", self.verdicts({"instructions_a": 1021}, {"instructions_a": (1000, 2.0)})[0])
        self.assertIn("better: 979", self.verdicts({"instructions_a": 979}, {"instructions_a": (1000, 2.0)})[0])

    def test_one_allocation_more_is_worse(self):
        self.assertIn("WORSE", self.verdicts({"allocations_a": 11}, {"allocations_a": (10, 0.0)})[0])

    def test_new_and_gone_are_said(self):
        self.assertIn("nothing is recorded", self.verdicts({"allocations_a": 1}, {})[0])
        self.assertIn("not counted any more", self.verdicts({}, {"allocations_a": (1, 0.0)})[0])

    def test_what_is_written_is_read_and_keeps_its_tolerance(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "record.csv"
            regression.write(path, {"instructions_a": 7, "allocations_b": 0}, {"instructions_a": (9, 5.0)})
            self.assertEqual(regression.recorded(path), {"instructions_a": (7, 5.0), "allocations_b": (0, 0.0)})


if __name__ == "__main__":
    unittest.main()
