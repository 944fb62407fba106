"""One page in both formats: how many lines read differently, and why."""

import difflib
import json
import re
from collections import Counter
from pathlib import Path

from atlassian.rendering import adf, storage
from dev.scoring.adf_facts import SITE

# What only one of the formats knows: names of files, titles and spaces of linked pages against their addresses.
_REASONS = {
    "a picture's file name is in storage format alone": re.compile(r"\[image[^\]]*\]"),
    "a page is linked by title in storage format, by address in ADF": re.compile(
        r"\[page: [^\]]*\]|\[[^\]]*\]\(https?://[^)]*\)|<https?://[^>]*>"
    ),
    "blanks": re.compile(r"\s+"),
    "a line break at the end of a line": re.compile(r"\\$"),
}


def differences(folder: Path) -> tuple[int, int, Counter[str]]:
    """Lines compared, lines that differ, and the reasons."""
    lines, reasons = 0, Counter[str]()
    for page in sorted(folder.glob("*.xml")):
        stored = storage.to_markdown(page.read_text(), site_url=SITE).split("\n")
        document = adf.to_markdown(json.loads(page.with_suffix(".json").read_text()), site_url=SITE).split("\n")
        lines += max(len(stored), len(document))
        for one, other in _changed(stored, document):
            reasons[_reason(one, other)] += max(len(one), len(other))
    return lines, reasons.total(), reasons


def _changed(one: list[str], other: list[str]) -> list[tuple[list[str], list[str]]]:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return [(one[a:b], other[c:d]) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal"]


def _reason(one: list[str], other: list[str]) -> str:
    for reason, ignored in _REASONS.items():
        without = ["".join(ignored.sub("", line) for line in lines) for lines in (one, other)]
        if without[0] == without[1]:
            return reason
    if any("[image" in line for line in one):
        return "a picture's file name is in storage format alone"
    if any("[page: " in line for line in one):
        return "a page is linked by title in storage format, by address in ADF"
    return f"another: {one[:1]} against {other[:1]}"
