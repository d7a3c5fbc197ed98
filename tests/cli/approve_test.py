"""Approvals from the command line: signed with ssh-keygen, elsewhere and here, by whom, and who may not."""
import os

from approving import ApprovesReleases
from support import main, run, stellwerk


class Approve(ApprovesReleases):
    def test_a_requester_never_approves_alone_and_a_signature_is_its_keys_word(self):
        self.begin()
        self.approve("--decision", "approve")
        waiting = self.step("preparation/approval-release-manager")
        self.assertEqual(waiting["status"], "open")
        self.assertIn("never approves it alone", waiting["lacks"])

        refused = self.approve("--key", "mallory", exit_code=2)
        self.assertIn("AUD-0025", refused.stderr)
        self.approve("--key", "paul", "--decision", "accept-changelog")
        self.assertEqual(self.step("preparation/approval-release-manager")["status"], "passed")
        self.assertEqual(self.step("preparation/changelog-approval")["status"], "passed")

    def test_a_text_is_signed_elsewhere_and_taken_once(self):
        self.begin()
        self.approve("--by", "paul", "--decision", "approve", "--print", "approval.txt")
        text = self.text_of("approval.txt")
        self.assertIn("release: greeter-1.0.1\n", text)
        self.assertIn("plan: " + self.shown()["plan"], text)
        self.expect(run(["ssh-keygen", "-q", "-Y", "sign", "-n", "approval@stellwerk", "-f", "paul", "approval.txt"], self.folder))
        self.approve("--signed", "approval.txt")
        self.assertEqual(self.step("preparation/approval-release-manager")["status"], "passed")
        again = stellwerk("approve", "greeter-1.0.1", "--signed", "approval.txt", folder=self.folder)
        self.assertIn("ENG-0040", again.stderr)

        forged = text.replace("role: release-manager", "role: product-owner")
        self.write("approval.txt", forged)
        self.assertIn("AUD-0022", stellwerk("approve", "greeter-1.0.1", "--signed", "approval.txt", folder=self.folder).stderr)

    def test_a_key_that_was_revoked_meanwhile_does_not_count(self):
        self.begin()
        self.write_environment(lambda text: text.replace(
            f'keys: ["{self.key_of("paul")}"]', f'keys: [{{key: "{self.key_of("paul")}", revoked: "2020-01-01T00:00:00Z"}}]'))
        refused = stellwerk("approve", "greeter-1.0.1", "--key", "paul", folder=self.folder)
        self.assertIn("AUD-0025", refused.stderr)
        self.assertIn("revoked", refused.stderr)
        self.write_environment(lambda text: text + "nonsense: true\n")
        refused = stellwerk("approve", "greeter-1.0.1", "--key", "paul", "--data", "stellwerk-data", folder=self.folder)
        self.assertIn("ENG-0038", refused.stderr)

    def test_a_rejection_is_signed_with_its_reason(self):
        self.begin()
        self.expect(stellwerk("reject", "greeter-1.0.1", "--key", "paul", "--reason", "not on a Friday", folder=self.folder))
        self.running.wait(timeout=60)
        rejected = self.entries("audit.approval.rejected")
        self.assertEqual([entry["data"]["person"] for entry in rejected], ["paul"])
        self.assertTrue(rejected[0]["data"]["key"].startswith("SHA256:"))
        self.assertNotIn("approvedBy", self.verified(1))

    def test_commands_are_signed_and_count_once(self):
        self.begin()
        self.release("pause", "--key", "paul", "--reason", "lunch")
        self.release("resume", "--by", "paul", "--print", "resume.txt")
        self.assertIn("decision: resume\n", self.text_of("resume.txt"))
        self.expect(run(["ssh-keygen", "-q", "-Y", "sign", "-n", "approval@stellwerk", "-f", "paul", "resume.txt"], self.folder))
        self.release("pause", "--signed", "resume.txt", refused="ENG-0030")
        self.release("resume", "--signed", "resume.txt")
        self.release("pause")
        self.release("resume", "--signed", "resume.txt", refused="ENG-0040")
        self.release("resume")
        self.release("promote", "--key", "mallory", refused="AUD-0025")
        step = self.manual_step()
        self.expect(self.attest(step, "--key", "paul", "--role", "release-manager", "--note", "seen"))
        self.release("rollback", "--key", "paul", "--reason", "enough")
        self.running.wait(timeout=60)

        self.assertEqual([asked["known_by"] for asked in self.inputs("pause-requested")], ["signature", "os-user"])
        attested = self.inputs("attested")[0]
        self.assertEqual((attested["by"], attested["known_by"], attested["signed"]["role"]), ("paul", "signature", "release-manager"))
        self.assertTrue(attested["signed"]["key"].startswith("SHA256:"))
        self.assertEqual(self.inputs("run-requested")[0]["known_by"], "os-user")
        self.verified(0, commands=4)

    def test_where_commands_are_signed_a_user_only_pauses_and_rolls_back(self):
        self.write_environment(lambda text: text.replace(
            "[product-owner, release-manager]", "[product-owner, release-manager, devops, qa]") + "signed_commands: true\n")
        self.begin()
        self.release("pause")
        refused = self.release("resume", refused="ENG-0039")
        self.assertIn("stellwerk release resume greeter-1.0.1 --key", refused.stderr)
        self.assertIn("ENG-0039", self.attest(self.manual_step()).stderr)
        self.assertIn("ENG-0039", self.approve(exit_code=2).stderr)
        self.assertIn("ENG-0039", stellwerk("reject", "greeter-1.0.1", "--reason", "no", folder=self.folder).stderr)
        self.release("resume", "--key", "paul")
        self.approve("--key", "paul", "--decision", "approve")
        self.release("rollback", "--reason", "enough")
        self.running.wait(timeout=60)
        self.assertEqual(self.inputs("rollback-requested")[0]["known_by"], "os-user")
        self.verified(1, commands=1)

    def test_whom_stellwerk_yaml_has_dropped_asks_for_nothing_any_more(self):
        self.begin()
        step = self.manual_step()
        self.write_environment(lambda text: text.replace('os_user: "@me"', "os_user: another"))
        self.release("pause", refused="ENG-0011")
        self.release("rollback", "--reason", "mine", refused="ENG-0011")
        self.write_environment(lambda text: text + "nonsense: true\n")
        broken = stellwerk("attest", "greeter-1.0.1", step, "--data", "stellwerk-data", folder=self.folder)
        self.assertIn("ENG-0038", broken.stderr)
        self.expect(stellwerk("release", "pause", "greeter-1.0.1", "--data", "stellwerk-data", folder=self.folder))
        self.write_environment()
        self.release("resume")

    def test_a_pause_or_a_rollback_waits_for_no_disk_that_does_not_answer(self):
        self.begin()
        step = self.manual_step()
        file = os.path.join(self.folder, "stellwerk.yaml")
        os.remove(file)
        os.mkfifo(file)  # who opens it waits
        data = ["--data", "stellwerk-data"]
        self.release("pause", *data)
        self.assertIn("ENG-0038", self.attest(step, *data).stderr)
        self.release("rollback", "--reason", "enough", *data)
        self.until("its end", lambda: self.ended_while_readers_of(file))
        os.remove(file)
        self.write_environment()
        self.assertEqual([asked["known_by"] for asked in self.inputs("rollback-requested")], ["os-user"])

    def ended_while_readers_of(self, fifo):
        """Who waits for the file reads nothing, and can end; whether the release's run has."""
        try:
            os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            pass  # nobody waits
        return self.running.poll() is not None

    def test_an_audit_officer_signs_completeness_when_everything_is_there(self):
        self.begin()
        self.approve("--decision", "approve")
        self.approve("--key", "paul", "--decision", "accept-changelog")
        self.until("the end", lambda: self.answer("greeter-1.0.1", self.shown()) or self.running.poll() is not None)
        self.assertEqual(self.shown()["stage"], "completed")
        early = stellwerk("approve", "greeter-1.0.1", "--key", "olga", folder=self.folder)
        self.assertIn("ENG-0037", early.stderr)
        for step in [step for step in self.shown()["waiting_for"] if step != "post-check/completeness"]:
            self.expect(stellwerk("attest", "greeter-1.0.1", step, folder=self.folder))
        unsigned = stellwerk("approve", "greeter-1.0.1", folder=self.folder)
        self.assertNotEqual(unsigned.returncode, 0)
        self.approve("--key", "olga")
        self.assertEqual(self.step("post-check/completeness")["status"], "passed")
        self.assertEqual(self.shown()["waiting_for"], [])
        trail = self.verified(2)
        self.assertEqual(trail["completenessAcceptedBy"], "olga")
        self.assertEqual(trail["approvedBy"], "lena")


if __name__ == "__main__":
    main()
