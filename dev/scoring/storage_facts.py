"""What a page in storage format must give, drawn from its source alone."""

import re
from html.entities import name2codepoint
from urllib.parse import quote_plus

from lxml import etree

from dev.scoring.adf_facts import SITE
from dev.scoring.facts import Facts, SourceCell, add_link, add_table, normal

_ENTITIES = "".join(f'<!ENTITY {name} "&#{code};">' for name, code in name2codepoint.items() if code > 128)
_HEAD = f'<!DOCTYPE r [{_ENTITIES}]><r xmlns:ac="ac" xmlns:ri="ri">'
_SILENT = {"ac:parameter", "ac:placeholder", "ac:adf-attribute", "ac:task-id", "ac:task-uuid", "ac:task-status"}
_SILENT |= {"script", "style", "colgroup", "ac:plain-text-body"}
_BLOCKS = {"p", "div", "table", "ul", "ol", "pre", "blockquote", "hr", "ac:task-list", "ac:layout", "ac:layout-section"}
_BLOCKS |= {"ac:layout-cell", "ac:rich-text-body", "h1", "h2", "h3", "h4", "h5", "h6", "ac:adf-extension", "section"}
# As people see them on Cloud.
_PANELS = {"info": "INFO", "note": "WARNING", "tip": "SUCCESS", "warning": "ERROR", "panel": "PANEL"}
_LISTS = {"ul", "ol", "ac:task-list"}


