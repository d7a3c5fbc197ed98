"""The manual pages, judged by the programs that show them."""
import os
import re
import shutil

from support import InFolder, main, run, stellwerk


class Pages(InFolder):
    def pages(self, locale):
        made = stellwerk("man", "--output", self.folder, "--locale", locale)
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        return made.stdout.splitlines()

    def test_there_is_one_for_each_command_and_both_files(self):
        names = [os.path.basename(path) for path in self.pages("en")]
        for name in ["stellwerk.1", "stellwerk-plan.1", "stellwerk-release-show.1", "stellwerk-release.1",
                     "stellwerk-release.5", "stellwerk-environment.5"]:
            self.assertIn(name, names)
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual(sorted(os.listdir(self.folder)), ["man1", "man5"])

    def test_they_are_ascii_and_have_no_line_that_ends_in_a_blank(self):
        for locale in ["de", "en"]:
            for path in self.pages(locale):
                with open(path, encoding="ascii") as file:
                    for line in file:
                        self.assertFalse(line.rstrip("\n").endswith(" "), f"{path}: {line}")

    def test_groff_warns_of_nothing(self):
        if shutil.which("groff") is None:
            self.skipTest("groff is not installed")
        for locale in ["de", "en"]:
            for path in self.pages(locale):
                done = run(["groff", "-man", "-ww", "-Tutf8", "-z", path])
                self.assertEqual((done.returncode, done.stderr), (0, ""), path)

    def test_mandoc_warns_of_nothing(self):
        if shutil.which("mandoc") is None:
            self.skipTest("mandoc is not installed")
        for locale in ["de", "en"]:
            for path in self.pages(locale):
                done = run(["mandoc", "-Tlint", "-Wwarning", path])
                # A page made by a program has no date of its own.
                lines = [line for line in done.stdout.splitlines() if "missing date" not in line]
                self.assertEqual(lines, [], path)

    def test_what_is_shown_is_what_help_says(self):
        if shutil.which("groff") is None:
            self.skipTest("groff is not installed")
        self.pages("de")
        shown = run(["groff", "-man", "-Tutf8", "-P-cbou", os.path.join(self.folder, "man1/stellwerk-run.1")]).stdout
        self.assertRegex(shown, r"BEZEICHNUNG\n +stellwerk-run - Führt das Release hier und jetzt durch")
        for option in ["--speed", "--resume", "--environment"]:
            self.assertIn(option, shown)

    def test_the_page_of_a_file_has_every_key(self):
        for topic, page in [("release", "stellwerk-release.5"), ("environment", "stellwerk-environment.5")]:
            text = stellwerk("man", page).stdout
            schema = stellwerk("schema", topic).stdout
            for key in re.findall(r'^    "(\w+)": \{$', schema, re.M):
                self.assertIn(rf"\fB{key}\fR", text, f"{page}: {key}")


if __name__ == "__main__":
    main()
