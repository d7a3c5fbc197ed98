"""docs/reference/json.md against what the program prints.

An example there has every key: `key?` may be missing, `…` stands for keys that are names or not listed, the value "any" for a
value of any kind. The first item of a list stands for all.
"""
import functools
import json
import os
import re

from support import ROOT

PAGE = "docs/reference/json.md"
ANY = "any"
OTHERS = "…"


@functools.cache
def sections():
    """Each title of the page, one a command, with its text."""
    with open(os.path.join(ROOT, PAGE), encoding="utf-8") as page:
        found = re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", page.read(), re.M | re.S)
    return {title: text for titles, text in found for title in titles.split(" · ")}


@functools.cache
def examples(title):
    """Those of a title, in their order."""
    return [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```$", sections()[title], re.M | re.S)]


def values(text):
    """One value after the other."""
    decoder = json.JSONDecoder()
    found = []
    text = text.strip()
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].lstrip()
    return found


def differences(example, real, path=""):
    """What the example does not say of the real value, or says wrongly."""
    if example == ANY:
        return []
    if isinstance(example, dict) and isinstance(real, dict):
        return in_object(example, real, path)
    if isinstance(example, list) and isinstance(real, list):
        if real and not example:
            return [f"{path or '.'} is not always empty"]
        return [line for index, each in enumerate(real) for line in differences(example[0], each, f"{path}[{index}]")]
    return [] if type(example) is type(real) else [f"{path or '.'} is {json.dumps(real)}, not like {json.dumps(example)}"]


def in_object(example, real, path):
    found = []
    for key, value in real.items():
        known = next((example[name] for name in [key, f"{key}?", OTHERS] if name in example), None)
        if known is None:
            found.append(f"{path}.{key} is not in {PAGE}")
        else:
            found += differences(known, value, f"{path}.{key}")
    for key in example:
        if key != OTHERS and not key.endswith("?") and key not in real:
            found.append(f"{path}.{key} is missing")
    return found


def compare(test, title, text):
    """Every value is like one of the examples of the title."""
    kinds = examples(title)
    test.assertTrue(kinds, f"{title} has no example")
    for real in values(text):
        worst = [differences(kind, real) for kind in kinds]
        test.assertFalse(all(worst), f"{title}: {min(worst, key=len)}")
