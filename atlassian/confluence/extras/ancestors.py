"""What stands above a page: one look-up by its parent tells all of it, and holds for its siblings too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from atlassian.confluence.search.lookups import ancestors_in, find_by_id, itself
from atlassian.confluence.search.results import lies_in
from atlassian.confluence.spaces import Space, Spaces, space_from
from atlassian.errors import NothingThere
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import is_id, mapping, text

ANCESTORS_TTL = 600
UNKNOWN_ANCESTORS_TTL = 60


@dataclass(frozen=True)
class Ancestor:
    id: str
    title: str
    type: str


def ancestors_from(rows: Sequence[Sequence[str]]) -> tuple[Ancestor, ...]:
    return tuple(Ancestor(*row) for row in rows)


def fetch_ancestors(
    client: AtlassianClient, spaces: Spaces, content: dict[str, Any], space: Space
) -> tuple[Ancestor, ...]:
    """
    From the top down; none for what stands at the top of its space. Costs a call the first time, none for ten minutes.

    Raises NothingThere where the account does not see the parent, or the index does not know it yet.
    """
    parent_id = text(content, "parentId")
    if not is_id(parent_id):
        return ()
    key = f"ancestors:{client.credentials.fingerprint}:{parent_id}"
    rows = cache.get(key)
    if rows is None:
        rows = _look_up(client, spaces, parent_id, space)
        cache.set(key, rows, ANCESTORS_TTL if rows else UNKNOWN_ANCESTORS_TTL)
    if not rows:
        raise NothingThere("The account may not see the page above this one.")
    return ancestors_from(rows)


def _look_up(client: AtlassianClient, spaces: Spaces, parent_id: str, space: Space) -> list[list[str]]:
    row = find_by_id(client, parent_id)
    if row is None or not lies_in(row, space):
        return []
    named = space_from(mapping(row, "content", "space"))
    if named.id == space.id:
        spaces.remember([named])
    return [*ancestors_in(mapping(row, "content")), itself(row)]
