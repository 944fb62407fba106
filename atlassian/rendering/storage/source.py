"""
Confluence's storage format as a tree.

It is XML without a root, a prolog or declared namespaces, with HTML's entities, and in practice sometimes
not quite XML. What could expand, call out or hide is taken out before the parser sees it.
"""

import re
from html.entities import html5
from typing import cast

from lxml import etree

from atlassian.rendering.bounds import MAX_SOURCE_CHARS
from atlassian.rendering.characters import visible_text
from atlassian.rendering.storage.repair import repair_xml

Element = etree._Element

# Names are those that lxml gives: `p`, `{ac}link`.
NAMESPACES = ("ac", "ri", "at")
HIDDEN = "hidden"
_ROOT = "<page" + "".join(f' xmlns:{prefix}="{prefix}"' for prefix in NAMESPACES) + ">"

# Compiled so that both branches begin with a letter of their own, which lets `re` skip all other text.
# CDATA is matched so that nothing within it is touched; what is left open ends with the page.
_UNSAFE = re.compile(
    r"<(?:(?P<cdata>!\[CDATA\[.*?(?:\]\]>|\Z))"
    r"|!--.*?(?:-->|\Z)"
    r"|\?.*?(?:\?>|\Z)"
    r"""|![A-Za-z](?:[^<>"']|"[^"]*"|'[^']*')*+>?(?:\s*\]\s*>)?)"""
    r"|&(?:\#(?P<number>[0-9]{1,20}|[xX][0-9a-fA-F]{1,20})|(?!(?:amp|lt|gt|quot|apos);)(?P<entity>[A-Za-z][A-Za-z0-9]{0,40}));",
    re.DOTALL,
)
_PROLOG = re.compile(r"\s*(?:<\?[^>]*>\s*)?<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>", re.IGNORECASE)
_IN_CAPITALS = re.compile(r"<[A-Z]")
_NAMESPACE = re.compile(r"""(<!\[CDATA\[.*?\]\]>)|\sxmlns(?::\w+)?\s*=\s*(?:"[^"<>]*"|'[^'<>]*')""", re.DOTALL)
_ESCAPED = str.maketrans({"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;", "'": "&apos;"})


def parse(source: str) -> Element:
    """The root around the page, of which MAX_SOURCE_CHARS are read; XML that is malformed is repaired first."""
    prepared = _prepared(source[:MAX_SOURCE_CHARS])
    root, faults = _parsed(_ROOT + prepared + "</page>")
    if root is None or faults:
        root, _ = _parsed(_ROOT + repair_xml(prepared) + "</page>")
    if root is None:
        return etree.Element("page")
    if _IN_CAPITALS.search(prepared):
        _lower_names(root)
    return root


def _lower_names(root: Element) -> None:
    """HTML does not tell `P` from `p`; Confluence's own names have capitals of their own."""
    for element in root.iter(etree.Element):
        name = str(element.tag)
        element.tag = name if name[0] == "{" else name.lower()


def _prepared(source: str) -> str:
    """The page without what could expand, call out or hide, its references as the characters that they stand for."""
    prolog = _PROLOG.match(source)
    prepared = _UNSAFE.sub(_neutralize, source[prolog.end() if prolog else 0 :])
    if "xmlns" in prepared:
        prepared = _NAMESPACE.sub(lambda found: found[1] or "", prepared)
    return visible_text(prepared)


def _parsed(xml: str) -> tuple[Element | None, bool]:
    parser = etree.XMLParser(
        recover=True,
        no_network=True,
        resolve_entities=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(xml.encode(), parser)
    return cast(Element | None, root), bool(len(parser.error_log))


def _neutralize(unsafe: re.Match[str]) -> str:
    """Of HTML's entities each is its character; a name that HTML does not know stays as it was typed."""
    kind = unsafe.lastgroup
    if kind == "entity":
        characters = html5.get(unsafe["entity"] + ";")
        return characters.translate(_ESCAPED) if characters else f"&amp;{unsafe['entity']};"
    if kind == "number":
        return _character(unsafe["number"]).translate(_ESCAPED)
    if kind == "cdata":
        return unsafe[0] if unsafe[0].endswith("]]>") else unsafe[0] + "]]>"
    return ""


def _character(number: str) -> str:
    """Nothing for what XML has no character for; whether one is visible depends on what stands beside it."""
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    legal = code in (9, 10) or 32 <= code < 0xD800 or 0xDFFF < code < 0x110000
    return chr(code) if legal else ""


def whole_text(element: Element) -> str:
    return "".join(element.itertext()) if len(element) else element.text or ""
