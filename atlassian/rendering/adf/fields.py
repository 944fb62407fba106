"""Reading fields of ADF that may be absent, null or of the wrong type: they then count as empty."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from atlassian.rendering.characters import visible_text

Node = dict[str, Any]

MAX_NUMBER = 10**18  # Python refuses to write out numbers of thousands of digits
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def text(value: object) -> str:
    if isinstance(value, str):
        return visible_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MAX_NUMBER:
        return str(value)
    return ""


def attributes(node: Node) -> Node:
    found = node.get("attrs")
    return found if isinstance(found, dict) else {}


def attribute(node: Node, *names: str) -> str:
    """The first of the attributes that holds text."""
    found = attributes(node)
    return next((text(found[name]) for name in names if found.get(name)), "")


def number(value: object, default: int) -> int:
    try:
        return int(value) if isinstance(value, int | float | str) else default
    except (ValueError, OverflowError):
        return default


def content(node: object) -> list[Any]:
    found = node.get("content") if isinstance(node, dict) else node
    if isinstance(found, list):
        return found
    return [found] if isinstance(found, dict | str) else []


def kind(node: object) -> str:
    """The type of a node; text that stands where a node should counts as text."""
    if isinstance(node, dict):
        return node["type"] if isinstance(node.get("type"), str) else ""
    return "text" if isinstance(node, str) else ""


def day(timestamp: str) -> str:
    """Milliseconds since 1970 as a date in UTC; what is no number stays as it is."""
    try:
        return (_EPOCH + timedelta(milliseconds=int(timestamp))).date().isoformat()
    except (ValueError, OverflowError):
        return timestamp


def nodes_below(root: object) -> Iterator[Node]:
    """Every node in the order of the page, however deep."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            if node.get("content"):  # most nodes are text and have none
                waiting.extend(reversed(content(node)))
        elif isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, str):
            yield {"type": "text", "text": node}
