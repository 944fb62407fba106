"""What may stand both in a line and on a line of its own: macros and pictures."""

from atlassian.rendering.markdown.tree import Flow, blocks_of
from atlassian.rendering.storage.source import Element, name_of

_BLOCK_PLACES = {"page", "ac:layout-cell", "ac:rich-text-body"}
_OF_A_LINE = {"a", "span", "strong", "b", "em", "i", "u", "s", "del", "code", "sub", "sup", "br", "time"}
_LINES = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "caption", *_OF_A_LINE}
_OF_A_LINE |= {"ac:link", "ac:emoticon", "ac:inline-comment-marker"}


def promote_if_alone(element: Element, flow: Flow) -> Flow:
    """What the element gives, as a block of its own if that is what it is on the page."""
    return [*blocks_of(flow)] if _stands_alone(element) else flow


def is_within_line(element: Element) -> bool:
    """Whether text or what belongs to a line stands beside it, as in the middle of a sentence."""
    parent, previous, following = element.getparent(), element.getprevious(), element.getnext()
    if parent is None:
        return False
    before = parent.text if previous is None else previous.tail
    beside = [name_of(each) for each in (previous, following) if each is not None]
    if name_of(parent) in _BLOCK_PLACES and not any(name in _OF_A_LINE for name in beside):
        return bool((before or "").strip() or (element.tail or "").strip())
    return name_of(parent) in _LINES or bool((before or "").strip() or (element.tail or "").strip())


def _stands_alone(element: Element) -> bool:
    """Whether it is where blocks stand, with nothing of a line beside it."""
    parent, previous, following = element.getparent(), element.getprevious(), element.getnext()
    if parent is None or name_of(parent) not in _BLOCK_PLACES:
        return False
    if any(beside is not None and name_of(beside) in _OF_A_LINE for beside in (previous, following)):
        return False
    before = parent.text if previous is None else previous.tail
    return not (before or "").strip() and not (element.tail or "").strip()
