"""
Confluence's storage format as Markdown.

One small function per element reads it into what a person sees; an element that is not in the table gives
its children. https://confluence.atlassian.com/doc/confluence-storage-format-790796544.html
"""

from collections.abc import Callable, Mapping
from functools import partial

from atlassian.rendering.bounds import MAX_SOURCE_CHARS
from atlassian.rendering.markdown.tree import (
    CODE,
    EM,
    STRIKE,
    STRONG,
    SUB,
    SUP,
    Block,
    Code,
    Flow,
    Heading,
    Quote,
    Rule,
)
from atlassian.rendering.storage import embedded_adf, links, lists, macros, tables
from atlassian.rendering.storage.reader import Parts, Reader
from atlassian.rendering.storage.source import HIDDEN, Element, parse, whole_text
from atlassian.rendering.storage.styles import hide


def blocks_in(xhtml: str, *, site_url: str, names: Mapping[str, str], steps: int) -> tuple[list[Block], int]:
    """A page within another document, and how many steps are left of those that it may take."""
    reader = Reader(ELEMENTS, site_url, names, has_styles="style" in xhtml)
    reader.steps_left = steps
    page = parse(xhtml)
    hide(page)
    found = reader.blocks(page)
    return found, reader.steps_left if len(xhtml) <= MAX_SOURCE_CHARS else -1


def nothing(reader: Reader, element: Element) -> Flow:
    return []


def heading(reader: Reader, element: Element) -> Flow:
    return [Heading(int(str(element.tag)[-1]), reader.runs(element))]


def line_break(reader: Reader, element: Element) -> Flow:
    return [reader.label("\n"), *reader.flow(element)]


def rule(reader: Reader, element: Element) -> Flow:
    return [Rule(), *reader.flow(element)]


def preformatted(reader: Reader, element: Element) -> Flow:
    for line_end in element.iter("br"):
        line_end.text = "\n"
    return [Code(whole_text(element))]


def block_quote(reader: Reader, element: Element) -> Flow:
    return [Quote(reader.blocks(element))]


def time(reader: Reader, element: Element) -> Flow:
    day = (element.get("datetime") or "").strip()[:10]
    return [reader.label(day)] if day else reader.flow(element)


def marked(mark: str) -> Callable[[Reader, Element], Flow]:
    return partial(Reader.styled, mark=mark)


_ON_LINES_OF_THEIR_OWN = (
    *("p", "div", "section", "article", "header", "footer", "aside", "main", "nav", "center", "address"),
    *("figure", "figcaption", "details", "summary", "fieldset", "form", "dl", "dt", "dd"),
    *("{ac}layout", "{ac}layout-section", "{ac}layout-cell", "{ac}rich-text-body"),
)
ELEMENTS: dict[object, Callable[[Reader, Element], Parts]] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), heading),
    **dict.fromkeys(("strong", "b"), marked(STRONG)),
    **dict.fromkeys(("em", "i", "cite", "dfn", "var"), marked(EM)),
    **dict.fromkeys(("s", "del", "strike"), marked(STRIKE)),
    **dict.fromkeys(("code", "tt", "kbd", "samp"), marked(CODE)),
    "sub": marked(SUB),
    "sup": marked(SUP),
    **dict.fromkeys(_ON_LINES_OF_THEIR_OWN, Reader.blocks),
    **dict.fromkeys(("script", "style", "template", "head", "title", "noscript", HIDDEN), nothing),
    **dict.fromkeys(
        ("{ac}placeholder", "{ac}parameter", "{ac}adf-fallback", "{ac}adf-attribute", "{ac}adf-mark"), nothing
    ),
    **dict.fromkeys(("{ac}structured-macro", "{ac}macro"), macros.macro),
    **dict.fromkeys(("ul", "ol"), lists.html_list),
    "a": links.anchor,
    "{ac}adf-extension": embedded_adf.extension,
    "{ac}adf-node": embedded_adf.node,
    "{ac}emoticon": links.emoticon,
    "{ac}image": links.image,
    "{ac}link": links.link,
    "{ac}task-list": lists.task_list,
    "blockquote": block_quote,
    "br": line_break,
    "hr": rule,
    "img": links.html_image,
    "pre": preformatted,
    "table": tables.table,
    "time": time,
}
