#!/usr/bin/env python3
"""Prüft diesen Nachweis, ohne Stellwerk. / Verifies this record, without Stellwerk.

    python3 verify.py [--key VKEY] [--witness VKEY ...] [--tsa-ca FILE] [FOLDER]

Needs Python 3.8, openssl, and ssh-keygen where there are signed approvals. Ends with 0 when everything fits, with 3 when
something does not (the first line that begins with FALSCH/WRONG names the entry), with 2 when it cannot be tried.
Without --key the key beside the log is used: that says only that the log fits itself.
"""
import argparse
import base64
import csv
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

WIDTH = 256
ED25519_DER = bytes.fromhex("302a300506032b6570032100")
CONTENT_KEYS = {"comparison", "content", "document", "evidence", "lines", "listed_in", "note", "plan", "reason", "text", "windows"}
CHECKPOINTS = {"audit.checkpoint.signed", "audit.release.logged", "audit.rollback.logged"}
APPROVALS = {"audit.approval.granted", "audit.approval.rejected"}
DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
FILE_BYTES_MAX = 64 << 20


class Wrong(Exception):
    """Something does not fit; the text names the entry."""


def sha(data):
    return hashlib.sha256(data).digest()


def leaf_hash(entry):
    return sha(b"\0" + entry)


def node_hash(left, right):
    return sha(b"\1" + left + right)


class Tree:
    """The right edge of a growing RFC 6962 tree: (number of leaves, hash), the largest subtree first."""

    def __init__(self):
        self.size = 0
        self.subtrees = []

    def append(self, leaf):
        self.size += 1
        self.subtrees.append((1, leaf))
        while len(self.subtrees) > 1 and self.subtrees[-1][0] == self.subtrees[-2][0]:
            count, right = self.subtrees.pop()
            _, left = self.subtrees.pop()
            self.subtrees.append((2 * count, node_hash(left, right)))

    def root(self):
        if not self.subtrees:
            return sha(b"")
        result = self.subtrees[-1][1]
        for _, left in reversed(self.subtrees[:-1]):
            result = node_hash(left, result)
        return result


def root_of(leaves):
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


class Key:
    """`name+id+base64`: a log's key (type 1) or a witness's (type 4)."""

    def __init__(self, text):
        try:
            self.text = text.strip()
            self.name, key_id, material = self.text.split("+", 2)
            raw = base64.b64decode(material, validate=True)
            self.kind, self.public = raw[0], raw[1:]
            self.id = bytes.fromhex(key_id)
        except (ValueError, IndexError) as problem:
            raise Wrong(f"no key: {text.strip()[:80]!r}") from problem
        expected = sha(self.name.encode() + b"\n" + raw)[:4]
        if self.kind not in (1, 4) or len(self.public) != 32 or self.id != expected:
            raise Wrong(f"no key: {self.text[:80]!r}")

    def verifies(self, text, signature):
        """By openssl: nothing of the signature is computed here."""
        if self.kind == 4:
            if len(signature) != 72:
                return False
            seconds = struct.unpack(">Q", signature[:8])[0]
            text, signature = b"cosignature/v1\ntime %d\n" % seconds + text, signature[8:]
        with tempfile.TemporaryDirectory() as folder:
            names = {}
            for name, data in (("key", ED25519_DER + self.public), ("text", text), ("sig", signature)):
                names[name] = os.path.join(folder, name)
                with open(names[name], "wb") as file:
                    file.write(data)
            done = run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", names["key"], "-rawin",
                        "-in", names["text"], "-sigfile", names["sig"]])
            return done.returncode == 0


def run(words, **options):
    try:
        return subprocess.run(words, capture_output=True, check=False, **options)
    except FileNotFoundError:
        print(f"{words[0]} fehlt / is missing", file=sys.stderr)
        sys.exit(2)


def read(folder, path):
    """A file of the record; never a link, never one that is larger than any can be."""
    name = os.path.join(folder, path)
    if os.path.islink(name) or not os.path.isfile(name):
        raise FileNotFoundError(path)
    if os.path.getsize(name) > FILE_BYTES_MAX:
        raise Wrong(f"{path} is too large")
    with open(name, "rb") as file:
        return file.read()


