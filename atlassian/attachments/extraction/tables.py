"""Tables of spreadsheets and CSV files, which may be long: written line by line, without a tree."""

from collections.abc import Iterable, Sequence

from atlassian.attachments.extraction.outcome import MAX_WRITTEN_CHARS
from atlassian.rendering.characters import visible_text
from atlassian.rendering.markdown.escaping import escape

MAX_COLUMNS = 60
MARKS_OF_A_CELL = 16  # characters that a cell counts for besides its own: a million tiny ones take memory too

Cells = dict[int, str]  # column → text; a sheet may have a million columns of which two are used


def table_lines(rows: Sequence[Cells]) -> list[str]:
    """
    A Markdown table whose head is the first row; cell by cell where it would be wide and nearly empty.

    Ends soon after MAX_WRITTEN_CHARS: few cells in many columns are mostly marks.
    """
    rows = [row for row in rows if any(text.strip() for text in row.values())]
    columns = sorted({column for row in rows for column, text in row.items() if text.strip()})
    if not rows:
        return []
    if len(columns) > MAX_COLUMNS and len(columns) * len(rows) > 4 * sum(map(len, rows)):
        return _bounded(f"- {_cell(text)}" for row in rows for _, text in sorted(row.items()) if text.strip())
    head, *body = _bounded(_line(_cell(row.get(column, "")) for column in columns) for row in rows)
    return [head, "|" + "---|" * len(columns), *body]


def _bounded(lines: Iterable[str]) -> list[str]:
    kept, left = [], MAX_WRITTEN_CHARS
    for line in lines:
        kept.append(line)
        left -= len(line) + 1
        if left < 0:
            break
    return kept


def _line(cells: Iterable[str]) -> str:
    return "".join(f"| {cell} " if cell else "| " for cell in cells) + "|"


def _cell(text: str) -> str:
    lines = visible_text(text).split("\n")
    return "<br>".join(escape(" ".join(line.split()), "", "").replace("|", "\\|") for line in lines if line.strip())
