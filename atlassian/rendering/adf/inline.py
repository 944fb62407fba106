"""ADF nodes that stand within a line of text."""

import re
from typing import Any

from atlassian.rendering.adf.fields import Node, attribute, attributes, content, day, kind, text
from atlassian.rendering.adf.reader import Reader
from atlassian.rendering.bounds import MARKED_STEPS
from atlassian.rendering.emoji import emoji as emoji_text
from atlassian.rendering.links import external_image, query_in, safe_url, smart_link
from atlassian.rendering.markdown.tree import CODE, EM, PLAIN, STRIKE, STRONG, SUB, SUP, Flow, Marks, Run, make_run
from atlassian.rendering.visibility import Colour, colour, contrasts

_SPACES = re.compile(r"[^\S\n]{2,}|[^\S\n ]")  # of any width, as in storage format
_MARKS = {"strong": STRONG, "em": EM, "strike": STRIKE, "code": CODE, "sub": SUB, "sup": SUP}
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".heic", ".tiff")


def _marks_of(node: Node) -> list[Node]:
    found = node.get("marks")
    return [mark for mark in found if isinstance(mark, dict)] if isinstance(found, list) else []


def marks(node: Node) -> Marks:
    """Underline, colour, alignment and annotation change no meaning and are left out."""
    found = _marks_of(node)
    if not found:
        return PLAIN
    known = {_MARKS[mark["type"]] for mark in found if isinstance(mark.get("type"), str) and mark["type"] in _MARKS}
    known |= {SUB if attribute(mark, "type") == "sub" else SUP for mark in found if mark.get("type") == "subsup"}
    return frozenset(known)


def href(reader: Reader, node: Node) -> str:
    links = (mark for mark in _marks_of(node) if mark.get("type") == "link")
    return next((safe_url(attributes(mark).get("href"), reader.site_url) for mark in links), "")


def text_node(reader: Reader, node: Node) -> Flow:
    written = text(node.get("text"))
    if not node.get("marks"):
        return [make_run((_spaced(written), PLAIN, ""))]
    reader.steps_left -= MARKED_STEPS
    kinds = {kind(mark): mark for mark in _marks_of(node)}
    if "textColor" in kinds and is_hidden(kinds, reader.ground):
        return []
    found = marks(node)
    link = safe_url(attributes(kinds["link"]).get("href"), reader.site_url) if "link" in kinds else ""
    return [make_run((written.replace("\u00a0", " ") if CODE in found else _spaced(written), found, link))]


def _spaced(written: str) -> str:
    return written if written.isprintable() and "  " not in written else _SPACES.sub(" ", written)


def is_hidden(kinds: dict[str, Node], ground: Colour) -> bool:
    """Whether the colours of a text keep it from the eye."""
    behind = attribute(kinds["backgroundColor"], "color") if "backgroundColor" in kinds else ""
    return not contrasts(attribute(kinds["textColor"], "color"), colour(behind) or ground)


def hard_break(reader: Reader, node: Node) -> Flow:
    return [Run("\n")]


def mention_text(node: Node) -> str:
    return " ".join((attribute(node, "text") or text(node.get("text"))).split()).lstrip("@")


def mention(reader: Reader, node: Node) -> Flow:
    account_id = attribute(node, "id")
    name = mention_text(node) or text(reader.names.get(account_id)) or account_id
    return [Run(f"@{name}", marks(node))] if name else []


def emoji(reader: Reader, node: Node) -> Flow:
    character = emoji_text(attribute(node, "text"), attribute(node, "id"), attribute(node, "shortName"))
    return [Run(character, marks(node))]


def status(reader: Reader, node: Node) -> Flow:
    said = " ".join(attribute(node, "text").split())
    return [Run(f"[{said}]", marks(node))] if said else []


def date(reader: Reader, node: Node) -> Flow:
    return [Run(day(attribute(node, "timestamp").strip()), marks(node))]


def nothing(reader: Reader, node: Node) -> Flow:
    return []


def card(reader: Reader, node: Node) -> Flow:
    """A smart link, within a line or as a block: a name if the document knows one, else the bare address."""
    found: Any = attributes(node).get("data")
    data: Node = found if isinstance(found, dict) else {}
    address = attribute(node, "url") or text(data.get("url"))
    title = " ".join(text(data.get("name")).split())
    query = _query(node)
    if query:
        title = f"Jira issues: {query}"
    url = safe_url(address, reader.site_url)
    if url:
        return [smart_link(url, title, marks(node))]
    return [Run(title or address, marks(node))]


def _query(node: Node) -> str:
    source = attributes(node).get("datasource")
    if not isinstance(source, dict):
        return ""
    parameters = source.get("parameters")
    query = text(parameters.get("jql")) if isinstance(parameters, dict) else ""
    return " ".join((query or query_in(attribute(node, "url"))).split())


def media(reader: Reader, node: Node) -> Flow:
    return file(reader, node, "image" if _is_image(reader, node) else "attachment")


def file(reader: Reader, node: Node, sort: str, link: str = "") -> Flow:
    """A picture with the address that it is at, or a file of which only the name can be told."""
    name = _known_name(reader, node)
    link = href(reader, node) or link
    address = safe_url(attributes(node).get("url"), reader.site_url)
    if address:
        return external_image(name, address, PLAIN, link)
    return [Run(f"[{sort}: {name}]" if name else f"[{sort}]", PLAIN, link)]


def file_name(node: Node) -> str:
    return " ".join(attribute(node, "alt", "__fileName", "fileName").split())


def is_nameless(reader: Reader, node: Node) -> bool:
    return not (_known_name(reader, node) or attributes(node).get("url"))


def _known_name(reader: Reader, node: Node) -> str:
    return file_name(node) or reader.files.get(attribute(node, "id"), "")


def _is_image(reader: Reader, node: Node) -> bool:
    sort = attribute(node, "__fileMimeType", "type")
    return sort.startswith("image") or _known_name(reader, node).lower().endswith(_IMAGES)


def old_image(reader: Reader, node: Node) -> Flow:
    address = safe_url(attributes(node).get("src"), reader.site_url)
    return external_image(attribute(node, "alt"), address)


def contents(reader: Reader, node: Node) -> Flow:
    return reader.contents(node) if content(node) else []
