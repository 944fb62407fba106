"""
A page as a person sees it: what both formats are read into, and what Markdown is written from.

Readers return a flow: runs of text and blocks in the order of the page. Two functions settle what a
place can hold: `blocks_of` where blocks may stand, `runs_of` where only text may.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

STRONG, EM, STRIKE, SUB, SUP, CODE = "strong", "em", "strike", "sub", "sup", "code"
Marks = frozenset[str]
PLAIN: Marks = frozenset()


class Run(NamedTuple):
    """Text under one set of marks; a line break is the character itself."""

    text: str
    marks: Marks = PLAIN
    href: str = ""


# Runs are made by the ten thousand, and this takes half as long as calling the class.
make_run = partial(tuple.__new__, Run)


@dataclass(slots=True)
class Paragraph:
    runs: list[Run]


@dataclass(slots=True)
class Heading:
    level: int
    runs: list[Run]


@dataclass(slots=True)
class Code:
    text: str
    language: str = ""


@dataclass(slots=True)
class Rule:
    pass


@dataclass(slots=True)
class ListItem:
    """One point of a list. `label` is what stands before its text: `[x] `, `Decision: `; `number` one of its own."""

    body: list["Block"]
    label: str = ""
    number: int | None = None


@dataclass(slots=True)
class List:
    """A list; bulleted unless `start` numbers it."""

    items: list[ListItem]
    start: int | None = None


@dataclass(slots=True)
class Quote:
    """A block quote, or with a `kind` a panel."""

    body: list["Block"]
    kind: str = ""
    title: list[Run] = field(default_factory=list)


@dataclass(slots=True)
class Expand:
    title: list[Run]
    body: list["Block"]


@dataclass(slots=True)
class Cell:
    body: list["Block"]
    header: bool = False
    columns: int = 1
    rows: int = 1


@dataclass(slots=True)
class Table:
    rows: list[list[Cell]]


Block = Paragraph | Heading | Code | Rule | List | Quote | Expand | Table
Flow = list[Run | Block]


def blocks_of(flow: Iterable[Run | Block]) -> list[Block]:
    """Text that stands beside blocks becomes paragraphs of its own; those without text are no blocks."""
    blocks: list[Block] = []
    runs: list[Run] = []
    for node in flow:
        if isinstance(node, Run):
            runs.append(node)
            continue
        if runs:
            _close_paragraph(blocks, runs)
            runs = []
        if type(node) is not Paragraph or is_visible(node.runs):
            blocks.append(node)
    if runs:
        _close_paragraph(blocks, runs)
    return blocks


def _close_paragraph(blocks: list[Block], runs: list[Run]) -> None:
    runs = collapsed(runs)
    if is_visible(runs):
        blocks.append(Paragraph(runs))


def is_visible(runs: list[Run]) -> bool:
    """Whether there is more than spaces."""
    for text, _, _ in runs:  # noqa: SIM110 - any() costs three times as much, and this is asked of every paragraph
        if not text.isspace():
            return True
    return False


def runs_of(flow: Iterable[Run | Block]) -> list[Run]:
    """Blocks where only text can stand, such as a heading, give their text, one line each."""
    runs: list[Run] = []
    for node in flow:
        if isinstance(node, Run):
            runs.append(node)
            continue
        if runs:
            runs.append(Run("\n"))
        runs.extend(_text_of(node))
        runs.append(Run("\n"))
    return collapsed(runs)


def collapsed(runs: list[Run]) -> list[Run]:
    """Spaces as a page shows them: one between words, none where a line begins; code keeps its own."""
    visible: list[Run] = []
    spaced = True
    for run in runs:
        text, marks, href = run
        if spaced and text[:1] == " " and CODE not in marks:
            text = text.lstrip(" ")
            run = make_run((text, marks, href))
        if text:
            spaced = text[-1] == "\n" or (text[-1] == " " and CODE not in marks)
            visible.append(run)
    return visible


def _text_of(block: Block) -> list[Run]:
    match block:
        case Paragraph(runs) | Heading(_, runs):
            return runs
        case Code(text):
            return [Run(text, frozenset({CODE}))]
        case List(items):
            return runs_of(child for item in items for child in [Run(item.label), *item.body])
        case Quote(body, _, title) | Expand(title, body):
            return runs_of([*title, *body])
        case Table(rows):
            return runs_of(child for row in rows for cell in row for child in cell.body)
    return []


def with_mark(runs: list[Run], mark: str) -> list[Run]:
    return [make_run((text, marks | {mark}, href)) for text, marks, href in runs]
