"""What `stellwerk init` writes is what `stellwerk plan` accepts, and nothing is ever overwritten."""
import os

from support import InFolder, main, stellwerk


class Init(InFolder):
    def test_writes_files_that_can_be_planned(self):
        for locale in ["de", "en"]:
            words = ["init", locale, "--locale", locale, "--service", "shop", "--from", "1.0.0", "--to", "1.0.1", "--", "./my shop", "'", "{port}", "# no: comment"]
            self.assertEqual(stellwerk(*words, folder=self.folder).returncode, 0)
            planned = stellwerk("plan", f"{locale}/release.yaml", "--json", folder=self.folder)
            self.assertEqual((planned.returncode, planned.stderr), (0, ""))
            self.assertIn('"# no: comment"', planned.stdout)

    def test_never_overwrites_and_leaves_nothing(self):
        self.write("release.yaml", "mine\n")
        refused = stellwerk("init", folder=self.folder)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("error[CLI-0012]", refused.stderr)
        self.assertEqual(os.listdir(self.folder), ["release.yaml"])

    def test_refuses_what_cannot_be_used(self):
        refused = stellwerk("init", "--to", "1.0.0", folder=self.folder)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("error[CLI-0013]", refused.stderr)
        self.assertEqual(os.listdir(self.folder), [])


if __name__ == "__main__":
    main()
