"""Confluence spaces by key and by id, remembered for a day: v2 gives a page's space as a bare number."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from atlassian.errors import NothingThere
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.remembered import remember
from atlassian.upstream.responses import is_id, items, line, text

SPACE_TTL = 24 * 3600


@dataclass(frozen=True, slots=True)
class Space:
    """`alias` is what stands in the space's addresses, where that was changed; a key is never changed."""

    id: str
    key: str
    name: str = ""
    alias: str = ""
    homepage_id: str = ""

    def is_in(self, keys: Iterable[str]) -> bool:
        return self.key.upper() in keys or self.alias.upper() in keys


class Spaces:
    """The spaces that one account sees at one site."""

    def __init__(self, client: AtlassianClient) -> None:
        self.client = client
        self.prefix = f"space:{client.credentials.fingerprint}:"

    def remember(self, spaces: Iterable[Space]) -> None:
        named = {self.prefix + space.id: _as_stored(space) for space in spaces if is_id(space.id) and space.key}
        remember(named, SPACE_TTL)

    def known(self, space_id: str) -> Space | None:
        """Costs no call."""
        remembered = cache.get(self.prefix + space_id) if is_id(space_id) else None
        return Space(**remembered) if remembered else None

    def with_id(self, space_id: str) -> Space:
        """
        Raises NothingThere.
        https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-space/
        """
        if not is_id(space_id):
            raise NothingThere()
        known = self.known(space_id)
        if known is None:
            known = space_from(self.client.get("/wiki/api/v2/spaces/{id}", id=space_id))
            self.remember([known])
        return known

    def with_key(self, key: str) -> Space:
        """Always asked for: what is remembered may have been moved, renamed or hidden. Raises NothingThere."""
        rows = items(self.client.get("/wiki/api/v2/spaces", {"keys": key, "limit": 5}), "results")
        spaces = [space_from(row) for row in rows]
        for space in spaces:
            if key.casefold() in (space.key.casefold(), space.alias.casefold()) and space.id:
                return space
        raise NothingThere()


def space_from(row: Any) -> Space:
    return Space(
        text(row, "id"),
        text(row, "key"),
        line(row, "name"),
        text(row, "currentActiveAlias"),
        text(row, "homepageId"),
    )


def _as_stored(space: Space) -> dict[str, str]:
    """As asdict() would have it, at a tenth of the cost."""
    return {name: getattr(space, name) for name in Space.__slots__}
