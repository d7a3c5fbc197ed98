"""What the tests of this folder share: the program under test, and folders of their own."""
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def environment(**more):
    """A user's, without what a developer's machine may have set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    kept.update(LANG="en_US.UTF-8", PATH=os.path.dirname(PROGRAM) + os.pathsep + os.environ["PATH"], **more)
    return kept


def run(words, folder=".", **options):
    return subprocess.run(words, cwd=folder, env=environment(), capture_output=True, encoding="utf-8", timeout=120, check=False,
                          **options)


def stellwerk(*words, folder="."):
    return run([PROGRAM, *words], folder)


class InFolder(unittest.TestCase):
    """Each test has a folder that is gone afterwards."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="stellwerk-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text=""):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
