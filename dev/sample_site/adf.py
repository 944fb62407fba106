"""ADF as text, and storage format turned into ADF, node by node."""

import hashlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from dev.sample_site.storage import AC, RI, parse, text_of

Node = dict[str, Any]
MARKS: dict[str, Node] = {
    "strong": {"type": "strong"},
    "b": {"type": "strong"},
    "em": {"type": "em"},
    "i": {"type": "em"},
    "u": {"type": "underline"},
    "del": {"type": "strike"},
    "s": {"type": "strike"},
    "code": {"type": "code"},
    "sub": {"type": "subsup", "attrs": {"type": "sub"}},
    "sup": {"type": "subsup", "attrs": {"type": "sup"}},
}
PANELS = {"info": "info", "note": "note", "warning": "warning", "tip": "success", "panel": "info"}
BLOCKS = ("paragraph", "heading", "codeBlock", "taskItem", "decisionItem", "tableRow", "tableCell")
COLOURS = {"Green": "green", "Red": "red", "Yellow": "yellow", "Blue": "blue"}


def text_in(document: Any) -> str:
    """All words of a document, one block a line; without recursion, so that no depth is too deep."""
    pieces: list[str] = []
    waiting: list[Any] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            pieces.append(node)
        elif isinstance(node, list):
            waiting += reversed([child for child in node if not isinstance(child, str)])
        elif isinstance(node, dict):
            waiting += ["\n"] if node.get("type") in BLOCKS else []
            waiting += [node["content"]] if isinstance(node.get("content"), list) else []
            waiting.append(_own_text(node))
    return "".join(pieces)


def _own_text(node: Node) -> str:
    attrs = node.get("attrs")
    given = attrs if isinstance(attrs, dict) else {}
    return str(node.get("text") or given.get("text") or given.get("title") or given.get("shortName") or "")


def document(storage: str, names: Mapping[str, str] | None = None, addresses: Mapping[str, str] | None = None) -> Node:
    """The ADF of a page; what is not XML becomes paragraphs of its text."""
    try:
        content = Converter(names or {}, addresses or {}).blocks(parse(storage))
    except ET.ParseError:
        content = [paragraph(line) for line in text_of(storage).splitlines() if line.strip()]
    return {"type": "doc", "version": 1, "content": content}


def paragraph(text: str) -> Node:
    return {"type": "paragraph", "content": [{"type": "text", "text": text}] if text else []}


