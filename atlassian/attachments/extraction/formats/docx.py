"""Word documents: headings, paragraphs, lists, tables, links and notes, as their author left them in the end."""

import re
from dataclasses import dataclass, field

from atlassian.attachments.extraction.lists import Point, folded
from atlassian.attachments.extraction.outcome import Budget, Extracted
from atlassian.attachments.extraction.package import Attributes, Package, Stop
from atlassian.rendering.characters import visible_text
from atlassian.rendering.markdown.blocks import write
from atlassian.rendering.markdown.tree import (
    EM,
    STRIKE,
    STRONG,
    Block,
    Cell,
    Heading,
    Paragraph,
    Run,
    Table,
    is_visible,
)

DOCUMENT = "word/document.xml"
# Deleted text, what a field is computed from, and the second copy of what newer programs draw.
SKIPPED = frozenset({"del", "moveFrom", "delText", "instrText", "Fallback", "sectPr", "rPrChange", "pPrChange"})
MARKS = {"b": STRONG, "i": EM, "strike": STRIKE, "dstrike": STRIKE}
_HEADING_NAME = re.compile(r"heading ?([1-9])", re.IGNORECASE)
_LIST_NAME = re.compile(r"list (?:bullet |number )?([2-5])", re.IGNORECASE)


@dataclass
class Style:
    """What a paragraph style says about its paragraphs, and the style that it is based on."""

    name: str = ""
    based_on: str = ""
    outline: int | None = None
    list_id: str = ""
    list_level: int = 0


@dataclass
class Styles:
    """The styles of a document by their ids, and which of its lists are numbered at which level."""

    by_id: dict[str, Style]
    ordered: set[tuple[str, int]]


@dataclass
class Open:
    """A paragraph whose end has not come yet."""

    runs: list[Run] = field(default_factory=list)
    style: str = ""
    outline: int | None = None
    list_id: str = ""
    list_level: int = 0


def docx(package: Package) -> Extracted:
    extracted = Extracted("a Word document")
    styles = Styles(styles_of(package), ordered_lists_of(package))
    reader = _Reader(package, DOCUMENT, styles, Budget())
    blocks = reader.blocks()
    for part, title in (("word/footnotes.xml", "Footnotes"), ("word/endnotes.xml", "Endnotes")):
        notes = _Reader(package, part, styles, reader.budget).blocks() if part in package else []
        blocks += [Heading(2, [Run(title)]), *notes] if notes else []
    if reader.budget.is_spent:
        extracted.note("cut")
    extracted.text = write(blocks)
    return extracted