def storage_facts(source: str) -> Facts:
    parser = etree.XMLParser(recover=True, no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring((_HEAD + source + "</r>").encode(), parser)
    facts = Facts()
    _flow(root, facts, 0)
    return facts


def _name(element: etree._Element | None) -> str:
    return "" if element is None else re.sub(r"^\{(\w+)\}", r"\1:", str(element.tag))


def _get(element: etree._Element, name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return element.get(f"{{{prefix}}}{local}" if prefix else local) or ""


def _hidden(element: etree._Element) -> bool:
    return "display:none" in (element.get("style") or "").replace(" ", "")


def _is_block(element: etree._Element) -> bool:
    name = _name(element)
    if name in ("ac:structured-macro", "ac:macro"):
        return any(_name(child) in ("ac:rich-text-body", "ac:plain-text-body") for child in element)
    return name in _BLOCKS


def _flow(element: etree._Element, facts: Facts, depth: int) -> None:
    """Lines of text between blocks, and the blocks; links anywhere in the lines."""
    line = [element.text or ""]
    for child in element:
        if not _hidden(child) and _name(child) not in _SILENT:
            if _is_block(child) or _holds_block(child):
                facts.text.append("".join(line))
                line = []
                _block(child, facts, depth)
            else:
                line.append(_said(child))
                _links(child, facts)
        line.append(child.tail or "")
    facts.text.append("".join(line))


def _holds_block(element: etree._Element) -> bool:
    return any(_is_block(below) for below in element.iter() if isinstance(below.tag, str) and below is not element)


def _block(element: etree._Element, facts: Facts, depth: int) -> None:
    name = _name(element)
    if re.fullmatch(r"h[1-6]", name):
        said = normal(_said(element))
        facts.text.append(said)
        _links(element, facts)
        if said:
            facts.add("heading", int(name[1]), said)
    elif name in ("ul", "ol"):
        _items(element, facts, depth)
    elif name == "ac:task-list":
        _tasks(element, facts, depth)
    elif name == "table":
        _table(element, facts)
    elif name == "pre":
        for line_end in element.iter("br"):
            line_end.text = "\n"
        _code(facts, "".join(element.itertext()), "")
    elif name == "hr":
        facts.add("rule")
    elif name in ("ac:structured-macro", "ac:macro"):
        _macro(element, facts, depth)
    elif name == "ac:adf-extension":
        _adf(element, facts, depth)
    else:
        if name == "blockquote":
            facts.add("quote")
        _flow(element, facts, depth)


def _code(facts: Facts, code: str, language: str) -> None:
    facts.text.append(code)
    facts.add("code", re.sub(r"[^A-Za-z0-9+#._-]", "", language), code.rstrip())


def _parameters(element: etree._Element) -> dict[str, str]:
    found = [child for child in element if _name(child) == "ac:parameter"]
    return {_get(child, "ac:name"): "".join(child.itertext()).strip() for child in found}


def _macro(element: etree._Element, facts: Facts, depth: int) -> None:
    name, parameters = _get(element, "ac:name"), _parameters(element)
    if parameters.get("hidden") == "true":
        return
    if name in _PANELS:
        facts.add("panel", _PANELS[name])
    if name in (*_PANELS, "expand", "code", "noformat"):
        facts.text.append(parameters.get("title", ""))
    for child in element:
        if _name(child) == "ac:rich-text-body":
            _flow(child, facts, depth)
        elif _name(child) == "ac:plain-text-body":
            _code(facts, "".join(child.itertext()), parameters.get("language", "") if name == "code" else "")


def _adf(element: etree._Element, facts: Facts, depth: int) -> None:
    nodes = [child for child in element if _name(child) == "ac:adf-node"]
    for node in nodes or [child for child in element if _name(child) == "ac:adf-fallback"]:
        if _get(node, "type") == "panel":
            kinds = [c for c in node if _name(c) == "ac:adf-attribute" and c.get("key") == "panel-type"]
            facts.add("panel", _panel("".join(kinds[0].itertext()) if kinds else ""))
        for decision in node.findall("{ac}adf-node") if _get(node, "type") == "decision-list" else ():
            facts.add("item", depth, None, normal("Decision: " + _first_line(decision)))
        _flow(node, facts, depth)


def _panel(kind: str) -> str:
    return kind.strip().upper().replace("CUSTOM", "") or "PANEL"


def _first_line(element: etree._Element) -> str:
    """The text before the first block, or of the paragraph that comes first."""
    said = element.text or ""
    for child in element:
        if _hidden(child):
            continue
        if _is_block(child) or _holds_block(child):
            if said.strip():
                return said
            if _name(child) not in ("p", "div", "span"):
                return ""
            said = _first_line(child)
            if said.strip():
                return said
            continue
        said += _said(child) + (child.tail or "")
    return said


def _items(element: etree._Element, facts: Facts, depth: int) -> None:
    number = int(element.get("start") or 1) if _name(element) == "ol" else None
    for child in element:
        if _name(child) == "li":
            facts.add("item", depth, number, normal(_first_line(child)))
            _flow(child, facts, depth + 1)
            number = None if number is None else number + 1
        elif _name(child) in _LISTS:
            _block(child, facts, depth + 1)


def _tasks(element: etree._Element, facts: Facts, depth: int) -> None:
    for task in element:
        if _name(task) == "ac:task-list":
            _tasks(task, facts, depth + 1)
            continue
        parts = {_name(part): part for part in task}
        if "ac:task-body" in parts:
            done = "ac:task-status" in parts and (parts["ac:task-status"].text or "").strip() == "complete"
            facts.add("task", depth, done, normal(_first_line(parts["ac:task-body"])))
            _flow(parts["ac:task-body"], facts, depth + 1)


def _table(element: etree._Element, facts: Facts) -> None:
    rows = []
    for row in element.iter("tr"):
        if next(row.iterancestors("table")) is not element:
            continue
        in_head = _name(row.getparent()) == "thead"
        cells = []
        for cell in row:
            inside = Facts()
            _flow(cell, inside, 0)
            facts.text += inside.text
            for fact, count in inside.structure.items():
                facts.structure[fact] += count if fact[0] == "link" else 0
            header = in_head or _name(cell) == "th"
            cells.append(SourceCell(normal(_cell(cell)), header, _span(cell, "colspan"), _span(cell, "rowspan")))
        rows.append(cells)
    facts.structure += type(facts.structure)()
    add_table(facts, rows)


def _span(cell: etree._Element, name: str) -> int:
    written = cell.get(name) or ""
    return int(written) if written.isdigit() else 1


def _cell(element: etree._Element) -> str:
    """A cell on one line: lists keep their markers, panels their label."""
    said = element.text or ""
    for place, child in enumerate(element, start=int(element.get("start") or 1)):
        name = _name(child)
        if _hidden(child) or name in _SILENT - {"ac:plain-text-body"}:
            inside = ""
        elif name == "li":
            number = f"{place}." if _name(element) == "ol" else "-"
            inside = f" {number} {_cell(child)} "
        elif name in ("thead", "tbody", "tfoot"):
            inside = f" {_cell(child)} "
        elif name == "tr":
            inside = f" {' | '.join(map(_inner_cell, child))} "
        elif name == "hr":
            inside = " --- "
        elif name == "ac:task":
            status = child.findtext("{ac}task-status") or ""
            inside = f" - [{'x' if status.strip() == 'complete' else ' '}] {_cell(child)} "
        elif name == "ac:structured-macro" and _is_block(child):
            inside = f" {_cell_macro(child)} "
        elif _is_block(child) or _holds_block(child):
            inside = f" {_cell(child)} "
        else:
            inside = _said(child)
        said += inside + (child.tail or "")
    return said


def _inner_cell(element: etree._Element) -> str:
    """A cell of a table within a cell, its lines between strokes."""
    lines = (_cell(child) for child in element if _is_block(child))
    return " / ".join(lines) if all(map(_is_block, element)) and len(element) else _cell(element)


def _cell_macro(element: etree._Element) -> str:
    name, parameters = _get(element, "ac:name"), _parameters(element)
    label = f"[!{_PANELS[name]}] " if name in _PANELS else "▸ " if name == "expand" else ""
    title = parameters.get("title", "") if name in (*_PANELS, "expand", "code", "noformat") else ""
    bodies = [child for child in element if _name(child) in ("ac:rich-text-body", "ac:plain-text-body")]
    return f"{label}{title} " + " ".join(map(_cell, bodies))


def _said(element: etree._Element) -> str:
    name = _name(element)
    if _hidden(element) or name in _SILENT:
        return ""
    if name == "br":
        return " "
    if name == "time":
        return element.get("datetime") or ""
    if name in ("ac:structured-macro", "ac:macro"):
        return _inline_macro(element)
    if name == "ac:link":
        return _link_text(element)
    if name == "ac:image":
        names = [_get(child, "ri:filename") for child in element]
        addresses = [_get(child, "ri:value") for child in element]
        if addresses and addresses[0]:
            alt = _get(element, "ac:alt")
            return f"[image: {alt}] ({addresses[0]})" if alt else f" ({addresses[0]})"
        return f"[image: {names[0]}]" if names and names[0] else _get(element, "ac:alt")
    if name == "img":
        return (
            f"[image: {element.get('alt')}] ({element.get('src')})"
            if element.get("alt")
            else f" ({element.get('src')})"
        )
    if name == "ac:emoticon":
        return _get(element, "ac:emoji-fallback")
    return (element.text or "") + "".join(_said(child) + (child.tail or "") for child in element)


def _inline_macro(element: etree._Element) -> str:
    name, parameters = _get(element, "ac:name"), _parameters(element)
    if name == "status":
        return f"[{parameters.get('title', '')}]" if parameters.get("title") else ""
    if name == "jira":
        query = parameters.get("key") or parameters.get("jqlQuery")
        return f"[Jira: {query}]" if query else ""
    return ""


def _link_text(element: etree._Element) -> str:
    target = next((child for child in element if _name(child).startswith("ri:")), None)
    bodies = [child for child in element if _name(child) in ("ac:plain-text-link-body", "ac:link-body")]
    body = "".join(_said(child) if _name(child) == "ac:link-body" else "".join(child.itertext()) for child in bodies)
    if target is None:
        return body
    if _name(target) == "ri:page":
        title = _get(target, "ri:content-title")
        if _get(target, "ri:space-key"):
            return body if body.strip() else title
        return f"[page: {title}]" if body.strip() in ("", title) else f"{body} [page: {title}]"
    if _name(target) == "ri:attachment":
        title = _get(target, "ri:filename")
        return f"[attachment: {title}]" if body.strip() in ("", title) else f"{body} [attachment: {title}]"
    if _name(target) == "ri:user":
        return "@" + (body.strip() or _get(target, "ri:account-id") or _get(target, "ri:userkey"))
    return body


def _links(element: etree._Element, facts: Facts) -> None:
    """Neighbours that lead to one place are one link."""
    for page in element.iter("{ri}page"):
        link = page.getparent()
        if link is not None and _get(page, "ri:space-key") and _name(link) == "ac:link":
            add_link(facts, _link_text(link), _display_url(page, _get(link, "ac:anchor")))
    text = ""
    for link in element.iter("a"):
        href = (link.get("href") or "").strip()
        text += _said(link)
        following = link.getnext()
        if following is not None and not link.tail and _name(following) == "a" and following.get("href") == href:
            continue
        target = SITE + href if re.match(r"/[^/]", href) else href
        if re.match(r"https?://|mailto:", target):
            add_link(facts, text, target)
        text = ""


def _display_url(page: etree._Element, anchor: str) -> str:
    title = quote_plus(_get(page, "ri:content-title"))
    return f"{SITE}/wiki/display/{_get(page, 'ri:space-key')}/{title}" + (f"#{anchor}" if anchor else "")