def names_in(folder, path):
    try:
        return sorted(os.listdir(os.path.join(folder, path)))
    except FileNotFoundError:
        return []


class Signed:
    """A signed note (c2sp.org/signed-note)."""

    def __init__(self, data, what):
        self.what = what
        text, blank, lines = data.rpartition(b"\n\n")
        if not blank or not lines.endswith(b"\n"):
            raise Wrong(f"{what}: no signed note")
        self.text = text + b"\n"
        self.signatures = []
        for line in lines[:-1].split(b"\n"):
            found = re.fullmatch(rb"\xe2\x80\x94 ([^ \n+]+) ([A-Za-z0-9+/]+=*)", line)
            if not found:
                raise Wrong(f"{what}: a line of signatures is none")
            raw = base64.b64decode(found[2])
            if base64.b64encode(raw) != found[2] or len(raw) < 5:
                raise Wrong(f"{what}: a signature is no base64")
            self.signatures.append((found[1].decode(), raw[:4], raw[4:]))

    def signed_by(self, key):
        """False: it did not sign. A signature of a known key that does not fit is an error."""
        for name, key_id, signature in self.signatures:
            if (name, key_id) == (key.name, key.id):
                if not key.verifies(self.text, signature):
                    raise Wrong(f"{self.what}: the signature of {key.name} does not fit")
                return True
        return False


class Note(Signed):
    """A note that holds a checkpoint (c2sp.org/tlog-checkpoint)."""

    def __init__(self, data, what):
        super().__init__(data, what)
        lines = self.text.split(b"\n")
        if len(lines) < 4 or not re.fullmatch(rb"0|[1-9][0-9]*", lines[1]):
            raise Wrong(f"{self.what}: no checkpoint")
        self.origin, self.size = lines[0].decode(), int(lines[1])
        self.root = base64.b64decode(lines[2])
        if len(self.root) != 32 or base64.b64encode(self.root) != lines[2]:
            raise Wrong(f"{self.what}: its root is none")

    def demand_log(self, keys):
        if not any(key.name == self.origin and self.signed_by(key) for key in keys):
            raise Wrong(f"{self.what}: no known key of the log signed it")


def tile_path(level, index, width):
    groups = f"{index % 1000:03d}"
    index //= 1000
    while index:
        groups = f"x{index % 1000:03d}/{groups}"
        index //= 1000
    return f"log/tile/{level}/{groups}" + (f".p/{width}" if width < WIDTH else "")


