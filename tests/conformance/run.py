#!/usr/bin/env python3
"""Runs directories of the Web Platform Tests inside workers of the real server.

Usage: run.py --wpt FOLDER --binary build/release/wws [--update] [--jobs N] [--only GLOB] [-v] DIRECTORY...
       run.py --check-table | --write-table

Exit code 0: every subtest did what is recorded in expectations/, see expectations.py. --update records
what happens now, and writes the table in docs/conformance.md.
"""

import argparse
import concurrent.futures
import functools
import http.client
import http.server
import json
import os
import pathlib
import shutil
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "e2e"))
import table  # noqa: E402
from expectations import WHOLE, Expectations  # noqa: E402
from server import Server, clean_environment  # noqa: E402
from suite import OWN, find_cases, matches  # noqa: E402

DIRECTORIES = [
    "url", "urlpattern", "encoding", "streams", "compression", "FileAPI", "WebCryptoAPI", "dom/abort",
    "dom/events", "html/webappapis", "hr-time", "user-timing", "console", "webidl", "webmessaging",
    "fetch/data-urls", "wasm/jsapi",
]
# A case that goes beyond these is a failure of the file.
LIMITS = '[limits]\ncpu = "25s"\nwall = "40s"\nmemory = "512MiB"\nresponse = "64MiB"\n'
PATIENCE = 60
CASES_A_SERVER = 16
HARNESS_OK, PRECONDITION_FAILED = 0, 3


class Files(http.server.SimpleHTTPRequestHandler):
    """The suite's own files, for cases that fetch() them."""

    def log_message(self, *_):
        pass

    def do_POST(self):
        """What the suite's own server does for fetch/api/resources/echo-content.py."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(200)
        self.send_header("content-type", "text/plain")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def translate_path(self, path):
        place = super().translate_path(path)
        ours = OWN / pathlib.Path(place).relative_to(self.directory)
        return place if os.path.exists(place) else str(ours)


def serve_files(wpt):
    handler = functools.partial(Files, directory=str(wpt))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def write_project(folder, cases, wpt, address):
    settings = ('version = "1"\nevaluate = "each-request"\n[features.http_requests]\n'
                'allowed_hosts = ["127.0.0.1"]\nallow_http = true\nallow_private = true\n' + LIMITS)
    for number, case in enumerate(cases):
        (folder / f"case{number}.js").write_text(
            case.worker(wpt, address), encoding="utf-8", errors="surrogatepass")
        (folder / f"case{number}.toml").write_text(settings, encoding="utf-8")


def run_batch(cases, wpt, address, binary):
    """Outcomes by the case's name."""
    with tempfile.TemporaryDirectory(prefix="wws-conformance-") as work:
        folder = pathlib.Path(work)
        write_project(folder, cases, wpt, address)
        server = Server(binary, folder, [], clean_environment({}))
        try:
            server.wait_ready()
            return {case.name: outcome_of(ask(server, f"/case{number}"), server)
                    for number, case in enumerate(cases)}
        finally:
            server.kill()


def ask(server, path):
    connection = http.client.HTTPConnection(*server.address, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        return None, str(error).encode()
    finally:
        connection.close()


def outcome_of(answer, server):
    """{subtests, failures, messages}: names made unique by a number."""
    status, body = answer
    if status != 200:
        log = server.stderr.text[-1500:]
        return {"subtests": 1, "failures": [WHOLE], "messages": {WHOLE: f"status {status}: {log}"}}
    report = json.loads(body)
    failures, messages, seen = [], {}, {}
    for subtest in report["subtests"]:
        name = subtest["name"].encode("utf-8", "backslashreplace").decode()
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name += f" ({seen[name]})"
        if not subtest["passed"]:
            failures.append(name)
            messages[name] = subtest["message"]
    count = len(report["subtests"])
    fault = fault_of_file(report)
    if fault:
        return {"subtests": count + 1, "failures": [*failures, WHOLE], "messages": {**messages, WHOLE: fault}}
    return {"subtests": count, "failures": failures, "messages": messages}


def fault_of_file(report):
    if not report["complete"]:
        return "ended without a result: something it waits for never came"
    if report["status"] == PRECONDITION_FAILED:
        return None
    if report["status"] != HARNESS_OK:
        return f"harness status {report['status']}: {report['message']}"
    return None


def run_directory(directory, options, address):
    known = Expectations(directory)
    cases = find_cases(options.wpt, directory, known.is_skipped)
    if options.only:
        cases = [case for case in cases if matches(case.name, [options.only])]
    batches = [cases[i:i + CASES_A_SERVER] for i in range(0, len(cases), CASES_A_SERVER)]
    outcome = {}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for part in pool.map(lambda batch: run_batch(batch, options.wpt, address, options.binary), batches):
            outcome.update({file: known.without_left_out(file, result) for file, result in part.items()})
    return known, outcome


def judge(directory, known, outcome, options):
    """Lines that fail the run."""
    if options.verbose:
        for file, result in outcome.items():
            for name in result["failures"]:
                print(f"{file}: {name}: {str(result['messages'].get(name))[:options.width]}")
    count = sum(result["subtests"] for result in outcome.values())
    passed = count - sum(len(result["failures"]) for result in outcome.values())
    print(f"{directory}: {len(outcome)} files, {passed} of {count} subtests pass, {table.percent(passed, count)}")
    if options.only:
        return []
    if not outcome:
        return [f"{directory}: no file of it is in {options.wpt}"]
    problems = [] if options.update else known.differences(outcome)
    if options.update:
        known.save({file: {"subtests": result["subtests"], "failures": result["failures"]}
                    for file, result in sorted(outcome.items())})
    return problems + known.unexplained(outcome)


def check_table(write):
    known = {directory: Expectations(directory) for directory in DIRECTORIES}
    text = table.PAGE.read_text(encoding="utf-8") if table.PAGE.exists() else ""
    made = table.page(known, text)
    if write:
        table.PAGE.write_text(made, encoding="utf-8")
        return 0
    if made == text:
        return 0
    print("docs/conformance.md is not what tests/conformance/expectations say: run tests/conformance/run.py "
          "--write-table")
    return 1


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directories", nargs="*", help="default: all that are recorded")
    parser.add_argument("--wpt", type=pathlib.Path, help="folder of the suite")
    parser.add_argument("--binary", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", help="glob of the files to run; nothing is judged")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--check-table", action="store_true")
    parser.add_argument("--write-table", action="store_true")
    parser.add_argument("--width", type=int, default=300, help="characters of a message with -v")
    parser.add_argument("-v", "--verbose", action="store_true", help="list every failure")
    return parser.parse_args(arguments)


def main():
    options = parse(sys.argv[1:])
    if options.check_table or options.write_table:
        return check_table(options.write_table)
    if not options.wpt or not (options.wpt / "resources/testharness.js").exists():
        sys.exit(f"no Web Platform Tests in {options.wpt}: run ./dev setup test")
    if not options.binary or not shutil.which(str(options.binary)):
        sys.exit(f"no server at {options.binary}: run ./dev build")
    address = serve_files(options.wpt)
    problems = []
    for directory in options.directories or DIRECTORIES:
        known, outcome = run_directory(directory, options, address)
        problems += judge(directory, known, outcome, options)
    if options.update:
        check_table(write=True)
    for line in problems[:200]:
        print(line[:600])
    if len(problems) > 200:
        print(f"... and {len(problems) - 200} more")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
