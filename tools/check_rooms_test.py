#!/usr/bin/env python3
"""check_rooms.py finds each kind of breach, and nothing in a clean tree."""

import pathlib
import tempfile
import unittest

import check_rooms

TABLE = """| room | holds |
|---|---|
| `src/base/` | . |
| `src/http/` `src/wasm/` | . |
| `src/abi/` | . |
| `src/cli/` | . |
"""


class CheckRooms(unittest.TestCase):
    def breaches(self, files, table=TABLE):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "ARCHITECTURE.md").write_text(table, encoding="utf-8")
            for name, text in files.items():
                file = root / "src" / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            return list(check_rooms.breaches(root))

    def test_a_clean_tree_has_none(self):
        self.assertEqual(self.breaches({
            "cli/main.cc": '#include <CLI/CLI.hpp>\n#include "http/a.h"\n#include "cli/b.h"\n',
            "wasm/wasmtime/engine.cc": '#include <wasmtime.h>\n#include "base/result.h"\n'}), [])

    def test_a_room_below_or_beside_is_found_with_its_line(self):
        self.assertEqual(self.breaches({"http/a.cc": '#include "base/x.h"\n#include "wasm/y.h"\n'}),
                         ["src/http/a.cc:2: http may not include wasm/y.h: wasm does not stand above it"])
        self.assertEqual(len(self.breaches({"base/a.h": '#include "cli/options.h"\n'})), 1)

    def test_folders_of_a_room_that_do_not_know_each_other_are_found(self):
        for name, include in (("abi/js/a.cc", "abi/stdio_json/session.h"),
                              ("abi/stdio_json/a.h", "abi/js/session.h"),
                              ("http/h1/a.cc", "http/client/client.h")):
            with self.subTest(include=include):
                self.assertEqual(len(self.breaches({name: f'#include "{include}"\n'})), 1)
        self.assertEqual(self.breaches({"abi/js/a.cc": '#include "guest/js/abi.h"\n',
                                        "http/client/a.cc": '#include "http/h1/parser.h"\n'}), [])

    def test_a_vendor_outside_its_fence_is_found(self):
        for name, include in (("wasm/pool.cc", "<wasmtime.h>"), ("wasm/a.cc", "<wasm.h>"),
                              ("http/a.cc", "<toml++/toml.hpp>"), ("wasm/a.cc", "<llhttp.h>"),
                              ("cli/a.cc", "<openssl/ssl.h>"),
                              ("http/a.cc", "<boost/beast/http/parser.hpp>"), ("http/a.cc", "<CLI/CLI.hpp>"),
                              ("abi/stdio_json/a.cc", '"guest/js/abi.h"')):
            with self.subTest(include=include):
                self.assertEqual(len(self.breaches({name: f"#include {include}\n"})), 1)

    def test_a_heavy_vendor_in_a_header_is_found(self):
        self.assertEqual(len(self.breaches({"http/a.h": "#include <nlohmann/json.hpp>\n"})), 1)

    def test_a_private_header_is_its_rooms_own(self):
        table = TABLE.replace("`src/http/`", "`src/config/` `src/http/`")
        self.assertEqual(self.breaches({"config/toml.h": "#include <toml++/toml.h>\n",
                                        "config/a.cc": '#include "config/toml.h"\n'}, table), [])
        for name in ("config/a.h", "cli/a.cc"):
            with self.subTest(name=name):
                self.assertEqual(len(self.breaches({name: '#include "config/toml.h"\n'}, table)), 1)

    def test_an_unknown_room_and_a_missing_table_are_found(self):
        self.assertEqual(len(self.breaches({"attic/a.cc": ""})), 1)
        self.assertEqual(len(self.breaches({}, table="no table")), 1)


if __name__ == "__main__":
    unittest.main()
