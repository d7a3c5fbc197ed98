"""Logs of ours are checked by a program that shares no code with us, and logs that it writes by ours: log_check.go, made of
golang.org/x/mod/sumdb. README.md says how to repeat it by hand."""
import contextlib
import json
import os
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))

from carried import CarriesReleases
from support import PROGRAM, ROOT, InFolder, environment, main, run, stellwerk

GO = shutil.which("go", path="/usr/bin" + os.pathsep + os.environ["PATH"])
GO_LIBRARIES = "/usr/share/gocode"  # of Debian's packages; nothing is downloaded
GROWN_LOG = os.path.join(os.path.dirname(PROGRAM), "grown_log")

# Around full bundles and full tiles: of 256 entries, and of 256 bundles.
SIZES = [1, 255, 256, 257, 1000, 65535, 65536, 65537, 66000]


def compiled(folder):
    """The path of log_check, made in this folder, or None with the reason why there is none."""
    if GO is None or not os.path.isdir(f"{GO_LIBRARIES}/src/golang.org/x/mod/sumdb"):
        return None, "golang-go or golang-golang-x-mod-dev is not installed"
    kept = {name: value for name, value in environment().items() if not name.startswith(("GO", "CGO_"))}
    kept.update(GO111MODULE="off", GOPATH=GO_LIBRARIES, GOENV="off", GOCACHE=f"{folder}/cache", CGO_ENABLED="0")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "log_check.go")
    built = run(["env", "-i", *(f"{name}={value}" for name, value in kept.items()), GO, "build", "-o", "log_check", source], folder)
    if built.returncode != 0:
        raise RuntimeError(built.stderr)
    shutil.rmtree(f"{folder}/cache")
    return f"{folder}/log_check", ""


def setUpModule():
    folder = tempfile.TemporaryDirectory(prefix="stellwerk-go-")
    unittest.addModuleCleanup(folder.cleanup)
    Checks.program, Checks.lacking = compiled(folder.name)


def flipped(at):
    """A change of one bit of the byte at this place."""
    def change(data):
        place = at % len(data)
        return data[:place] + bytes([data[place] ^ 1]) + data[place + 1:]
    return change


def with_another_letter(at):
    """A change of one letter of Base64 into another one."""
    def change(data):
        place = at % len(data)
        return data[:place] + (b"B" if data[place:place + 1] == b"A" else b"A") + data[place + 1:]
    return change


def without_last_entry(data):
    """A bundle that ends before its last entry."""
    end = 0
    while end + 2 + int.from_bytes(data[end:end + 2], "big") < len(data):
        end += 2 + int.from_bytes(data[end:end + 2], "big")
    return data[:end]


def with_another_root(data):
    lines = data.split(b"\n")
    lines[2] = with_another_letter(9)(lines[2])
    return b"\n".join(lines)


@contextlib.contextmanager
def changed(file, change):
    """The file is another one meanwhile."""
    with open(file, "rb") as opened:
        data = opened.read()
    with open(file, "wb") as opened:
        opened.write(change(data))
    try:
        yield
    finally:
        with open(file, "wb") as opened:
            opened.write(data)


