"""What an ADF document must give, drawn from the document alone."""

import re
from datetime import UTC, datetime
from typing import Any

from dev.scoring.facts import Facts, SourceCell, add_link, add_table, normal

SITE = "https://scored.example"
_PROBE = re.compile(r"/browse/([A-Za-z][A-Za-z0-9_]*-\d+)")
_INLINE = {"text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard", "mediaInline", "placeholder"}
_INLINE |= {"inlineExtension"}


def adf_facts(document: dict[str, Any]) -> Facts:
    facts = Facts()
    _blocks(document.get("content"), facts, 0)
    return facts


def _list(value: Any) -> list[dict[str, Any]]:
    return [node for node in value if isinstance(node, dict)] if isinstance(value, list) else []


def _attrs(node: dict[str, Any]) -> dict[str, Any]:
    attrs = node.get("attrs")
    return attrs if isinstance(attrs, dict) else {}


def _blocks(nodes: Any, facts: Facts, depth: int) -> None:
    waiting: list[dict[str, Any]] = []
    for node in _list(nodes):
        if node.get("type") in _INLINE:
            waiting.append(node)
            continue
        _line(waiting, facts)
        waiting = []
        _block(node, facts, depth)
    _line(waiting, facts)


def _block(node: dict[str, Any], facts: Facts, depth: int) -> None:
    kind, attrs = node.get("type"), _attrs(node)
    if kind == "paragraph":
        _line(node.get("content"), facts)
    elif kind == "heading":
        said = _line(node.get("content"), facts)
        if said:
            facts.add("heading", attrs.get("level"), said)
    elif kind == "codeBlock":
        code = "".join(str(child.get("text", "")) for child in _list(node.get("content")))
        facts.text.append(code)
        facts.add("code", re.sub(r"[^A-Za-z0-9+#._-]", "", attrs.get("language") or ""), code.rstrip())
    elif kind in ("bulletList", "orderedList", "taskList", "decisionList"):
        _items(node, facts, depth)
    elif kind == "table":
        _table(node, facts)
    elif kind == "rule":
        facts.add("rule")
    elif kind == "panel":
        facts.add("panel", _panel(attrs))
        _blocks(node.get("content"), facts, depth)
    elif kind == "blockquote":
        facts.add("quote")
        _blocks(node.get("content"), facts, depth)
    elif kind in ("blockCard", "embedCard", "media"):
        _line([node], facts)
    elif kind == "caption":
        _line(node.get("content"), facts)
    else:
        _other(node, facts, depth)


def _panel(attrs: dict[str, Any]) -> str:
    return str(attrs.get("panelType", "")).upper().replace("CUSTOM", "") or "PANEL"


def _other(node: dict[str, Any], facts: Facts, depth: int) -> None:
    """Expands with their title; layouts, extensions and the unknown by what they hold."""
    title = _attrs(node).get("title")
    if node.get("type") in ("expand", "nestedExpand") and title:
        facts.text.append(str(title))
    if node.get("content"):
        _blocks(node["content"], facts, depth)
    elif node.get("type") not in ("extension", "inlineExtension", "bodiedExtension", "syncBlock"):
        facts.text.append(str(_attrs(node).get("text") or node.get("text") or ""))


def _items(node: dict[str, Any], facts: Facts, depth: int) -> None:
    number = int(_attrs(node).get("order", 1)) if node["type"] == "orderedList" else None
    for item in _list(node.get("content")):
        if item.get("type") in ("bulletList", "orderedList", "taskList", "decisionList"):
            _items(item, facts, depth + 1)
            continue
        children = _list(item.get("content"))
        said = _first_line(children)
        if item.get("type") in ("taskItem", "blockTaskItem"):
            facts.add("task", depth, _attrs(item).get("state") == "DONE", said)
        elif item.get("type") == "decisionItem":
            facts.add("item", depth, None, normal("Decision: " + said))
        else:
            facts.add("item", depth, number, said)
        _blocks(children, facts, depth + 1)
        number = None if number is None else number + 1


def _first_line(children: list[dict[str, Any]]) -> str:
    """What stands beside the marker of an item: its own text, or that of its first paragraph."""
    own = [child for child in children if child.get("type") in _INLINE]
    if own:
        return normal(_said(own))
    for child in children:
        said = normal(_said([child]))
        if child.get("type") in ("paragraph", "mediaSingle", "mediaGroup", "blockCard", "embedCard"):
            if said:
                return said
        else:
            return ""
    return ""


def _table(node: dict[str, Any], facts: Facts) -> None:
    rows = []
    for row in _list(node.get("content")):
        cells = []
        for cell in _list(row.get("content")):
            inside = Facts()
            _blocks(cell.get("content"), inside, 0)
            facts.text += inside.text
            for fact, count in inside.structure.items():
                if fact[0] == "link":
                    facts.structure[fact] += count
            attrs = _attrs(cell)
            said = _cell_text(cell)
            cells.append(
                SourceCell(
                    said, cell.get("type") == "tableHeader", attrs.get("colspan") or 1, attrs.get("rowspan") or 1
                )
            )
        rows.append(cells)
    add_table(facts, rows)


