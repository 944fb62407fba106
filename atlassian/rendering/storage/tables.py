"""Tables of the storage format, which are HTML's."""

from atlassian.rendering.markdown.tree import Block, Cell, Flow, Table
from atlassian.rendering.storage.reader import Reader
from atlassian.rendering.storage.source import HIDDEN, Element

_GROUPS = {"thead", "tbody", "tfoot"}
MAX_DIGITS = 12
_COLUMNS = {"colgroup", "col"}
_SILENT = {*_COLUMNS, HIDDEN}  # but a hidden cell keeps its column


def table(reader: Reader, element: Element) -> Flow:
    """The rows, after the caption and whatever else stands where only rows should."""
    beside: list[Block] = []
    rows: list[list[Cell]] = []
    _read_rows(reader, element, beside, rows)
    return [*beside, Table(rows)]


def _read_rows(reader: Reader, element: Element, beside: list[Block], rows: list[list[Cell]]) -> None:
    beside += reader.stray_text(element)
    is_table = element.tag == "table"
    for child in sorted(element, key=_is_foot) if is_table else element:
        name = child.tag
        if name == "tr":
            beside += reader.stray_text(child)
            rows.append(reader.in_own_style(_row, child))
        elif is_table and name in _GROUPS:
            _read_rows(reader, child, beside, rows)
        elif name in ("td", "th"):
            rows.append([_cell(reader, child)])
        elif name not in _SILENT:
            beside += reader.blocks(child)


def _is_foot(element: Element) -> bool:
    """Shown last, wherever it is written."""
    return element.tag == "tfoot"


def _row(reader: Reader, element: Element) -> list[Cell]:
    parent = element.getparent()
    in_head = parent is not None and parent.tag == "thead"
    return [_cell(reader, cell, in_head) for cell in element if cell.tag not in _COLUMNS]


def _cell(reader: Reader, element: Element, in_head: bool = False) -> Cell:
    body = reader.in_own_style(Reader.blocks, element)
    columns, rows = element.get("colspan"), element.get("rowspan")
    return Cell(body, in_head or element.tag == "th", _span(columns) if columns else 1, _span(rows) if rows else 1)


def _span(written: str) -> int:
    written = written.strip()
    return int(written) if written.isdecimal() and len(written) <= MAX_DIGITS else 1