class _Reader:
    def __init__(self, package: Package, part: str, styles: Styles, budget: Budget) -> None:
        self.package, self.part, self.budget = package, part, budget
        self._styles, self._ordered = styles.by_id, styles.ordered
        self._hyperlinks = package.hyperlinks(part)
        self._bodies: list[list[Block | Point]] = [[]]
        self._paragraphs: list[Open] = []
        self._tables: list[list[list[Cell]]] = []
        self._marks: frozenset[str] = frozenset()
        self._href = ""
        self._skipping = self._runs_open = self._text_open = 0

    def blocks(self) -> list[Block]:
        self.package.read_xml(self.part, self._start, self._end, self._data)
        return folded(self._bodies[0])

    def _start(self, name: str, attributes: Attributes) -> None:
        if self._skipping or name in SKIPPED:
            self._skipping += 1
            return
        if self.budget.is_spent:
            self._close_tables()
            raise Stop
        if self._runs_open and (text := _written_by(name, attributes)):
            self._write(text)
        value = attributes.get("val", "")
        match name:
            case "p":
                self._paragraphs.append(Open())
            case "r":
                self._runs_open += 1
                self._marks = frozenset()
            case "t":
                self._text_open += 1
            case "b" | "i" | "strike" | "dstrike" if self._runs_open and value not in ("0", "false", "off"):
                self._marks |= {MARKS[name]}
            case "hyperlink":
                self._href = self._hyperlinks.get(attributes.get("r:id", ""), "")
            case "footnote" | "endnote":
                self._bodies.append([])
                self._note = attributes.get("id", "") if not attributes.get("type") else ""
            case "tbl":
                self._tables.append([])
            case "tr" if self._tables:
                self._tables[-1].append([])
            case "tc" if self._tables:
                self._bodies.append([])
                self._columns = 1
            case "gridSpan":
                self._columns = int(value) if value.isdigit() and len(value) < 3 else 1
            case _:
                self._paragraph_property(name, value)

    def _close_tables(self) -> None:
        """Keeps what a table holds so far, where the document was cut within it."""
        while self._tables or len(self._bodies) > 1:
            self._end("tc" if len(self._bodies) > len(self._tables) else "tbl")

    def _paragraph_property(self, name: str, value: str) -> None:
        if not self._paragraphs or self._runs_open:
            return
        paragraph = self._paragraphs[-1]
        match name:
            case "pStyle":
                paragraph.style = value
            case "outlineLvl" if value.isdigit():
                paragraph.outline = int(value)
            case "numId":
                paragraph.list_id = value
            case "ilvl" if value.isdigit():
                paragraph.list_level = int(value)

    def _data(self, text: str) -> None:
        if self._text_open and not self._skipping:
            self._write(text)

    def _write(self, text: str) -> None:
        self.budget.spend(text)
        if self._paragraphs:
            self._paragraphs[-1].runs.append(Run(visible_text(text), self._marks, self._href))

    def _end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        match name:
            case "p" if self._paragraphs:
                self._close_paragraph(self._paragraphs.pop())
            case "r":
                self._runs_open -= 1
                self._marks = frozenset()
            case "t":
                self._text_open -= 1
            case "hyperlink":
                self._href = ""
            case "footnote" | "endnote":
                body = folded(self._bodies.pop())
                if self._note and body:
                    self._bodies[-1] += [Paragraph([Run(f"[{self._note}]")]), *body]
            case "tc" if self._tables and len(self._bodies) > 1:
                cell = Cell(folded(self._bodies.pop()), header=len(self._tables[-1]) == 1, columns=self._columns)
                self._tables[-1][-1].append(cell)
            case "tbl" if self._tables:
                rows = [row for row in self._tables.pop() if row]
                self._bodies[-1] += [Table(rows)] if rows else []

    def _close_paragraph(self, paragraph: Open) -> None:
        if not is_visible(paragraph.runs):
            return
        level = self._heading_level(paragraph)
        list_id = paragraph.list_id or self._inherited_list(paragraph.style)
        list_level = paragraph.list_level or self._inherited_level(paragraph.style)
        if level:
            self._bodies[-1].append(Heading(min(level, 6), [run._replace(marks=frozenset()) for run in paragraph.runs]))
        elif list_id not in ("", "0"):
            ordered = (list_id, paragraph.list_level) in self._ordered
            self._bodies[-1].append(Point(list_level, ordered, paragraph.runs))
        else:
            self._bodies[-1].append(Paragraph(paragraph.runs))

    def _heading_level(self, paragraph: Open) -> int:
        if paragraph.outline is not None and paragraph.outline < 9:
            return paragraph.outline + 1
        for style in self._lineage(paragraph.style):
            if named := _HEADING_NAME.fullmatch(style.name):
                return int(named[1])
            if style.name.lower() == "title":
                return 1
            if style.outline is not None and style.outline < 9:
                return style.outline + 1
        return 0

    def _inherited_list(self, style_id: str) -> str:
        return next((style.list_id for style in self._lineage(style_id) if style.list_id), "")

    def _inherited_level(self, style_id: str) -> int:
        """The level that a style implies: Word has one for each, like `List Bullet 2`, which is a list of its own."""
        named = (_LIST_NAME.fullmatch(style.name) for style in self._lineage(style_id))
        return next((int(name[1]) - 1 for name in named if name), 0)

    def _lineage(self, style_id: str) -> list[Style]:
        styles: list[Style] = []
        while style_id in self._styles and len(styles) < 12:
            styles.append(self._styles[style_id])
            style_id = styles[-1].based_on
        return styles


def styles_of(package: Package) -> dict[str, Style]:
    styles: dict[str, Style] = {}
    current = Style()

    def start(name: str, attributes: Attributes) -> None:
        nonlocal current
        value = attributes.get("val", "")
        match name:
            case "style":
                current = styles[attributes.get("styleId", "")] = Style()
            case "name":
                current.name = value
            case "basedOn":
                current.based_on = value
            case "outlineLvl" if value.isdigit():
                current.outline = int(value)
            case "numId":
                current.list_id = value

    package.read_xml("word/styles.xml", start)
    return styles


def ordered_lists_of(package: Package) -> set[tuple[str, int]]:
    """(id of a list, level) of those that are numbered."""
    numbered: dict[str, set[int]] = {}
    abstract_of: dict[str, str] = {}
    abstract, level, number = "", 0, ""

    def start(name: str, attributes: Attributes) -> None:
        nonlocal abstract, level, number
        match name:
            case "abstractNum":
                abstract = attributes.get("abstractNumId", "")
            case "lvl":
                level = int(attributes.get("ilvl", "0")) if attributes.get("ilvl", "0").isdigit() else 0
            case "numFmt" if attributes.get("val") not in ("bullet", "none"):
                numbered.setdefault(abstract, set()).add(level)
            case "num":
                number = attributes.get("numId", "")
            case "abstractNumId":
                abstract_of[number] = attributes.get("val", "")

    package.read_xml("word/numbering.xml", start)
    return {(number, level) for number, of in abstract_of.items() for level in numbered.get(of, ())}


def _written_by(name: str, attributes: Attributes) -> str:
    """What an element of a run stands for in the text; empty for one that only marks it."""
    match name:
        case "tab" | "ptab":
            return " "
        case "br" | "cr":
            return "\n"
        case "noBreakHyphen":
            return "-"
        case "sym":
            return _symbol(attributes.get("char", ""))
        case "docPr":
            return f"[image: {attributes.get('descr') or attributes.get('name') or 'no name'}]"
        case "footnoteReference" | "endnoteReference":
            return f"[{attributes.get('id', '')}]"
    return ""


def _symbol(code: str) -> str:
    try:
        character = chr(int(code, 16) & 0xFFFF)
    except ValueError:
        return ""
    return "•" if "\ue000" <= character <= "\uf8ff" else character
