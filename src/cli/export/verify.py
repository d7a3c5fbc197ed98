#!/usr/bin/env python3
"""Prüft diesen Nachweis, ohne Stellwerk. / Verifies this record, without Stellwerk.

    python3 verify.py [--key VKEY] [--witness VKEY ...] [--tsa-ca FILE] [FOLDER]

Take this script from a trusted copy (`stellwerk audit verify --print-script`), not from the archive it is to judge: who
forged the one could have changed the other. Needs Python 3.8, openssl, and ssh-keygen where there are signed approvals. Ends
with 0 when everything fits, with 3 when something does not (the first line that begins with FALSCH/WRONG names the entry),
with 2 when it cannot be tried.
Without --key the key beside the log is used: that says only that the log fits itself.
"""
import argparse
import base64
import calendar
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import time

WIDTH = 256
ED25519_DER = bytes.fromhex("302a300506032b6570032100")
CONTENT_KEYS = {"comparison", "content", "document", "evidence", "lines", "listed_in", "note", "plan", "reason", "text", "windows"}
CHECKPOINTS = {"audit.checkpoint.signed", "audit.release.logged", "audit.rollback.logged"}
APPROVALS = {"audit.approval.granted", "audit.approval.rejected"}
COMMANDS = {"approved": "approve", "attested": "attest", "pause-requested": "pause", "promote-requested": "promote", "rejected": "reject",
            "resume-requested": "resume", "rollback-requested": "rollback", "run-requested": "run"}
COMMAND_ROLES = {"pause": {"release-manager", "devops", "qa"}, "resume": {"release-manager", "devops"},
                 "promote": {"release-manager", "devops"}, "rollback": {"release-manager", "devops"}}
TAKEN_UNSIGNED = {"pause", "rollback", "run"}
DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
FILE_BYTES_MAX = 64 << 20
NAMESPACE = "approval@stellwerk"
BEGINS = {"approve", "accept-features", "accept-changelog"}
ENDS = {"audit.release.logged", "audit.rollback.logged", "scheduler.release.cancelled", "scheduler.release.failed"}
EMERGENCY_ROLES = {"release-manager", "devops"}
REJECT_ROLES = {"release-manager", "devops", "qa", "product-owner", "audit-officer"}
COLUMNS = ["index", "time", "runbook_time", "release", "type", "actor", "cause", "text_de", "text_en", "data", "effects", "leaf"]
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
TOLERANCE_SECONDS = 300
TOLD_WITHIN = 64  # entries: so soon after the clock was set an entry says so
APPROVAL = re.compile(
    r"stellwerk-approval/v1\ninstallation: (?P<installation>[^\n]+)\nrelease: (?P<release>[^\n]+)\nplan: (?P<plan>sha256:[0-9a-f]{64})\n"
    r"(?P<artifacts>(?:artifact: [^\n]+\n){0,64})role: (?P<role>[a-z-]{1,63})\ndecision: (?P<decision>[a-z-]{1,63})\n"
    r"(?P<steps>(?:step: [a-z0-9._/-]{1,200}\n){0,64})"
    r"(?:reason: (?P<reason>sha256:[0-9a-f]{64})\n)?(?:head: (?P<size>0|[1-9][0-9]*) (?P<root>[A-Za-z0-9+/]{43}=)\n)?"
    r"nonce: (?P<nonce>[0-9a-f]{32})\nexpires: (?P<expires>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n")


class Wrong(Exception):
    """Something does not fit; the text names the entry."""


def sha(data):
    return hashlib.sha256(data).digest()


def leaf_hash(entry):
    return sha(b"\0" + entry)


def node_hash(left, right):
    return sha(b"\1" + left + right)


def csv_value(text):
    """RFC 4180, with an apostrophe before what a spreadsheet would run."""
    text = "'" + text if text.startswith(FORMULA_BEGINS) else text
    return '"' + text.replace('"', '""') + '"' if re.search('[",\r\n]', text) else text


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


def canonical(value):
    """RFC 8785, of what entries hold: keys in the order of their UTF-16 code units."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def seconds_of(text):
    """Of a time as entries have it: 2025-10-15T20:00:00.000Z."""
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) + int(text[20:23]) / 1000


def keep_until(text):
    """The last day of the longest period for what was written then; it begins with the end of Germany's year."""
    return f"{time.gmtime(seconds_of(text) + 3600).tm_year + 10:04d}-12-31"


