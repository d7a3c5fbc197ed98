"""docs/tutorial.md, done as it says: its files saved, its commands run, its people answering when they are asked.

The first terminal is one, so that `run` shows there what a reader sees. Only the port is another, so that two tests do not meet on one.
"""
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import threading
import time

from carried import EndsProcesses, free_port
from support import ROOT, environment, main

BLOCK = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.M | re.S)
PATIENCE = 240  # seconds for one release; it takes about twenty on a quiet machine
ENDS = {"completed": 0, "rolled back": 10}
LIVE_BEGINS = "\x1b[?1049h"
LIVE_ENDS = "\x1b[?1049l"


def blocks():
    with open(os.path.join(ROOT, "docs/tutorial.md"), encoding="utf-8") as page:
        return BLOCK.findall(page.read().replace("8070", free_port()))


class Tutorial(EndsProcesses):
    NEEDS = [*EndsProcesses.NEEDS, "curl"]

    def setUp(self):
        super().setUp()
        self.where = f"{self.folder}/where"
        self.write("where", self.folder)
        self.run_of_release = None
        self.screen = bytearray()
        self.reader = None
        self.deadline = None

    def now_in(self):
        with open(self.where, encoding="utf-8") as file:
            return file.read().strip()

    def bash(self, code):
        return subprocess.run(["bash", "-c", code], cwd=self.now_in(), env=environment(), capture_output=True, encoding="utf-8",
                              timeout=120, check=False)

    def do(self, code):
        """The next block begins in the folder where this one ends."""
        done = self.bash(f"set -e\n{code}\npwd > '{self.where}'")
        self.assertEqual(done.returncode, 0, f"{code}\n{done.stdout}{done.stderr}")
        return done.stdout

    def first_terminal(self, code):
        """With job control, as a shell has it; what the release ended with is kept."""
        code = code.replace("; kill %1", "; status=$?; kill %1; exit $status")
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
        self.run_of_release = subprocess.Popen(["setsid", "--ctty", "--wait", "bash", "-mc", code], cwd=self.now_in(),
                                               env=environment(TERM="xterm-256color"), stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self.screen = bytearray()
        self.reader = threading.Thread(target=self.read_terminal, args=(ours, self.screen), daemon=True)
        self.reader.start()
        self.deadline = time.monotonic() + PATIENCE

    @staticmethod
    def read_terminal(terminal, screen):
        """All that is written, until nobody has it open any more."""
        with open(terminal, "rb", buffering=0) as file:
            try:
                while some := file.read(65536):
                    screen += some
            except OSError:  # how a terminal says that
                pass

    def said(self):
        return self.screen.decode(errors="replace").replace("\r\n", "\n")

    def waiting_for(self, release):
        shown = self.bash(f"stellwerk release show {release} --json")
        return json.loads(shown.stdout)["waiting_for"] if shown.returncode == 0 else []

    def is_asked(self, release, wanted, shown):
        """It waits for all of it, and the screen shows one of the commands at least: it may be too small for more."""
        waiting = self.waiting_for(release)
        return all(any(want in step for step in waiting) for want in wanted) and any(command in self.said() for command in shown)

    def when_asked(self, code):
        """A person reads what the release waits for, and then types it."""
        release = re.search(r"greeter-[\d.]+\d", code).group()
        steps = re.findall(r"[\w-]+/[\w-]+", code)
        shown = [f"stellwerk attest {release} {step}" for step in steps] or [f"stellwerk approve {release}"]
        while not self.is_asked(release, steps or ["approval"], shown):
            self.assertIsNone(self.run_of_release.poll(), f"the release ended before {code}\n{self.said()}")
            self.assertLess(time.monotonic(), self.deadline, f"nobody asked for {code}\n{self.said()}")
            time.sleep(0.3)
        self.do(code)

    def says(self, text):
        """The end of the first terminal; an inconclusive comparison is a person's decision, as the page says."""
        release, ending = re.fullmatch(r"Release (\S+): (.*)\n", text).groups()
        while self.run_of_release.poll() is None and time.monotonic() < self.deadline:
            if "post-check/comparison" in self.waiting_for(release):
                self.bash(f"stellwerk attest {release} post-check/comparison")
            time.sleep(0.3)
        self.assertEqual(self.run_of_release.poll(), ENDS[ending], self.said())
        self.reader.join(timeout=10)
        live, _, after = self.said().rpartition(LIVE_ENDS)
        self.assertIn(LIVE_BEGINS, live)
        self.assertIn(text, after)

    def test_the_page_works_as_it_stands(self):
        kinds = set()
        shown = ""
        for language, kind, code in blocks():
            kinds.add(kind)
            if language == "python":
                self.write(f"{os.path.relpath(self.now_in(), self.folder)}/{kind}", code)
            elif kind == "first terminal":
                self.first_terminal(code)
            elif kind == "when asked":
                self.when_asked(code)
            elif kind == "says":
                self.says(code)
            else:
                shown += self.do(code)
        self.assertEqual(kinds, {"", "greeter.py", "users.py", "first terminal", "when asked", "says", "afterwards"})
        self.assertEqual(shown.count("Hello from 1.1.0"), 2, "the good version serves, also after the bad one")
        self.assertIn("Everything is there.", shown)


if __name__ == "__main__":
    main()
