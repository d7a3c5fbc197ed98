"""A release whose people check each other, with keys: they approve, sign, and what they said is verified."""
import json
import os
import shutil
import signal
import sys

from carried import CarriesReleases
from support import run, stellwerk

PEOPLE = """people:
  - id: lena
    os_user: "@me"
    roles: [release-manager, devops, qa]
  - id: paul
    roles: [product-owner, release-manager]
    keys: ["{paul}"]
  - id: olga
    roles: [audit-officer]
    keys: [{{key: "{olga}"}}]
"""


class ApprovesReleases(CarriesReleases):
    """Lena runs releases; Paul and Olga sign with keys, elsewhere. Mallory has a key and is nobody here."""

    NEEDS = ["haproxy", "python3", "ssh-keygen"]
    written = ""

    def setUp(self):
        super().setUp()
        for name in ["paul", "olga", "mallory"]:
            self.expect(run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name], self.folder))
        self.write_environment()
        self.running = None

    def key_of(self, name):
        return self.text_of(f"{name}.pub").strip()

    def write_environment(self, change=lambda text: text):
        """What init wrote, with three people instead of one, who check each other."""
        if not self.written:
            before, rest = self.text_of("stellwerk.yaml").split("people:\n", 1)
            after = rest[rest.index("\n#", rest.index("self_approval: true")):]
            self.written = before + PEOPLE.format(paul=self.key_of("paul"), olga=self.key_of("olga")) + after
        self.write("stellwerk.yaml", change(self.written))

    def begin(self):
        self.running = self.start("release.yaml")
        self.addCleanup(self.stop)
        return self.until("approvals", lambda: any("approval" in step for step in self.shown().get("waiting_for", [])))

    def stop(self):
        if self.running.poll() is None:
            self.running.send_signal(signal.SIGKILL)
        self.running.wait()

    def shown(self):
        return self.show("greeter-1.0.1")

    def step(self, step):
        return next(row for row in self.shown()["steps"] if row["id"] == step)

    def approve(self, *words, exit_code=0):
        return self.expect(stellwerk("approve", "greeter-1.0.1", *words, folder=self.folder), exit_code)

    def entries(self, kind):
        """Of the release, when it has ended."""
        lines = stellwerk("release", "watch", "greeter-1.0.1", "--json", folder=self.folder).stdout.splitlines()
        return [json.loads(line) for line in lines if kind in line]

    def release(self, verb, *words, refused=None):
        done = stellwerk("release", verb, "greeter-1.0.1", *words, folder=self.folder)
        if refused:
            self.assertNotEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn(refused, done.stderr)
        else:
            self.expect(done)
        return done

    def attest(self, step, *words):
        return stellwerk("attest", "greeter-1.0.1", step, *words, folder=self.folder)

    def manual_step(self):
        """One that waits for somebody's word and is no approval."""
        return next(row["id"] for row in self.shown()["steps"]
                    if row["id"] in self.shown()["waiting_for"] and row["kind"] != "approval")

    def inputs(self, kind):
        return [json.loads(line)["data"]["input"] for line in
                stellwerk("audit", "log", "--json", folder=self.folder).stdout.splitlines() if f'"kind":"{kind}"' in line]

    def verified(self, signed, commands=0):
        """The record as it is now is judged by everybody who can: the data folder and its archive, by us and by its own script."""
        shutil.rmtree(f"{self.folder}/audit-greeter-1.0.1", ignore_errors=True)
        if os.path.exists(f"{self.folder}/record.tar.gz"):
            os.remove(f"{self.folder}/record.tar.gz")
        report = json.loads(self.expect(stellwerk("audit", "verify", "--json", folder=self.folder)).stdout)
        self.assertEqual(report["approvals"]["signed"], signed)
        self.assertEqual(report["commands"]["signed"], commands)
        self.expect(stellwerk("audit", "export", "greeter-1.0.1", "--out", "record.tar.gz", folder=self.folder))
        self.expect(stellwerk("audit", "verify", "record.tar.gz", folder=self.folder))
        script = self.expect(stellwerk("audit", "verify", "--print-script", folder=self.folder)).stdout
        self.write("trusted.py", script)
        self.expect(run(["tar", "-xzf", "record.tar.gz"], self.folder))
        self.expect(run([sys.executable, "trusted.py", "audit-greeter-1.0.1"], self.folder))
        self.expect(run([sys.executable, "verify.py"], f"{self.folder}/audit-greeter-1.0.1"))
        return json.loads(self.text_of("audit-greeter-1.0.1/audit-trail.json"))
