"""Extensions of ADF: macros, and older content that stands whole in a parameter."""

from collections.abc import Iterator

from atlassian.rendering.adf.fields import Node, attribute, attributes, content, text
from atlassian.rendering.adf.reader import Reader
from atlassian.rendering.bounds import read_json
from atlassian.rendering.macros import Macro
from atlassian.rendering.markdown.tree import Block
from atlassian.rendering.storage.elements import blocks_in

# Where extensions keep a document: nested tables, and what came from the old editor.
_NESTED = ("adf", "nestedContent", "nestedcontent", "content", "originalAdf")
_NESTED_STORAGE = ("cxhtml", "storage", "nestedStorage")
_TITLES = {"chartTitle", "chart-title", "title"}
MAX_TITLE_LEVELS = 6


def macro(reader: Reader, node: Node) -> Macro:
    """An app's key is a path that ends in the name of the macro."""
    parameters = attributes(node).get("parameters")
    found = parameters if isinstance(parameters, dict) else {}
    shown = {}
    for group in (found.get("macroParams"), found.get("guestParams")):
        for name, value in group.items() if isinstance(group, dict) else ():
            shown[text(name)] = text(value.get("value") if isinstance(value, dict) else value)
    if not shown:
        shown = {"": next(_titles(found, MAX_TITLE_LEVELS), "")}
    plain = shown.pop("__bodyContent", None)
    name = attribute(node, "extensionKey").rpartition("/")[2] or "extension"
    fallback = " ".join(attribute(node, "text").split())
    return Macro(name, shown, [*reader.blocks(node)] if content(node) else None, plain, fallback)


def _titles(value: object, levels: int) -> Iterator[str]:
    """What a chart and its like are called, deep among their settings."""
    if not isinstance(value, dict) or levels == 0:
        return
    for name, inside in list(value.items())[:100]:
        if name in _TITLES and text(inside).strip():
            yield text(inside).strip()
        yield from _titles(inside, levels - 1)


def nested_document(reader: Reader, parameters: object) -> list[Block]:
    """The document that stands in a parameter, as JSON or as text of JSON; none if none does."""
    if not isinstance(parameters, dict):
        return []
    groups = [parameters, *(group for group in parameters.values() if isinstance(group, dict))]
    for group in groups:
        for name in _NESTED:
            document = _document(group.get(name))
            if document is not None and (blocks := reader.blocks([document])):
                return blocks
        for name in _NESTED_STORAGE:
            if "<" in (written := text(group.get(name))):
                found = blocks_in(written, site_url=reader.site_url, names=reader.names, steps=reader.steps_left)
                blocks, reader.steps_left = found
                return blocks
    return []


def _document(value: object) -> Node | None:
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            value = read_json(value)
        except ValueError:
            return None
    value = {"type": "doc", "content": value} if isinstance(value, list) else value
    return value if isinstance(value, dict) and isinstance(value.get("content"), list) else None
