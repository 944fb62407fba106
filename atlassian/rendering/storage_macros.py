"""Macros of the storage format, and the pieces of ADF that it carries for what it has no element for."""

from atlassian.rendering import macros, storage_links
from atlassian.rendering.macros import Macro
from atlassian.rendering.storage_reader import Reader
from atlassian.rendering.storage_source import Element, attribute, name_of, whole_text
from atlassian.rendering.tree import Block, Flow, Item, Items, Quote, Run, blocks_of

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


def adf_extension(reader: Reader, element: Element) -> Flow:
    """The ADF node if it holds anything, else what Confluence would show in its place: never both."""
    nodes = [child for child in element if name_of(child) == "ac:adf-node"]
    flow = [part for node in nodes for part in _adf_node(reader, node)]
    if flow:
        return flow
    fallbacks = [child for child in element if name_of(child) == "ac:adf-fallback"]
    shown: Flow = [part for fallback in fallbacks for part in reader.blocks(fallback)]
    return shown or [reader.say(f"[unsupported: {_adf_kind(node)}]") for node in nodes]


def _adf_node(reader: Reader, element: Element) -> Flow:
    kind = _adf_kind(element)
    if kind == "panel":
        return _adf_panel(reader, element)
    if kind == "decision-list":
        return [Items(_decisions(reader, element))]
    return [*reader.blocks(element)]


def _adf_kind(element: Element) -> str:
    return attribute(element, "type") or attribute(element, "ac:type")


def _adf_panel(reader: Reader, element: Element) -> Flow:
    told = _adf_attributes(element)
    sign = told.get("panel-icon-text", "")
    title = [Run(sign)] if sign and not sign.startswith(":") else []
    named = "".join(filter(str.isalpha, told.get("panel-type", ""))).upper()
    return [Quote(reader.blocks(element), named or "PANEL", title)]


def _decisions(reader: Reader, element: Element) -> list[Item]:
    return [Item(reader.blocks(child), "Decision: ") for child in element if name_of(child) == "ac:adf-node"]


def _adf_attributes(element: Element) -> dict[str, str]:
    found = (child for child in element if name_of(child) == "ac:adf-attribute")
    return {attribute(child, "key") or attribute(child, "ac:key"): whole_text(child).strip() for child in found}
