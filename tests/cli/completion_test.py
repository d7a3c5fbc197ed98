"""Completion in real shells: what each offers for the same words must be the same."""
import os
import shlex
import shutil

from support import InFolder, main, run, stellwerk

# Instead of zsh's own functions, which need a terminal: each prints what it was to offer.
ZSH_STUBS = r"""
emulate -R zsh
compdef() { :; }
compset() { :; }
compadd() { print -rl -- ${(P)2}; }
_files() { print -r -- "files $*"; }
_describe() { print -rl -- ${(P)@[-1]}; }
"""


class Cases:
    """For every shell; `offered` is what it offers after `words`, the last of which is not complete."""

    def setUp(self):
        if shutil.which(self.name) is None:
            self.skipTest(f"{self.name} is not installed")
        super().setUp()
        self.write("data/empty")
        self.write("release.yaml")
        self.write("notes.txt")
        script = stellwerk("completion", self.name, "--locale", "en")
        self.assertEqual((script.returncode, script.stderr), (0, ""))
        self.script = script.stdout
        self.write("script", self.script)

    def offered(self, *words):
        raise NotImplementedError

    def offers(self, words, *expected):
        found = self.offered(*words)
        for word in expected:
            self.assertIn(word, found, words)
        return found

    def test_its_syntax_is_right(self):
        checked = run([self.name, "-n" if self.name != "fish" else "--no-execute", "script"], self.folder)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))

    def test_commands(self):
        found = self.offers(["stellwerk", ""], "plan", "run", "release", "audit", "init", "man")
        self.assertNotIn("show", found)

    def test_commands_of_a_group(self):
        found = self.offers(["stellwerk", "--json", "release", ""], "list", "show", "rollback")
        self.assertNotIn("plan", found)

    def test_options(self):
        found = self.offers(["stellwerk", "run", "-"], "--speed", "--resume", "--json", "--environment", "--help")
        self.assertNotIn("--seeds", found)

    def test_options_of_a_group(self):
        found = self.offers(["stellwerk", "release", "rollback", "-"], "--reason", "--data")
        self.assertNotIn("--all", found)

    def test_closed_vocabularies(self):
        self.assertEqual(sorted(self.offered("stellwerk", "schema", "")), ["environment", "release"])
        self.assertEqual(sorted(self.offered("stellwerk", "completion", "")), ["bash", "fish", "zsh"])
        self.assertEqual(sorted(self.offered("stellwerk", "plan", "--locale", "")), ["de", "en"])
        self.offers(["stellwerk", "simulate", "release.yaml", "--faults", ""], "none", "many", "kill")
        self.offers(["stellwerk", "man", ""], "stellwerk-plan.1", "stellwerk-release.5")

    def test_error_codes(self):
        self.offers(["stellwerk", "explain", ""], "CLI-0001", "HAP-0002")

    def test_a_value_that_nobody_can_know_offers_nothing(self):
        self.assertEqual(self.offered("stellwerk", "run", "release.yaml", "--speed", ""), [])

    def test_steps_of_the_release_that_is_named(self):
        self.write("bin/stellwerk", '#!/bin/sh\n[ "$*" = "completion steps:rel-1" ] && printf "precheck/a\\nprecheck/b\\n"\n')
        os.chmod(os.path.join(self.folder, "bin/stellwerk"), 0o755)
        self.assertEqual(self.offered("stellwerk", "attest", "rel-1", ""), ["precheck/a", "precheck/b"])
        self.assertEqual(self.offered("stellwerk", "attest", "rel-1", "precheck/a", ""), ["precheck/a", "precheck/b"])
        self.assertEqual(self.offered("stellwerk", "release", "resume", "rel-1", "--again", ""), ["precheck/a", "precheck/b"])
        self.assertEqual(self.offered("stellwerk", "attest", "rel-2", ""), [])

    def test_releases_are_none_and_silent_without_data(self):
        self.assertEqual(self.offered("stellwerk", "release", "show", "--data", "nowhere", ""), [])

    def test_one_argument_is_one(self):
        self.assertEqual(self.offered("stellwerk", "schema", "release", ""), [])


