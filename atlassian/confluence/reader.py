"""Confluence as agents see it: pages found and pages read, as plain values at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.cache import cache

from atlassian.confluence import cql as queries
from atlassian.confluence.bodies import FORMAT, body_of
from atlassian.confluence.comments import CommentList, fetch_comments
from atlassian.confluence.references import ContentId, Reference, SpaceHome, parse
from atlassian.confluence.search_results import (
    KINDS,
    READABLE,
    PageList,
    is_page,
    key_in,
    next_cursor,
    page_url,
    space_key_of,
    summary_of,
    valid_cursor,
)
from atlassian.confluence.spaces import Space, Spaces, space_from
from atlassian.confluence.text import PageFacts, comments_text, page_text
from atlassian.errors import NothingThere, UpstreamAuthFailed, UpstreamFailure
from atlassian.masking import Masking
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.people import Names
from atlassian.upstream.responses import dig, is_id, items, line, mapping, required_items, text
from integrations.credentials import Credentials

READING_TTL = 3600
# One sentence for what is absent, hidden, in the bin or outside the allowlist: nobody learns which.
NO_SUCH_PAGE = (
    "There is no such page or blog post, or the connected account cannot see it, or it lies outside what this "
    "workspace may read. An attachment, a comment, a folder or a whiteboard has none either. Search for its title."
)


@dataclass(frozen=True)
class Page:
    """`space` and `author` are names where they are known without a call, else key and account id."""

    id: str
    title: str
    url: str
    last_edited_time: str
    content: str
    type: str
    status: str
    space: str
    space_key: str
    version: int | None
    author: str
    labels: tuple[str, ...]
    comment_count: int | None
    content_chars: int
    truncated: bool
    next_offset: int | None


class Confluence:
    """The pages that one account sees, within the spaces that its workspace may see."""

    def __init__(self, credentials: Credentials, client: AtlassianClient | None = None) -> None:
        self._client = client or AtlassianClient(credentials)
        self._names = Names(self._client)
        self._spaces = Spaces(self._client)
        self._allowlist = frozenset(credentials.allowlist)
        self.masking = Masking(credentials.mask_secrets)

    def search(
        self, query: str = "", limit: int = 10, *, cql: str = "", spaces: Sequence[str] = (), cursor: str = ""
    ) -> PageList:
        """
        Pages with the words of query, best first; cql instead of query is Confluence's own language. One call.

        The only search is v1's. It ignores `start`, and its `next` forgets what was asked, so only the cursor is taken
        out of it and everything else sent again.
        https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-search/
        """
        wanted = self._spaces_to_search(spaces)
        question = queries.from_raw(cql, sorted(wanted)) if cql else queries.from_words(query, sorted(wanted))
        params: dict[str, str | int] = {"cql": question, "limit": limit, "excerpt": "highlight"}
        params["expand"] = "content.space,content.version"
        if cursor:
            params["cursor"] = valid_cursor(cursor)
        if not wanted and (self._allowlist or spaces):
            return PageList(())
        answer = self._client.get("/wiki/rest/api/search", params)
        rows = [row for row in required_items(answer, "results") if is_page(row)]
        self._remember(rows)
        # The query asked for these spaces already; it is here that no other gets through.
        rows = [row for row in rows if not wanted or space_key_of(row).upper() in wanted]
        return PageList(tuple(summary_of(row, self._client.site_url) for row in rows), next_cursor(answer, cursor))

    def read(self, reference: str, *, max_chars: int = 4000, offset: int = 0, comments: bool = False) -> Page:
        """
        A page or blog post, named by its id or by any of its addresses, as Markdown cut at max_chars characters.

        One call for a page given its id. Nothing in its answer names the author or the space, and a call for each would
        treble that: they are named where a search, a mention or an earlier read has made them known, and otherwise
        told by account id and key. A second call is made where the text itself mentions people not known by name.

        Raises BadReference, and NothingThere for all that cannot be read, whatever the reason.
        https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/
        """
        named = parse(reference, self._client.credentials)
        try:
            content, kind = self._content(self._resolve(named))
            space = self._space_of(content)
            listed = fetch_comments(self._client, kind, text(content, "id")) if comments else None
        except NothingThere as exc:
            raise NothingThere(NO_SUCH_PAGE) from exc
        facts, whole = self._render(content, kind, space, listed, is_continuation=offset > 0)
        piece = self.masking.piece(whole, offset, max_chars)
        return Page(
            id=text(content, "id"),
            title=facts.title,
            url=page_url(content, self._client.site_url),
            last_edited_time=facts.edited_at,
            content=piece.content,
            type=kind,
            status=text(content, "status") or "current",
            space=facts.space_name or facts.space_key,
            space_key=facts.space_key,
            version=facts.version,
            author=facts.author,
            labels=tuple(facts.labels),
            comment_count=listed.count if listed else None,
            content_chars=piece.content_chars,
            truncated=piece.truncated,
            next_offset=piece.next_offset,
        )

    def _render(
        self, content: dict[str, Any], kind: str, space: Space, listed: CommentList | None, *, is_continuation: bool
    ) -> tuple[PageFacts, str]:
        """
        The whole text. Who reads on gets the names that the beginning had, whatever was learnt since: a name that is
        longer than the id before would shift everything behind it.
        """
        body, author_id = body_of(content), _author_id(content)
        version = text(content, "version", "number")[:20]
        reading = f"reading:{self._client.credentials.fingerprint}:{text(content, 'id')}:{version}:{listed is not None}"
        named = cache.get(reading) if is_continuation else None
        if named is None:
            mentioned = body.account_ids() | (listed.account_ids() if listed else set())
            named = self._names.find(mentioned, optional=[author_id]), space.name
            cache.set(reading, named, READING_TTL)
        names, space_name = named
        facts = _facts(content, kind, replace(space, name=space_name), names.get(author_id, author_id))
        said = comments_text(listed, self._client.site_url, names) if listed else ""
        return facts, page_text(facts, body.markdown(self._client.site_url, names), said)

    def _spaces_to_search(self, asked: Iterable[str]) -> frozenset[str]:
        """Keys of the spaces to search, in capitals; none where any will do, or where the two have none in common."""
        keys = frozenset(key.upper() for key in asked)
        return keys & self._allowlist if keys and self._allowlist else keys or self._allowlist

    def _remember(self, rows: list[dict[str, Any]]) -> None:
        """A search names people and spaces, which a read of the pages found will want to."""
        writers = [mapping(row, "content", "version", "by") for row in rows]
        self._names.remember({text(each, "accountId"): line(each, "displayName") for each in writers})
        spaces = [space_from(mapping(row, "content", "space")) for row in rows]
        self._spaces.remember([space for space in spaces if space.key])

    def _resolve(self, reference: Reference) -> ContentId:
        """Titles and spaces become ids. Raises NothingThere."""
        if isinstance(reference, ContentId):
            return reference
        space = self._spaces.with_key(reference.space_key)
        if not self._is_allowed(space):
            raise NothingThere
        if isinstance(reference, SpaceHome):
            return ContentId(_required_id(space.homepage_id), "page")
        params: dict[str, str | int] = {"space-id": space.id, "title": reference.title, "limit": 5}
        rows = required_items(self._client.get(f"/wiki/api/v2/{reference.kind}s", params), "results")
        rows = [row for row in rows if text(row, "status") in READABLE]
        rows.sort(key=lambda row: text(row, "status") == "archived")
        return ContentId(_required_id(text(rows[0], "id") if rows else ""), reference.kind)

    def _content(self, wanted: ContentId) -> tuple[dict[str, Any], str]:
        """The page, else the blog post, with that id. Raises NothingThere, also for one in the bin."""
        params = {"body-format": FORMAT, "include-labels": "true"}
        for kind in reversed(KINDS) if wanted.kind == "blogpost" else KINDS:
            try:
                content = self._client.get(f"/wiki/api/v2/{kind}s/{{id}}", params, id=wanted.id)
            except NothingThere:
                continue
            if not is_id(text(content, "id")):
                raise UpstreamFailure("Confluence's answer lacks what was asked for.")
            if text(content, "status") in READABLE:
                return content, kind
            break
        raise NothingThere

    def _space_of(self, content: dict[str, Any]) -> Space:
        """The space, out of the page's address where that has it. Raises NothingThere for one outside the allowlist."""
        space_id = text(content, "spaceId")
        key = key_in(text(content, "_links", "webui"))
        space = self._spaces.known(space_id) or Space(space_id, key)
        if self._is_allowed(space) and space.key:
            return space
        # An address may have an alias of the space in it, and an old one has neither.
        if self._allowlist or not key:
            space = self._fetch_space(space)
        if not self._is_allowed(space):
            raise NothingThere
        return space

    def _fetch_space(self, space: Space) -> Space:
        try:
            return self._spaces.with_id(space.id)
        except (NothingThere, UpstreamAuthFailed):  # the token may lack the scope for spaces
            return space

    def _is_allowed(self, space: Space) -> bool:
        return not self._allowlist or space.key.upper() in self._allowlist or space.alias.upper() in self._allowlist


def _required_id(content_id: str) -> str:
    if not is_id(content_id):
        raise NothingThere
    return content_id


def _author_id(content: dict[str, Any]) -> str:
    """Who wrote this version; of pages that were migrated only who made the page is known."""
    return text(content, "version", "authorId") or text(content, "authorId")


def _facts(content: dict[str, Any], kind: str, space: Space, author: str) -> PageFacts:
    version = dig(content, "version", "number")
    return PageFacts(
        title=line(content, "title"),
        kind=kind,
        archived=text(content, "status") == "archived",
        space_key=space.key,
        space_name=space.name,
        version=version if isinstance(version, int) and not isinstance(version, bool) else None,
        edited_at=text(content, "version", "createdAt") or text(content, "createdAt"),
        author=author,
        labels=tuple(filter(None, (line(label, "name") for label in items(content, "labels", "results")))),
    )
