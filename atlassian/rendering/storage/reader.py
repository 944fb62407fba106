"""Walks a page in storage format, handing every element to the function for its name."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from atlassian.rendering.bounds import CHARS_A_STEP, MARKED_STEPS, MAX_STEPS
from atlassian.rendering.markdown.tree import (
    CODE,
    PLAIN,
    Block,
    Flow,
    Marks,
    Paragraph,
    Run,
    blocks_of,
    make_run,
    runs_of,
)
from atlassian.rendering.storage.source import Element, whole_text
from atlassian.rendering.storage.styles import marks_in

# Deeper than what a person wrote, yet so low that lines prefixed once a level do not grow a page out of bounds.
# What lies below still gives its text.
MAX_DEPTH = 40

Read = TypeVar("Read")
Parts = Sequence[Run | Block]  # what an element gives: a flow, or blocks alone
_LINE_ENDS = re.compile(r"(?<![ \t])[ \t]*[\n\r\f][ \t\n\r\f]*")


class Reader:
    """One reading of one page: the table of elements, what links and names need, where we are."""

    def __init__(
        self,
        elements: Mapping[object, Callable[["Reader", Element], Parts]],
        site_url: str,
        names: Mapping[str, str],
        space_key: str = "",
        has_styles: bool = True,
        document_in: Callable[["Reader", Mapping[str, str]], list[Block]] = lambda reader, parameters: [],
    ) -> None:
        self.elements = elements
        self.site_url = site_url
        self.names = names
        self.space_key = space_key
        self.has_styles = has_styles
        self.document_in = document_in  # of ADF, in the parameters of an extension
        self.steps_left = MAX_STEPS
        self.marks: Marks = PLAIN
        self.href = ""
        self._depth = 0

    def flow(self, parent: Element) -> Flow:
        """Text and children of an element in order, each child by its name; one without a meaning gives its own."""
        text = parent.text
        flow: Flow = [self.text(text)] if text else []
        for child in parent:
            if self.steps_left < 0:
                break
            flow += self.read(child)
            tail = child.tail
            if tail and not (flow and type(flow[-1]) is not Run and tail.isspace()):  # nothing beside a block
                flow.append(self.text(tail))
        return flow

    def read(self, element: Element) -> Parts:
        self.steps_left -= 1
        if self.steps_left < 0:
            return []
        if self._depth >= MAX_DEPTH:
            return [self.text(text)] if (text := whole_text(element)) else []
        self._depth += 1
        function = self.elements.get(element.tag, Reader.flow)
        styled = self.has_styles and element.get("style")
        found = self.in_own_style(function, element) if styled else function(self, element)
        self._depth -= 1
        return found

    def in_own_style(self, read: Callable[["Reader", Element], Read], element: Element) -> Read:
        """What cells, rows and points need besides, which are not read by their names."""
        style = element.get("style") if self.has_styles else None
        if not style:
            return read(self, element)
        outside, self.marks = self.marks, self.marks | marks_in(style, element.tag)
        found = read(self, element)
        self.marks = outside
        return found

    def text(self, written: str) -> Run:
        """Blanks as HTML shows them; those of code tell apart its levels. Long or marked, it counts more than once."""
        if len(written) >= CHARS_A_STEP:
            self.steps_left -= len(written) // CHARS_A_STEP
            if self.steps_left < 0:
                written = written[: self.steps_left * CHARS_A_STEP] or " "
        if self.marks or self.href:
            self.steps_left -= MARKED_STEPS
        if CODE in self.marks:
            written = _LINE_ENDS.sub(" ", written).replace("\u00a0", " ")
        elif "  " in written or not written.isprintable():
            written = _spaced(written)
        return make_run((written, self.marks, self.href))

    def label(self, words: str) -> Run:
        """Words of ours, such as a label, in the style of the text around them."""
        return make_run((words, self.marks, self.href))

    def styled(self, parent: Element, mark: str = "", href: str = "") -> Flow:
        """The children under one more mark or link; of links within each other the outer one holds."""
        outside = self.marks, self.href
        self.marks = self.marks | {mark} if mark else self.marks
        self.href = self.href or href
        flow = self.flow(parent)
        self.marks, self.href = outside
        return flow

    def blocks(self, parent: Element) -> list[Block]:
        self.steps_left -= 1
        if self.steps_left < 0:
            return []
        if len(parent) == 0:  # as are most cells, points and paragraphs
            text = (parent.text or "").strip()
            return [Paragraph([self.text(text)])] if text else []
        return blocks_of(self.flow(parent))

    def stray_text(self, parent: Element) -> list[Block]:
        """Text where only certain elements should stand, such as between rows or the points of a list."""
        texts = [parent.text or ""]
        for child in parent:
            if tail := child.tail:
                texts.append(tail)
        stray = " ".join(filter(None, map(str.strip, texts)))
        return blocks_of([self.text(stray)]) if stray else []

    def runs(self, parent: Element) -> list[Run]:
        return runs_of(self.flow(parent))


def _spaced(written: str) -> str:
    """One space for each run of blanks, those at the ends among them."""
    text = " ".join(written.split())
    if not text or written[0].isspace():
        text = " " + text
    return text + " " if written[-1].isspace() and text != " " else text
