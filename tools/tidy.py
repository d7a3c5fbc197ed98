#!/usr/bin/env python3
"""tidy.py: the repository's own rules that no compiler knows; see STYLE.md. Standard library only.

    tools/tidy.py [--root DIR] [--soft] [--ratchet]

--soft     also lists what is above a soft size
--ratchet  rewrites tools/tidy_ratchet.json so that it holds exactly today's too-long functions and files; entries may
           shrink and vanish, a growing or new one needs a reviewer's word
"""
import argparse
import json
import os
import re
import subprocess
import sys

import tidy_rules as rules

CODE = (".cc", ".h")
TEXT = CODE + (".go", ".py", ".md", ".txt", ".cmake", ".json", ".yaml", ".yml", ".sh", ".in", ".cfg", "")
OWN_FILES = {"tools/tidy.py", "tools/tidy_rules.py", "tools/tidy_test.py"}
ERROR_ID = re.compile(r"\b[A-Z]{3}-\d{4}\b")


def folder_of(path):
    match = re.match(r"src/(adapters/\w+|\w+)/", path)
    return match.group(1) if match else ""


class Source:
    """One file: its lines, the same lines without comments and strings, and its string literals with their lines."""

    TOKEN = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^ ()\\\t\v\f\n]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"'
        r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.S)

    def __init__(self, root, path):
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            self.text = file.read()
        self.path = path
        self.lines = self.text.split("\n")
        if self.lines and not self.lines[-1]:
            self.lines.pop()
        self.code = self.lines
        self.strings = []
        if path.endswith(CODE):
            self.code = self.TOKEN.sub(self._blank, self.text).split("\n")

    def _blank(self, match):
        token = match.group(0)
        if not token.startswith(("//", "/*", "'")) and not self._is_include(match.start()):
            line = self.text.count("\n", 0, match.start()) + 1
            self.strings.append((line, token))
        if self._is_include(match.start()):
            return token
        keep = '""' if token[0] in '"R' else ""
        return keep + "\n" * token.count("\n")

    def _is_include(self, position):
        begin = self.text.rfind("\n", 0, position) + 1
        return self.text[begin:position].lstrip().startswith("#include")

    @property
    def is_test(self):
        return bool(re.match(r"tests/|.*/testing/|.*_(test|it)\.(cc|h)$", self.path))

    @property
    def folder(self):
        """`core`, `adapters/haproxy`, or "" outside src/."""
        return folder_of(self.path)