def local_id(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class Converter:
    """`names` gives the display name of an account id, `addresses` the address of a page's title."""

    def __init__(self, names: Mapping[str, str], addresses: Mapping[str, str]) -> None:
        self.names = names
        self.addresses = addresses
        self.block_kinds: dict[str, Callable[[ET.Element], list[Node]]] = {
            "p": lambda element: [{"type": "paragraph", "content": self.inline(element)}],
            "ul": lambda element: [self._list("bulletList", element)],
            "ol": lambda element: [self._list("orderedList", element) | {"attrs": {"order": 1}}],
            "hr": lambda element: [{"type": "rule"}],
            "blockquote": lambda element: [{"type": "blockquote", "content": self.blocks(element)}],
            "table": lambda element: [self._table(element)],
            "div": self.blocks,
            AC + "layout": self.blocks,
            AC + "layout-section": self._layout,
            AC + "task-list": lambda element: [self._tasks(element)],
            AC + "structured-macro": self._macro,
            AC + "image": lambda element: [self._image(element)],
        }

    def blocks(self, element: ET.Element) -> list[Node]:
        """Block nodes of an element; loose inline content between them becomes paragraphs."""
        found: list[Node] = []
        loose = ET.Element("p")
        loose.text = element.text
        for child in element:
            tail, kind = child.tail, self._block_kind(child)
            if kind is None:
                loose.append(child)
                continue
            found += self._flushed(loose)
            loose = ET.Element("p")
            loose.text = tail
            found += kind(child)
        return found + self._flushed(loose)

    def _block_kind(self, element: ET.Element) -> Callable[[ET.Element], list[Node]] | None:
        if element.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            return self._heading
        if element.tag == AC + "structured-macro" and element.get(AC + "name") == "status":
            return None
        return self.block_kinds.get(element.tag)

    def _flushed(self, loose: ET.Element) -> list[Node]:
        if not len(loose) and not (loose.text or "").strip():
            return []
        content = self.inline(loose)
        return [{"type": "paragraph", "content": content}] if content else []

    def _heading(self, element: ET.Element) -> list[Node]:
        return [{"type": "heading", "attrs": {"level": int(element.tag[1])}, "content": self.inline(element)}]

    def _list(self, kind: str, element: ET.Element) -> Node:
        items = [{"type": "listItem", "content": self.blocks(item)} for item in element if item.tag == "li"]
        return {"type": kind, "content": items}

    def _layout(self, element: ET.Element) -> list[Node]:
        cells = [
            {
                "type": "layoutColumn",
                "attrs": {"width": round(100 / len(element), 2)},
                "content": self.blocks(cell),
            }
            for cell in element
        ]
        return [{"type": "layoutSection", "content": cells}]

    def _table(self, element: ET.Element) -> Node:
        rows = [{"type": "tableRow", "content": [self._cell(cell) for cell in row]} for row in element.iter("tr")]
        return {"type": "table", "attrs": {"layout": "default"}, "content": rows}

    def _cell(self, cell: ET.Element) -> Node:
        kind = "tableHeader" if cell.tag == "th" else "tableCell"
        spans = {name: int(cell.get(name, "1")) for name in ("colspan", "rowspan")}
        return {"type": kind, "attrs": spans, "content": self.blocks(cell) or [paragraph("")]}

    def _tasks(self, element: ET.Element) -> Node:
        items = []
        for task in element.iter(AC + "task"):
            done = (task.findtext(AC + "task-status") or "").strip() == "complete"
            body = task.find(AC + "task-body")
            attrs = {
                "localId": local_id(task.findtext(AC + "task-id") or ""),
                "state": "DONE" if done else "TODO",
            }
            items.append({"type": "taskItem", "attrs": attrs, "content": [] if body is None else self.inline(body)})
        return {"type": "taskList", "attrs": {"localId": "tasks"}, "content": items}

    def _macro(self, element: ET.Element) -> list[Node]:
        name = element.get(AC + "name", "")
        given = {each.get(AC + "name", ""): "".join(each.itertext()) for each in element.findall(AC + "parameter")}
        plain, rich = element.find(AC + "plain-text-body"), element.find(AC + "rich-text-body")
        inner = self.blocks(rich) if rich is not None else []
        if name == "code":
            text = [{"type": "text", "text": plain.text}] if plain is not None and plain.text else []
            return [{"type": "codeBlock", "attrs": {"language": given.get("language", "")}, "content": text}]
        if name in PANELS:
            return [{"type": "panel", "attrs": {"panelType": PANELS[name]}, "content": inner}]
        if name == "expand":
            return [{"type": "expand", "attrs": {"title": given.get("title", "")}, "content": inner}]
        attrs = {
            "extensionType": "com.atlassian.confluence.macro.core",
            "extensionKey": name,
            "parameters": {"macroParams": {key: {"value": value} for key, value in given.items()}},
        }
        if rich is not None:
            return [{"type": "bodiedExtension", "attrs": attrs, "content": inner}]
        return [{"type": "extension", "attrs": attrs}]

    def _image(self, element: ET.Element) -> Node:
        attachment, url = element.find(RI + "attachment"), element.find(RI + "url")
        if url is not None:
            attrs = {"type": "external", "url": url.get(RI + "value", "")}
        else:
            name = "" if attachment is None else attachment.get(RI + "filename", "")
            attrs = {"type": "file", "id": local_id(name), "collection": "contentId", "alt": name}
        return {
            "type": "mediaSingle",
            "attrs": {"layout": "center"},
            "content": [{"type": "media", "attrs": attrs}],
        }

    def inline(self, element: ET.Element, marks: tuple[Node, ...] = ()) -> list[Node]:
        found = self._text(element.text, marks)
        for child in element:
            found += self._one(child, marks) + self._text(child.tail, marks)
        return found

    def _text(self, text: str | None, marks: tuple[Node, ...]) -> list[Node]:
        if not text or ("\n" in text and not text.strip()):
            return []
        # A line break in the file is a blank; the indentation behind it says nothing.
        node: Node = {"type": "text", "text": re.sub(r"\s*\n\s*", " ", text)}
        return [node | {"marks": list(marks)} if marks else node]

    def _one(self, element: ET.Element, marks: tuple[Node, ...]) -> list[Node]:
        tag = element.tag
        if tag in MARKS:
            return self.inline(element, (*marks, MARKS[tag]))
        if tag == "br":
            return [{"type": "hardBreak"}]
        if tag == "a":
            link = {"type": "link", "attrs": {"href": element.get("href", "")}}
            return self.inline(element, (*marks, link))
        if tag == "time":
            return [{"type": "date", "attrs": {"timestamp": _milliseconds(element.get("datetime", ""))}}]
        if tag == AC + "link":
            return self._link(element, marks)
        if tag == AC + "emoticon":
            shown = element.get(AC + "emoji-fallback", "")
            attrs = {"shortName": element.get(AC + "emoji-shortname", ""), "text": shown}
            return [{"type": "emoji", "attrs": attrs}]
        if tag == AC + "structured-macro" and element.get(AC + "name") == "status":
            return [self._status(element)]
        if tag == AC + "placeholder":
            return []
        return self.inline(element, marks)

    def _status(self, element: ET.Element) -> Node:
        given = {each.get(AC + "name", ""): each.text or "" for each in element.findall(AC + "parameter")}
        colour = COLOURS.get(given.get("colour", ""), "neutral")
        return {"type": "status", "attrs": {"text": given.get("title", ""), "color": colour}}

    def _link(self, element: ET.Element, marks: tuple[Node, ...]) -> list[Node]:
        user, page = element.find(RI + "user"), element.find(RI + "page")
        if user is not None:
            account = user.get(RI + "account-id", "")
            return [
                {
                    "type": "mention",
                    "attrs": {"id": account, "text": "@" + self.names.get(account, "unknown")},
                }
            ]
        title = "" if page is None else page.get(RI + "content-title", "")
        shown = "".join(element.itertext()).strip() or title
        href = self.addresses.get(title, "")
        return self._text(shown, (*marks, {"type": "link", "attrs": {"href": href}}))


def _milliseconds(day: str) -> str:
    return str(int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)) if day else "0"
