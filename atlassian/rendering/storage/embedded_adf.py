"""The pieces of ADF that the storage format carries for what it has no element for."""

from collections.abc import Callable

from atlassian.rendering import macros
from atlassian.rendering.links import safe_url, smart_link
from atlassian.rendering.macros import Macro
from atlassian.rendering.markdown.tree import Expand, Flow, List, ListItem, Quote, Run, blocks_of
from atlassian.rendering.storage.reader import Reader
from atlassian.rendering.storage.source import Element, whole_text


def extension(reader: Reader, element: Element) -> Flow:
    """
    The ADF node if it holds anything, else what Confluence would show in its place: never both.

    What neither holds nor replaces anything says what it is.
    """
    nodes = [child for child in element if child.tag == "{ac}adf-node"]
    flow: Flow = [part for each in nodes if _holds(each) for part in node(reader, each)]
    if flow:
        return flow
    fallbacks = [child for child in element if child.tag == "{ac}adf-fallback"]
    shown: Flow = [part for fallback in fallbacks if not _repeats(fallback) for part in reader.blocks(fallback)]
    if shown or nodes:
        return shown or [part for each in nodes for part in _named(reader, each)]
    return reader.flow(element)


def node(reader: Reader, element: Element) -> Flow:
    return NODES.get(_kind(element), _contents)(reader, element) if _holds(element) else _named(reader, element)


def _repeats(fallback: Element) -> bool:
    """A fallback that is the ADF node once more shows nothing else."""
    return len(fallback) > 0 and all(child.tag == "{ac}adf-node" for child in fallback)


def _holds(element: Element) -> bool:
    return any(child.tag not in _SETTINGS for child in element) or bool((element.text or "").strip())


def _kind(element: Element) -> str:
    """Written as `decision-list` or `decisionList`."""
    return _option(element, "type").replace("-", "").lower()


def _option(element: Element, name: str) -> str:
    return element.get(name) or element.get("{ac}" + name) or ""


def _contents(reader: Reader, element: Element) -> Flow:
    return [*reader.blocks(element)]


def _panel(reader: Reader, element: Element) -> Flow:
    settings = _attributes(element)
    sign = settings.get("panel-icon-text", "")
    title = [Run(sign)] if sign and not sign.startswith(":") else []
    return [Quote(reader.blocks(element), macros.panel_kind(settings.get("panel-type", "")), title)]


def _decisions(reader: Reader, element: Element) -> Flow:
    nodes = (child for child in element if child.tag == "{ac}adf-node")
    return [List([ListItem(reader.blocks(child), _decision(child)) for child in nodes])]


def _expand(reader: Reader, element: Element) -> Flow:
    title = " ".join(_attributes(element).get("title", "").split())
    return [Expand([Run(title)] if title else [], reader.blocks(element))]


def _decision(element: Element) -> str:
    return "Decision? " if _attributes(element).get("state", "").upper() == "UNDECIDED" else "Decision: "


def _macro(reader: Reader, element: Element) -> Flow:
    """An app's macro with a body."""
    return macros.render(Macro(_name(element), _parameters(element), _contents(reader, element)))


def _named(reader: Reader, element: Element) -> Flow:
    """A node that shows nothing of its own says what it is."""
    kind = _kind(element)
    if not kind.endswith("extension"):
        return _unknown(reader, element)
    if nested := _nested(reader, element):
        return nested
    flow = macros.render(Macro(_name(element), _parameters(element)))
    return flow if kind == "inlineextension" else [*blocks_of(flow)]


def _unknown(reader: Reader, element: Element) -> Flow:
    """What it leads to or says of itself, as where a card or a date is kept so; else what it is."""
    settings = _attributes(element)
    if url := safe_url(settings.get("url"), reader.site_url):
        return [smart_link(url, marks=reader.marks)]
    said = settings.get("text") or settings.get("title")
    return [reader.label(said or f"[unsupported: {_in_camel_case(_option(element, 'type')) or 'node'}]")]


def _nested(reader: Reader, element: Element) -> Flow:
    """The document that stands in a parameter, such as a table within a table."""
    written = {_in_camel_case(_option(each, "key")): whole_text(each) for each in element.iter("{ac}adf-parameter")}
    return [*reader.document_in(reader, written)]


def _in_camel_case(key: str) -> str:
    first, *others = key.split("-")
    return first + "".join(map(str.title, others))


def _name(element: Element) -> str:
    return _attributes(element).get("extension-key", "").rpartition("/")[2] or "extension"


def _attributes(element: Element) -> dict[str, str]:
    found = (child for child in element if child.tag == "{ac}adf-attribute")
    return {_option(child, "key"): whole_text(child).strip() for child in found}


def _parameters(element: Element) -> dict[str, str]:
    """What the author set; the app's own bookkeeping stands beside it in other groups."""
    parameters = [*element.iter("{ac}adf-parameter")]
    groups = (group for group in parameters if _option(group, "key") in _SET_BY_AUTHOR)
    found = {_option(each, "key"): whole_text(each).strip() for group in groups for each in group}
    titles = (whole_text(each).strip() for each in parameters if _option(each, "key") in _TITLES)
    return found or {"": next(filter(None, titles), "")}


_SET_BY_AUTHOR = {"guest-params", "macro-params"}
# What a chart and its like are called, deep among their settings.
_TITLES = {"chart-title", "title"}
_SETTINGS = {"{ac}adf-attribute", "{ac}adf-mark"}

NODES: dict[str, Callable[[Reader, Element], Flow]] = {
    **dict.fromkeys(("extension", "bodiedextension", "inlineextension", "multibodiedextension"), _macro),
    "decisionlist": _decisions,
    **dict.fromkeys(("expand", "nestedexpand"), _expand),
    "panel": _panel,
}