def _cell_text(cell: dict[str, Any]) -> str:
    """Inline nodes follow each other, blocks begin on a new line."""
    said = ""
    for child in _list(cell.get("content")):
        said += _said([child]) if child.get("type") in _INLINE else f" {_cell_block(child)} "
    return said


def _cell_block(node: dict[str, Any]) -> str:
    """A block on one line: lists keep their markers, panels their label."""
    kind, children = node.get("type"), _list(node.get("content"))
    if kind in _INLINE or kind in ("media", "blockCard", "embedCard"):
        return _said([node])
    if kind in ("paragraph", "heading", "caption", "codeBlock"):
        return _said(children)
    if kind == "rule":
        return "---"
    if kind == "tableRow":
        return " | ".join(_cell_text(child) for child in children)
    inside = _cell_text(node)
    if kind == "panel":
        return f"[!{_panel(_attrs(node))}] {inside}"
    if kind in ("expand", "nestedExpand"):
        return f"▸ {_attrs(node).get('title') or ''} {inside}"
    if kind in ("bulletList", "orderedList", "taskList", "decisionList"):
        return _cell_list(node)
    return inside


def _cell_list(node: dict[str, Any]) -> str:
    number = int(_attrs(node).get("order", 1))
    parts = []
    for item in _list(node.get("content")):
        inside = _cell_text(item)
        state = "[x] " if _attrs(item).get("state") == "DONE" else "[ ] "
        if item.get("type") == "decisionItem":
            parts.append(f"- Decision: {inside}")
        elif item.get("type") in ("taskItem", "blockTaskItem"):
            parts.append(f"- {state}{inside}")
        elif item.get("type") == "listItem":
            parts.append(f"{number}. {inside}" if node["type"] == "orderedList" else f"- {inside}")
        else:
            parts.append(_cell_block(item))
        number += 1
    return " ".join(parts)


def _line(nodes: Any, facts: Facts) -> str:
    """Inline nodes: their words, and their links, of which neighbours to one place are one."""
    said = _said(nodes)
    facts.text.append(said)
    text, target = "", ""
    for node in [*_list(nodes), {}]:
        href = _href(node)
        if href != target:
            if target:
                add_link(facts, text, target)
            text, target = "", href
        text += _said([node])
    return normal(said)


def _href(node: dict[str, Any]) -> str:
    if node.get("type") in ("inlineCard", "blockCard", "embedCard"):
        data = _attrs(node).get("data")
        return _allowed(_attrs(node).get("url") or (data.get("url") if isinstance(data, dict) else ""))
    marks = [mark for mark in _list(node.get("marks")) if mark.get("type") == "link"]
    return _allowed(_attrs(marks[0]).get("href")) if marks else ""


def _allowed(url: Any) -> str:
    if not isinstance(url, str):
        return ""
    return SITE + url if re.match(r"/[^/]", url) else url if re.match(r"https?://|mailto:", url) else ""


def _said(nodes: Any) -> str:
    return "".join(_word(node) for node in _list(nodes))


def _word(node: dict[str, Any]) -> str:
    kind, attrs = node.get("type"), _attrs(node)
    if kind == "text":
        return str(node.get("text", ""))
    if kind == "hardBreak":
        return " "
    if kind == "mention":
        return "@" + str(attrs.get("text") or node.get("text") or attrs.get("id", "")).lstrip("@")
    if kind == "emoji":
        return str(attrs.get("text") or attrs.get("shortName", ""))
    if kind == "status":
        return f"[{attrs.get('text', '')}]"
    if kind == "date":
        return datetime.fromtimestamp(int(attrs["timestamp"]) / 1000, UTC).date().isoformat()
    if kind in ("inlineCard", "blockCard", "embedCard"):
        return _card(attrs)
    if kind in ("media", "mediaInline"):
        return _file(node, attrs)
    if kind == "mediaGroup":
        return " ".join(_word(child) for child in _list(node.get("content")))
    if kind == "mediaSingle":
        return " ".join(map(_word, _list(node.get("content"))))
    if kind in ("placeholder", "inlineExtension"):
        return ""
    return _said(node["content"]) if node.get("content") else str(attrs.get("text") or node.get("text") or "")


def _file(node: dict[str, Any], attrs: dict[str, Any]) -> str:
    name = str(attrs.get("alt") or "")
    if attrs.get("url"):
        return f" [image: {name}] ({attrs['url']}) " if name else f" ({attrs['url']}) "
    picture = node.get("type") == "media" or name.endswith((".png", ".jpg", ".gif", ".svg"))
    return f"[{'image' if picture else 'attachment'}: {name}]" if name else ""


def _card(attrs: dict[str, Any]) -> str:
    data: dict[str, Any] = attrs["data"] if isinstance(attrs.get("data"), dict) else {}
    url = attrs.get("url") or data.get("url") or ""
    source = attrs.get("datasource")
    query = source.get("parameters", {}).get("jql") if isinstance(source, dict) else None
    if query:
        return f"Jira issues: {query}"
    key = _PROBE.search(url)
    return str(data.get("name") or (key[1] if key else _allowed(url) or url))