def openssh_time(seconds):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(seconds))


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
        """The known keys of the log that signed it."""
        signers = [key for key in keys if key.name == self.origin and self.signed_by(key)]
        if not signers:
            raise Wrong(f"{self.what}: no known key of the log signed it")
        return signers

    def cosigned_at(self, witness):
        """When the witness says it signed; None: it did not."""
        if not self.signed_by(witness):
            return None
        for name, key_id, signature in self.signatures:
            if (name, key_id) == (witness.name, witness.id):
                return struct.unpack(">Q", signature[:8])[0] if witness.kind == 4 else None
        return None


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


class Approvals:
    """Who may approve by a release's plan, and whether what its entries call an approval is one."""

    def __init__(self, plan, digest):
        self.plan = plan
        self.digest = digest
        self.people = {person["id"]: set(person["roles"]) for person in plan["people"]}
        self.steps = [(step, after or step["follow_up"]) for part, after in (("steps", False), ("rollback", True))
                      for step in plan[part] if step["action"]["kind"] == "approval"]
        self.nonces = {}
        self.given = []  # (person, role, decision, signed)
        self.requesters = {plan["requested_by"]}
        self.ended = None

    def artifacts(self):
        rows = sorted(self.plan["components"], key=lambda each: each["name"])
        return "".join(f"artifact: {each['name']} {each['to']} {each.get('artifact', 'none')}\n" for each in rows)

    def allowed_signers(self):
        """The file for ssh-keygen, as the plan's people give it: the strictest row of a key counts."""
        rows = {}
        for person in self.plan["people"]:
            for key in person.get("keys", []):
                row = rows.setdefault((person["id"], " ".join(key["key"].split()[:2])), [None, None, None])
                for place, (name, strictest) in enumerate((("valid_after_us", max), ("valid_before_us", min), ("revoked_us", min))):
                    if name in key:
                        value = key[name] // 1000000
                        row[place] = value if row[place] is None else strictest(row[place], value)
        lines = []
        for (person, key), (after, before, revoked) in rows.items():
            after = after if after is not None and after >= 1 else None
            if revoked is not None:
                before = revoked - 1 if before is None else min(before, revoked - 1)
            if before is not None and before <= (after or 0):
                continue
            words = [f'namespaces="{NAMESPACE}"']
            words += [] if after is None else [f'valid-after="{openssh_time(after)}"']
            words += [] if before is None else [f'valid-before="{openssh_time(before)}"']
            lines.append(f"{person} {','.join(words)} {key}\n")
        return "".join(lines)

    def wrong(self, index, why):
        raise Wrong(f"entry {index}: the approval or command it names does not count: {why}")

    def judge_entry(self, index, entry):
        data, granted = entry["data"], entry["type"] == "audit.approval.granted"
        signed = data["signed"] if granted else "document" in data
        decision = data.get("decision", "approve") if granted else "reject"
        if data["plan"] != self.digest:
            self.wrong(index, "it is for another plan")
        if signed != ("document" in data) or ("key" in data and not signed):
            self.wrong(index, "it is called signed and names no document, or the other way round")
        roles = self.people.get(data["person"])
        if roles is None:
            self.wrong(index, f"{data['person']} is nobody in the plan")
        if not granted:
            if not roles & REJECT_ROLES:
                self.wrong(index, f"{data['person']} has no role that rejects")
            return decision
        if data["role"] not in roles:
            self.wrong(index, f"{data['person']} does not have the role {data['role']}")
        self.judge_by_steps(index, data, decision)
        self.given.append((data["person"], data["role"], decision, signed))
        return decision

    def judge_by_steps(self, index, data, decision):
        if decision == "emergency-approve":
            off = any(step["action"].get("decision") == "sign-off" for step, _ in self.steps)
            if self.plan["type"] != "hotfix" or not off or data["role"] not in EMERGENCY_ROLES:
                self.wrong(index, "the plan knows no such emergency approval")
            wanted = [step for step, after in self.steps if not after]
            enough = data["signed"] or not any(step["action"]["signature_required"] for step in wanted)
        else:
            wanted = [step for step, _ in self.steps
                      if step["action"].get("decision", "approve") == decision and data["role"] in step["roles"]]
            if not wanted:
                self.wrong(index, f"no step of the plan wants {decision} of the role {data['role']}")
            enough = data["signed"] or any(not step["action"]["signature_required"] for step in wanted)
            if decision not in BEGINS:
                self.judge_after_the_end(index, data, decision)
        if not enough:
            self.wrong(index, "the plan demands a signature")

    def judge_after_the_end(self, index, data, decision):
        began = any(person == data["person"] and what == "emergency-approve" for person, _, what, _ in self.given)
        if decision == "sign-off" and began:
            self.wrong(index, "the emergency approval that it signs off was theirs")
        if self.plan.get("separation_of_duties") and data["person"] in self.requesters:
            self.wrong(index, f"{data['person']} requested the release, and another person decides on that")

    def judge_text(self, index, entry, decision, text):
        """What was signed, against plan and entry."""
        said, data = APPROVAL.fullmatch(text), entry["data"]
        if not said:
            self.wrong(index, "what was signed is no approval")
        for name, expected in (("installation", self.plan["installation"]), ("release", self.plan["release"]),
                               ("plan", self.digest), ("artifacts", self.artifacts()), ("decision", decision),
                               ("reason", data.get("reason"))):
            if said[name] != expected:
                self.wrong(index, f"the {name} that was signed is {said[name]!r}, not {expected!r}")
        if said["steps"]:
            self.wrong(index, "the steps that were signed are none that an approval takes")
        same_role = decision == "reject" or said["role"] == data["role"]
        if not same_role or said["role"] not in self.people[data["person"]]:
            self.wrong(index, f"it was signed in the role {said['role']}")
        if entry["time"][:19] >= said["expires"][:19]:
            self.wrong(index, f"it had expired: {said['expires']}")
        how = data.get("input", {}).get("signed")
        if how is not None and (how["role"], how["nonce"]) != (said["role"], said["nonce"]):
            self.wrong(index, "its input names another role or nonce than was signed")
        self.use_nonce(index, said["nonce"])
        if said["size"] is not None and decision == "accept-completeness" and (self.ended is None or int(said["size"]) <= self.ended):
            self.wrong(index, "its head does not hold the release's end")

    def use_nonce(self, index, nonce):
        if self.nonces.setdefault(nonce, index) != index:
            self.wrong(index, f"the text with this nonce was used before, in entry {self.nonces[nonce]}")

    def judge_command(self, index, entry):
        """How the person is known who asked for what is decided here; the verb and the signature that must be verified, if any."""
        asked = entry["data"].get("input")
        verb = COMMANDS.get(asked.get("kind")) if isinstance(asked, dict) else None
        if verb is None:
            return None, None
        how, known_by, person = asked.get("signed"), asked.get("known_by", ""), asked.get("by", "")
        if known_by not in ("", "os-user", "signature") or (how is not None and known_by != "signature"):
            self.wrong(index, f"it is known by {known_by!r}")
        if how is not None and not all(isinstance(how, dict) and isinstance(how.get(part), str) for part in ("document", "key", "nonce", "role")):
            self.wrong(index, "its input does not say document, key, nonce and role")
        if entry["actor"] not in (person, "stellwerk"):
            self.wrong(index, f"{person} asked for it, and the entry is of {entry['actor']}")
        if self.plan.get("signed_commands") and verb not in TAKEN_UNSIGNED and known_by != "signature":
            self.wrong(index, "the plan demands a signature for it")
        if entry["type"] in APPROVALS:
            data = entry["data"]
            same = how is None or (how["document"], how["key"]) == (data.get("document"), data.get("key"))
            if not same or (known_by and (known_by == "signature") != ("document" in data)):
                self.wrong(index, "its input names another signature than its approval")
            return None, None
        if known_by == "signature" and how is None:
            self.wrong(index, "it is known by a signature, and names none")
        if how is None:
            return verb, None
        says = asked.get("says", {})
        steps = [says["step"]] if verb == "attest" else says.get("again", [])
        allowed = COMMAND_ROLES.get(verb, set())
        if verb == "attest":
            allowed = {role for part in ("steps", "rollback") for step in self.plan[part] if step["id"] == steps[0] for role in step["roles"]}
        if how["role"] not in self.people.get(person, set()) & allowed:
            self.wrong(index, f"the role {how['role']} of {person} may not ask for it")
        return verb, how

    def judge_command_text(self, index, entry, verb, text):
        """What was signed, against plan and entry."""
        said, asked = APPROVAL.fullmatch(text), entry["data"]["input"]
        if not said:
            self.wrong(index, "what was signed is no command")
        says, how = asked.get("says", {}), asked["signed"]
        steps = [says["step"]] if verb == "attest" else says.get("again", [])
        for name, expected in (("installation", self.plan["installation"]), ("release", self.plan["release"]), ("plan", self.digest),
                               ("artifacts", self.artifacts()), ("role", how["role"]), ("decision", verb), ("size", None),
                               ("steps", "".join(f"step: {step}\n" for step in sorted(steps))), ("nonce", how["nonce"]),
                               ("reason", says.get("note" if verb == "attest" else "reason"))):
            if said[name] != expected:
                self.wrong(index, f"the {name} that was signed is {said[name]!r}, not {expected!r}")
        if entry["time"][:19] >= said["expires"][:19]:
            self.wrong(index, f"it had expired: {said['expires']}")
        self.use_nonce(index, said["nonce"])

    def judge_beginning(self, index):
        if any(decision == "emergency-approve" for _, _, decision, _ in self.given):
            return
        before = [step for step, after in self.steps if not after]
        for step in before:
            action = step["action"]
            people = {person for person, role, decision, signed in self.given
                      if decision == action.get("decision", "approve") and role in step["roles"]
                      and (signed or not action["signature_required"])}
            if len(people) < action["count"]:
                raise Wrong(f"entry {index}: the release begins without the approvals of {step['id']}")
        people = {person for person, _, decision, _ in self.given if decision in BEGINS}
        if before and self.plan.get("separation_of_duties") and people <= self.requesters:
            raise Wrong(f"entry {index}: the release begins, and only who requested it approved")
        if before and self.plan.get("two_persons") and len(people) < 2:
            raise Wrong(f"entry {index}: the release begins, and two different people must approve it")


