"""What may stand both in a line and on a line of its own: macros and pictures."""

from enum import Enum

from atlassian.rendering.storage.source import Element

_BLOCK_PLACES = {"page", "{ac}layout-cell", "{ac}rich-text-body"}
_OF_A_LINE = {"a", "span", "strong", "b", "em", "i", "u", "s", "del", "code", "sub", "sup", "br", "time"}
_LINES = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "caption", *_OF_A_LINE}
_OF_A_LINE |= {"{ac}link", "{ac}emoticon", "{ac}inline-comment-marker"}


class Place(Enum):
    LINE, BLOCK, EITHER = range(3)


def place_of(element: Element) -> Place:
    """In a line where text or what belongs to a line stands around it; a block where blocks stand, beside nothing."""
    parent, previous, following = element.getparent(), element.getprevious(), element.getnext()
    if parent is None:
        return Place.EITHER
    before = parent.text if previous is None else previous.tail
    if (before and not before.isspace()) or (element.tail and not element.tail.isspace()):
        return Place.LINE
    beside = [each.tag for each in (previous, following) if each is not None]
    if parent.tag in _BLOCK_PLACES and _OF_A_LINE.isdisjoint(beside):
        return Place.BLOCK
    return Place.LINE if parent.tag in _LINES else Place.EITHER
