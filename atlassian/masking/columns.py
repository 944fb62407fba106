"""Secrets below a label: the columns of tables whose head says `Password`."""

import re
from collections.abc import Generator, Iterator
from itertools import pairwise

from atlassian.masking.labels import is_secret, kind_of_label
from atlassian.masking.letters import lower_case

MAX_COLUMNS = 200
HINT = "|--"
_BELOW_A_HEAD = re.compile(r"\n\|(?::?-{1,20}:?\|){1,200}$", re.MULTILINE)
_BOUND = re.compile(r"\\.|\|")  # of a cell, unless a backslash stands before it
_AROUND = " *_`\"':"


def secrets_in_columns(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, kind) of each."""
    end_of_table = 0
    for row in _BELOW_A_HEAD.finditer(text):
        if row.start() < end_of_table:  # what looks like the line below a head, further down
            continue
        head = lower_case(text[text.rfind("\n", 0, row.start()) + 1 : row.start()])
        labels = {place: kind for place, (_, cell) in enumerate(_cells(head)) if (kind := kind_of_label(cell))}
        if labels:
            end_of_table = yield from _below(text, row.end() + 1, labels)


def _below(text: str, start: int, labels: dict[int, str]) -> Generator[tuple[int, int, str], None, int]:
    """Returns where the table ends."""
    while text.startswith("|", start):
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)]
        for place, (offset, value) in enumerate(_cells(line)):
            if place in labels and " " not in value and is_secret(value, labels[place]):
                yield start + offset, start + offset + len(value), labels[place]
        start += len(line) + 1
    return start


def _cells(line: str) -> list[tuple[int, str]]:
    """(where its text starts, its text) of each, without blanks and marks around it."""
    bounds = [found.start() for found in _BOUND.finditer(line) if found[0] == "|"][: MAX_COLUMNS + 1]
    cells = []
    for start, end in pairwise(bounds):
        bare = line[start + 1 : end].lstrip(_AROUND)
        cells.append((end - len(bare), bare.rstrip(_AROUND)))
    return cells
