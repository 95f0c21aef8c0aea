#!/usr/bin/env python3
"""check_guide.py finds each kind of mistake, and nothing where there is none."""

import pathlib
import tempfile
import unittest

import check_guide

CODE = "one();\nif (two) {\n  three();\n  four();\n}\n"


class CheckGuide(unittest.TestCase):
    def mistakes(self, page):
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            (root / "docs/guide").mkdir(parents=True)
            (root / "a.js").write_text(CODE, encoding="utf-8")
            (root / "docs/guide/page.md").write_text(page, encoding="utf-8")
            return check_guide.check_page(root / "docs/guide/page.md", root)

    def test_a_whole_file_and_a_part_in_another_indentation_are_right(self):
        self.assertEqual(self.mistakes(f"<!-- from: a.js -->\n```js\n{CODE}```\n"), [])
        self.assertEqual(self.mistakes("<!-- part of: a.js -->\n```js\nthree();\nfour();\n```\n"), [])
        self.assertEqual(self.mistakes("```sh\nls\n```\n[here](../../a.js)\n"), [])

    def test_each_mistake_is_found_with_its_line(self):
        for page, wanted in (
                ("\n```js\nx\n```\n", (3, "a block of js says no source")),
                ("<!-- from: b.js -->\n```js\nx\n```\n", (3, "its source b.js does not exist")),
                ("<!-- from: a.js -->\n```js\none();\n```\n", (3, "differs from a.js")),
                ("<!-- part of: a.js -->\n```js\none();\nfour();\n```\n", (3, "is no part of a.js")),
                ("<!-- from: a.js -->\nText between.\n```js\none();\n```\n", (4, "a block of js says no source")),
                ("[gone](gone.md)\n", (1, "the link to gone.md leads nowhere")),
                ("```js\n", (1, "the block does not end"))):
            self.assertEqual(self.mistakes(page), [wanted])


if __name__ == "__main__":
    unittest.main()
