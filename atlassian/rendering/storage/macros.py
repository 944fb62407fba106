"""Macros of the storage format."""

from atlassian.rendering import macros
from atlassian.rendering.macros import Macro
from atlassian.rendering.markdown.tree import Block, Flow, Run, blocks_of
from atlassian.rendering.storage.links import resource
from atlassian.rendering.storage.placement import promote_if_alone
from atlassian.rendering.storage.reader import Reader, collapsed
from atlassian.rendering.storage.source import Element, attribute, name_of, whole_text


def macro(reader: Reader, element: Element) -> Flow:
    found = Macro(attribute(element, "ac:name") or "macro")
    for child in element:
        name = name_of(child)
        if name in ("ac:parameter", "ac:default-parameter"):
            found.parameters[attribute(child, "ac:name")] = resource(reader, child) or whole_text(child).strip()
        elif name == "ac:rich-text-body":
            found.body = [*(found.body or []), *reader.blocks(child)]
        elif name == "ac:plain-text-body":
            found.plain = whole_text(child)
        elif misplaced := blocks_of(collapsed(reader.read(child))):
            found.body = [*(found.body or []), *misplaced]
    flow = [_in_style(reader, node) for node in macros.render(found)]
    return promote_if_alone(element, flow)


def _in_style(reader: Reader, node: Run | Block) -> Run | Block:
    return node._replace(marks=reader.marks, href=reader.href) if isinstance(node, Run) else node
