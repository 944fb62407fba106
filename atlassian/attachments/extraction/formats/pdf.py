"""PDF: its text page by page, in the lines that a person sees."""

import logging
from typing import BinaryIO

import pypdf
from pypdf.errors import DependencyError, PyPdfError

from atlassian.attachments.extraction.outcome import Budget, Extracted, Reason, Unreadable
from atlassian.rendering.characters import visible_text
from atlassian.rendering.markdown.blocks import write
from atlassian.rendering.markdown.escaping import escape_line_start
from atlassian.rendering.markdown.inline import text_lines
from atlassian.rendering.markdown.tree import Heading, Run

MAX_PAGES = 2_000
_UNKNOWN = (DependencyError, NotImplementedError)  # ciphers and filters
# What its parser raises at a page that somebody broke, which costs that page.
_BROKEN = (
    *_UNKNOWN, PyPdfError, ArithmeticError, AssertionError, AttributeError, LookupError, OSError, TypeError, ValueError
)  # fmt: skip

logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def pdf(file: BinaryIO) -> Extracted:
    extracted = Extracted("a PDF")
    try:
        reader = pypdf.PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable(Reason.ENCRYPTED)
        count = len(reader.pages)
    except _UNKNOWN as exc:
        raise Unreadable(Reason.ENCRYPTED) from exc
    budget, parts, lost = Budget(), [], 0
    for number in range(count):
        if budget.is_spent or number == MAX_PAGES:
            extracted.note("cut", f"page {number} of {count}")
            break
        try:
            text = visible_text(reader.pages[number].extract_text())
        except _BROKEN:
            text, lost = "", lost + 1
        budget.spend(text)
        lines = [escape_line_start(line) for line in text_lines([Run(text)])]
        parts += [write([Heading(2, [Run(f"Page {number + 1}")])]), "\n".join(lines)] if lines else []
    if lost:
        extracted.note("pages_lost", lost)
    if not parts:
        raise Unreadable(Reason.BROKEN if lost else Reason.NO_TEXT)
    extracted.text = "\n\n".join(parts)
    return extracted
