"""A release of a small service that a test carries out: the service, its users, and the people who are asked."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from support import PROGRAM, InFolder, environment, stellwerk

PATIENCE = 120  # seconds until something expected is there

SERVICE = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

answered = 0

class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        global answered
        answered += 1
        bad = sys.argv[2] == "9.0.0" and self.path != "/health" and answered % 3 == 0
        self.send_response(500 if bad else 200)
        self.end_headers()

    def log_message(self, *_):
        print("WARN a line", flush=True)

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answers).serve_forever()
"""

IN_A_HURRY = """
guard: {hold_real_min: 2s, hold_requests_min: 20, requests_min: 20, window: 10s}
schedule: {announce_lead: 0s}
"""


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return str(held.getsockname()[1])


class EndsProcesses(InFolder):
    """What a release leaves running is ended: the load balancer and instances outlive stellwerk."""

    NEEDS = ["haproxy", "python3"]

    def setUp(self):
        for program in self.NEEDS:
            if shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin") is None:
                self.skipTest(f"{program} is not installed")
        super().setUp()
        self.addCleanup(self.end_processes, self.folder)

    @staticmethod
    def end_processes(folder):
        """All whose arguments or working folder lie in this test's own folder."""
        for _ in range(50):
            found = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if is_of(folder, pid)]
            if not found:
                return
            for pid in found:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.1)


def is_of(folder, pid):
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
            words = file.read()
        return pid != os.getpid() and (folder in words or os.readlink(f"/proc/{pid}/cwd").startswith(folder))
    except OSError:
        return False


class CarriesReleases(EndsProcesses):
    """`release.yaml` of its folder can be run; tenants use the service all the time."""

    def setUp(self):
        super().setUp()
        self.write("service.py", SERVICE)
        self.port = free_port()
        words = ["--service", "greeter", "--from", "1.0.0", "--to", "1.0.1", "--tenants", "anna,bert,carla", "--port", self.port]
        self.expect(stellwerk("init", *words, "--", sys.executable, f"{self.folder}/service.py", "{port}", "{version}",
                              folder=self.folder))
        self.append("release.yaml", IN_A_HURRY)
        self.silent = threading.Event()
        users = threading.Thread(target=self.use, daemon=True)
        users.start()
        self.addCleanup(users.join)
        self.addCleanup(self.silent.set)

    def use(self):
        while not self.silent.wait(0.02):
            for tenant in ["anna", "bert", "carla", "somebody"]:
                request = urllib.request.Request(f"http://127.0.0.1:{self.port}/", headers={"X-Tenant-Id": tenant})
                try:
                    with urllib.request.urlopen(request, timeout=5) as answer:
                        answer.read()
                except urllib.error.HTTPError:
                    pass  # a bad version
                except OSError:
                    self.silent.wait(0.2)  # nobody serves yet

    def append(self, name, text):
        with open(f"{self.folder}/{name}", "a", encoding="utf-8") as file:
            file.write(text)

    def another_release(self, name, before, after):
        """A copy of release.yaml with another id and versions."""
        with open(f"{self.folder}/release.yaml", encoding="utf-8") as file:
            text = file.read()
        text = text.replace("id: greeter-1.0.1", f"id: greeter-{after}").replace("from: 1.0.0", f"from: {before}")
        self.write(name, text.replace("to: 1.0.1", f"to: {after}"))

    def expect(self, done, exit_code=0):
        self.assertEqual(done.returncode, exit_code, done.stdout + done.stderr)
        return done

    def start(self, file, *words):
        """`stellwerk run … --json` in the background; its output goes to a file beside."""
        out = open(f"{self.folder}/{file}.out", "wb")
        self.addCleanup(out.close)
        err = open(f"{self.folder}/{file}.err", "wb")
        self.addCleanup(err.close)
        return subprocess.Popen([PROGRAM, "run", file, "--speed", "3600", "--json", *words], cwd=self.folder, env=environment(),
                                stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def carry_to_its_end(self, name, release):
        running = self.start(name)
        self.until("the end", lambda: self.answer(release, self.show(release)) or running.poll() is not None)
        self.assertEqual(self.show(release)["stage"], "completed", self.text_of(f"{name}.err"))

    def serve(self, *words):
        """A program that runs beside the release until the test's end."""
        log = open(f"{self.folder}/{os.path.basename(words[0])}.log", "wb")
        self.addCleanup(log.close)
        served = subprocess.Popen(words, cwd=self.folder, env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(served.wait)
        self.addCleanup(served.kill)
        return served

    def with_witness(self, log_key):
        """From now on a witness of ours confirms this log; its key."""
        witness = ["witness", "--data", f"{self.folder}/witness", "--name", "other.example/witness"]
        key = self.expect(stellwerk(*witness, "--show-key", folder=self.folder)).stdout.strip()
        port = free_port()
        self.serve(PROGRAM, *witness, "--log", log_key, "--listen", f"127.0.0.1:{port}")
        self.append("stellwerk.yaml", f'\naudit:\n  witnesses: [{{key: "{key}", url: "http://127.0.0.1:{port}"}}]\n')
        return key

    def text_of(self, name):
        with open(f"{self.folder}/{name}", encoding="utf-8") as file:
            return file.read()

    def show(self, release):
        shown = stellwerk("release", "show", release, "--json", folder=self.folder)
        return json.loads(shown.stdout) if shown.returncode == 0 else {}

    def answer(self, release, view):
        """Whoever is waited for says yes, while the release is under way."""
        rows = view.get("steps", []) + view.get("rollback_steps", [])
        approvals = [row["id"] for row in rows if row["kind"] == "approval"]
        for step in view.get("waiting_for", []):
            if step in approvals:
                self.steer("approve", release)
            elif not view["ended"]:
                self.steer("attest", release, step)

    def steer(self, *words):
        return stellwerk(*words, "--json", folder=self.folder)

    def until(self, what, condition):
        """The first value of the condition that is true."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if found := condition():
                return found
            time.sleep(0.2)
        return self.fail(f"{what} did not come")
