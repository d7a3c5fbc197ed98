"""A hotfix that begins under an emergency approval: it stays open until another person signs it off, and everything says so."""
import os
import re

from approving import ApprovesReleases
from support import main, run, stellwerk

GRETA = """  - id: greta
    roles: [product-owner]
    keys: ["{key}"]
"""


class Emergency(ApprovesReleases):
    def setUp(self):
        super().setUp()
        self.expect(run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "greta", "-f", "greta"], self.folder))
        greta = GRETA.format(key=self.key_of("greta"))
        self.write_environment(lambda text: text.replace("  - id: olga\n", greta + "  - id: olga\n"))
        self.write("release.yaml", re.sub(r"(?m)^type: .*$", "type: hotfix", self.text_of("release.yaml")))

    def carry_under_emergency(self):
        self.begin()
        self.approve("--decision", "emergency-approve", "--reason", "the till is down", "--key", "paul")
        self.until("the end", lambda: self.answer("greeter-1.0.1", self.shown()) or self.running.poll() is not None)
        self.assertEqual(self.running.returncode, 0, self.text_of("release.yaml.err"))

    def summary(self):
        """As it is kept in the archive that verified() unpacked."""
        for root, _, files in os.walk(f"{self.folder}/audit-greeter-1.0.1"):
            for name in files:
                with open(os.path.join(root, name), encoding="utf-8", errors="replace") as file:
                    text = file.read()
                if text.startswith("# Release greeter-1.0.1"):
                    return text
        return self.fail("the archive has no summary")

    def test_a_sign_off_is_outstanding_until_another_person_gives_it(self):
        self.carry_under_emergency()
        shown = self.shown()
        self.assertEqual(shown["stage"], "completed")
        self.assertTrue(shown["sign_off_outstanding"])
        self.assertIn("post-check/sign-off", shown["waiting_for"])
        said = self.expect(stellwerk("release", "show", "greeter-1.0.1", folder=self.folder)).stdout
        self.assertIn("--decision sign-off", said)
        trail = self.verified(1)
        self.assertEqual(trail["emergencyApprovedBy"], "paul")
        self.assertIs(trail["signOffOutstanding"], True)
        self.assertNotIn("signedOffBy", trail)
        self.assertIn("emergency approval of paul. **The sign-off was outstanding", self.summary())

        refused = stellwerk("approve", "greeter-1.0.1", "--decision", "sign-off", "--key", "paul", folder=self.folder)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("emergency", refused.stderr)
        self.assertTrue(self.shown()["sign_off_outstanding"])

        self.approve("--decision", "sign-off", "--key", "greta")
        shown = self.shown()
        self.assertNotIn("sign_off_outstanding", shown)
        self.assertNotIn("post-check/sign-off", shown["waiting_for"])
        self.assertEqual(self.step("post-check/sign-off")["summary"], "approved by greta")
        trail = self.verified(2)
        self.assertEqual(trail["emergencyApprovedBy"], "paul")
        self.assertEqual(trail["signedOffBy"], "greta")
        self.assertIs(trail["signOffOutstanding"], False)

    def test_who_requested_the_release_does_not_sign_it_off(self):
        self.carry_under_emergency()
        refused = stellwerk("approve", "greeter-1.0.1", "--decision", "sign-off", folder=self.folder)
        self.assertNotEqual(refused.returncode, 0)
        self.assertTrue(self.shown()["sign_off_outstanding"])


if __name__ == "__main__":
    main()
