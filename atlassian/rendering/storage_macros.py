"""Macros of the storage format."""

from atlassian.rendering import macros, storage_links
from atlassian.rendering.macros import Macro
from atlassian.rendering.storage_reader import Reader
from atlassian.rendering.storage_source import Element, attribute, name_of, whole_text
from atlassian.rendering.tree import Block, Flow, Run, blocks_of

_BLOCK_PLACES = {"page", "ac:layout-cell", "ac:rich-text-body"}
_OF_A_LINE = {"a", "span", "strong", "b", "em", "i", "u", "s", "del", "code", "sub", "sup", "br", "time"}
_OF_A_LINE |= {"ac:link", "ac:emoticon", "ac:inline-comment-marker"}


def macro(reader: Reader, element: Element) -> Flow:
    found = Macro(attribute(element, "ac:name") or "macro")
    for child in element:
        name = name_of(child)
        if name in ("ac:parameter", "ac:default-parameter"):
            found.parameters[attribute(child, "ac:name")] = (
                storage_links.resource(reader, child) or whole_text(child).strip()
            )
        elif name == "ac:rich-text-body":
            found.body = [*reader.blocks(child)]
        elif name == "ac:plain-text-body":
            found.plain = whole_text(child)
    flow = [_in_style(reader, node) for node in macros.render(found)]
    return [*blocks_of(flow)] if _stands_alone(element) else flow


def image(reader: Reader, element: Element) -> Flow:
    flow = storage_links.image(reader, element)
    return [*blocks_of(flow)] if _stands_alone(element) else flow


def _in_style(reader: Reader, node: Run | Block) -> Run | Block:
    return node._replace(marks=reader.marks, href=reader.href) if isinstance(node, Run) else node


def _stands_alone(element: Element) -> bool:
    """Whether a macro or picture is on a line of its own: where blocks stand, with nothing of a line beside it."""
    parent, previous, following = element.getparent(), element.getprevious(), element.getnext()
    if parent is None or name_of(parent) not in _BLOCK_PLACES:
        return False
    if any(beside is not None and name_of(beside) in _OF_A_LINE for beside in (previous, following)):
        return False
    before = parent.text if previous is None else previous.tail
    return not (before or "").strip() and not (element.tail or "").strip()
