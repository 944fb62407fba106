"""Finds what a reference names, within the spaces that a workspace may see."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from atlassian.confluence.addresses import ContentId, Reference, SpaceHome
from atlassian.confluence.bodies import FORMAT
from atlassian.confluence.kinds import WITH_TEXT, WITHOUT_TEXT, is_readable
from atlassian.confluence.search.lookups import find_by_id
from atlassian.confluence.search.results import key_in, space_key_of
from atlassian.confluence.spaces import Space, Spaces, space_from
from atlassian.errors import NothingThere, UpstreamFailure
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import is_id, mapping, required_items, text

# One sentence for what is absent, hidden, in the bin or outside the allowlist: nobody learns which.
NO_SUCH_PAGE = (
    "There is no such page or blog post, or the connected account cannot see it, or it lies outside what this "
    "workspace may read. Search for its title."
)


@dataclass(frozen=True, slots=True)
class Located:
    """`content` is v2's, or of what has no text the search's, which names things differently."""

    content: dict[str, Any]
    kind: str
    space: Space


class Finder:
    def __init__(self, client: AtlassianClient, spaces: Spaces, allowlist: frozenset[str]) -> None:
        self._client, self._spaces, self._allowlist = client, spaces, allowlist

    def find(self, reference: Reference) -> Located:
        """
        Raises NothingThere, in the same words, for all that cannot be read.

        It also costs the same calls: what lies outside the allowlist is looked for as what is absent, so that time
        does not tell them apart.
        """
        try:
            return self._fetch(self.resolve(reference))
        except NothingThere as exc:
            raise NothingThere(NO_SUCH_PAGE) from exc

    def resolve(self, reference: Reference) -> ContentId:
        """Titles and spaces become ids. Raises NothingThere."""
        if isinstance(reference, ContentId):
            return reference
        space = self._spaces.with_key(reference.space_key)
        if not self._is_allowed(space):
            raise NothingThere(NO_SUCH_PAGE)
        if isinstance(reference, SpaceHome):
            return ContentId(_required_id(space.homepage_id), "page")
        params: dict[str, str | int] = {"space-id": space.id, "title": reference.title, "limit": 5}
        rows = required_items(self._client.get(f"/wiki/api/v2/{reference.kind}s", params), "results")
        rows = [row for row in rows if is_readable(text(row, "status"))]
        rows.sort(key=lambda row: text(row, "status").lower() == "archived")
        return ContentId(_required_id(text(rows[0], "id") if rows else ""), reference.kind)

    def _fetch(self, wanted: ContentId) -> Located:
        unplaced: list[Located] = []
        is_found = False
        for kind in _order(wanted.kind):
            try:
                content = self._content(kind, wanted.id)
            except UpstreamFailure:
                if is_found:  # and cannot be read: the rest is asked only as for what is absent
                    continue
                raise
            is_found = is_found or content is not None
            if content is None or not is_readable(text(content, "status")):
                continue
            found = Located(content, kind, self._space_of(content))
            if self._is_allowed(found.space):
                return found
            unplaced.append(found)
        return self._by_search(wanted, unplaced)

    def _content(self, kind: str, content_id: str) -> dict[str, Any] | None:
        params = {"body-format": FORMAT, "include-labels": "true"}
        try:
            content = self._client.get(f"/wiki/api/v2/{kind}s/{{id}}", params, id=content_id)
        except NothingThere:
            return None
        if not is_id(text(content, "id")):
            raise UpstreamFailure("Confluence's answer lacks what was asked for. Try again in a minute.")
        return dict(content)

    def _space_of(self, content: dict[str, Any]) -> Space:
        """Out of the page's address where that has it."""
        space_id = text(content, "spaceId")
        space = self._spaces.known(space_id) or Space(space_id, key_in(text(content, "_links", "webui")))
        if space.key or self._allowlist:
            return space
        try:
            return self._spaces.with_id(space_id)
        except UpstreamFailure:  # the token may lack the scope for spaces; where it lies is said by id alone
            return space

    def _by_search(self, wanted: ContentId, unplaced: list[Located]) -> Located:
        """What has no text; or a page in whose address stands another name of its space than its key."""
        try:
            row = find_by_id(self._client, wanted.id)
        except UpstreamFailure as exc:
            if wanted.kind in WITHOUT_TEXT:
                raise
            raise NothingThere from exc  # that there is no such page or blog post is known without it
        space = _space_in(row) if row else Space("", "")
        if row is None or (self._allowlist and not space.is_in(self._allowlist)):
            raise NothingThere
        for each in unplaced:
            if text(row, "content", "type") == each.kind:
                space = replace(space, id=each.space.id, alias=each.space.key)
                self._spaces.remember([space])
                return replace(each, space=space)
        if text(row, "content", "type") in WITH_TEXT:
            raise NothingThere
        return Located(mapping(row, "content"), text(row, "content", "type"), space)

    def _is_allowed(self, space: Space) -> bool:
        return not self._allowlist or space.is_in(self._allowlist)


def _order(kind: str) -> Iterable[str]:
    if kind in WITHOUT_TEXT:
        return ()
    return reversed(WITH_TEXT) if kind == "blogpost" else WITH_TEXT


def _space_in(row: dict[str, Any]) -> Space:
    space = space_from(mapping(row, "content", "space"))
    return space if space.key else Space("", space_key_of(row))


def _required_id(content_id: str) -> str:
    if not is_id(content_id):
        raise NothingThere
    return content_id