class Trail:
    """The runbook's summary, from the release's entries."""

    def __init__(self, plan):
        self.plan = plan
        self.people = {}
        self.times = {}
        self.waves = []
        self.comparison = {}
        self.rolled_back = self.cancelled = self.failed = False

    def add(self, entry, data):
        kind, when = entry["type"], entry["time"][:19] + "Z"
        if kind == "audit.approval.granted":
            decision = data.get("decision", "approve")
            if decision != "approve" or data["role"] == "release-manager":
                self.people.setdefault(decision, data["person"])
        elif kind == "scheduler.release.deployed":
            self.times["deployedAt"] = when
        elif kind == "audit.release.completed":
            self.times["completedAt"] = when
        elif re.fullmatch(r"scheduler\.release\.wave[0-9]+", kind):
            number = data["wave"]
            tenants = data["tenants"]
            if not tenants and 1 <= number <= len(self.plan["waves"]):
                tenants = self.plan["waves"][number - 1]["adds"]
            share = f"{data['share_ppm'] / 10000:.4f}".rstrip("0").rstrip(".") + "%"
            self.waves = [each for each in self.waves if each["wave"] != number]
            self.waves.append({"wave": number, "tenants": tenants, "traffic": share, "status": "under-way"})
        elif kind in ("stellwerk.hold.completed", "scheduler.release.completed"):
            for wave in self.waves:
                if kind == "scheduler.release.completed" or wave["wave"] == data["wave"]:
                    wave["status"] = "success"
        elif kind == "analytics.release.metrics":
            self.comparison = data["values"]
        self.rolled_back = self.rolled_back or kind == "notification.rollback.initiated"
        self.cancelled = self.cancelled or kind == "scheduler.release.cancelled"
        self.failed = self.failed or kind == "scheduler.release.failed"

    def kpi(self, component):
        result = {}
        for side in ("before", "after"):
            result["errorRate" + side.capitalize()] = component[side]["error_rate_ppm"] / 10000
        for side in ("before", "after"):
            if "p95_us" in component[side]:
                us = component[side]["p95_us"]
                result["p95Latency" + side.capitalize()] = us // 1000 if us % 1000 == 0 else us / 1000
        return result

    def outcome(self):
        if self.failed:
            return "failed"
        if self.rolled_back:
            return "rolled-back"
        if self.cancelled:
            return "cancelled"
        return "completed" if "completedAt" in self.times else "under-way"

    def document(self):
        plan, result = self.plan, {"releaseId": self.plan["release"]}
        if plan["components"]:
            result["version"], result["domain"] = plan["components"][0]["to"], plan["components"][0]["name"]
        for name, decision in (("approvedBy", "approve"), ("emergencyApprovedBy", "emergency-approve"), ("signedOffBy", "sign-off")):
            if decision in self.people:
                result[name] = self.people[decision]
        if "emergency-approve" in self.people:
            result["signOffOutstanding"] = "sign-off" not in self.people
        if "accept-completeness" in self.people:
            result["completenessAcceptedBy"] = self.people["accept-completeness"]
        if "deployedAt" in self.times:
            result["deployedAt"] = self.times["deployedAt"]
        if "completedAt" in self.times and not self.rolled_back:
            result["completedAt"] = self.times["completedAt"]
        result["waves"] = [{**wave, "status": "rolled-back"} if self.rolled_back else wave for wave in self.waves]
        compared = self.comparison.get("components") or []
        if compared:
            result["kpiComparison"] = self.kpi(compared[0])
        if len(plan["components"]) > 1:
            result["components"] = []
            for component in plan["components"]:
                row = {"domain": component["name"], "version": component["to"]}
                for figures in compared:
                    if figures["component"] == component["name"]:
                        row["kpiComparison"] = self.kpi(figures)
                result["components"].append(row)
        if self.outcome() != "completed":
            result["outcome"] = self.outcome()
        return result


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
        self.retired = {}  # key: the entry that replaced it
        self.times = []  # of all entries
        self.told = []  # entries that say that the clock was set
        self.notes = []
        self.cosigned = []
        self.stamps = []
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
            self.retired[old.text] = index
            self.retired.pop(new.text, None)
            if any(key.text == old.text for key in trusted):
                trusted.append(new)
        return trusted

    def demand_present_key(self, note, keys, at):
        """A key that was replaced signs nothing from the entry on that says so."""
        signers = note.demand_log(keys)
        if all(self.retired.get(key.text, at) < at for key in signers):
            raise Wrong(f"{note.what}: it is signed by a key that entry {self.retired[signers[0].text]} had replaced")

    def demand_time(self, what, seconds, size):
        """Nobody signs or stamps what is not written yet."""
        if 0 < size <= len(self.times) and seconds < self.times[size - 1] - TOLERANCE_SECONDS:
            raise Wrong(f"{what} is older than entry {size - 1}, which it covers")

    def check_checkpoint(self):
        self.demand_present_key(self.note, self.learn_keys(), self.note.size)
        words = f"{self.note.origin}, {self.note.size} entries"
        for text in self.options.witness:
            witness = Key(text)
            if not self.note.signed_by(witness):
                raise Wrong(f"log/checkpoint: {text} did not cosign it")
            seconds = self.note.cosigned_at(witness)
            if seconds is not None:
                self.demand_time(f"the cosignature of {witness.name}", seconds, self.note.size)
                words += f", {witness.name} {openssh_time(seconds)}"
        return f"{words}, {len(self.options.witness)} witnesses"

    def collect(self):
        """The sizes whose roots are compared."""
        for index, width in Log(self.folder, self.note.size).bundles():
            for place, data in enumerate(Log(self.folder, self.note.size).entries_of(index, width)):
                self.collect_one(index * WIDTH + place, data)
        for name in names_in(self.folder, "log/cosigned"):
            kept = Note(read(self.folder, f"log/cosigned/{name}"), f"log/cosigned/{name}")
            for text in self.options.witness:
                seconds = kept.cosigned_at(Key(text))
                if seconds is not None:
                    self.demand_time(f"log/cosigned/{name}", seconds, kept.size)
            self.cosigned.append(kept)
            if name != f"{kept.size}.note" or kept.size > self.note.size:
                raise Wrong(f"log/cosigned/{name}: the log does not continue it")
            self.wanted.setdefault(kept.size, []).append((f"log/cosigned/{name}", kept.root))
        if not self.own:
            raise Wrong(f"export.json names {self.release}, and the log has no entries of it")
        self.learn_keys()
        for kept in self.cosigned:
            self.demand_present_key(kept, self.keys, kept.size)
        self.collect_heads()
        self.note_times()

    def collect_heads(self):
        """What people say to have looked at when they signed."""
        for index, entry in self.own:
            if entry["type"] in APPROVALS and "document" in entry["data"]:
                data = self.content(entry["data"]["document"], index, "document")
                said = APPROVAL.fullmatch(json.loads(data)["text"]) if data is not None else None
                if said and said["size"] is not None:
                    if int(said["size"]) > index:
                        raise Wrong(f"entry {index}: the head that was signed covers more than there was")
                    self.wanted.setdefault(int(said["size"]), []).append((f"entry {index}", base64.b64decode(said["root"])))

    def note_times(self):
        latest = None
        for index, seconds in enumerate(self.times):
            back = latest is not None and seconds < latest - TOLERANCE_SECONDS
            if back and not any(index <= told <= index + TOLD_WITHIN for told in self.told):
                self.notes.append(f"entry {index}: its time is {latest - seconds:.0f} s before that of earlier entries")
            if back or latest is None or seconds > latest:
                latest = seconds

    def collect_one(self, index, data):
        try:
            entry = json.loads(data)
            if entry["index"] != index:
                raise Wrong(f"entry {index} says that it is entry {entry['index']}")
            fields = entry["data"]
            self.times.append(seconds_of(entry["time"]))
            if entry["type"] == "scheduler.clock.stepped":
                self.told.append(index)
            if entry["type"] in APPROVALS and "content" in fields:
                raise Wrong(f"entry {index}: an approval never is so large that its data stands apart")
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
            asked = entry["data"].get("input")
            how = asked.get("signed") if isinstance(asked, dict) else None
            if how is not None and how["document"] not in seen:
                seen[how["document"]] = self.content(how["document"], index, "document") is not None
        return f"{sum(seen.values())} present, {len(seen) - sum(seen.values())} erased"

    def check_notes(self):
        count = 0
        for index, entry in self.own:
            if entry["type"] in CHECKPOINTS and "content" not in entry["data"]:
                data = self.content(entry["data"]["note"], index, "note")
                if data is None:
                    continue
                note = Note(data, f"entry {index}")
                self.demand_present_key(note, self.keys, index)
                if note.size != entry["data"]["tree_size"] or "sha256:" + note.root.hex() != entry["data"]["root"]:
                    raise Wrong(f"entry {index}: its note is about another tree")
                count += 1
        return f"{count} signed"

    def read_plan(self):
        """The plan with which the release began; approvals are for it."""
        index, first = self.own[0]
        if first["type"] != "audit.release.planned":
            raise Wrong(f"entry {index}: the release does not begin with its plan")
        data = self.content(first["data"]["plan"], index, "plan")
        if data is None:
            raise Wrong(f"entry {index}: its plan is erased")
        plan = json.loads(data)
        if plan["release"] != self.release:
            raise Wrong(f"entry {index}: its plan is that of another release")
        return plan

    def check_approvals(self):
        plan = self.read_plan()
        approvals = Approvals(plan, self.own[0][1]["data"]["plan"])
        approvals.requesters.add(self.own[0][1]["actor"])
        signers = approvals.allowed_signers().encode()
        signed, count, commands, files = 0, 0, [0, 0], set()
        for index, entry in self.own:
            if entry["type"] in ENDS and approvals.ended is None:
                approvals.ended = index
            if entry["type"] == "scheduler.release.started":
                approvals.judge_beginning(index)
            verb, how = approvals.judge_command(index, entry)
            is_approval = entry["type"] in APPROVALS
            if verb is None and not is_approval:
                continue
            decision = approvals.judge_entry(index, entry) if is_approval else verb
            document = entry["data"].get("document") if is_approval else how and how["document"]
            data = None if document is None else self.content(document, index, "document")
            if data is not None:
                files |= {"allowed_signers", f"{index}.txt", f"{index}.sig"}
                who = (entry["data"]["person"], entry["data"].get("key")) if is_approval else (entry["data"]["input"]["by"], how["key"])
                self.check_approval(index, entry["time"], who, json.loads(data), signers)
                judge = approvals.judge_text if is_approval else approvals.judge_command_text
                judge(index, entry, decision, json.loads(data)["text"])
            if is_approval:
                count, signed = count + 1, signed + (data is not None)
            else:
                commands[data is not None] += 1
        for name in names_in(self.folder, "approvals"):
            if name not in files:
                raise Wrong(f"approvals/{name}: no entry names it")
        return f"{signed} signed, {count - signed} unsigned or erased; commands: {commands[1]} signed, {commands[0]} unsigned or erased"

    def check_approval(self, index, taken, who, document, signers):
        person, key = who
        text = read(self.folder, f"approvals/{index}.txt")
        signature = read(self.folder, f"approvals/{index}.sig")
        if text != document["text"].encode() or signature != document["signature"].encode():
            raise Wrong(f"entry {index}: approvals/{index} is not its document")
        if read(self.folder, "approvals/allowed_signers") != signers:
            raise Wrong("approvals/allowed_signers is not what the plan's people give")
        body = b"".join(signature.split(b"\n")[1:-2])
        blob = base64.b64decode(body, validate=True)
        length = struct.unpack(">I", blob[10:14])[0]
        fingerprint = "SHA256:" + base64.b64encode(sha(blob[14:14 + length])).decode().rstrip("=")
        if key != fingerprint:
            raise Wrong(f"entry {index}: it was signed with the key {fingerprint}, the entry says {key}")
        when = re.sub(r"[-:T]", "", taken)[:14]
        with tempfile.TemporaryDirectory() as folder:
            allowed = os.path.join(folder, "allowed_signers")
            with open(allowed, "wb") as file:
                file.write(signers)
            done = run(["ssh-keygen", "-Y", "verify", "-f", allowed, "-I", person, "-n", NAMESPACE,
                        f"-Overify-time={when}", "-s", os.path.join(self.folder, f"approvals/{index}.sig")],
                       input=text, env={**os.environ, "TZ": "UTC"})
        if done.returncode != 0:
            raise Wrong(f"entry {index}: the signature of {person} does not verify")

    def columns_of(self, place, texts):
        """A row of the tables; what an entry says to people is taken from the archive, it stands nowhere else."""
        _, entry = self.own[place]
        values = [entry["index"], entry["time"], entry.get("runbook_time", ""), entry["release"], entry["type"], entry["actor"],
                  str(entry.get("cause", "")), texts[0], texts[1], json.loads(json.dumps(entry["data"], sort_keys=True)), json.loads(json.dumps(entry.get("effects", []), sort_keys=True)),
                  self.leaves[place]]
        return dict(zip(COLUMNS, values))

    def check_tables(self):
        """Both tables are made again, byte for byte."""
        lines = read(self.folder, "events.ndjson").split(b"\n")
        table = read(self.folder, "events.csv")
        at = self.compare_row(table, 0, ",".join(COLUMNS).encode() + b"\r\n", "events.csv: its header is another one")
        for place, (index, _) in enumerate(self.own):
            if place >= len(lines) - 1:
                raise Wrong(f"entry {index}: events.ndjson has no row for it")
            said = json.loads(lines[place])
            row = self.columns_of(place, (said["text_de"], said["text_en"]))
            if json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() != lines[place]:
                raise Wrong(f"entry {index}: events.ndjson has another row")
            cells = [row[name] if isinstance(row[name], str) else str(row[name]) for name in COLUMNS]
            cells[9] = canonical(row["data"])
            cells[10] = canonical(row["effects"]) if row["effects"] else ""
            line = ",".join(csv_value(cell) for cell in cells).encode() + b"\r\n"
            at = self.compare_row(table, at, line, f"entry {index}: events.csv has another row")
        if len(lines) - 1 != len(self.own) or lines[-1] or at != len(table):
            raise Wrong("a table has more rows than the release has entries")
        return f"{len(self.own)} rows"

    @staticmethod
    def compare_row(table, at, row, problem):
        if table[at:at + len(row)] != row:
            raise Wrong(problem)
        return at + len(row)

    def check_summary(self):
        trail = Trail(self.read_plan())
        for index, entry in self.own:
            data = entry["data"]
            if "content" in data:
                apart = self.content(data["content"], index, "content")
                data = json.loads(apart) if apart is not None else {}
            trail.add(entry, data)
        said = json.loads(read(self.folder, "audit-trail.json"))
        expected = trail.document()
        for name in list(expected) + list(said):
            if json.dumps(said.get(name)) != json.dumps(expected.get(name)):
                raise Wrong(f"audit-trail.json: {name} is {said.get(name)!r}, the entries give {expected.get(name)!r}")
        if list(said) != list(expected):
            raise Wrong("audit-trail.json: its fields stand in another order")
        about = json.loads(read(self.folder, "export.json"))
        program = about.pop("program", None)
        if not isinstance(program, str) or about != {"release": self.release, "log": self.note.origin, "size": self.note.size,
                                                     "entries": len(self.own), "format": 1,
                                                     "keep_until": keep_until(self.own[-1][1]["time"])}:
            raise Wrong("export.json is not about this log and release")
        return f"{len(expected)} fields, written by Stellwerk {program}"

    def check_timestamps(self):
        names = [name for name in names_in(self.folder, "log/timestamps") if name.endswith(".tsr")]
        if not self.options.tsa_ca:
            return f"{len(names)}, not checked: --tsa-ca FILE"
        for name in names:
            size = name.rpartition(".")[0]
            if not any(self.is_stamp_of(name, data) for data in self.stamped(size)):
                raise Wrong(f"log/timestamps/{name} does not fit")
            seconds, said = self.time_of_stamp(name)
            self.demand_time(f"log/timestamps/{name}", seconds, int(size))
            self.stamps.append(f"{size}: {said}")
        return "; ".join([f"{len(names)} fit"] + self.stamps[-3:])

    def time_of_stamp(self, name):
        """Its time, and what it says of time and authority."""
        done = run(["openssl", "ts", "-reply", "-in", os.path.join(self.folder, "log/timestamps", name), "-text"],
                   env={**os.environ, "LC_ALL": "C"})
        lines = done.stdout.decode(errors="replace").split("\n")
        found = [line.split(": ", 1)[1] for line in lines if line.startswith("Time stamp: ")]
        said = re.sub(r"\.[0-9]+", "", found[0]) if found else ""
        try:
            seconds = calendar.timegm(time.strptime(said, "%b %d %H:%M:%S %Y GMT"))
        except ValueError as problem:
            raise Wrong(f"log/timestamps/{name}: its time cannot be read") from problem
        authority = [line.split(": ", 1)[1] for line in lines if line.startswith("TSA: ")]
        return seconds, f"{openssh_time(seconds)} {authority[0].strip() if authority else ''}".strip()

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
            ("Tabellen / tables", record.check_tables), ("Zusammenfassung / summary", record.check_summary),
            ("Zeitstempel / time stamps", record.check_timestamps)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--key", action="append", default=[], metavar="VKEY")
    parser.add_argument("--witness", action="append", default=[], metavar="VKEY")
    parser.add_argument("--tsa-ca", metavar="FILE")
    parser.add_argument("folder", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    options = parser.parse_args()
    if not os.path.isdir(os.path.join(options.folder, "log")):
        parser.error(f"{options.folder} is no unpacked export: it has no folder log")
    for text in options.key + options.witness:
        try:
            Key(text)
        except (Wrong, ValueError) as problem:
            parser.error(str(problem))
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
    for note in record.notes[:20]:
        print(f"Hinweis / note  {note}")
    if not options.key:
        print("Schlüssel / key: " + ", ".join(sorted(key.text for key in record.latest_keys)) +
              "\n  Mit dem vergleichen, der anderswo hinterlegt ist (--key). / Compare with the one kept elsewhere (--key).")
    print("Alles passt. / Everything fits.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
