"""OpenDocument: texts, spreadsheets and presentations share one format of content."""

from atlassian.attachments.extraction.outcome import Budget, Extracted, Reason, Unreadable
from atlassian.attachments.extraction.package import Attributes, Package, Stop
from atlassian.attachments.extraction.tables import MARKS_OF_A_CELL, Cells, table_lines
from atlassian.rendering.characters import visible_text
from atlassian.rendering.markdown.blocks import write
from atlassian.rendering.markdown.tree import Block, Cell, Heading, List, ListItem, Paragraph, Run, Table, is_visible

CONTENT = "content.xml"
KINDS = {b"text": "an OpenDocument text", b"spreadsheet": "a spreadsheet", b"presentation": "a presentation"}
SKIPPED = frozenset({"tracked-changes", "annotation", "annotation-end", "font-face-decls", "automatic-styles", "forms"})


def odf(package: Package, kind: str) -> Extracted:
    if b"encryption-data" in package.beginning("META-INF/manifest.xml", 65_536):
        raise Unreadable(Reason.ENCRYPTED)
    extracted = Extracted(kind)
    reader = _Reader(package, as_sheets=kind == "a spreadsheet")
    extracted.text = reader.text()
    if reader.budget.is_spent:
        extracted.note("cut")
    return extracted


class _Reader:
    def __init__(self, package: Package, as_sheets: bool) -> None:
        self.package, self.budget, self._as_sheets = package, Budget(), as_sheets
        self._written: list[str] = []  # sheets, finished
        self._bodies: list[list[Block]] = [[]]
        self._runs: list[list[Run]] = []
        self._lists: list[List] = []
        self._tables: list[list[list[Cell]]] = []
        self._repeated: list[int] = []
        self._sheet: list[Cells] = []
        self._column = self._slides = self._skipping = 0
        self._row_repeated = 1
        self._href = ""

    def text(self) -> str:
        self.package.read_xml(CONTENT, self._start, self._end, self._data)
        while len(self._bodies) > 1:  # where it was cut
            self._bodies[0] += self._bodies.pop()
        while self._tables or self._sheet:
            self._close_table()
        return "\n\n".join(filter(None, [write(self._bodies[0]), *self._written]))

    def _start(self, name: str, attributes: Attributes) -> None:
        if self._skipping or name in SKIPPED:
            self._skipping += 1
            return
        if self.budget.is_spent:
            raise Stop
        match name:
            case "h" | "p":
                self._runs.append([])
                self._level = _count(attributes, "outline-level") if name == "h" else 0
            case "s":
                self._write(" ")
            case "tab":
                self._write(" ")
            case "line-break":
                self._write("\n")
            case "a":
                self._href = attributes.get("href", "")
            case "list":
                self._lists.append(List([]))
            case "list-item" | "list-header" | "note-body":
                self._bodies.append([])
            case "table":
                self._start_table(attributes.get("name", ""))
            case "table-row":
                self._start_row(_count(attributes, "number-rows-repeated"))
            case "table-cell" | "covered-table-cell":
                self._repeated.append(_count(attributes, "number-columns-repeated"))
                self._bodies.append([])
            case "page":
                self._slides += 1
                self._bodies[-1].append(Heading(2, [Run(f"Slide {self._slides}: {attributes.get('name', '')}")]))
            case "notes":
                self._bodies[-1].append(Paragraph([Run("Notes:")]))

    def _data(self, text: str) -> None:
        if not self._skipping:
            self._write(text)

    def _write(self, text: str) -> None:
        self.budget.spend(text)
        if self._runs:
            self._runs[-1].append(Run(visible_text(text), href=self._href))

    def _start_table(self, name: str) -> None:
        if self._as_sheets:
            self._sheet = []
            self._written.append(write([Heading(2, [Run(f"Sheet {name}")])]))
        else:
            self._tables.append([])

    def _start_row(self, repeated: int) -> None:
        self._column, self._row_repeated = 0, repeated
        if self._as_sheets:
            self._sheet.append({})
        elif self._tables:
            self._tables[-1].append([])

    def _end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        match name:
            case "h" | "p" if self._runs:
                self._close_paragraph(self._runs.pop(), self._level if name == "h" else 0)
            case "a":
                self._href = ""
            case "list-item" | "list-header" if self._lists and len(self._bodies) > 1:
                self._lists[-1].items.append(ListItem(self._bodies.pop()))
            case "note-body" if len(self._bodies) > 1:
                self._bodies[0] += self._bodies.pop()
            case "list" if self._lists:
                closed = self._lists.pop()
                self._bodies[-1] += [closed] if closed.items else []
            case "table-cell" | "covered-table-cell" if len(self._bodies) > 1:
                self._close_cell(self._bodies.pop(), self._repeated.pop())
            case "table-row" if self._sheet:
                self._repeat_row()
            case "table":
                self._close_table()

    def _close_paragraph(self, runs: list[Run], level: int) -> None:
        if is_visible(runs):
            self._bodies[-1].append(Heading(min(level, 6), runs) if level else Paragraph(runs))

    def _close_cell(self, body: list[Block], repeated: int) -> None:
        if self._as_sheets:
            text = "\n".join("".join(run.text for run in block.runs) for block in body if isinstance(block, Paragraph))
            for offset in range(repeated if text else 0):
                self._sheet[-1][self._column + offset + 1] = text
                self.budget.spend(text, MARKS_OF_A_CELL)
                if self.budget.is_spent:
                    break
            self._column += repeated
        elif self._tables and self._tables[-1]:
            cells = [Cell(body, header=len(self._tables[-1]) == 1) for _ in range(min(repeated, 20 if body else 1))]
            self._tables[-1][-1] += cells

    def _repeat_row(self) -> None:
        row = self._sheet[-1]
        for _ in range(self._row_repeated - 1 if row else 0):
            self._sheet.append(row)
            self.budget.spend("".join(row.values()), MARKS_OF_A_CELL * len(row))
            if self.budget.is_spent:
                break

    def _close_table(self) -> None:
        if self._as_sheets:
            self._written[-1] = "\n\n".join(filter(None, [self._written[-1], "\n".join(table_lines(self._sheet))]))
            self._sheet = []
        elif self._tables:
            rows = [row for row in self._tables.pop() if any(cell.body for cell in row)]
            self._bodies[-1] += [Table(rows)] if rows else []


def _count(attributes: Attributes, name: str) -> int:
    value = attributes.get(name, "1")
    return int(value) if value.isdigit() and len(value) < 9 else 1