class Checks:
    """For test cases: the Go program, and what it must say."""
    program = None
    lacking = ""

    def setUp(self):
        if self.lacking:
            self.skipTest(self.lacking)
        super().setUp()

    def check(self, *words):
        return run([self.program, *words], self.folder)

    def good(self, *words):
        done = self.check(*words)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def bad(self, text, *words):
        done = self.check(*words)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(text, done.stderr)

    def done(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.strip()


class LogsOfOurs(Checks, InFolder):
    def grown(self, folder, sizes):
        return self.done(run([GROWN_LOG, folder, *map(str, sizes)], self.folder))

    def test_a_log_of_two_levels_of_full_tiles_is_good(self):
        key = self.grown("ours", SIZES)
        notes = [word for size in SIZES for word in ("-kept", f"ours/checkpoints/{size}.note")]
        said = self.good("-key", key, *notes, "ours/data/log")
        for expected in ["66000 entries, signed", "66000 in 258 bundles", "261, byte for byte", "of 66000 entries", "9 given ones"]:
            self.assertIn(expected, said)
        self.check_damages(key)
        self.check_proofs(key)

    def check_damages(self, key):
        log = f"{self.folder}/ours/data/log"
        last = "tile/entries/257.p/208"
        damages = [("tile/entries/000", flipped(0), "cut off"), ("tile/entries/100", flipped(500), "the root of the entries"),
                   (last, flipped(-1), "the root of the entries"), (last, without_last_entry, "207 entries instead of 208"),
                   (last, lambda data: data[:-1], "cut off"), ("tile/0/000", flipped(0), "hash 0 is not"),
                   ("tile/0/257.p/208", flipped(-1), "hash 207 is not"), ("tile/1/000", flipped(4000), "hash 125 is not"),
                   ("tile/1/001.p/1", flipped(5), "hash 0 is not"), ("tile/2/000.p/1", flipped(31), "hash 0 is not"),
                   ("tile/0/100", lambda data: data[:-32], "8160 bytes instead of 8192"),
                   ("checkpoint", with_another_root, "invalid signature"), ("checkpoint", with_another_letter(-20), "invalid signature"),
                   ("checkpoint", lambda data: data.replace("— bench".encode(), "— stool".encode()), "no verifiable signatures")]
        for name, change, said in damages:
            with self.subTest(name=name, said=said), changed(f"{log}/{name}", change):
                self.bad(said, "-key", key, "ours/data/log")
        shutil.move(f"{log}/tile/1/000", f"{self.folder}/away")
        self.bad("tile/1/000: no such file", "-key", key, "ours/data/log")
        shutil.move(f"{self.folder}/away", f"{log}/tile/1/000")
        self.good("-key", key, "ours/data/log")

    def check_proofs(self, key):
        for index in (0, 255, 65535, 65536, 65999):
            self.done(stellwerk("--data", "ours/data", "audit", "prove", str(index), "--out", f"{index}.tlog-proof", folder=self.folder))
            self.good("-key", key, "-proof", f"{index}.tlog-proof")
        proofs = [word for index in (0, 255, 65535, 65536, 65999) for word in ("-proof", f"{index}.tlog-proof")]
        self.assertIn("5 entries are in the tree", self.good("-key", key, *proofs, "ours/data/log"))
        proof = f"{self.folder}/255.tlog-proof"
        with changed(proof, with_another_root):  # its third line is the first hash
            self.bad("255.tlog-proof: ", "-key", key, "-proof", "255.tlog-proof")
        with changed(proof, lambda data: data.replace(b"index 255\n", b"index 254\n")):
            self.bad("255.tlog-proof: ", "-key", key, "-proof", "255.tlog-proof")
        with changed(f"{self.folder}/255.entry.json", flipped(20)):
            self.bad("255.tlog-proof: ", "-key", key, "-proof", "255.tlog-proof", "ours/data/log")

    def test_a_checkpoint_of_another_history_is_found(self):
        """The same key signs two logs that differ from entry 100 on."""
        key = self.grown("one", [100])
        shutil.copytree(f"{self.folder}/one", f"{self.folder}/other")
        self.assertEqual(self.grown("one", [200, 300]), key)
        shutil.copytree(f"{self.folder}/other/data", f"{self.folder}/third/data")
        self.assertEqual(self.grown("other", [150]), key)
        self.assertEqual(self.grown("other", [300]), key)
        self.good("-key", key, "-kept", "other/checkpoints/100.note", "-kept", "other/checkpoints/150.note", "one/data/log")
        self.bad("300.note: the root of the first 300", "-key", key, "-kept", "other/checkpoints/300.note", "one/data/log")
        self.bad("covers 300 entries, the log has 100", "-key", key, "-kept", "one/checkpoints/300.note", "third/data/log")


class Release(Checks, CarriesReleases):
    """A release as users carry it out, with a witness; then the key is changed."""

    def test_its_log_is_good(self):
        old = self.done(stellwerk("audit", "key", folder=self.folder))
        witness = self.with_witness(old)
        self.carry_to_its_end("release.yaml", "greeter-1.0.1")
        log = f"{self.folder}/stellwerk-data/log"
        self.until("a cosignature", lambda: os.path.isdir(f"{log}/cosigned") and os.listdir(f"{log}/cosigned"))
        kept = self.done(stellwerk("audit", "checkpoint", folder=self.folder))
        self.write("kept.note", kept + "\n")
        new = json.loads(self.done(stellwerk("audit", "rotate-key", "--json", folder=self.folder)))["new"]
        keys = ["-key", old, "-key", new]
        self.done(stellwerk("audit", "prove", "3", "--out", "3.tlog-proof", folder=self.folder))
        trusted = [*keys, "-witness", witness, "-kept", "kept.note", "-proof", "3.tlog-proof"]
        said = self.good(*trusted, log)
        self.assertRegex(said, r"the log continues [1-9]\d* kept checkpoints, 1 given ones")

        self.bad("no verifiable signatures", "-key", old, log)
        note = os.path.join(log, "cosigned", sorted(os.listdir(f"{log}/cosigned"))[0])
        with changed(note, with_another_letter(-20)):  # the witness's line
            self.good(*keys, log)
            self.bad("invalid signature", *trusted, log)
        # Of a small log the partial bundles of earlier sizes stay until there is a full one.
        bundles = sorted(os.listdir(f"{log}/tile/entries/000.p"), key=int)
        for bundle, said in [(bundles[-1], "the root of the entries"), (bundles[0], "is not that of the later bundle")]:
            with changed(f"{log}/tile/entries/000.p/{bundle}", flipped(200)):
                self.bad(said, *trusted, log)
        self.good(*trusted, log)


class LogsOfOthers(Checks, InFolder):
    """What Go writes, stellwerk verifies."""

    def verify(self, log, key):
        return stellwerk("audit", "verify", log, "--tree-only", "--key", key, folder=self.folder)

    def key_of(self, folder):
        with open(f"{self.folder}/{folder}/log.vkey", encoding="utf-8") as file:
            return file.read().strip()

    def test_logs_of_go_verify(self):
        for size in SIZES:
            name = f"of-{size}"
            self.good("-write", str(size), "-origin", "go.example/log", name)
            key = self.key_of(name)
            self.good("-key", key, f"{name}/log")
            self.done(self.verify(f"{name}/log", key))
            self.done(stellwerk("audit", "verify", f"{name}/middle.tlog-proof", "--key", key, folder=self.folder))
        log = f"{self.folder}/of-66000/log"
        for file, change in [("tile/entries/100", flipped(500)), ("tile/entries/257.p/208", without_last_entry), ("tile/0/100", flipped(0)),
                             ("tile/1/000", flipped(4000)), ("tile/2/000.p/1", flipped(31)), ("checkpoint", with_another_root),
                             ("checkpoint", with_another_letter(-20))]:
            with self.subTest(file=file), changed(f"{log}/{file}", change):
                done = self.verify(log, key)
                self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        with changed(f"{self.folder}/of-66000/middle.tlog-proof", with_another_root):
            done = stellwerk("audit", "verify", "of-66000/middle.tlog-proof", "--key", key, folder=self.folder)
            self.assertEqual(done.returncode, 3, done.stdout + done.stderr)

    def test_both_agree_about_the_log_of_a_third_program(self):
        log = os.path.join(ROOT, "tests", "data", "tlog", "tessera")
        with open(f"{log}/log.vkey", encoding="utf-8") as file:
            key = file.read().strip()
        self.good("-key", key, log)
        self.done(self.verify(log, key))


if __name__ == "__main__":
    main()
