"""What styles of the storage format say: marks that editors of old and pasted text write so, and hidden text."""

from functools import lru_cache
from itertools import islice
from typing import cast

from lxml import etree

from atlassian.rendering.markdown.tree import CODE, EM, PLAIN, STRIKE, STRONG, SUB, SUP, Marks
from atlassian.rendering.storage.source import HIDDEN, Element
from atlassian.rendering.visibility import WHITE, Colour, background, colour, contrasts, declarations, hides

# Bold or italic of a whole block is how it looks; within a line it stresses words.
_WITHIN_LINES = {"span", "font", "a", "u", "label", "small", "big", "{ac}inline-comment-marker"}
_STYLED = etree.XPath("//@style/.. | //@hidden/.. | //font[@color]")
_MAX_ANCESTORS = 20
_MAX_CACHED_CHARS = 300


def marks_in(style: str, name: object) -> Marks:
    return _marks_in(style, name in _WITHIN_LINES) if len(style) < _MAX_CACHED_CHARS else PLAIN


@lru_cache(512)
def _marks_in(style: str, within_line: bool) -> Marks:
    found = declarations(style)
    marks: set[str] = set()
    if "line-through" in found.get("text-decoration", "") + found.get("text-decoration-line", ""):
        marks.add(STRIKE)
    if within_line:
        weight = found.get("font-weight", "")
        marks |= {STRONG} if weight in ("bold", "bolder", "600", "700", "800", "900") else PLAIN
        marks |= {EM} if found.get("font-style", "") in ("italic", "oblique") else PLAIN
        marks |= {"sub": {SUB}, "super": {SUP}}.get(found.get("vertical-align", ""), PLAIN)
        marks |= {CODE} if found.get("font-family", "").endswith("monospace") else PLAIN
    return frozenset(marks)


def hide(root: Element) -> None:
    """Elements that the page does not show lose what they hold, and their name; a cell stays as wide as it is."""
    for element in cast(list[Element], _STYLED(root)):
        if element.get("hidden") is not None or _is_hidden(element):
            spans = {name: element.attrib[name] for name in ("colspan", "rowspan") if name in element.attrib}
            element.clear(keep_tail=True)
            element.attrib.update(spans)
            element.tag = HIDDEN


def _is_hidden(element: Element) -> bool:
    style = element.get("style") or ""
    if "color" in style.lower() or element.get("color"):
        ground = _ground(element)
        written = element.get("color") or ""
        return _hides(style, ground) or (bool(written) and not contrasts(written, ground))
    return bool(style) and _hides(style, WHITE)


def _hides(style: str, ground: Colour) -> bool:
    return _known(style, ground) if len(style) < _MAX_CACHED_CHARS else hides(style, ground)


@lru_cache(512)
def _known(style: str, ground: Colour) -> bool:
    return hides(style, ground)


def _ground(element: Element) -> Colour:
    """The colour behind an element: of the nearest around it that has one."""
    for place, around in enumerate(element.iterancestors()):
        if place == _MAX_ANCESTORS:
            break
        if found := _own_ground(around):
            return found
    return WHITE


def _own_ground(element: Element) -> Colour | None:
    given = element.get("data-highlight-colour") or element.get("bgcolor") or element.get("data-cell-background") or ""
    style = element.get("style")
    if element.tag == "{ac}structured-macro":
        parameters = (child for child in islice(element, 20) if child.get("{ac}name", "") == "bgColor")
        given = next((parameter.text or "" for parameter in parameters), given)
    return colour(given) or (background(declarations(style)) if style else None)
