"""What lies below a page or a folder: titles and ids, one level or a few, out of one search."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from atlassian.confluence.kinds import kind_name
from atlassian.confluence.search.lookups import SEARCH, ancestors_in
from atlassian.confluence.search.results import has_more, is_page, lies_in
from atlassian.confluence.spaces import Space
from atlassian.rendering.markdown.tree import Block, List, ListItem, Paragraph, Run
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import dig, line, mapping, required_items, text

MAX_ROWS = 250


@dataclass(slots=True)
class Child:
    """`deeper` counts what lies below it and is not shown."""

    id: str
    title: str
    type: str
    position: int
    children: list["Child"] = field(default_factory=list)
    deeper: int = 0


@dataclass(slots=True)
class ChildList:
    """`count` is that of the children shown, at every level. Not complete: Confluence has more."""

    children: list[Child]
    count: int
    complete: bool


def fetch_children(client: AtlassianClient, content_id: str, space: Space, depth: int) -> ChildList:
    """
    The search, unlike v2, gives titles, kinds and spaces at once, shows folders too, and needs no further scope.
    https://developer.atlassian.com/cloud/confluence/cql-fields/
    """
    relation = "parent" if depth == 1 else "ancestor"
    params: dict[str, str | int] = {"cql": f"{relation} = {content_id} ORDER BY title", "limit": MAX_ROWS}
    params |= {"excerpt": "none", "expand": "content.space,content.extensions,content.ancestors"}
    answer = client.get(SEARCH, params)
    rows = [row for row in required_items(answer, "results") if _is_child(row, content_id, space)]
    return _tree(rows, content_id, depth, not has_more(answer))


def _is_child(row: dict[str, Any], content_id: str, space: Space) -> bool:
    """A space holds all that lies below its pages: what says otherwise may lie outside the workspace's allowlist."""
    return is_page(row) and lies_in(row, space) and text(row, "content", "id") != content_id


def _tree(rows: list[dict[str, Any]], content_id: str, depth: int, complete: bool) -> ChildList:
    children = {text(row, "content", "id"): _child(row) for row in rows}
    roots: list[Child] = []
    deeper: Counter[str] = Counter()
    shown = 0
    for row in rows:
        above = _between(row, content_id) if depth > 1 else []
        if len(above) >= depth:
            deeper[above[depth - 1]] += 1
            continue
        child = children[text(row, "content", "id")]
        parent = next((children[each] for each in reversed(above) if each in children), None)
        (parent.children if parent else roots).append(child)
        shown += 1
    for child in children.values():
        child.children.sort(key=_order)
        child.deeper = deeper[child.id]
    return ChildList(sorted(roots, key=_order), shown, complete)


def _between(row: dict[str, Any], content_id: str) -> list[str]:
    """Ids of what stands between the page and this row, from the top down."""
    ids = [each[0] for each in ancestors_in(mapping(row, "content"))]
    return ids[ids.index(content_id) + 1 :] if content_id in ids else []


def _child(row: dict[str, Any]) -> Child:
    content = mapping(row, "content")
    position = dig(content, "extensions", "position")
    known = position if isinstance(position, int) else 2**31  # those without one stand last, by title
    return Child(text(content, "id"), line(content, "title"), text(content, "type"), known)


def _order(child: Child) -> tuple[int, str]:
    return child.position, child.title.casefold()


def children_blocks(listed: ChildList) -> list[Block]:
    count = f"{listed.count}" if listed.complete else f"at least {listed.count}"
    head = Paragraph([Run(f"Children ({count}):" if listed.count or not listed.complete else "Children: none.")])
    return [head, _list(listed.children)] if listed.children else [head]


def _list(children: list[Child]) -> List:
    return List([ListItem(_item(child)) for child in children])


def _item(child: Child) -> list[Block]:
    kind = "" if child.type == "page" else f"{kind_name(child.type)}, "
    deeper = f", {child.deeper} more below" if child.deeper else ""
    body: list[Block] = [Paragraph([Run(f"{child.title or 'Untitled'} ({kind}id {child.id}{deeper})")])]
    return [*body, _list(child.children)] if child.children else body
