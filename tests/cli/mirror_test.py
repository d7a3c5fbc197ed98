"""A release whose public events are mirrored to the stand-in of the ERP's audit-domain, which goes away meanwhile: the rows are
the journal's entries, each once, and the service's own check finds them sound."""
import hashlib
import json
import os
import subprocess
import sys
import urllib.request

import documented
from carried import CarriesReleases
from support import ROOT, main, stellwerk

RELEASE = "greeter-1.0.1"
AUDIT_DOMAIN = os.path.join(ROOT, "examples", "audit-domain", "audit_domain.py")


class Mirror(CarriesReleases):
    def start_audit_domain(self, port="0"):
        words = [sys.executable, "-B", AUDIT_DOMAIN, "--port", port, "--rows", f"{self.folder}/rows.ndjson"]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, encoding="utf-8")
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process, process.stdout.readline().strip().rpartition(":")[2]

    def audit(self, path):
        request = urllib.request.Request(f"http://127.0.0.1:{self.audit_port}/audit/api/v1{path}",
                                         headers={"x-tenant-id": "demo-tenant"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def setUp(self):
        super().setUp()
        self.audit_domain, self.audit_port = self.start_audit_domain()
        self.write("stellwerk.yaml", self.with_events(self.text_of("stellwerk.yaml")))

    def with_events(self, text):
        lines = text.splitlines()
        if "events:" in lines:  # and its items
            at = lines.index("events:")
            del lines[at]
            while at < len(lines) and lines[at].startswith((" ", "-")):
                del lines[at]
        return "\n".join([*lines, "events:", "  - {adapter: ndjson, file: published.ndjson}",
                          f"  - {{adapter: audit-domain, url: 'http://127.0.0.1:{self.audit_port}', tenant: demo-tenant}}", ""])

    def carry(self, until):
        def reached():
            view = self.show(RELEASE)
            if view and until(view):
                return True
            self.answer(RELEASE, view)
            return False
        self.until("the release's end", reached)

    def test_has_each_event_once_although_the_service_goes_away(self):
        run = self.start("release.yaml")
        self.carry(lambda view: view["stage"] == "holding")
        self.audit_domain.kill()
        self.audit_domain.wait()
        self.carry(lambda view: view["ended"])
        self.audit_domain, port = self.start_audit_domain(self.audit_port)
        self.assertEqual(port, self.audit_port)
        self.assertEqual(run.wait(60), 0, self.text_of("release.yaml.err"))

        published = [json.loads(line) for line in self.text_of("published.ndjson").splitlines()]
        rows = self.audit("/events")["events"][::-1]
        self.assertGreater(len(published), 10)
        self.assertEqual([(row["payload"]["index"], row["payload"]["eventType"]) for row in rows],
                         [(event["index"], event["name"]) for event in published])
        for row, event in zip(rows, published):
            entry = row["payload"]["entry"]
            self.assertEqual(json.loads(entry), event["data"])
            self.assertEqual(row["payload"]["digest"], "sha256:" + hashlib.sha256(b"\0" + entry.encode()).hexdigest())
            self.assertEqual(row["target"], {"type": "Release", "id": RELEASE})
        self.assertEqual(self.audit("/integrity/check"), {"valid": True, "checkedCount": len(rows)})
        self.check_with_the_journal(len(rows))

    def check_with_the_journal(self, rows):
        done = self.expect(stellwerk("audit", "mirror", "--json", folder=self.folder))
        documented.compare(self, "audit mirror", done.stdout)
        mirror = json.loads(done.stdout)["mirrors"][0]
        self.assertEqual((mirror["rows"], mirror["ours"], mirror["entries"], mirror["waiting"]), (rows, rows, rows, 0))
        # Somebody deletes a row in its table; the service's own check finds nothing.
        self.audit_domain.kill()
        self.audit_domain.wait()
        kept = self.text_of("rows.ndjson").splitlines(keepends=True)
        self.write("rows.ndjson", "".join(kept[:3] + kept[4:]))
        self.audit_domain, _ = self.start_audit_domain(self.audit_port)
        self.assertTrue(self.audit("/integrity/check")["valid"])
        done = self.expect(stellwerk("audit", "mirror", "--json", folder=self.folder), 3)
        self.assertIn("AUD-0072", done.stderr)
        kinds = {finding["kind"] for finding in json.loads(done.stdout)["mirrors"][0]["findings"]}
        self.assertEqual(kinds, {"predecessor_missing", "entry_missing"})


if __name__ == "__main__":
    main()
