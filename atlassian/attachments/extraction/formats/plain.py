"""Text files: as they are, within a fence; tables of values as tables, Markdown as Markdown."""

import csv
import io
from itertools import islice

from atlassian.attachments.extraction.outcome import MAX_CHARS, Extracted
from atlassian.attachments.extraction.tables import MAX_COLUMNS, table_lines
from atlassian.rendering.characters import visible_text
from atlassian.rendering.markdown.blocks import write
from atlassian.rendering.markdown.tree import Code

LANGUAGES = {
    "json": "json", "xml": "xml", "yaml": "yaml", "yml": "yaml", "svg": "xml", "ini": "ini", "toml": "toml",
    "py": "python", "js": "javascript", "ts": "typescript", "java": "java", "kt": "kotlin", "go": "go", "rs": "rust",
    "sh": "bash", "sql": "sql", "diff": "diff", "patch": "diff", "tf": "hcl", "rb": "ruby", "cs": "csharp",
}  # fmt: skip
SEPARATED = {"csv": ",;\t|", "tsv": "\t", "tab": "\t"}
SNIFFED_LINES = 20
MAX_CELL_CHARS = 200_000
MAX_ROWS = 100_000


def plain(text: str, suffix: str, extracted: Extracted) -> None:
    text = visible_text(text)
    if len(text) > MAX_CHARS:
        extracted.note("cut")
        text = text[:MAX_CHARS]
    if suffix in ("md", "markdown"):
        extracted.kind, extracted.text = "Markdown", text
    elif suffix in SEPARATED and (lines := _separated(text, SEPARATED[suffix], extracted)):
        extracted.kind, extracted.text = "a table of values", "\n".join(lines)
    else:
        extracted.text = write([Code(text.strip("\n"), LANGUAGES.get(suffix, ""))]) if text.strip() else ""


def _separated(text: str, separators: str, extracted: Extracted) -> list[str]:
    """Lines of a table; none where it is no table."""
    csv.field_size_limit(MAX_CELL_CHARS)
    beginning = text.split("\n", SNIFFED_LINES)[:SNIFFED_LINES]
    separator = max(separators, key=lambda sign: _columns(beginning, sign))
    if _columns(beginning, separator) not in range(2, MAX_COLUMNS + 1):
        return []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        rows = [dict(enumerate(row)) for row in islice(reader, MAX_ROWS)]
    except csv.Error:
        return []
    if len(rows) == MAX_ROWS:
        extracted.note("cut", f"row {MAX_ROWS}")
    return table_lines(rows)


def _columns(lines: list[str], separator: str) -> int:
    """How many the lines have, if it is the first of them that says so."""
    try:
        rows = [row for row in csv.reader(islice(lines, SNIFFED_LINES), delimiter=separator) if row]
    except csv.Error:
        return 0
    return len(rows[0]) if rows else 0
