"""Presentations: slide by slide, its title, points, tables and notes."""

from atlassian.attachments.extraction.lists import Point, folded
from atlassian.attachments.extraction.outcome import Budget, Extracted
from atlassian.attachments.extraction.package import Attributes, Package, Stop
from atlassian.rendering.characters import visible_text
from atlassian.rendering.markdown.blocks import write
from atlassian.rendering.markdown.tree import Block, Cell, Heading, Paragraph, Run, Table, is_visible

PRESENTATION = "ppt/presentation.xml"
TITLES = frozenset({"title", "ctrTitle"})
# What stands on every slide or note alike.
FURNITURE = frozenset({"sldNum", "dt", "ftr", "hdr", "sldImg"})


def pptx(package: Package) -> Extracted:
    extracted = Extracted("a presentation")
    budget, blocks = Budget(), []
    names = slide_names(package)
    for number, name in enumerate(names, 1):
        slide = _Slide(package, name, budget)
        slide.read()
        title = " ".join("".join(run.text for run in slide.title).split())
        hidden = " (hidden)" if slide.hidden else ""
        blocks += [Heading(2, [Run(f"Slide {number}{hidden}" + (f": {title}" if title else ""))]), *folded(slide.body)]
        blocks += _notes(package, name, budget)
        if budget.is_spent:
            extracted.note("cut", f"slide {number} of {len(names)}")
            break
    extracted.text = write(blocks)
    return extracted


def slide_names(package: Package) -> list[str]:
    relations, names = package.relations(PRESENTATION), []

    def start(name: str, attributes: Attributes) -> None:
        if name == "sldId":
            names.append(relations.get(attributes.get("r:id", ""), ("", ""))[1])

    package.read_xml(PRESENTATION, start)
    return [name for name in names if name in package]


def _notes(package: Package, slide: str, budget: Budget) -> list[Block]:
    for kind, target in package.relations(slide).values():
        if kind == "notesSlide":
            notes = _Slide(package, target, budget)
            notes.read()
            return [Paragraph([Run("Notes:")]), *folded(notes.body)] if notes.body else []
    return []


class _Slide:
    def __init__(self, package: Package, name: str, budget: Budget) -> None:
        self.package, self.name, self.budget = package, name, budget
        self.title: list[Run] = []
        self.body: list[Block | Point] = []
        self.hidden = False
        self._placeholder = ""
        self._runs: list[Run] | None = None
        self._level, self._text_open = 0, 0
        self._rows: list[list[Cell]] = []
        self._cell: list[Block | Point] | None = None
        self._href = ""
        self._hyperlinks = package.hyperlinks(name)
        self._skipping = 0

    def read(self) -> None:
        self.package.read_xml(self.name, self._start, self._end, self._data)

    def _start(self, name: str, attributes: Attributes) -> None:
        if self._skipping or name == "Fallback":
            self._skipping += 1
            return
        if self.budget.is_spent:
            raise Stop
        match name:
            case "sld":
                self.hidden = attributes.get("show") in ("0", "false")
            case "sp" | "pic" | "graphicFrame":
                self._placeholder = ""
            case "ph":
                self._placeholder = attributes.get("type", "body")
            case "cNvPr" if attributes.get("descr"):
                self.body.append(Paragraph([Run(f"[image: {visible_text(attributes['descr'])}]")]))
            case "p":
                self._runs, self._level = [], 0
            case "pPr" if attributes.get("lvl", "").isdigit():
                self._level = int(attributes["lvl"])
            case "t":
                self._text_open += 1
            case "br":
                self._write("\n")
            case "hlinkClick":
                self._href = self._hyperlinks.get(attributes.get("r:id", ""), "")
            case "tbl":
                self._rows = []
            case "tr":
                self._rows.append([])
            case "tc":
                self._cell = []

    def _data(self, text: str) -> None:
        if self._text_open and not self._skipping:
            self._write(text)

    def _write(self, text: str) -> None:
        self.budget.spend(text)
        if self._runs is not None:
            self._runs.append(Run(visible_text(text), href=self._href))

    def _end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        match name:
            case "t":
                self._text_open -= 1
            case "r":
                self._href = ""
            case "p":
                self._close_paragraph(self._runs or [])
                self._runs = None
            case "tc" if self._cell is not None and self._rows:
                self._rows[-1].append(Cell(folded(self._cell), header=len(self._rows) == 1))
                self._cell = None
            case "tbl" if self._rows:
                self.body.append(Table([row for row in self._rows if row]))

    def _close_paragraph(self, runs: list[Run]) -> None:
        if not is_visible(runs) or self._placeholder in FURNITURE:
            return
        if self._cell is not None:
            self._cell.append(Paragraph(runs))
        elif self._placeholder in TITLES:
            self.title += [*runs, Run(" ")]
        elif self._placeholder:
            self.body.append(Point(self._level, False, runs))
        else:
            self.body.append(Paragraph(runs))
