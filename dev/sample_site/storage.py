"""Storage format read as XML, and shown as text."""

import html.entities
import re
import xml.etree.ElementTree as ET
from functools import lru_cache

AC = "{http://atlassian.com/content}"
RI = "{http://atlassian.com/resource/identifier}"
NAMED = {name: chr(code) for name, code in html.entities.name2codepoint.items()}
KEPT = {"amp", "lt", "gt", "quot", "apos"}


def parse(storage: str) -> ET.Element:
    """The document under one root; raises ET.ParseError when it is not XML."""
    plain = re.sub(r"&(\w+);", _character, storage)
    return ET.fromstring(
        '<root xmlns:ac="http://atlassian.com/content" '
        f'xmlns:ri="http://atlassian.com/resource/identifier">{plain}</root>'
    )


def _character(found: re.Match[str]) -> str:
    name = found.group(1)
    return found.group() if name in KEPT else NAMED.get(name, "")


@lru_cache(maxsize=512)
def text_of(storage: str) -> str:
    try:
        root = parse(storage)
    except ET.ParseError:
        return re.sub(r"<[^>]*>", " ", storage)
    return re.sub(r"[ \t]+", " ", "".join(_pieces(root))).strip()


BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "td", "th", "blockquote", AC + "task"}
SILENT = {AC + "task-id", AC + "task-status", AC + "task-uuid"}


def _pieces(element: ET.Element) -> list[str]:
    """Of a macro's parameters only the title is shown, and so are a date and an emoji."""
    if element.tag in SILENT or (element.tag == AC + "parameter" and element.get(AC + "name") != "title"):
        return []
    shown = element.get("datetime") or element.get(AC + "emoji-fallback") or ""
    begins = "\n" if element.tag == AC + "rich-text-body" else ""  # below the title of its panel
    pieces = [begins, shown, element.text or ""]
    for child in element:
        pieces += [*_pieces(child), child.tail or ""]
    return [*pieces, "\n"] if element.tag in BLOCKS else pieces
