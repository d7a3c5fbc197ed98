"""What --json prints is what docs/reference/json.md says; what a release prints while it goes is in json_release_test.py."""
import glob
import json
import os
import re

import documented
from support import ROOT, InFolder, main, stellwerk

ERRORS = [["plan", "nowhere.yaml"], ["no-such-command"], ["explain", "XYZ-9999"], ["man", "no-such-page"], ["completion", "csh"],
          ["init", "--to", "x"], ["release", "show", "rel-1", "--data", "nowhere"], ["release", "pause", "rel-1", "--data", "nowhere"],
          ["doctor", "--locale", "fr"], ["simulate", "nowhere.yaml"], ["run", "nowhere.yaml"], ["approve", "rel-1", "--data", "nowhere"],
          ["release", "list", "--environment", "nowhere"], ["audit", "replay", "--data", "nowhere"],
          ["audit", "log", "--data", "nowhere"], ["audit", "log", "--data", "nowhere", "--since", "x"], ["audit", "show", "x"],
          ["audit", "verify", "nowhere.tar.gz"], ["audit", "prove", "0", "--data", "nowhere"], ["audit", "checkpoint", "--data", "nowhere"],
          ["audit", "export", "rel-1", "--data", "nowhere"], ["audit", "procedure", "--environment", "nowhere"],
          ["audit", "witnesses", "--environment", "nowhere"], ["audit", "mirror", "--environment", "nowhere"], ["schema", "nothing"],
          ["reject", "rel-1"], ["attest"], ["witness"]]


class Json(InFolder):
    def printed(self, title, *words, exits=(0,)):
        done = stellwerk(*words, "--json", folder=self.folder)
        self.assertIn(done.returncode, exits, done.stderr)
        self.assertEqual(done.stderr, "")
        documented.compare(self, title, done.stdout)

    def test_of_commands_that_need_no_release(self):
        self.printed("init", "init", "--service", "greeter")
        self.printed("plan RELEASE", "plan", "release.yaml")
        self.printed("doctor", "doctor", exits=(0, 1))
        self.printed("release list", "release", "list")
        self.printed("audit procedure", "audit", "procedure")
        self.printed("audit procedure", "audit", "procedure", "--out", "procedure.md")
        self.printed("schema release", "schema", "release")
        self.printed("schema environment", "schema", "environment")
        self.printed("explain", "explain")
        self.printed("explain CODE", "explain", "CLI-0001")
        self.printed("completion SHELL", "completion", "bash")
        self.printed("witness", "witness", "--show-key", "--data", "witness", "--name", "witness.example/w1")
        self.printed("man", "man")
        self.printed("man PAGE", "man", "plan")
        self.printed("man PAGE", "man", "--output", "pages")

    def test_of_plans_of_every_strategy(self):
        plans = sorted(glob.glob(os.path.join(ROOT, "examples/strategies/*.yaml")))
        for plan in plans:
            if os.path.basename(plan) != "stellwerk.yaml":
                self.printed("plan RELEASE", "plan", plan)
        self.assertGreater(len(plans), 5)

    def test_of_a_plan_that_cannot_be_carried_out(self):
        self.printed("init", "init", "--to", "2.0.0")
        self.printed("plan RELEASE", "plan", "release.yaml")

    def test_of_what_is_simulated(self):
        self.printed("init", "init", "--to", "1.0.1")
        self.printed("simulate RELEASE", "simulate", "release.yaml", "--seeds", "2", "--errors", "5%", "--no-variations")
        self.printed("simulate RELEASE", "simulate", "release.yaml", "--seed", "2", "--errors", "5%")

    def test_of_errors_whatever_the_command(self):
        for words in ERRORS:
            done = stellwerk(*words, "--json", folder=self.folder)
            self.assertEqual((done.returncode, done.stdout), (2, ""), f"{words} {done.stderr}")
            documented.compare(self, "errors", done.stderr)
            for error in json.loads(done.stderr)["errors"]:
                self.assertRegex(error["id"], r"^[A-Z]{3}-\d{4}$", words)

    def test_the_page_has_every_command_and_no_other(self):
        names = set()
        for title in documented.sections():
            names.add(" ".join(word for word in title.split() if word.islower()))
            self.assertTrue(documented.examples(title), f"{title} has no example")
        names -= {"errors"}
        # Groups of commands, the program itself and files print nothing of their own.
        pages = {page["page"] for page in json.loads(stellwerk("man", "--json").stdout)["pages"]}
        commands = {name[len("stellwerk-"):-len(".1")] for name in pages if name.startswith("stellwerk-") and name.endswith(".1")}
        commands = {re.sub(r"^(release|audit)-", r"\1 ", name) for name in commands - {"release", "audit"}}
        self.assertEqual({re.sub("^schema .*", "schema", name) for name in names}, commands)


class Comparison(InFolder):
    """Goal: a key that nobody documented cannot hide, however deep."""
    EXAMPLE = {"a": 1, "b?": [{"c": "x"}], "…": True}

    def test_finds_what_is_not_documented(self):
        for real, found in [({"a": 1}, 0), ({"a": 1, "b": [{"c": "y"}], "d": False}, 0), ({"a": True}, 1), ({}, 1), ({"a": 1, "d": 1}, 1),
                            ({"a": 1, "b": [{"c": "y"}, {"c": "z", "planted": 1}]}, 1), ({"a": 1, "b": [{}]}, 1), ([], 1)]:
            self.assertEqual(len(documented.differences(self.EXAMPLE, real)), found, real)
        self.assertEqual(documented.differences([], []), [])
        self.assertEqual(len(documented.differences([], [1])), 1)
        self.assertEqual(documented.differences({"x": "any"}, {"x": [1]}), [])


if __name__ == "__main__":
    main()
