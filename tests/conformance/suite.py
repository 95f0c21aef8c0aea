"""The files of the Web Platform Tests: which there are, and a worker made of one."""

import fnmatch
import pathlib
import re

META = re.compile(r"//\s*META:\s*(\w+)=(.*)")
HERE = pathlib.Path(__file__).resolve().parent
# Some packages of the suite carry only the data of a folder: its cases are written beside the runner.
OWN = HERE / "own"
# What a test server answers under another name.
ALIASES = {"resources/WebIDLParser.js": "resources/webidl2/lib/webidl2.js"}


class Case:
    """One file with one variant of its address."""

    def __init__(self, root, file, variant=""):
        self.root = root
        self.file = file
        self.variant = variant
        self.name = file + variant
        self.text = read(root / file)
        self.meta = [match.groups() for match in map(META.match, self.text.splitlines()) if match]

    def values(self, key):
        return [value.strip() for name, value in self.meta if name == key]

    def worker(self, wpt, address):
        """The script of a worker that runs the case and answers with its outcome."""
        base = f"{address}/{self.file}{self.variant}"
        parts = [
            read(HERE / "prelude.js").replace("{{base}}", base),
            read(wpt / "resources/testharness.js"),
            "wwsReport(add_result_callback, add_completion_callback);",
        ]
        parts += [self.script(wpt, name) for name in self.values("script")]
        parts.append(self.text)
        return "\n;\n".join(parts)

    def script(self, wpt, name):
        path = name.lstrip("/") if name.startswith("/") else str(pathlib.PurePosixPath(self.file).parent / name)
        return read(wpt / ALIASES.get(path, path))


def read(path):
    return path.read_text(encoding="utf-8", errors="surrogatepass")


def find_cases(wpt, directory, is_skipped):
    """Every case below a directory of the suite, and of our own for it, in order."""
    cases = []
    for root in (wpt, OWN):
        files = [path for pattern in ("*.any.js", "*.window.js") for path in (root / directory).rglob(pattern)]
        for path in sorted(files):
            file = path.relative_to(root).as_posix()
            if is_skipped(file):
                continue
            first = Case(root, file)
            variants = first.values("variant") or [""]
            cases += [first if variant == "" else Case(root, file, variant) for variant in variants]
    return cases


def matches(file, patterns):
    return any(fnmatch.fnmatchcase(file, pattern) for pattern in patterns)