class Log:
    """Entries and tiles, streamed; what is in them is compared with the checkpoint's root."""

    def __init__(self, folder, size):
        self.folder = folder
        self.size = size

    def bundles(self):
        for index in range((self.size + WIDTH - 1) // WIDTH):
            yield index, min(WIDTH, self.size - index * WIDTH)

    def entries_of(self, index, width):
        path = tile_path("entries", index, width)
        try:
            data = read(self.folder, path)
        except FileNotFoundError:
            raise Wrong(f"entry {index * WIDTH}: {path} is missing") from None
        entries, at = [], 0
        for place in range(width):
            if at + 2 > len(data):
                raise Wrong(f"entry {index * WIDTH + place}: {path} ends too early")
            length = struct.unpack(">H", data[at:at + 2])[0]
            entries.append(data[at + 2:at + 2 + length])
            at += 2 + length
            if at > len(data):
                raise Wrong(f"entry {index * WIDTH + place}: {path} ends too early")
        if at != len(data):
            raise Wrong(f"entry {index * WIDTH + width - 1}: {path} has more than its entries")
        return entries

    def compare_tile(self, level, index, hashes):
        path = tile_path(level, index, len(hashes))
        try:
            data = read(self.folder, path)
        except FileNotFoundError:
            data = b""
        for place, each in enumerate(hashes):
            if data[32 * place:32 * place + 32] != each:
                first = (index * WIDTH + place) * WIDTH ** level
                raise Wrong(f"entry {first}: {path} holds another hash")
        if len(data) != 32 * len(hashes):
            raise Wrong(f"{path} has another size")

    def check(self, root, judge):
        """Everything once; `judge` is told each entry and the tree before it."""
        tree = Tree()
        levels = {}
        for index, width in self.bundles():
            leaves = []
            entries = self.entries_of(index, width)
            for entry in entries:
                leaves.append(leaf_hash(entry))
            self.compare_tile(0, index, leaves)
            for place, entry in enumerate(entries):
                judge(index * WIDTH + place, entry, tree)
                tree.append(leaves[place])
            if width == WIDTH:
                self.climb(levels, 1, root_of(leaves))
        judge(None, None, tree)
        for level, (index, hashes) in levels.items():
            if hashes:
                self.compare_tile(level, index, hashes)
        if tree.root() != root:
            raise Wrong(f"the {self.size} entries do not give the checkpoint's root")

    def climb(self, levels, level, digest):
        index, hashes = levels.setdefault(level, (0, []))
        hashes.append(digest)
        if len(hashes) == WIDTH:
            self.compare_tile(level, index, hashes)
            levels[level] = (index + 1, [])
            self.climb(levels, level + 1, root_of(hashes))


class Record:
    """What the entries of the release say, and everything beside the log."""

    def __init__(self, options):
        self.folder = options.folder
        self.options = options
        self.release = json.loads(read(self.folder, "export.json"))["release"]
        self.keys = self.read_keys()
        self.note = Note(read(self.folder, "log/checkpoint"), "log/checkpoint")
        self.own = []  # (index, entry as JSON) of the release
        self.erased = set()
        self.wanted = {}  # size: [(index, root)]
        self.changes = []  # (index, data) of changes of the log's key
        self.lines = [line for line in read(self.folder, "entries.ndjson").split(b"\n") if line]
        self.leaves = []
        self.roots = {}  # by size, of trees that were stamped

    def read_keys(self):
        beside = []
        for name in names_in(self.folder, "log/keys"):
            key = Key(read(self.folder, f"log/keys/{name}").decode())
            if name != f"{key.id.hex()}.vkey":
                raise Wrong(f"log/keys/{name} holds another key")
            beside.append(key)
        given = [Key(text) for text in self.options.key]
        self.latest_keys = given or beside
        return given + beside

    def content(self, digest, index, key):
        """None: erased, and an entry says so."""
        name = digest[len("sha256:"):]
        try:
            data = read(self.folder, f"content/{name[:2]}/{name}")
        except FileNotFoundError:
            if digest in self.erased:
                return None
            raise Wrong(f"entry {index}: its {key} {digest} is missing") from None
        if sha(data).hex() != name:
            raise Wrong(f"entry {index}: its {key} {digest} has other bytes")
        return data

    # ---- the log

    def learn_keys(self):
        """From a key that is trusted, changes that both keys signed lead to the next."""
        trusted = list(self.latest_keys)
        for index, fields in self.changes:
            old, new = Key(fields["old"]), Key(fields["new"])
            data = self.content(fields["note"], index, "note")
            if data is None:
                continue
            note = Signed(data, f"entry {index}")
            if not (note.signed_by(old) and note.signed_by(new)):
                raise Wrong(f"entry {index}: the change of the key is not signed by both")
            if any(key.text == old.text for key in trusted):
                trusted.append(new)
        return trusted

    def check_checkpoint(self):
        self.note.demand_log(self.learn_keys())
        for text in self.options.witness:
            if not self.note.signed_by(Key(text)):
                raise Wrong(f"log/checkpoint: {text} did not cosign it")
        return f"{self.note.origin}, {self.note.size} entries, {len(self.options.witness)} witnesses"

    def collect(self):
        """The sizes whose roots are compared."""
        for index, width in Log(self.folder, self.note.size).bundles():
            for place, data in enumerate(Log(self.folder, self.note.size).entries_of(index, width)):
                self.collect_one(index * WIDTH + place, data)
        for name in names_in(self.folder, "log/cosigned"):
            kept = Note(read(self.folder, f"log/cosigned/{name}"), f"log/cosigned/{name}")
            kept.demand_log(self.keys)
            for text in self.options.witness:
                kept.signed_by(Key(text))
            if name != f"{kept.size}.note" or kept.size > self.note.size:
                raise Wrong(f"log/cosigned/{name}: the log does not continue it")
            self.wanted.setdefault(kept.size, []).append((f"log/cosigned/{name}", kept.root))

    def collect_one(self, index, data):
        try:
            entry = json.loads(data)
            if entry["index"] != index:
                raise Wrong(f"entry {index} says that it is entry {entry['index']}")
            fields = entry["data"]
            if entry["type"] in CHECKPOINTS and "content" not in fields:
                root = bytes.fromhex(fields["root"][len("sha256:"):])
                self.wanted.setdefault(fields["tree_size"], []).append((f"entry {index}", root))
            if entry["type"] == "audit.key.rotated" and "content" not in fields:
                self.changes.append((index, fields))
            if entry["type"] == "audit.content.erased":
                self.erased.add(fields["digest"])
        except (ValueError, KeyError, TypeError) as problem:
            raise Wrong(f"entry {index}: no entry of a journal ({problem})") from problem
        if entry.get("release") == self.release:
            self.own.append((index, entry))
            if len(self.own) > len(self.lines) or self.lines[len(self.own) - 1] != data:
                raise Wrong(f"entry {index}: entries.ndjson has other bytes")
            self.leaves.append(leaf_hash(data).hex())

    def check_log(self):
        stamped = {name.rpartition(".")[0] for name in names_in(self.folder, "log/timestamps")}

        def judge(_index, _entry, tree):
            if str(tree.size) in stamped:
                self.roots[str(tree.size)] = tree.root()
            for who, root in self.wanted.pop(tree.size, []):
                if tree.root() != root:
                    raise Wrong(f"{who}: its checkpoint has another root than the first {tree.size} entries")
        count = sum(len(each) for each in self.wanted.values())
        Log(self.folder, self.note.size).check(self.note.root, judge)
        for rest in self.wanted.values():
            raise Wrong(f"{rest[0][0]}: its checkpoint covers more than there is")
        if len(self.lines) != len(self.own):
            raise Wrong("entries.ndjson has more entries than the log")
        return f"{self.note.size} entries, {count} checkpoints inside"

    # ---- beside the log

    def check_contents(self):
        seen = {}
        for index, entry in self.own:
            for key, value in entry["data"].items():
                if key in CONTENT_KEYS and isinstance(value, str) and DIGEST.match(value) and value not in seen:
                    seen[value] = self.content(value, index, key) is not None
        return f"{sum(seen.values())} present, {len(seen) - sum(seen.values())} erased"

    def check_notes(self):
        count = 0
        for index, entry in self.own:
            if entry["type"] in CHECKPOINTS and "content" not in entry["data"]:
                data = self.content(entry["data"]["note"], index, "note")
                if data is None:
                    continue
                note = Note(data, f"entry {index}")
                note.demand_log(self.keys)
                if note.size != entry["data"]["tree_size"] or "sha256:" + note.root.hex() != entry["data"]["root"]:
                    raise Wrong(f"entry {index}: its note is about another tree")
                count += 1
        return f"{count} signed"

    def check_approvals(self):
        signed = 0
        approvals = [(index, entry) for index, entry in self.own if entry["type"] in APPROVALS]
        for index, entry in approvals:
            if "document" not in entry["data"]:
                continue
            data = self.content(entry["data"]["document"], index, "document")
            if data is not None:
                self.check_approval(index, entry, json.loads(data))
                signed += 1
        return f"{signed} signed, {len(approvals) - signed} unsigned or erased"

    def check_approval(self, index, entry, document):
        text = read(self.folder, f"approvals/{index}.txt")
        signature = read(self.folder, f"approvals/{index}.sig")
        if text != document["text"].encode() or signature != document["signature"].encode():
            raise Wrong(f"entry {index}: approvals/{index} is not its document")
        said = dict(line.split(": ", 1) for line in document["text"].split("\n") if ": " in line)
        if said.get("release") != self.release or said.get("plan") != entry["data"]["plan"]:
            raise Wrong(f"entry {index}: what was signed approves something else")
        when = re.sub(r"[-:T]", "", entry["time"])[:14]
        done = run(["ssh-keygen", "-Y", "verify", "-f", os.path.join(self.folder, "approvals/allowed_signers"),
                    "-I", entry["data"]["person"], "-n", "approval@stellwerk", f"-Overify-time={when}",
                    "-s", os.path.join(self.folder, f"approvals/{index}.sig")],
                   input=text, env={**os.environ, "TZ": "UTC"})
        if done.returncode != 0:
            raise Wrong(f"entry {index}: the signature of {entry['data']['person']} does not verify")

    def check_tables(self):
        events = [json.loads(line) for line in read(self.folder, "events.ndjson").split(b"\n") if line]
        text = read(self.folder, "events.csv").decode()
        rows = list(csv.DictReader(text.splitlines(keepends=True)))
        for place, (index, _) in enumerate(self.own):
            for name, table in (("events.ndjson", events), ("events.csv", rows)):
                if place >= len(table) or str(table[place]["index"]) != str(index) or table[place]["leaf"] != self.leaves[place]:
                    raise Wrong(f"entry {index}: {name} has another row")
        if not len(events) == len(rows) == len(self.own):
            raise Wrong("a table has more rows than the release has entries")
        return f"{len(rows)} rows"

    def check_timestamps(self):
        names = [name for name in names_in(self.folder, "log/timestamps") if name.endswith(".tsr")]
        if not self.options.tsa_ca:
            return f"{len(names)}, not checked: --tsa-ca FILE"
        for name in names:
            size = name.rpartition(".")[0]
            if not any(self.is_stamp_of(name, data) for data in self.stamped(size)):
                raise Wrong(f"log/timestamps/{name} does not fit")
        return f"{len(names)} fit"

    def stamped(self, size):
        """What may have been stamped: the note as it is kept, with its log's signature alone, its text."""
        try:
            text = read(self.folder, f"log/timestamps/{size}.txt")
            note = Note(text + b"\n" + b"\xe2\x80\x94 none AAAAAAA=\n", f"log/timestamps/{size}.txt")
            return [text] if (note.origin, str(note.size)) == (self.note.origin, size) and self.roots.get(size) == note.root else []
        except FileNotFoundError:
            pass
        beside = f"log/cosigned/{size}.note"
        try:
            data = read(self.folder, beside)
        except FileNotFoundError:
            data = read(self.folder, "log/checkpoint")
        note = Note(data, beside)
        if str(note.size) != size:
            return []
        lines = data[len(note.text) + 1:].split(b"\n")
        return [data, note.text + b"\n" + lines[0] + b"\n", note.text]

    def is_stamp_of(self, name, data):
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            done = run(["openssl", "ts", "-verify", "-data", file.name, "-in", os.path.join(self.folder, "log/timestamps", name),
                        "-CAfile", self.options.tsa_ca])
        return done.returncode == 0


def checks(record):
    def checkpoint():
        record.collect()
        return record.check_checkpoint()
    return [("Prüfpunkt / checkpoint", checkpoint), ("Log", record.check_log), ("Inhalte / contents", record.check_contents),
            ("Prüfpunkte der Einträge / checkpoints of entries", record.check_notes), ("Freigaben / approvals", record.check_approvals),
            ("Tabellen / tables", record.check_tables), ("Zeitstempel / time stamps", record.check_timestamps)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--key", action="append", default=[], metavar="VKEY")
    parser.add_argument("--witness", action="append", default=[], metavar="VKEY")
    parser.add_argument("--tsa-ca", metavar="FILE")
    parser.add_argument("folder", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    options = parser.parse_args()
    try:
        record = Record(options)
        for name, check in checks(record):
            print(f"gut / good      {name}: {check()}", flush=True)
    except Wrong as problem:
        print(f"FALSCH / WRONG  {problem}")
        return 3
    except (OSError, ValueError, KeyError, TypeError, UnicodeDecodeError) as problem:
        print(f"FALSCH / WRONG  a file of the export is missing or damaged: {problem!r}")
        return 3
    if not options.key:
        print("Schlüssel / key: " + ", ".join(sorted(key.text for key in record.latest_keys)) +
              "\n  Mit dem vergleichen, der anderswo hinterlegt ist (--key). / Compare with the one kept elsewhere (--key).")
    print("Alles passt. / Everything fits.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
