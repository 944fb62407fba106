"""
Confluence's storage format as a tree.

It is XML without a root, a prolog or declared namespaces, with HTML's entities, and in practice sometimes
not quite XML. What could expand, call out or hide is taken out before the parser sees it.
"""

import re
from html.entities import html5
from typing import cast

from lxml import etree

from atlassian.rendering.characters import visible_text
from atlassian.rendering.storage.repair import repair_xml

Element = etree._Element

NAMESPACES = ("ac", "ri", "at")
HIDDEN = "unseen"
_ROOT = "<page" + "".join(f' xmlns:{prefix}="{prefix}"' for prefix in NAMESPACES) + ">"

# Compiled so that both branches begin with a letter of their own, which lets `re` skip all other text.
# CDATA is matched so that nothing within it is touched; what is left open ends with the page.
_UNSAFE = re.compile(
    r"<(?:(?P<cdata>!\[CDATA\[.*?(?:\]\]>|\Z))"
    r"|!--.*?(?:-->|\Z)"
    r"|\?.*?(?:\?>|\Z)"
    r"""|![A-Za-z](?:[^<>"']|"[^"]*"|'[^']*')*+>?(?:\s*\]\s*>)?)"""
    r"|&(?:\#(?P<number>[0-9]{1,20}|[xX][0-9a-fA-F]{1,20})|(?P<entity>[A-Za-z][A-Za-z0-9]{0,40}));",
    re.DOTALL,
)
_PROLOG = re.compile(r"\s*(?:<\?[^>]*>\s*)?<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>", re.IGNORECASE)
_NAMESPACE = re.compile(r"""(<!\[CDATA\[.*?\]\]>)|\sxmlns(?::\w+)?\s*=\s*(?:"[^"<>]*"|'[^'<>]*')""", re.DOTALL)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![.\d])")
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}


def parse(source: str) -> Element:
    """The root around the whole page; XML that is malformed is repaired first."""
    entities: set[str] = set()
    prepared = _prepared(visible_text(source), entities)
    head = _declarations(entities) + _ROOT
    root, faults = _parsed(head + prepared + "</page>")
    if root is None or faults:
        root, _ = _parsed(head + repair_xml(prepared) + "</page>")
    if root is None:
        return etree.Element("page")
    _hide(root)
    return root


def _prepared(source: str, entities: set[str]) -> str:
    """The page without what could expand, call out or hide; the names of its entities go to `entities`."""
    prolog = _PROLOG.match(source)
    prepared = _UNSAFE.sub(lambda trouble: _neutralize(trouble, entities), source[prolog.end() if prolog else 0 :])
    return _NAMESPACE.sub(lambda found: found[1] or "", prepared) if "xmlns" in prepared else prepared


def _parsed(xml: str) -> tuple[Element | None, bool]:
    parser = etree.XMLParser(
        recover=True,
        no_network=True,
        resolve_entities="internal",
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(xml.encode(), parser)
    return cast(Element | None, root), bool(len(parser.error_log))


def _hide(root: Element) -> None:
    """Elements that the page does not show lose what they hold, and their name."""
    for element in root.xpath("//*[@style or @hidden]"):
        if element.get("hidden") is not None or _HIDDEN.search((element.get("style") or "").lower()):
            element.clear(keep_tail=True)
            element.tag = HIDDEN


def _neutralize(trouble: re.Match[str], entities: set[str]) -> str:
    if trouble["cdata"]:
        return trouble[0] if trouble[0].endswith("]]>") else trouble[0] + "]]>"
    if trouble["entity"]:
        if trouble["entity"] not in _XML_ENTITIES:
            entities.add(trouble["entity"])
        return trouble[0]
    if trouble["number"]:
        return _legal_reference(trouble["number"])
    return ""


def _legal_reference(number: str) -> str:
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    legal = code < 0x110000 and visible_text(chr(code))
    return f"&#{code};" if legal else ""


def _declarations(names: set[str]) -> str:
    """Of HTML's entities those that the page uses; a name that HTML does not know stays as it was typed."""
    if not names:
        return ""
    return "<!DOCTYPE page [" + "".join(map(_declaration, sorted(names))) + "]>"


def _declaration(name: str) -> str:
    characters = html5.get(name + ";", f"&{name};")
    value = "".join(f"&#38;#{ord(character)};" for character in characters)
    return f'<!ENTITY {name} "{value}">'


def name_of(element: Element) -> str:
    """`ac:link`, `p`: as the page writes it."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    if tag[0] == "{":
        namespace, _, local = tag[1:].partition("}")
        return f"{namespace}:{local}"
    return tag.lower()


def attribute(element: Element, name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return element.get(f"{{{prefix}}}{local}" if prefix else local) or ""


def whole_text(element: Element) -> str:
    return "".join(element.itertext())
