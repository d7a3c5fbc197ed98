"""The documentation as its reader meets it: every link leads somewhere, every page is found from the index, and the reference
names every command, option, event, exit code and file key there is, and no command that is not."""
import functools
import glob
import json
import os
import re
import unittest

from support import ROOT, main, stellwerk

CODE = re.compile(r"```.*?```|`[^`\n]*`", re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")


@functools.cache
def text_of(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def pages():
    found = glob.glob("docs/**/*.md", root_dir=ROOT, recursive=True) + glob.glob("*.md", root_dir=ROOT)
    return sorted(found + glob.glob("examples/**/*.md", root_dir=ROOT, recursive=True))


def links_of(page):
    """Path and heading of every link to a file of ours."""
    for link in LINK.findall(CODE.sub("", text_of(page))):
        if not re.match(r"[a-z]+:", link):
            path, _, heading = link.partition("#")
            yield os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page, heading


def headings_of(page):
    titles = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text_of(page), flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


@functools.cache
def commands():
    """Each command with what its help says."""
    names = [page["page"] for page in json.loads(stellwerk("man", "--json").stdout)["pages"]]
    names = [name[len("stellwerk-"):-len(".1")] for name in names if re.fullmatch(r"stellwerk-.*\.1", name)]
    names = [re.sub("^(release|audit)-", r"\1 ", name) for name in names]
    return {name: stellwerk(*name.split(), "--help").stdout for name in names}


class Links(unittest.TestCase):
    def test_lead_somewhere(self):
        for page in pages():
            for path, heading in links_of(page):
                self.assertTrue(os.path.exists(os.path.join(ROOT, path)), f"{page}: {path}")
                if heading:
                    self.assertIn(heading, headings_of(path), f"{page}: {path}#{heading}")

    def test_from_the_index_reach_every_page(self):
        reached, new = set(), {"docs/README.md"}
        while new:
            page = new.pop()
            reached.add(page)
            new |= {path for path, _ in links_of(page) if path.endswith(".md")} - reached
        # Pages of errors are found by their code: `stellwerk explain`.
        lost = [page for page in pages() if page not in reached and not page.startswith("docs/errors/")]
        self.assertEqual(lost, [])
        self.assertIn("docs/README.md", {path for path, _ in links_of("README.md")})


class Reference(unittest.TestCase):
    def section_of(self, name):
        """Of commands.md; one may be about several commands of a group: `release list | show ID`."""
        for title, text in re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", text_of("docs/reference/commands.md"), re.M | re.S):
            words = re.findall(r"[a-z]+", title)
            if name in words or (" " in name and set(name.split()) <= set(words)):
                return title + text
        return self.fail(f"docs/reference/commands.md lacks {name}")

    def test_has_every_command_and_option(self):
        everywhere = set(re.findall(r"--[\w-]+", self.section_of("commands")))
        for name, help_text in commands().items():
            if name in ("release", "audit"):
                continue
            for option in set(re.findall(r"--[a-z][\w-]+", help_text)) - {"--help", "--version"} - everywhere:
                self.assertIn(option, self.section_of(name), name)

    def test_names_no_command_that_there_is_not(self):
        known = set(commands()) | {"audit", "release"}
        first = {name.split()[0] for name in known}
        for page in pages() + sorted(glob.glob("src/**/*.cc", root_dir=ROOT, recursive=True)):
            for words in re.findall(r"""(?:`|\n    |then\(")stellwerk ([a-z](?:[a-z ]|-(?=[a-z]))*)""", text_of(page)):
                words = words.split()
                self.assertIn(words[0], first, f"{page}: stellwerk {' '.join(words)}")
                if words[0] in ("release", "audit") and len(words) > 1:
                    self.assertIn(" ".join(words[:2]), known, page)

    def test_has_every_exit_code(self):
        codes = re.findall(r"^  \w+ = (\d+),", text_of("src/cli/world.h").partition("enum class Exit")[2], re.M)
        self.assertGreater(len(codes), 5)
        self.assertEqual(re.findall(r"^\| (\d+) \|", text_of("docs/reference/exit-codes.md"), re.M), codes)

    def test_has_every_event(self):
        names = re.findall(r'^    "([a-z]+\.[a-z.]+)",$', text_of("src/core/event.cc"), re.M)
        self.assertGreater(len(names), 40)
        for name in [*names, "scheduler.release.waveN"]:
            self.assertIn(f"`{name}`", text_of("docs/events.md"))

    def test_has_every_key_of_both_files(self):
        for topic, page in [("release", "release-file"), ("environment", "environment-file")]:
            # The settings of each adapter have a page of their own.
            documented = text_of(f"docs/reference/{page}.md") + text_of("docs/adapters.md")
            for key in keys_of(json.loads(stellwerk("schema", topic).stdout)):
                self.assertRegex(documented, rf"\b{re.escape(key)}\b", page)


def keys_of(schema):
    found = set()
    if isinstance(schema, dict):
        found |= set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
        for value in schema.values():
            found |= keys_of(value)
    elif isinstance(schema, list):
        for value in schema:
            found |= keys_of(value)
    return found


if __name__ == "__main__":
    main()
