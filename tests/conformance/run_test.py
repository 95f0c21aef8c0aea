#!/usr/bin/env python3
"""What the runner itself promises: each kind of difference is found."""

import pathlib
import sys
import tempfile
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import table  # noqa: E402
from expectations import Expectations  # noqa: E402
from run import fault_of_file, outcome_of  # noqa: E402
from suite import find_cases  # noqa: E402


def outcome(count, *failures):
    return {"subtests": count, "failures": list(failures), "messages": {name: "why" for name in failures}}


class Differences(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.known = Expectations("url", pathlib.Path(self.folder.name))
        self.known.save({"url/a.any.js": {"subtests": 3, "failures": ["one"]}})

    def tearDown(self):
        self.folder.cleanup()

    def test_the_recorded_outcome_is_no_difference(self):
        self.assertEqual(self.known.differences({"url/a.any.js": outcome(3, "one")}), [])

    def test_a_new_failure_is_found(self):
        lines = self.known.differences({"url/a.any.js": outcome(3, "one", "two")})
        self.assertEqual(lines, ["url/a.any.js: NEW FAILURE: two: why"])

    def test_a_new_pass_is_found(self):
        self.assertEqual(self.known.differences({"url/a.any.js": outcome(3)}), ["url/a.any.js: NEW PASS: one"])

    def test_a_subtest_that_vanished_is_found(self):
        self.assertIn("2 subtests, 3 are recorded", self.known.differences({"url/a.any.js": outcome(2, "one")})[0])

    def test_files_that_came_or_went_are_found(self):
        lines = self.known.differences({"url/b.any.js": outcome(1)})
        self.assertEqual(lines, ["url/a.any.js: is recorded but was not run", "url/b.any.js: is not recorded"])

    def test_a_failure_needs_a_reason(self):
        self.assertEqual(len(self.known.unexplained({"url/a.any.js": outcome(3, "one")})), 1)
        self.known.reasons = [{"files": "url/*", "subtests": "^one$", "reason": "because"}]
        self.assertEqual(self.known.unexplained({"url/a.any.js": outcome(3, "one")}), [])

    def test_a_subtest_that_is_left_out_does_not_count(self):
        self.known.skip = [{"files": "url/*", "subtests": "^of a page$", "reason": "there is no page"}]
        left = self.known.without_left_out("url/a.any.js", outcome(3, "one", "of a page"))
        self.assertEqual((left["subtests"], left["failures"]), (2, ["one"]))
        self.assertFalse(self.known.is_skipped("url/a.any.js"))

    def test_what_was_recorded_is_read_again(self):
        self.assertEqual(Expectations("url", self.known.path.parent).counts(), (1, 3, 2))


class Outcomes(unittest.TestCase):
    server = types.SimpleNamespace(stderr=types.SimpleNamespace(text="the log"))

    def test_a_failed_request_is_one_failure_of_the_file(self):
        result = outcome_of((500, b""), self.server)
        self.assertEqual((result["subtests"], result["failures"]), (1, ["(file)"]))

    def test_a_case_that_never_ended_fails_beside_its_subtests(self):
        body = b'{"complete": false, "status": null, "subtests": [{"name": "a", "passed": true}]}'
        result = outcome_of((200, body), self.server)
        self.assertEqual((result["subtests"], result["failures"]), (2, ["(file)"]))

    def test_subtests_of_one_name_are_told_apart(self):
        body = (b'{"complete": true, "status": 0, "subtests": [{"name": "a", "passed": true}, '
                b'{"name": "a", "passed": false, "message": "m"}]}')
        self.assertEqual(outcome_of((200, body), self.server)["failures"], ["a (2)"])

    def test_an_error_of_the_harness_is_a_fault(self):
        self.assertIn("status 1", fault_of_file({"complete": True, "status": 1, "message": "m"}))


class Cases(unittest.TestCase):
    def test_variants_are_cases_and_skipped_files_are_none(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "url").mkdir()
            (root / "url/a.any.js").write_text("// META: variant=?1\n// META: variant=?2\n")
            (root / "url/b.any.js").write_text("")
            names = [case.name for case in find_cases(root, "url", lambda file: file == "url/b.any.js")]
            self.assertEqual(names, ["url/a.any.js?1", "url/a.any.js?2"])


class Table(unittest.TestCase):
    def test_other_sections_of_the_page_stay(self):
        page = table.page({}, f"# Conformance\n\nbefore\n{table.BEGIN}\nold\n{table.END}\nafter\n")
        self.assertTrue(page.startswith("# Conformance\n\nbefore\n"))
        self.assertTrue(page.endswith("\nafter\n"))
        self.assertNotIn("\nold\n", page)


if __name__ == "__main__":
    unittest.main()
