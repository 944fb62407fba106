"""Macros of the storage format."""

from atlassian.rendering import macros
from atlassian.rendering.macros import Macro
from atlassian.rendering.markdown.tree import Block, Flow, Run, blocks_of
from atlassian.rendering.storage.links import resource
from atlassian.rendering.storage.placement import Place, place_of
from atlassian.rendering.storage.reader import Reader
from atlassian.rendering.storage.source import Element, whole_text


def macro(reader: Reader, element: Element) -> Flow:
    found = Macro(element.get("{ac}name") or "macro")
    for child in element:
        name = child.tag
        if name in ("{ac}parameter", "{ac}default-parameter"):
            found.parameters[child.get("{ac}name", "")] = resource(reader, child) or whole_text(child).strip()
        elif name == "{ac}rich-text-body":
            found.body = [*(found.body or []), *reader.blocks(child)]
        elif name == "{ac}plain-text-body":
            found.plain = whole_text(child)
        elif misplaced := blocks_of(reader.read(child)):
            found.body = [*(found.body or []), *misplaced]
    if stray := reader.stray_text(element):
        found.body = [*(found.body or []), *stray]
    flow, place = macros.render(found), place_of(element)
    if place is Place.LINE:
        flow = macros.in_line(flow)
    if reader.marks or reader.href:
        flow = [_in_style(reader, node) for node in flow]
    return [*blocks_of(flow)] if place is Place.BLOCK else flow


def _in_style(reader: Reader, node: Run | Block) -> Run | Block:
    """Runs of a macro's body have styles of their own besides."""
    if not isinstance(node, Run):
        return node
    return node._replace(marks=node.marks | reader.marks, href=node.href or reader.href)
