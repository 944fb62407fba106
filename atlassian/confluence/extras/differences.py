"""
What changed between two texts, as a unified diff that names the sections.

Lines that occur once in either text hold the two together (the patience diff); between such lines a short stretch is
compared in full and a long one replaced as a whole. So time grows with the texts, whatever stands in them.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

CONTEXT_LINES = 2
MAX_ROUNDS = 12  # of looking for lines that occur once within what lies between such lines
MAX_COMPARED = 4_000  # product of the lengths of two stretches that are compared in full
_HEADING = re.compile(r"#{1,6} (.*)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True, slots=True)
class Difference:
    """The diff, and the titles of the sections that it touches, in their order."""

    diff: str
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Change:
    """Lines old[a:b] became new[c:d]."""

    a: int
    b: int
    c: int
    d: int


def difference(old_text: str, new_text: str) -> Difference:
    old, new = old_text.splitlines(), new_text.splitlines()
    changes = list(_merged(_changes(old, new)))
    titles = _titles(new)
    hunks, sections = [], dict[str, None]()
    for group in _groups(changes, len(new)):
        section = titles[min(group[0].c, len(titles) - 1)] if titles else ""
        hunks.append(_hunk(group, old, new, section))
        sections |= dict.fromkeys(titles[min(each.c, len(titles) - 1)] for each in group if titles)
    return Difference("\n".join(hunks), tuple(filter(None, sections)))


def _changes(old: list[str], new: list[str]) -> Iterator[_Change]:
    stretches = [(0, len(old), 0, len(new))]
    for _ in range(MAX_ROUNDS):
        following: list[tuple[int, int, int, int]] = []
        for stretch in (_trimmed(old, new, *each) for each in stretches):
            following += _split(old, new, *stretch)
        if len(following) == len(stretches):
            break
        stretches = following
    for stretch in stretches:
        a, b, c, d = _trimmed(old, new, *stretch)
        if (b - a) * (d - c) <= MAX_COMPARED:
            yield from _compared(old, new, a, b, c, d)
        else:
            yield _Change(a, b, c, d)


def _trimmed(old: list[str], new: list[str], a: int, b: int, c: int, d: int) -> tuple[int, int, int, int]:
    """The two stretches without the lines that both begin and end with."""
    while a < b and c < d and old[a] == new[c]:
        a, c = a + 1, c + 1
    while a < b and c < d and old[b - 1] == new[d - 1]:
        b, d = b - 1, d - 1
    return a, b, c, d


def _split(old: list[str], new: list[str], a: int, b: int, c: int, d: int) -> list[tuple[int, int, int, int]]:
    """The stretches between the lines that occur once in both."""
    if a == b and c == d:
        return []
    anchors = _anchors(old, new, a, b, c, d)
    corners = [(a, c), *((i + 1, j + 1) for i, j in anchors)]
    ends = [*anchors, (b, d)]
    return [(i, k, j, m) for (i, j), (k, m) in zip(corners, ends, strict=True) if i < k or j < m]


def _anchors(old: list[str], new: list[str], a: int, b: int, c: int, d: int) -> list[tuple[int, int]]:
    seen_old, seen_new = Counter(old[a:b]), Counter(new[c:d])
    at = {new[j]: j for j in range(c, d) if seen_new[new[j]] == 1}
    pairs = [(i, at[old[i]]) for i in range(a, b) if seen_old[old[i]] == 1 and old[i] in at]
    return _rising(pairs)


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest selection in which both numbers rise."""
    tails: list[int] = []  # the smallest end of a selection of each length
    ends: list[int] = []  # the place of that end in pairs
    before: list[int] = []
    for place, (_, j) in enumerate(pairs):
        length = bisect_left(tails, j)
        before.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [j]
        ends[length : length + 1] = [place]
    chosen, place = [], ends[-1] if ends else -1
    while place >= 0:
        chosen.append(pairs[place])
        place = before[place]
    return chosen[::-1]


def _compared(old: list[str], new: list[str], a: int, b: int, c: int, d: int) -> Iterator[_Change]:
    matcher = SequenceMatcher(None, old[a:b], new[c:d], autojunk=False)
    for tag, i, k, j, m in matcher.get_opcodes():
        if tag != "equal":
            yield _Change(a + i, a + k, c + j, c + m)


def _merged(changes: Iterator[_Change]) -> Iterator[_Change]:
    """Changes that touch are one."""
    last: _Change | None = None
    for each in changes:
        if each.a == each.b and each.c == each.d:
            continue
        if last and (last.b, last.d) == (each.a, each.c):
            last = _Change(last.a, each.b, last.c, each.d)
            continue
        if last:
            yield last
        last = each
    if last:
        yield last


def _groups(changes: list[_Change], length: int) -> list[list[_Change]]:
    """Changes whose lines around them would overlap stand in one hunk."""
    groups: list[list[_Change]] = []
    for each in changes:
        if groups and each.c - groups[-1][-1].d <= 2 * CONTEXT_LINES:
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _hunk(group: list[_Change], old: list[str], new: list[str], section: str) -> str:
    first, last = group[0], group[-1]
    lead = min(CONTEXT_LINES, first.a, first.c)
    tail = min(CONTEXT_LINES, len(old) - last.b, len(new) - last.d)
    lines = [f" {line}" for line in new[first.c - lead : first.c]]
    for each, following in zip(group, [*group[1:], None], strict=True):
        lines += [f"-{line}" for line in old[each.a : each.b]]
        lines += [f"+{line}" for line in new[each.c : each.d]]
        until = following.c if following else last.d + tail
        lines += [f" {line}" for line in new[each.d : until]]
    spans = f"-{_span(first.a - lead, last.b + tail)} +{_span(first.c - lead, last.d + tail)}"
    return "\n".join([f"@@ {spans} @@ {section}".rstrip(), *lines])


def _span(start: int, end: int) -> str:
    return f"{start + 1 if end > start else start},{end - start}"


def _titles(lines: list[str]) -> list[str]:
    """For each line the title of its section."""
    titles, title, fence = [], "", ""
    for line in lines:
        opener = _FENCE.match(line)
        if opener and (not fence or opener[1].startswith(fence)):
            fence = "" if fence else opener[1]
        heading = None if fence else _HEADING.match(line)
        title = heading[1].strip() if heading else title
        titles.append(title)
    return titles
