"""A page in storage format, parsed once: for the people it mentions, its macros, and its Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from atlassian.rendering import adf
from atlassian.rendering.bounds import MAX_SOURCE_CHARS
from atlassian.rendering.imitations import end_of_reading
from atlassian.rendering.markdown import blocks
from atlassian.rendering.markdown.tree import Block
from atlassian.rendering.storage.elements import ELEMENTS
from atlassian.rendering.storage.reader import Reader
from atlassian.rendering.storage.source import Element, parse, whole_text
from atlassian.rendering.storage.styles import hide

_PAGES = ("{ri}page", "{ri}blog-post")


@dataclass(frozen=True, slots=True)
class PlacedMacro:
    """A macro where it stands. `title` and `space_key` are of the page that it names, if it names one."""

    name: str
    parameters: Mapping[str, str]
    title: str
    space_key: str
    element: Element


def to_markdown(xhtml: object, *, site_url: str = "", names: Mapping[str, str] = {}, space_key: str = "") -> str:
    """
    Returns whatever the page is, broken or hostile.

    `names` maps account ids to people's names; links name pages of another space than the page's own, `space_key`.
    """
    return Document(xhtml).markdown(site_url, names, space_key) if isinstance(xhtml, str) else ""


class Document:
    def __init__(self, xhtml: str) -> None:
        self._root = parse(xhtml)
        self._is_cut_short = len(xhtml) > MAX_SOURCE_CHARS
        self._has_styles = "style" in xhtml

    def account_ids(self) -> set[str]:
        """The people whom the page mentions; storage format never says their names."""
        return {user.get("{ri}account-id", "") for user in self._root.iter("{ri}user")} - {""}

    def macros(self, *names: str) -> list[PlacedMacro]:
        return [_placed(each) for each in self._root.iter("{ac}structured-macro") if _macro_name(each) in names]

    def name_space_of_links(self, space_key: str) -> None:
        """Links to pages of the page's own space do not name it, which they must within a page of another."""
        for name in ("page", "blog-post"):
            for link in self._root.iter(f"{{ri}}{name}"):
                if not link.get("{ri}space-key"):
                    link.set("{ri}space-key", space_key)

    def body(self) -> list[Element]:
        return [self._root]

    def excerpts(self, name: str = "") -> list[Element]:
        """What the excerpt of that name holds, or the first one of any."""
        found = [each for each in self.macros("excerpt") if not name or each.parameters.get("name", "") == name]
        return [body for each in found[:1] for body in each.element.iter("{ac}rich-text-body")][:1]

    def properties(self, macro_id: str = "") -> dict[str, Element]:
        """Rows of the page's properties: the name of each with the cell that holds its value."""
        found: dict[str, Element] = {}
        for each in self.macros("details"):
            if not macro_id or each.parameters.get("id", "") == macro_id:
                for name, cell in _rows(each.element):
                    found.setdefault(name, cell)
        return found

    def markdown(self, site_url: str, names: Mapping[str, str], space_key: str) -> str:
        hide(self._root)
        reader = Reader(ELEMENTS, site_url, names, space_key, self._has_styles, _document_in)
        read = reader.blocks(self._root)
        return end_of_reading(blocks.write(read), self._is_cut_short or reader.steps_left < 0)

    def replace(self, macro: PlacedMacro, label: str, contents: Sequence[Element]) -> None:
        """Puts copies of what `contents` hold into the macro's place, behind words that say where they come from."""
        place = etree.Element("div")
        if label:
            etree.SubElement(place, "p").text = label
        for content in contents:
            copy = deepcopy(content)
            copy.tag, copy.tail = "page", None  # where blocks may stand
            copy.attrib.clear()
            place.append(copy)
        place.tail = macro.element.tail
        parent = macro.element.getparent()
        if parent is not None:
            parent.replace(macro.element, place)
        self._has_styles = True  # those of what was put in are not known


def _document_in(reader: Reader, parameters: Mapping[str, str]) -> list[Block]:
    found, reader.steps_left = adf.blocks_in(
        parameters, site_url=reader.site_url, names=reader.names, steps=reader.steps_left
    )
    return found


def listing(items: Sequence[tuple[str, Sequence[Element]]]) -> Element:
    """A list of words, each with what stands below it."""
    found = etree.Element("ul")
    for words, below in items:
        item = etree.SubElement(found, "li")
        etree.SubElement(item, "p").text = words
        item.extend(below)
    return found


def table(head: Sequence[str], rows: Sequence[Sequence[Element | str | None]]) -> Element:
    found = etree.Element("table")
    first = etree.SubElement(found, "tr")
    for words in head:
        etree.SubElement(first, "th").text = words
    for row in rows:
        line = etree.SubElement(found, "tr")
        for value in row:
            _fill(etree.SubElement(line, "td"), value)
    return found


def _fill(cell: Element, value: Element | str | None) -> None:
    if isinstance(value, str):
        cell.text = value
    elif value is not None:
        copy = deepcopy(value)
        cell.text = copy.text
        cell.extend(list(copy))


def _macro_name(element: Element) -> str:
    return element.get("{ac}name", "").lower()


def _placed(element: Element) -> PlacedMacro:
    parameters = {
        child.get("{ac}name", ""): whole_text(child).strip()
        for child in element
        if child.tag in ("{ac}parameter", "{ac}default-parameter")
    }
    named = next((each for each in _targets(element)), None)
    title = named.get("{ri}content-title", "") if named is not None else parameters.get("", "")
    space_key = named.get("{ri}space-key", "") if named is not None else ""
    return PlacedMacro(_macro_name(element), parameters, title, space_key, element)


def _targets(element: Element) -> Iterator[Element]:
    for child in element:
        if child.tag in ("{ac}parameter", "{ac}default-parameter"):
            yield from (each for each in child.iter() if each.tag in _PAGES)


def _rows(element: Element) -> Iterator[tuple[str, Element]]:
    """Names down the first column or along the first row."""
    rows = [[cell for cell in row if cell.tag in ("th", "td")] for row in element.iter("tr")]
    if rows and len(rows[0]) > 1 and all(cell.tag == "th" for cell in rows[0]):
        for row in rows[1:2]:
            yield from zip((_words(cell) for cell in rows[0]), row, strict=False)
        return
    for row in rows:
        if len(row) > 1:
            yield _words(row[0]), row[1]


def _words(cell: Element) -> str:
    return " ".join(whole_text(cell).split())
