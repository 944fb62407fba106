"""GFM tables: one line a row, every row with the same columns, every cell one line of text."""

from collections.abc import Callable
from typing import Any

from atlassian.rendering.markdown.escaping import code_span
from atlassian.rendering.markdown.inline import text_lines
from atlassian.rendering.markdown.tree import (
    STRONG,
    Block,
    Cell,
    Code,
    Expand,
    Heading,
    List,
    Paragraph,
    Quote,
    Rule,
    Table,
    runs_of,
    with_mark,
)

MAX_SPAN = 200
MAX_REPEATED_CHARS = 60
BREAK = "<br>"
INNER_BREAK = " / "
# A table whose spans or ragged rows would blow it up beyond its own cells is written without them.
MAX_PADDING_CELLS = 20_000

Grid = list[list[str]]
Covered = dict[int, tuple[int, str]]  # column → rows that a cell above still reaches, its text there


def write_table(table: Table) -> list[str]:
    grid = _grid(table.rows, cell_text)
    if not grid:
        return []
    width = max(map(len, grid))
    if width * len(grid) <= MAX_PADDING_CELLS + 4 * sum(map(len, grid)):
        for row in grid:
            row.extend([""] * (width - len(row)))
    head = grid.pop(0) if _is_head(next(filter(None, table.rows))) else []
    head.extend([""] * (width - len(head)))
    return [_line(head), "|" + "---|" * width, *map(_line, grid)]


def _is_head(row: list[Cell]) -> bool:
    """All header cells, but for an empty corner."""
    return any(cell.header for cell in row) and all(
        cell.header or (place == 0 and not cell.body) for place, cell in enumerate(row)
    )


def _line(cells: list[str]) -> str:
    return "".join([f"| {cell} " if cell else "| " for cell in cells]) + "|"


def _grid(rows: list[list[Cell]], written: Callable[[list[Block]], str]) -> Grid:
    """Every cell at the column where a person sees it; what a span covers is repeated below, blank beside."""
    cells = [cell for row in rows for cell in row]
    spans = [_span(cell.columns) * _span(cell.rows) for cell in cells if cell.columns != 1 or cell.rows != 1]
    limit = MAX_SPAN if sum(spans) <= MAX_PADDING_CELLS + 4 * len(cells) else 1
    covered: Covered = {}
    return [line for row in rows if (line := _row(row, covered, limit, written))]


def _row(cells: list[Cell], covered: Covered, limit: int, written: Callable[[list[Block]], str]) -> list[str]:
    line: list[str] = []
    for cell in cells:
        if covered:
            _pass_covered(line, covered)
        text = written(cell.body)
        if cell.columns == cell.rows == 1:
            line.append(text)
            continue
        columns, rows = min(_span(cell.columns), limit), min(_span(cell.rows), limit)
        repeated = text if rows > 1 and _length(cell) <= MAX_REPEATED_CHARS else ""
        if rows > 1:
            covered |= {len(line) + beside: (rows, "" if beside else repeated) for beside in range(columns)}
        line += [text] + [""] * (columns - 1)
    _pass_covered(line, covered)
    for column, (rows, repeated) in list(covered.items()):
        if rows > 1:
            covered[column] = (rows - 1, repeated)
        else:
            del covered[column]
    return line


def _length(cell: Cell) -> int:
    """How many characters a person sees, without markup."""
    return len(" ".join("".join(run.text for run in runs_of(cell.body)).split()))


def _pass_covered(line: list[str], covered: Covered) -> None:
    while len(line) in covered:
        line.append(covered[len(line)][1])


def _span(wanted: int) -> int:
    return max(1, min(wanted, MAX_SPAN))


def cell_text(blocks: list[Block]) -> str:
    """Blocks on one line, `<br>` where a person sees a new one."""
    return BREAK.join(_cell_lines(blocks)).replace("|", "\\|")


def _cell_lines(blocks: list[Block]) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        lines += CELL_WRITERS[type(block)](block)
    return lines


def _paragraph(paragraph: Paragraph) -> list[str]:
    return text_lines(paragraph.runs)


def _heading(heading: Heading) -> list[str]:
    return text_lines(with_mark(heading.runs, STRONG))


def _code(code: Code) -> list[str]:
    return [code_span(line) for line in code.text.strip("\n").split("\n")]


def _rule(rule: Rule) -> list[str]:
    return ["---"]


def _items(items: List) -> list[str]:
    lines: list[str] = []
    for place, item in enumerate(items.items):
        marker = "- " if items.start is None else f"{items.start + place}. "
        body = _cell_lines(item.body) or [""]
        lines.append((marker + item.label + body[0]).rstrip())
        lines += ["  " + line for line in body[1:]]
    return lines


def _quote(quote: Quote) -> list[str]:
    label = [" ".join([f"[!{quote.kind}]", *text_lines(quote.title)])] if quote.kind else []
    return label + _cell_lines(quote.body)


def _expand(expand: Expand) -> list[str]:
    return [" ".join(["**▸", *text_lines(expand.title)]) + "**", *_cell_lines(expand.body)]


def _nested(table: Table) -> list[str]:
    """A table within a cell: its rows are lines, its cells stand between bars, the lines of a cell between strokes."""
    return [" | ".join(row) for row in _grid(table.rows, _inner_text)]


def _inner_text(blocks: list[Block]) -> str:
    return INNER_BREAK.join(line.strip() for line in _cell_lines(blocks))


CELL_WRITERS: dict[type, Callable[[Any], list[str]]] = {
    Paragraph: _paragraph,
    Heading: _heading,
    Code: _code,
    Rule: _rule,
    List: _items,
    Quote: _quote,
    Expand: _expand,
    Table: _nested,
}
