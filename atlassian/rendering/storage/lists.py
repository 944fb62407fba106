"""Lists of the storage format: HTML's, and Confluence's tasks."""

import re

from atlassian.rendering.markdown.tree import Flow, List, ListItem, blocks_of
from atlassian.rendering.storage.reader import Reader, collapsed
from atlassian.rendering.storage.source import Element, name_of

_LISTS = {"ul", "ol", "ac:task-list"}


def html_list(reader: Reader, element: Element) -> Flow:
    start = None
    if name_of(element) == "ol":
        written = (element.get("start") or "").strip()
        start = int(written) if re.fullmatch(r"\d{1,9}", written) else 1
    return [List(_points(reader, element), start)]


def task_list(reader: Reader, element: Element) -> Flow:
    return [List(_points(reader, element))]


def _points(reader: Reader, element: Element) -> list[ListItem]:
    """The points of a list; a list that stands among points belongs to the one before it."""
    items: list[ListItem] = []
    for child in element:
        name = name_of(child)
        if name in _POINTS:
            items.append(_POINTS[name](reader, child))
        elif body := blocks_of(collapsed(reader.read(child))):
            if name in _LISTS and items:
                items[-1].body += body
            else:
                items.append(ListItem(body))
    return items + [ListItem([block]) for block in reader.stray_text(element)]


def _point(reader: Reader, element: Element) -> ListItem:
    return ListItem(reader.blocks(element))


def _task(reader: Reader, element: Element) -> ListItem:
    parts = {name_of(child): child for child in element}
    status = parts.get("ac:task-status")
    body = parts.get("ac:task-body")
    done = status is not None and (status.text or "").strip() == "complete"
    return ListItem(reader.blocks(body) if body is not None else [], "[x] " if done else "[ ] ")


_POINTS = {"li": _point, "ac:task": _task}