class Tidy:
    def __init__(self, root):
        self.root = root
        self.problems = []
        self.soft = []
        self.ratchet_path = os.path.join(root, "tools/tidy_ratchet.json")
        self.ratchet = self._load_ratchet()
        self.too_long = {}
        self.files = sorted(self._list_files())
        self.sources = [Source(root, path) for path in self.files if path.endswith(CODE)]

    def _load_ratchet(self):
        if not os.path.exists(self.ratchet_path):
            return {}
        with open(self.ratchet_path, encoding="utf-8") as file:
            return json.load(file)

    def _list_files(self):
        """Tracked and new files; without git, all files outside build folders."""
        git = subprocess.run(["git", "-C", self.root, "ls-files", "-z", "-co", "--exclude-standard"],
                             capture_output=True, check=False)
        if git.returncode == 0 and git.stdout:
            names = git.stdout.decode().split("\0")
            return [n for n in names if n and os.path.isfile(os.path.join(self.root, n))]
        found = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = [f for f in folders if f not in ("build", ".git", ".cache", "__pycache__")]
            found += [os.path.relpath(os.path.join(folder, n), self.root) for n in names]
        return found

    def problem(self, path, line, text):
        self.problems.append(f"{path}:{line}: {text}")

    # --- includes ---

    def check_includes(self):
        for source in self.sources:
            for number, line in enumerate(source.code, 1):
                match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
                if match:
                    check = self._check_library if match.group(1) == "<" else self._check_own
                    check(source, number, match.group(2))

    def _check_library(self, source, number, header):
        for prefix, allowed in rules.LIBRARIES.items():
            if header.startswith(prefix):
                if not allowed.match(source.path):
                    self.problem(source.path, number, f"<{header}> belongs to another folder (tools/tidy_rules.py, LIBRARIES)")
                return
        pure = source.folder in rules.PURE and not source.is_test
        if rules.STANDARD_HEADER.match(header):
            if pure and header in rules.IMPURE_STANDARD_HEADERS:
                self.problem(source.path, number, f"<{header}> in the pure folder {source.folder}")
        elif rules.SYSTEM_HEADER.match(header):
            if pure and header not in rules.C_HEADERS:
                self.problem(source.path, number, f"<{header}> in the pure folder {source.folder}")
        else:
            self.problem(source.path, number, f"<{header}> is a library that tools/tidy_rules.py does not know")

    def _check_own(self, source, number, header):
        if ".." in header.split("/"):
            self.problem(source.path, number, f'"{header}": includes start at src/, without ".."')
            return
        target = folder_of(f"src/{header}")
        if not source.folder:
            self._check_outside(source, number, target)
            return
        if target == source.folder:
            return
        if target not in self._may_include(source):
            name = target or "a file outside the folders"
            self.problem(source.path, number, f'"{header}": {source.folder} may not include {name} (ARCHITECTURE.md)')

    def _may_include(self, source):
        if source.folder.startswith("adapters/"):
            allowed = set(rules.ADAPTER_MAY_INCLUDE)
        else:
            allowed = set(rules.FOLDERS.get(source.folder, set()))
        if source.is_test:
            allowed |= rules.TESTS_MAY_INCLUDE
        if "adapters" in allowed:
            allowed |= {s.folder for s in self.sources if s.folder.startswith("adapters/")}
        return allowed

    def _check_outside(self, source, number, target):
        """examples/ are programs of their own; of ours they may use base only. tests/ may use everything."""
        ours = target.split("/")[0] in rules.FOLDERS or target.startswith("adapters/")
        if source.path.startswith("examples/") and ours and target != "base":
            self.problem(source.path, number, f"examples may include base only, not {target}")

    # --- tokens ---

    def check_tokens(self):
        for source in self.sources:
            bans = [b for b in rules.BANNED_EVERYWHERE if not (b.allowed and b.allowed.match(source.path))]
            if source.folder in rules.PURE and not source.is_test:
                bans += rules.BANNED_IN_PURE
            if source.folder == "core" and not source.is_test:
                bans += rules.BANNED_IN_CORE
            for number, line in enumerate(source.code, 1):
                for ban in bans:
                    match = ban.pattern.search(line)
                    if match:
                        self.problem(source.path, number, f"banned: {match.group(0).strip()}; instead: {ban.instead}")

    def check_comments(self):
        for source in self.sources:
            for number, line in enumerate(source.lines, 1):
                if rules.NOLINT.search(line) and not rules.NOLINT_WITH_REASON.search(line):
                    self.problem(source.path, number, "NOLINT needs the check's name and a reason: NOLINT(check): why")
                if rules.UNFINISHED.search(line):
                    self.problem(source.path, number, "unfinished work does not stay in the code")
            if source.path.endswith(".h") and not re.search(r"^#pragma once$", source.text, re.M):
                self.problem(source.path, 1, "a header needs #pragma once")

    def check_foreign_words(self):
        for path in self.files:
            name, extension = os.path.splitext(path)
            if path in OWN_FILES or (extension not in TEXT and name):
                continue
            for number, line in enumerate(Source(self.root, path).lines, 1):
                for word in rules.FOREIGN_WORDS:
                    if word in line:
                        self.problem(path, number, f'"{word}": the repository speaks only of the product')

    # --- sizes ---

    def check_columns(self):
        for source in self.sources:
            raw = {n for line, text in source.strings if text.startswith("R") for n in range(line, line + text.count("\n") + 1)}
            for number, line in enumerate(source.lines, 1):
                if len(line) > rules.COLUMNS and number not in raw and "://" not in line:
                    self.problem(source.path, number, f"{len(line)} columns, the limit is {rules.COLUMNS}")

    def check_file_sizes(self):
        for source in self.sources:
            kind = "test" if source.is_test else "header" if source.path.endswith(".h") else "source"
            self._measure(source.path, (source.path, 1), len(source.lines), rules.FILE_LINES[kind])

    def check_functions(self):
        paths = "\n".join(s.path for s in self.sources)
        if not paths:
            return
        ctags = subprocess.run(
            ["ctags", "--options=NONE", "--output-format=json", "--languages=C++", "--langmap=C++:.cc.h", "--kinds-C++=f",
             "--fields=+ne", "-o", "-", "-L", "-"],
            cwd=self.root, input=paths, capture_output=True, text=True, check=False)
        if ctags.returncode != 0:
            raise SystemExit(f"tidy: universal-ctags failed: {ctags.stderr.strip()}")
        for line in ctags.stdout.splitlines():
            tag = json.loads(line)
            if tag.get("_type") == "tag" and "end" in tag:
                key = f'{tag["path"]}:{tag.get("scope", "")}::{tag["name"]}'
                self._measure(key, (tag["path"], tag["line"]), tag["end"] - tag["line"] + 1, rules.FUNCTION_LINES)

    def _measure(self, key, place, lines, limits):
        soft, hard = limits
        if lines > soft:
            self.soft.append(f"{place[0]}:{place[1]}: {key} has {lines} lines, soft limit {soft}")
        if lines > hard:
            self.too_long[key] = max(lines, self.too_long.get(key, 0))
            if lines > self.ratchet.get(key, 0):
                self.problem(*place, f"{key} has {lines} lines, the limit is {max(hard, self.ratchet.get(key, 0))}")

    def check_ratchet(self):
        for key, allowed in self.ratchet.items():
            now = self.too_long.get(key, 0)
            if now < allowed:
                self.problem("tools/tidy_ratchet.json", 1, f"{key} has shrunk from {allowed}: run tools/tidy.py --ratchet")

    def write_ratchet(self):
        with open(self.ratchet_path, "w", encoding="utf-8") as file:
            json.dump(self.too_long, file, indent=2, sort_keys=True)
            file.write("\n")

    def check_ports(self):
        for source in self.sources:
            if source.folder != "ports":
                continue
            for match in re.finditer(r"^class (\w+)[^;{]*\{(.*?)^\};", "\n".join(source.code), re.M | re.S):
                methods = match.group(2).count("= 0;")
                if methods > rules.PORT_METHODS[0]:
                    self.soft.append(f"{source.path}:1: port {match.group(1)} has {methods} methods")
                if methods > rules.PORT_METHODS[1]:
                    self.problem(source.path, 1, f"port {match.group(1)} has {methods} methods, the limit is {rules.PORT_METHODS[1]}")

    # --- pages ---

    def check_error_pages(self):
        used = {}
        for source in self.sources:
            if source.folder and not source.is_test:
                for line, text in source.strings:
                    for code in ERROR_ID.findall(text):
                        used.setdefault(code, (source.path, line))
        pages = {os.path.basename(p)[:-3]: p for p in self.files if re.match(r"docs/errors/[A-Z]{3}-\d{4}\.md$", p)}
        for code in sorted(used.keys() - pages.keys()):
            self.problem(*used[code], f"{code} has no page docs/errors/{code}.md")
        for code in sorted(pages.keys() - used.keys()):
            self.problem(pages[code], 1, f"{code} is used nowhere in src/")
        for code, path in pages.items():
            self._check_error_page(code, Source(self.root, path))

    def _check_error_page(self, code, page):
        if not page.lines or not re.match(rf"# {code}: \S", page.lines[0]):
            self.problem(page.path, 1, f'the first line is "# {code}: <title>"')
        missing = [s for s in rules.ERROR_PAGE_SECTIONS if s not in page.lines]
        if missing:
            self.problem(page.path, 1, f"section missing: {', '.join(missing)}")
        if len(page.lines) > rules.ERROR_PAGE_LINES:
            self.problem(page.path, 1, f"{len(page.lines)} lines, the limit is {rules.ERROR_PAGE_LINES}")

    def check_readmes(self):
        for folder in sorted({s.folder for s in self.sources if s.folder}):
            path = f"src/{folder}/README.md"
            if path not in self.files:
                self.problem(path, 1, "every folder says what it is for, why, and where to start")
            elif len(Source(self.root, path).lines) > rules.README_LINES:
                self.problem(path, 1, f"more than {rules.README_LINES} lines")

    def check_folders(self):
        for folder in sorted({s.folder for s in self.sources if s.folder and "/" not in s.folder}):
            if folder not in rules.FOLDERS:
                self.problem(f"src/{folder}", 1, "a folder that tools/tidy_rules.py and ARCHITECTURE.md do not know")

    def run(self):
        for name in sorted(n for n in dir(self) if n.startswith("check_") and n != "check_ratchet"):
            getattr(self, name)()
        return self


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    options.add_argument("--soft", action="store_true")
    options.add_argument("--ratchet", action="store_true")
    arguments = options.parse_args()
    tidy = Tidy(arguments.root).run()
    if arguments.ratchet:
        tidy.write_ratchet()
        print(f"tools/tidy_ratchet.json: {len(tidy.too_long)} entries")
        return 0
    tidy.check_ratchet()
    if arguments.soft:
        print("\n".join(tidy.soft))
    for problem in sorted(tidy.problems):
        print(problem)
    print(f"tidy: {len(tidy.files)} files, {len(tidy.problems)} problems, {len(tidy.soft)} above a soft limit", file=sys.stderr)
    return 1 if tidy.problems else 0


if __name__ == "__main__":
    sys.exit(main())
