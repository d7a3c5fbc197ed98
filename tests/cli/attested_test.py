"""A release whose checkpoints others confirm: a witness of ours, and a time stamping service; then the key is changed and a text erased."""
import json
import os
import shutil
import signal
import sys

from carried import CarriesReleases
from support import main, run, stellwerk


class Attested(CarriesReleases):
    NEEDS = ["haproxy", "python3", "openssl"]

    def test_what_others_confirmed_is_kept_and_verifies(self):
        log_key = self.expect(stellwerk("audit", "key", folder=self.folder)).stdout.strip()
        key = self.with_witness(log_key)
        self.carry_to_its_end("release.yaml", "greeter-1.0.1")

        data = f"{self.folder}/stellwerk-data"
        cosigned = self.until("a cosignature", lambda: os.path.isdir(f"{data}/log/cosigned") and os.listdir(f"{data}/log/cosigned"))
        self.assertTrue(cosigned)
        self.assertIn("— other.example/witness ", self.text_of("stellwerk-data/log/checkpoint"))
        verified = self.expect(stellwerk("audit", "verify", "--witness", key, "--json", folder=self.folder))
        self.assertTrue(json.loads(verified.stdout)["good"], verified.stdout)

        # Another key signs from here on, and the log says so itself.
        changed = json.loads(self.expect(stellwerk("audit", "rotate-key", "--json", folder=self.folder)).stdout)
        self.assertEqual(changed["old"], log_key)
        self.assertEqual(self.expect(stellwerk("audit", "key", folder=self.folder)).stdout.strip(), changed["new"])
        self.expect(stellwerk("audit", "verify", folder=self.folder))

        # A note is erased: the record says so, and still verifies.
        offered = self.expect(stellwerk("completion", "steps:greeter-1.0.1", folder=self.folder)).stdout
        self.assertIn("post-check/retrospective\n", offered)
        self.expect(stellwerk("attest", "greeter-1.0.1", "post-check/retrospective", "--note", "Lena was late", folder=self.folder))
        steps = {row["id"]: row for row in self.show("greeter-1.0.1")["steps"]}
        digest = steps["post-check/retrospective"]["text_digest"]
        self.expect(stellwerk("audit", "erase", digest, "--reason", "she asked for it", folder=self.folder))
        shown = {row["id"]: row for row in self.show("greeter-1.0.1")["steps"]}["post-check/retrospective"]
        self.assertTrue(shown["text_erased"])
        self.assertIn("erased", self.expect(stellwerk("audit", "verify", folder=self.folder)).stdout)
        # What was erased stands in the log at once, and so in an export; a copy of the folder is checked with its database.
        self.expect(stellwerk("audit", "export", "greeter-1.0.1", "--out", "erased.tar.gz", folder=self.folder))
        self.expect(stellwerk("audit", "verify", "erased.tar.gz", folder=self.folder))
        shutil.copytree(data, f"{self.folder}/copy", ignore=shutil.ignore_patterns("*.sock"))
        self.assertIn("the same in the database", self.expect(stellwerk("audit", "verify", "copy", folder=self.folder)).stdout)
        plan = self.show("greeter-1.0.1")["plan"]
        refused = stellwerk("audit", "erase", plan, "--reason", "why not", folder=self.folder)
        self.assertIn("AUD-0046", refused.stderr)

    def instances(self):
        """The process of each, as its record says."""
        folder = f"{self.folder}/stellwerk-data/workload"
        names = [os.path.relpath(os.path.join(root, name), self.folder) for root, _, files in os.walk(folder) for name in files]
        return {name: json.loads(self.text_of(name))["pid"] for name in names
                if name.endswith(".json") and not name.endswith("/workload.json")}

    def test_what_concerns_the_record_alone_leaves_services_alone(self):
        self.carry_to_its_end("release.yaml", "greeter-1.0.1")
        before = self.instances()
        self.assertTrue(before)
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        self.expect(stellwerk("audit", "procedure", "--record", folder=self.folder))
        self.expect(stellwerk("audit", "rotate-key", folder=self.folder))
        self.assertEqual(self.instances(), before)

    def test_an_archive_is_verified_without_stellwerk(self):
        self.carry_to_its_end("release.yaml", "greeter-1.0.1")
        other = stellwerk("approve", "greeter-1.0.1", "--plan", "sha256:" + 64 * "0", "--print", "approval.txt", folder=self.folder)
        self.assertIn("ENG-0013", other.stderr)
        self.assertFalse(os.path.exists(f"{self.folder}/approval.txt"))
        self.expect(stellwerk("audit", "export", "greeter-1.0.1", "--out", "record.tar.gz", folder=self.folder))
        self.expect(run(["mkdir", "out"], self.folder))
        self.expect(run(["tar", "-xzf", "record.tar.gz", "-C", "out"], self.folder))
        found = [root for root, _, files in os.walk(f"{self.folder}/out") if "verify.py" in files]
        self.expect(run([sys.executable, "verify.py"], found[0]))
        self.expect(stellwerk("audit", "verify", "record.tar.gz", folder=self.folder))


if __name__ == "__main__":
    main()
