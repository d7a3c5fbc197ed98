"""What --json prints while a release goes, stops, is killed and goes back is what docs/reference/json.md says."""
import os

import documented
from carried import CarriesReleases
from support import main, stellwerk

GOOD = "greeter-1.0.1"
NEXT = "greeter-1.0.2"


class Json(CarriesReleases):
    def show(self, release):
        """Whoever looks, whenever: it is documented."""
        view = super().show(release)
        if view:
            self.like("release show ID", view)
            self.seen.update(view)
        return view

    def like(self, title, value):
        found = [documented.differences(example, value) for example in documented.examples(title)]
        self.assertFalse(all(found), f"{title}: {found}")

    def steer(self, *words):
        done = super().steer(*words)
        if done.returncode == 0:
            verb = " ".join(word for word in words[:2] if word.isalpha())
            title = next(each for each in documented.sections() if each.startswith(verb + " "))
            documented.compare(self, title, done.stdout)
        return done

    def printed(self, *words):
        done = self.expect(stellwerk(*words, "--json", folder=self.folder))
        title = " ".join("ID" if word.startswith("greeter") else word for word in words)
        documented.compare(self, title, done.stdout)

    def carry_on(self, release, until):
        """With people who say yes, to where `until` is true of what is shown."""
        def reached():
            view = self.show(release)
            if view and until(view):
                return view
            self.answer(release, view)
            return None
        return self.until(f"what is waited for of {release}", reached)

    def hold_long(self, file):
        """The first wave waits until it is promoted."""
        text = self.text_of(file)
        self.assertIn("hold: 15m", text)
        self.write(file, text.replace("hold: 15m", "hold: 14d"))

    def setUp(self):
        super().setUp()
        self.seen = set()

    def test_of_a_good_release_and_one_that_lost_its_engine(self):
        self.hold_long("release.yaml")
        run = self.start("release.yaml")
        self.carry_on(GOOD, lambda view: view["stage"] == "holding")
        self.expect(self.steer("release", "pause", GOOD, "--reason", "have a look"))
        self.assertEqual(self.show(GOOD)["paused"]["reason"], "have a look")
        self.printed("release", "list")
        self.expect(self.steer("release", "resume", GOOD))
        # Not before the guard has judged the wave.
        self.until("promotion", lambda: self.steer("release", "promote", GOOD).returncode == 0)
        self.carry_on(GOOD, lambda view: view["ended"])
        self.assertEqual(run.wait(60), 0, self.text_of("release.yaml.err"))
        documented.compare(self, "run RELEASE", self.text_of("release.yaml.out"))
        self.steer("attest", GOOD, "post-check/release-notes", "--note", "in the wiki")
        self.steer("attest", GOOD, "post-check/smoke")

        self.another_release("next.yaml", "1.0.1", "1.0.2")
        run = self.start("next.yaml")
        self.carry_on(NEXT, lambda view: view["stage"] == "holding")
        run.kill()
        run.wait()
        self.assertTrue(self.show(NEXT)["guard_wanted"])
        back = stellwerk("release", "rollback", NEXT, "--reason", "bad", "--json", folder=self.folder)
        self.assertEqual(back.returncode, 10, back.stderr)
        documented.compare(self, "release rollback ID", back.stdout)
        self.assertIn('{"answers":[{"command":"rollback"', back.stdout, "on a line of its own")

        self.show(NEXT)
        self.printed("release", "list")
        self.printed("release", "show", GOOD)
        self.printed("release", "watch", GOOD)
        self.printed("audit", "replay", GOOD)
        self.audited()
        # At this speed no planned time is still to come while somebody looks; and this release has no downtime.
        whole = {key.rstrip("?") for key in documented.examples("release show ID")[0]}
        self.assertEqual(whole - self.seen - {"next_due", "next_due_in_us", "downtime_until", "sign_off_outstanding"}, set())

    def audited(self):
        """The record of both releases, as whoever checks it sees it."""
        titles = {"audit log": ["log"], "audit show SEQ": ["show", "0"], "audit verify": ["verify"],
                  "audit procedure": ["procedure", "--record"]}
        if os.path.exists(os.path.join(self.folder, "stellwerk-data/log/checkpoint")):
            titles |= {"audit prove SEQ": ["prove", "0"], "audit checkpoint": ["checkpoint"], "audit witnesses": ["witnesses"],
                       "audit export ID": ["export", GOOD]}
        for title, words in titles.items():
            done = self.expect(stellwerk("audit", *words, "--json", folder=self.folder))
            documented.compare(self, title, done.stdout)

    def test_of_a_release_that_is_rejected(self):
        run = self.start("release.yaml")
        self.until("the release", lambda: self.show(GOOD))
        self.expect(self.steer("reject", GOOD, "--reason", "not now"))
        self.assertEqual(run.wait(60), 10, self.text_of("release.yaml.err"))
        self.show(GOOD)
        self.printed("release", "list")


if __name__ == "__main__":
    main()
