"""Spreadsheets: every sheet as a table of what its cells show, dates as dates."""

import re
from datetime import datetime, timedelta

from atlassian.attachments.extraction.outcome import Budget, Extracted
from atlassian.attachments.extraction.package import Attributes, Package, Stop
from atlassian.attachments.extraction.tables import MARKS_OF_A_CELL, Cells, table_lines
from atlassian.rendering.markdown.blocks import write
from atlassian.rendering.markdown.tree import Heading, Run

WORKBOOK = "xl/workbook.xml"
BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\[\]]*\]')
MAX_SHARED_CHARS = 8_000_000


def xlsx(package: Package) -> Extracted:
    extracted = Extracted("a spreadsheet")
    budget = Budget()
    sheets, from_1904 = sheets_of(package)
    shared, dates = shared_strings(package), date_styles(package)
    parts = []
    for name, part, hidden in sheets:
        if budget.is_spent:
            break
        sheet = _Sheet(package, part, shared, dates, from_1904, budget)
        sheet.read()
        head = write([Heading(2, [Run(f"Sheet {name}" + (" (hidden)" if hidden else ""))])])
        parts.append("\n\n".join([head, "\n".join(table_lines(sheet.rows))]).strip())
    if budget.is_spent or sum(map(len, shared)) > MAX_SHARED_CHARS:
        extracted.note("cut")
    extracted.text = "\n\n".join(parts)
    return extracted


def sheets_of(package: Package) -> tuple[list[tuple[str, str, bool]], bool]:
    """(name, part, hidden) of each, and whether days are counted from 1904."""
    relations = package.relations(WORKBOOK)
    found: list[tuple[str, str, bool]] = []
    from_1904 = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal from_1904
        if name == "workbookPr":
            from_1904 = attributes.get("date1904") in ("1", "true")
        if name == "sheet":
            part = relations.get(attributes.get("r:id", ""), ("", ""))[1]
            found.append((attributes.get("name", ""), part, attributes.get("state", "visible") != "visible"))

    package.read_xml(WORKBOOK, start)
    return found, from_1904


def shared_strings(package: Package) -> list[str]:
    strings: list[str] = []
    parts: list[str] = []
    text_open, phonetic, chars = False, False, 0

    def start(name: str, attributes: Attributes) -> None:
        nonlocal text_open, phonetic
        text_open = name == "t"
        phonetic = phonetic or name == "rPh"

    def end(name: str) -> None:
        nonlocal text_open, phonetic, chars
        text_open = False
        if name == "rPh":
            phonetic = False
        if name == "si":
            strings.append("".join(parts))
            chars += len(strings[-1])
            parts.clear()
            if chars > MAX_SHARED_CHARS:
                raise Stop

    def data(text: str) -> None:
        if text_open and not phonetic:
            parts.append(text)

    package.read_xml("xl/sharedStrings.xml", start, end, data)
    return strings


def date_styles(package: Package) -> set[int]:
    """Indexes of the styles by which a cell shows a date or a time."""
    formats: dict[int, str] = {}
    styles: list[int] = []
    in_cells = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal in_cells
        number = attributes.get("numFmtId", "")
        if name == "numFmt" and number.isdigit():
            formats[int(number)] = attributes.get("formatCode", "")
        if name == "cellXfs":
            in_cells = True
        if name == "xf" and in_cells:
            styles.append(int(number) if number.isdigit() else 0)

    def end(name: str) -> None:
        nonlocal in_cells
        in_cells = in_cells and name != "cellXfs"

    package.read_xml("xl/styles.xml", start, end)
    return {index for index, number in enumerate(styles) if _shows_date(number, formats.get(number))}


def _shows_date(number: int, code: str | None) -> bool:
    if code is None:
        return number in BUILT_IN_DATES
    return bool(re.search(r"[ymdhs]", _QUOTED.sub("", code.lower()))) and "general" not in code.lower()


class _Sheet:
    def __init__(
        self,
        package: Package,
        part: str,
        shared: list[str],
        dates: set[int],
        from_1904: bool,
        budget: Budget,
    ) -> None:
        self.package, self.part, self.budget = package, part, budget
        self.rows: list[Cells] = []
        self._shared, self._dates = shared, dates
        self._epoch = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
        self._column, self._kind, self._style = 0, "", 0
        self._parts: list[str] = []
        self._value_open = False

    def read(self) -> None:
        self.package.read_xml(self.part, self._start, self._end, self._data)

    def _start(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            self.rows.append({})
            self._column = 0
        elif name == "c":
            self._column = column_of(attributes.get("r", "")) or self._column + 1
            self._kind, style = attributes.get("t", "n"), attributes.get("s", "")
            self._style = int(style) if style.isdigit() else 0
            self._parts = []
        elif name in ("v", "t"):
            self._value_open = True

    def _data(self, text: str) -> None:
        if self._value_open:
            self._parts.append(text)

    def _end(self, name: str) -> None:
        if name in ("v", "t"):
            self._value_open = False
        elif name == "c" and self._parts and self.rows:
            text = self._shown("".join(self._parts))
            self.rows[-1][self._column] = text
            self.budget.spend(text, MARKS_OF_A_CELL)
            if self.budget.is_spent:
                raise Stop

    def _shown(self, value: str) -> str:
        if self._kind == "s":
            return self._shared[int(value)] if value.isdigit() and int(value) < len(self._shared) else ""
        if self._kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if self._kind == "n":
            return self._moment(value) if self._style in self._dates else _number(value)
        return value

    def _moment(self, value: str) -> str:
        try:
            days = float(value)
            moment = self._epoch + timedelta(seconds=round(days * 86_400))
        except (ValueError, OverflowError):
            return value
        if days < 1:
            return f"{moment:%H:%M:%S}".removesuffix(":00")
        return f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(":00").removesuffix(" 00:00")


def _number(value: str) -> str:
    """Writes a number as people see it: the file holds 0.30000000000000004."""
    try:
        return f"{float(value):.15g}" if "." in value or "e" in value.lower() else value
    except ValueError:
        return value


def column_of(reference: str) -> int:
    """The column of `BC12`, counted from 1; 0 for what is none."""
    column = 0
    for letter in reference[:4]:
        if not ("A" <= letter <= "Z"):
            break
        column = column * 26 + ord(letter) - 64
    return column
