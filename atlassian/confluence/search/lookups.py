"""One thing by its id, whatever it is, with what the search knows of it: title, kind, space, what stands above it."""

from typing import Any

from atlassian.errors import UpstreamRejectedQuery
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import items, line, mapping, required_items, text
from atlassian.upstream.transport import Params

SEARCH = "/wiki/rest/api/search"


def find_by_id(client: AtlassianClient, content_id: str) -> dict[str, Any] | None:
    """
    The row of a search, or None: what is archived, in the bin or hidden from the account is not in the index.

    The only way that needs no scope beyond that of searching, and one call for all that v2 gives in three.
    """
    expand = "content.space,content.version,content.ancestors"
    params: Params = {"cql": f"id = {content_id}", "limit": 5, "excerpt": "none", "expand": expand}
    try:
        rows = required_items(client.get(SEARCH, params), "results")
    except UpstreamRejectedQuery:  # of an id that is nothing's
        return None
    return next((row for row in rows if text(row, "content", "id") == content_id), None)


def ancestors_in(content: dict[str, Any]) -> list[list[str]]:
    """Id, title and kind of each, from the top down, in the shape that a cache holds."""
    return [[text(each, "id"), line(each, "title"), text(each, "type")] for each in items(content, "ancestors")]


def itself(row: dict[str, Any]) -> list[str]:
    content = mapping(row, "content")
    return [text(content, "id"), line(content, "title"), text(content, "type")]
