"""What a reader can tell of a document: its words, and the facts of its structure."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

Fact = tuple[Any, ...]

MAX_SPAN = 200
MAX_REPEATED_CHARS = 60


@dataclass
class Facts:
    """`text` is all that is seen, in order; `structure` counts headings, items, rows, code, links, panels."""

    text: list[str] = field(default_factory=list)
    structure: Counter[Fact] = field(default_factory=Counter)

    def add(self, *fact: Any) -> None:
        self.structure[fact] += 1

    @property
    def words(self) -> Counter[str]:
        return Counter(re.findall(r"\w+", " ".join(self.text)))

    @property
    def visible_bytes(self) -> int:
        """The text, and of a link the address, which a person sees by pointing at it."""
        addresses = {fact[2] for fact in self.structure if fact[0] == "link"} - set(self.text)
        return len(normal(" ".join([*self.text, *addresses])).encode())


def normal(text: str) -> str:
    """Spaces are one; whether two labels stand in one line or two is not told apart."""
    return " ".join(text.split()).replace("] [", "][")


def add_link(facts: Facts, text: str, address: str) -> None:
    """Percent signs are one way of several to write the same address."""
    if text.strip():
        facts.add("link", normal(text), unquote(address))


@dataclass
class SourceCell:
    text: str
    header: bool
    columns: int
    rows: int


def add_table(facts: Facts, rows: list[list[SourceCell]]) -> None:
    """One fact a row: the texts of its cells, with spans as the conventions lay them out."""
    rows = [row for row in rows if row]
    if not rows:
        return
    first = rows[0]
    corner = first[0].header or not first[0].text
    headed = any(cell.header for cell in first) and corner and all(cell.header for cell in first[1:])
    grid = _grid(rows)
    width = max(map(len, grid))
    lines = [tuple(normal(text) for text in row + [""] * (width - len(row))) for row in grid]
    facts.add("head", lines[0] if headed else ("",) * width)
    for line in lines[1:] if headed else lines:
        facts.add("row", line)


def _grid(rows: list[list[SourceCell]]) -> list[list[str]]:
    taken: dict[tuple[int, int], str] = {}
    for y, row in enumerate(rows):
        x = 0
        for cell in row:
            while (x, y) in taken:
                x += 1
            columns, height = (max(1, min(span, MAX_SPAN)) for span in (cell.columns, cell.rows))
            for below in range(min(height, len(rows) - y)):
                again = cell.text if below == 0 or len(cell.text) <= MAX_REPEATED_CHARS else ""
                for beside in range(columns):
                    taken[x + beside, y + below] = "" if beside else again
            x += columns
    height = len(rows)
    widths = [max((x + 1 for x, at in taken if at == y), default=0) for y in range(height)]
    return [[taken.get((x, y), "") for x in range(widths[y])] for y in range(height)]
