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

    def test_leaves_out_waves_that_few_tenants_make_empty(self):
        for count in [1, 2, 3, 11]:
            for version in ["1.0.1", "1.1.0", "2.0.0"]:
                name = f"{count}-{version}"
                tenants = ",".join(f"t{number}" for number in range(count))
                words = ["init", name, "--yes", "--from", "1.0.0", "--to", version, "--tenants", tenants]
                written = stellwerk(*words, folder=self.folder)
                self.assertEqual((written.returncode, written.stderr), (0, ""), name)
                planned = stellwerk("plan", f"{name}/release.yaml", folder=self.folder)
                self.assertEqual(planned.returncode, 0, planned.stderr)

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
