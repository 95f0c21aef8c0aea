"""What is known of a directory: a JSON file of this form.

  {
    "skip":     [{"files": "url/*.tentative.*", "reason": "..."},
                 {"files": "url/x.any.js", "subtests": "regular expression", "reason": "..."}],
    "reasons":  [{"files": "url/x.any.js", "subtests": "regular expression", "reason": "..."}],
    "outcome":  {"url/x.any.js": {"subtests": 12, "failures": ["name of a subtest"]}}
  }

What is skipped does not count, and the page names it. `skip` and `reasons` are written by hand, `outcome` by the runner (--update). Every failure must be
met by a reason. A file as a whole that does not come to its end has the failure "(file)".
"""

import json
import pathlib
import re

from suite import matches

FOLDER = pathlib.Path(__file__).resolve().parent / "expectations"
WHOLE = "(file)"


class Expectations:
    def __init__(self, directory, folder=FOLDER):
        self.path = folder / (directory.replace("/", "_") + ".json")
        data = json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}
        self.skip = data.get("skip", [])
        self.reasons = data.get("reasons", [])
        self.outcome = data.get("outcome", {})

    def is_skipped(self, file):
        return any(matches(file, [rule["files"]]) for rule in self.skip if "subtests" not in rule)

    def is_left_out(self, file, subtest):
        return any(matches(file, [rule["files"]]) and re.search(rule["subtests"], subtest)
                   for rule in self.skip if "subtests" in rule)

    def without_left_out(self, file, result):
        """A result without the failures that do not count; what passes always counts."""
        failures = [name for name in result["failures"] if not self.is_left_out(file, name)]
        return {**result, "subtests": result["subtests"] - len(result["failures"]) + len(failures), "failures": failures}

    def reason(self, file, subtest):
        for rule in self.reasons:
            if matches(file, [rule["files"]]) and re.search(rule.get("subtests", ""), subtest):
                return rule["reason"]
        return None

    def save(self, outcome):
        self.outcome = outcome
        self.path.parent.mkdir(exist_ok=True)
        data = {"skip": self.skip, "reasons": self.reasons, "outcome": outcome}
        self.path.write_text(json.dumps(data, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")

    def differences(self, outcome):
        """Lines that say where an outcome is not what is recorded; none when all is as known."""
        lines = []
        for file in sorted(self.outcome.keys() | outcome.keys()):
            lines += self.differences_of(file, outcome.get(file))
        return lines

    def differences_of(self, file, now):
        known = self.outcome.get(file)
        if known is None:
            return [f"{file}: is not recorded"]
        if now is None:
            return [f"{file}: is recorded but was not run"]
        before, after = set(known["failures"]), set(now["failures"])
        lines = [f"{file}: NEW FAILURE: {name}: {now['messages'].get(name)}" for name in sorted(after - before)]
        lines += [f"{file}: NEW PASS: {name}" for name in sorted(before - after)]
        if known["subtests"] != now["subtests"]:
            lines.append(f"{file}: {now['subtests']} subtests, {known['subtests']} are recorded")
        return lines

    def unexplained(self, outcome):
        return [f"{file}: no reason is given for: {name}: {result.get('messages', {}).get(name)}"
                for file, result in sorted(outcome.items())
                for name in result["failures"] if self.reason(file, name) is None]

    def counts(self):
        subtests = sum(result["subtests"] for result in self.outcome.values())
        failures = sum(len(result["failures"]) for result in self.outcome.values())
        return len(self.outcome), subtests, subtests - failures
