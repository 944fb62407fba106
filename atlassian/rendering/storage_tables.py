"""Tables of the storage format, which are HTML's."""

import re

from atlassian.rendering.storage_reader import Reader
from atlassian.rendering.storage_source import UNSEEN, Element, name_of
from atlassian.rendering.tree import Block, Cell, Flow, Table

_GROUPS = {"thead", "tbody", "tfoot"}


def table(reader: Reader, element: Element) -> Flow:
    """The rows, after the caption and whatever else stands where only rows should."""
    beside: list[Block] = []
    rows: list[list[Cell]] = []
    for child in element:
        name = name_of(child)
        if name in ("colgroup", "col", UNSEEN):
            continue
        if name == "tr":
            rows.append(_row(reader, child, False))
        elif name in _GROUPS:
            rows += [_row(reader, row, name == "thead") for row in child if name_of(row) != UNSEEN]
        else:
            beside += reader.blocks(child)
    return [*beside, Table(rows)]


def _row(reader: Reader, element: Element, in_head: bool) -> list[Cell]:
    return [_cell(reader, cell, in_head) for cell in element if name_of(cell) != UNSEEN]


def _cell(reader: Reader, element: Element, in_head: bool) -> Cell:
    header = in_head or name_of(element) == "th"
    return Cell(reader.blocks(element), header, _span(element, "colspan"), _span(element, "rowspan"))


def _span(element: Element, name: str) -> int:
    written = (element.get(name) or "").strip()
    return int(written) if re.fullmatch(r"\d{1,12}", written) else 1
