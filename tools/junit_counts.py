"""Prints "passed failed skipped" of a ctest JUnit file. A test that could not run at all counts as failed."""
import sys
import xml.etree.ElementTree as ElementTree


def counts(path):
    passed = failed = skipped = 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.get("status") == "run":
            passed += 1
        elif case.get("status") == "notrun" and was_skipped(case):
            skipped += 1
        else:
            failed += 1
    return passed, failed, skipped


def was_skipped(case):
    """ctest says notrun also for a missing program; only a skip that the test itself asked for is one."""
    reason = case.find("skipped")
    return reason is not None and "SKIP" in (reason.get("message") or "")


if __name__ == "__main__":
    print(*counts(sys.argv[1]))
