#!/usr/bin/env python3
"""clang_tidy.py: runs clang-tidy-19 over the project, again only over what changed since it was last found clean.

    tools/clang_tidy.py [-j N] [--all] [--tests] [PATH ...]

PATH limits to files whose path begins so, --all ignores the cache. Without --tests the test files are left out: they
are half of the time, and compiler, sanitizers and tidy.py see them anyway.

Compile commands come from the `clang` preset (g++'s precompiled header and flags mean nothing to clang). A file is known
by the digest of its text, of every header of ours that it includes, of its command, of .clang-tidy and of the version of
clang-tidy; the digests found clean are empty files in build/clang-tidy/.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, "build", "clang")
CACHE = os.path.join(ROOT, "build", "clang-tidy")
PROGRAM = "clang-tidy-19"
BATCH = 8
CONFIG = os.path.join(ROOT, ".clang-tidy")
TEST = re.compile(r"^tests/|/testing/|_(test|it)\.cc$")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def compile_commands():
    configured = subprocess.run(["cmake", "--preset", "clang"], cwd=ROOT, capture_output=True, text=True, check=False)
    if configured.returncode != 0:
        sys.exit(f"clang-tidy: the preset clang could not be configured:\n{configured.stdout[-2000:]}{configured.stderr[-2000:]}")
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as file:
        commands = {entry["file"]: entry["command"] for entry in json.load(file)}
    return {path: command for path, command in commands.items() if not path.startswith(os.path.join(ROOT, "build"))}


class Digests:
    """The digest of a file and of everything of ours that it includes, directly or not."""

    def __init__(self):
        version = subprocess.run([PROGRAM, "--version"], capture_output=True, check=True).stdout
        with open(CONFIG, "rb") as file:
            self.base = version + file.read()
        self.texts = {}

    def text(self, path):
        if path not in self.texts:
            try:
                with open(path, encoding="utf-8", errors="replace") as file:
                    self.texts[path] = file.read()
            except OSError:
                self.texts[path] = None
        return self.texts[path]

    def closure(self, path, folders):
        seen, waiting = set(), [path]
        while waiting:
            current = waiting.pop()
            if current in seen or self.text(current) is None:
                continue
            seen.add(current)
            for name in INCLUDE.findall(self.text(current)):
                waiting += [os.path.normpath(os.path.join(f, name)) for f in [os.path.dirname(current), *folders]]
        return sorted(seen)

    def of(self, path, command):
        folders = [f for f in re.findall(r"-I(\S+)", command) if f.startswith(ROOT)]
        digest = hashlib.sha256(self.base + command.encode())
        for member in self.closure(path, folders):
            digest.update(member.encode() + b"\0" + self.text(member).encode() + b"\0")
        return digest.hexdigest()


def check(path):
    """The findings as text; empty when clean."""
    done = subprocess.run([PROGRAM, "-p", BUILD, "--quiet", path], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    return done.stdout.strip() or done.stderr.strip() or f"{path}: clang-tidy ended with status {done.returncode}"


def flags_of(command):
    """The words of a compile command that are the same for every file of its target."""
    words = shlex.split(command)
    words = words[next(i for i, word in enumerate(words) if "clang" in word) + 1:]
    dropped = {i + k for i, word in enumerate(words) if word in ("-o", "-c") for k in (0, 1)}
    return [word for i, word in enumerate(words) if i not in dropped]


def check_together(paths, flags):
    """Whether these files are clean when they are compiled as one: most of a check is the headers they share."""
    with tempfile.NamedTemporaryFile("w", suffix=".cc", encoding="utf-8") as batch:
        batch.writelines(f'#include "{path}"\n' for path in paths)
        batch.flush()
        done = subprocess.run([PROGRAM, f"--config-file={CONFIG}", "--quiet", batch.name, "--", *flags], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode == 0


def check_batch(batch, flags):
    """(path, stamp, findings) of each. What is not clean together, or cannot be, is checked one by one."""
    if len(batch) > 1 and check_together([path for path, _ in batch], flags):
        return [(path, stamp, "") for path, stamp in batch]
    return [(path, stamp, check(path)) for path, stamp in batch]


def batches(work, commands):
    """The files of one folder and one set of flags, BATCH at a time."""
    groups = {}
    for path, stamp in work:
        groups.setdefault((os.path.dirname(path), *flags_of(commands[path])), []).append((path, stamp))
    for (_, *flags), files in groups.items():
        for begin in range(0, len(files), BATCH):
            yield files[begin:begin + BATCH], flags


def is_wanted(path, arguments):
    if not arguments.tests and TEST.search(os.path.relpath(path, ROOT)):
        return False
    return not arguments.paths or any(path.startswith(os.path.join(ROOT, p)) for p in arguments.paths)


def outdated(commands, arguments):
    digests = Digests()
    for path, command in sorted(commands.items()):
        if not is_wanted(path, arguments):
            continue
        stamp = os.path.join(CACHE, digests.of(path, command))
        if arguments.all or not os.path.exists(stamp):
            yield path, stamp
        else:
            os.utime(stamp)


def drop_old_stamps(days=30):
    limit = time.time() - days * 86400
    for entry in os.scandir(CACHE):
        if entry.stat().st_mtime < limit:
            os.unlink(entry.path)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("-j", type=int, default=len(os.sched_getaffinity(0)))
    options.add_argument("--all", action="store_true")
    options.add_argument("--tests", action="store_true")
    options.add_argument("paths", nargs="*")
    arguments = options.parse_args()
    os.makedirs(CACHE, exist_ok=True)
    commands = compile_commands()
    work = list(outdated(commands, arguments))
    print(f"clang-tidy: {len(work)} of {len(commands)} files to check", file=sys.stderr, flush=True)
    findings, done = set(), 0
    with concurrent.futures.ThreadPoolExecutor(arguments.j) as pool:
        running = [pool.submit(check_batch, *batch) for batch in batches(work, commands)]
        for path, stamp, text in (each for future in concurrent.futures.as_completed(running) for each in future.result()):
            done += 1
            print(f"[{done}/{len(work)}] {os.path.relpath(path, ROOT)}{': FAILED' if text else ''}", file=sys.stderr, flush=True)
            if not text:
                open(stamp, "w", encoding="utf-8").close()
            elif text not in findings:
                findings.add(text)
                print(text, flush=True)
    drop_old_stamps()
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
