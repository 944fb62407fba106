"""python -m dev.skipped REPORT…: the tests skipped in each of these JUnit reports; exit status 1 if there are any."""

import sys
from pathlib import Path
from xml.etree import ElementTree


def skipped_in(report: Path) -> set[str]:
    cases = ElementTree.parse(report).iter("testcase")
    return {f"{case.get('classname')}::{case.get('name')}" for case in cases if case.find("skipped") is not None}


def main(reports: list[str]) -> int:
    everywhere = set.intersection(*(skipped_in(Path(report)) for report in reports))
    print("\n".join(sorted(everywhere)) or "Every test ran at least once.")
    return 1 if everywhere else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