class Bash(Cases, InFolder):
    name = "bash"

    def offered(self, *words):
        line = " ".join(shlex.quote(word) for word in words)
        code = (f"PATH=$PWD/bin:$PATH; source ./script; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; "
                f"_stellwerk {shlex.quote(words[0])}; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        done = run(["bash", "--norc", "-u", "-c", code], self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return [line for line in done.stdout.split("\n") if line]

    def test_files(self):
        self.assertEqual(sorted(self.offered("stellwerk", "plan", "")), ["data", "release.yaml"])
        self.assertEqual(self.offered("stellwerk", "plan", "--data", ""), ["data"])
        self.offers(["stellwerk", "plan", "--environment", ""], "notes.txt", "release.yaml")
        self.offers(["stellwerk", "init", ".", "--", ""], "notes.txt")

    def test_a_value_behind_an_equals_sign(self):
        # bash splits it into three words.
        self.assertEqual(self.offered("stellwerk", "plan", "--locale", "=", "d"), ["de"])
        self.assertEqual(self.offered("stellwerk", "plan", "--locale", "="), ["de", "en"])

    def test_shellcheck_has_nothing_to_say(self):
        if shutil.which("shellcheck") is None:
            self.skipTest("shellcheck is not installed")
        checked = run(["shellcheck", "--shell=bash", "--severity=warning", "script"], self.folder)
        self.assertEqual(checked.stdout, "")


class Zsh(Cases, InFolder):
    name = "zsh"

    def offered(self, *words):
        line = " ".join(shlex.quote(word) for word in words)
        code = f"{ZSH_STUBS}\nPATH=$PWD/bin:$PATH\nsource ./script\nwords=({line})\nCURRENT={len(words)}\n_stellwerk\n"
        done = run(["zsh", "-f", "-c", code], self.folder)
        self.assertEqual(done.stderr, "", words)
        return [line.split(":")[0] for line in done.stdout.split("\n") if line]

    def test_files(self):
        self.assertEqual(self.offered("stellwerk", "plan", ""), ["files -g *.(yaml|yml)"])
        self.assertEqual(self.offered("stellwerk", "plan", "--data", ""), ["files -/"])

    def test_a_value_behind_an_equals_sign(self):
        self.assertEqual(self.offered("stellwerk", "plan", "--locale=d"), ["de", "en"])


class Fish(Cases, InFolder):
    name = "fish"

    def offered(self, *words):
        line = " ".join(words)
        done = run(["fish", "--no-config", "-c", f"set -x PATH $PWD/bin $PATH; source ./script; complete -C {shlex.quote(line)}"], self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return [line.split("\t")[0] for line in done.stdout.split("\n") if line]

    def test_files(self):
        self.assertIn("release.yaml", self.offered("stellwerk", "plan", ""))
        self.assertIn("notes.txt", self.offered("stellwerk", "plan", "--environment", ""))
        self.assertEqual(self.offered("stellwerk", "plan", "--data", ""), ["data/"])

    def test_a_value_behind_an_equals_sign(self):
        self.assertEqual(self.offered("stellwerk", "plan", "--locale=d"), ["--locale=de"])


class Helper(InFolder):
    """What the scripts ask for is quick to answer and says nothing when there is nothing."""

    def test_is_silent_without_an_installation(self):
        done = stellwerk("completion", "releases", folder=self.folder)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual(os.listdir(self.folder), [])

    def test_is_silent_about_releases_that_are_not_there(self):
        for topic in ("steps:rel-1", "steps:", "steps:../../x"):
            done = stellwerk("completion", topic, folder=self.folder)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""), topic)

    def test_is_silent_about_a_broken_installation(self):
        self.write("stellwerk.yaml", "installation: [")
        done = stellwerk("completion", "releases", folder=self.folder)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))


if __name__ == "__main__":
    main()
