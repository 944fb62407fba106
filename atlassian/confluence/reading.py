"""One reading of one page: its text, and around it what was asked for besides, as far as that could be had."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.core.cache import cache

from atlassian.confluence.bodies import Body, body_of
from atlassian.confluence.comments import CommentList
from atlassian.confluence.extras.ancestors import ancestors_from
from atlassian.confluence.extras.differences import difference
from atlassian.confluence.extras.history import fetch_version
from atlassian.confluence.extras.macros import Expansion
from atlassian.confluence.finding import Located
from atlassian.confluence.kinds import WITH_TEXT, kind_name
from atlassian.confluence.pages import CHILDREN, MACROS, Page, PageRequest, WholePage
from atlassian.confluence.parts import PartFetcher, Parts
from atlassian.confluence.search.lookups import ancestors_in
from atlassian.confluence.search.results import has_more, label_names, page_url
from atlassian.confluence.spaces import Spaces
from atlassian.confluence.text import PageFacts, body_text, comments_text, difference_text, page_text, without_text
from atlassian.errors import BadArgument
from atlassian.moments import in_utc
from atlassian.notices import Notice
from atlassian.rendering.slots import rendering_slot
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.people import Names
from atlassian.upstream.responses import dig, line, mapping, number, text

READING_TTL = 3600
LABELS_INCOMPLETE = Notice("labels_incomplete", "The page has more labels than Confluence gave at once.")
NAMES_UNAVAILABLE = Notice("names_unavailable", "Some people could not be named: account ids stand for them.")


class Reading:
    """One reading: what was found, the version that is read, and the parts beside it."""

    def __init__(
        self,
        client: AtlassianClient,
        names: Names,
        spaces: Spaces,
        found: Located,
        request: PageRequest,
        expansion: Callable[[Located], Expansion],
    ) -> None:
        self._client, self._names, self._spaces = client, names, spaces
        self._found, self._request, self._expansion = found, request, expansion
        self._id = text(found.content, "id")
        self._notices: list[Notice] = []
        self._fetcher = PartFetcher(client, found, request, self._notices)
        self._shown = found.content  # the version that is read
        self._included_ids: tuple[str, ...] = ()
        self._old_body: Body | None = None  # of the version to compare with

    def whole(self, *, is_continuation: bool) -> WholePage:
        if self._found.kind not in WITH_TEXT:
            return self._without_text()
        self._choose_versions()
        body = self._expanded(body_of(self._shown))
        parts = self._fetcher.fetch()
        known = self._known(body, parts, is_continuation=is_continuation)
        facts, names, space_key = self._facts(known), known["names"], self._found.space.key
        with rendering_slot(self._client.credentials.workspace):
            said = comments_text(parts.comments, self._client.site_url, names, space_key) if parts.comments else ""
            whole = page_text(facts, parts.blocks(names), self._body(body, facts, names), said)
        return self._page(facts, whole, parts.comments)

    def _without_text(self) -> WholePage:
        """A folder reads as its listing; of the others Confluence gives no text."""
        content, kind = self._found.content, self._found.kind
        if self._request.version or self._request.since:
            raise BadArgument("version", f"A {kind_name(kind)} has no versions that can be read.")
        if self._request.comments or self._request.include - {CHILDREN}:
            message = f"Comments, files and versions of a {kind_name(kind)} cannot be read."
            self._notices.append(Notice("parts_unavailable", message))
        wanted = kind == "folder" or CHILDREN in self._request.include
        parts = Parts(children=self._fetcher.children() if wanted else None)
        facts = PageFacts(
            title=line(content, "title"),
            kind=kind,
            space_key=self._found.space.key,
            space_name=self._found.space.name,
            ancestors=ancestors_from(ancestors_in(content)),
            edited_at=text(content, "version", "when"),
            author=line(content, "version", "by", "displayName"),
        )
        body = "" if kind == "folder" else without_text(kind, page_url(content, self._client.site_url))
        return self._page(facts, page_text(facts, parts.blocks({}), body), None)

    def _choose_versions(self) -> None:
        newest, version, since = _number(self._found.content), self._request.version, self._request.since
        for name, asked in (("version", version), ("since", since)):
            if asked and newest and asked > newest:
                raise BadArgument(name, f"The newest version is {newest}.")
        if since and since >= (version or newest or since + 1):
            raise BadArgument("since", f"Give an earlier version than {version or newest}, which is read.")
        fetch = partial(fetch_version, self._client, self._found.kind, self._id)
        if version and version != newest:
            self._shown = fetch(version)
        if since:
            what = f"changes since version {since}"
            old = self._fetcher.attempt("version_unavailable", what, partial(fetch, since))
            self._old_body = body_of(old) if old else None

    def _expanded(self, body: Body) -> Body:
        if MACROS in self._request.include and body.document:
            expansion = self._expansion(self._found)
            expansion.expand(body.document)
            self._notices += expansion.notices
            self._included_ids = tuple(expansion.page_ids)
        return body

    def _known(self, body: Body, parts: Parts, *, is_continuation: bool) -> dict[str, Any]:
        """
        Names of people and of what stands above. Continuation reads reuse the first read's; otherwise offsets would
        shift.
        """
        key = self._key_of_known()
        known = cache.get(key) if is_continuation else None
        if known is None:
            above = self._fetcher.ancestors(self._spaces)
            mentioned = body.account_ids() | (self._old_body.account_ids() if self._old_body else set())
            names = self._names.find(mentioned | parts.account_ids(), optional=[_author_id(self._shown)])
            if self._names.is_incomplete:
                self._notices.append(NAMES_UNAVAILABLE)
            space = self._found.space
            if not space.name:  # what stands above may have told it
                space = self._spaces.known(space.id) or space
            known = {"names": names, "space": space.name, "above": [[each.id, each.title, each.type] for each in above]}
            cache.set(key, known, READING_TTL)
        return dict(known)

    def _key_of_known(self) -> str:
        request, version = self._request, str(_number(self._shown) or 0)[:20]
        wanted = (request.comments, *sorted(request.include), request.depth, request.since or 0)
        return ":".join(map(str, ("reading", self._client.credentials.fingerprint, self._id, version, *wanted)))

    def _facts(self, known: Mapping[str, Any]) -> PageFacts:
        content, author_id = self._shown, _author_id(self._shown)
        labels = dig(self._found.content, "labels")
        if dig(labels, "meta", "hasMore") is True or has_more(labels):
            self._notices.append(LABELS_INCOMPLETE)
        return PageFacts(
            title=line(content, "title"),
            kind=self._found.kind,
            archived=text(self._found.content, "status").lower() == "archived",
            space_key=self._found.space.key,
            space_name=known["space"],
            ancestors=ancestors_from(known["above"]),
            version=_number(content),
            newest_version=_number(self._found.content),
            edited_at=text(content, "version", "createdAt") or text(content, "createdAt"),
            author=known["names"].get(author_id, author_id),
            labels=label_names(mapping(self._found.content, "labels")),
        )

    def _body(self, body: Body, facts: PageFacts, names: Mapping[str, str]) -> str:
        written = body_text(body, self._found.kind, self._client.site_url, names, self._found.space.key)
        if body.is_missing:
            self._notices.append(Notice("body_missing", "Atlassian sent no text of this page."))
        if self._old_body is None or self._request.since is None:
            return written
        old = body_text(self._old_body, self._found.kind, self._client.site_url, names, self._found.space.key)
        return difference_text(difference(old, written), self._request.since, facts.version)

    def _page(self, facts: PageFacts, whole: str, listed: CommentList | None) -> WholePage:
        page = Page(
            id=self._id,
            title=facts.title,
            url=page_url(self._found.content, self._client.site_url),
            last_edited_time=in_utc(facts.edited_at),
            content="",
            type=facts.kind,
            status=text(self._found.content, "status") or "current",
            space=facts.space_name or facts.space_key,
            space_key=facts.space_key,
            version=facts.version,
            author=facts.author,
            labels=tuple(facts.labels),
            comment_count=listed.count if listed else None,
            content_chars=len(whole),
            truncated=False,
            next_offset=None,
            ancestors=tuple(facts.ancestors),
            warnings=tuple(self._notices),
        )
        return WholePage(page, whole, self._included_ids)


def _author_id(content: dict[str, Any]) -> str:
    """Who wrote this version. Of a migrated page only its first author is known."""
    return text(content, "version", "authorId") or text(content, "authorId")


def _number(content: dict[str, Any]) -> int | None:
    return number(content, "version", "number") or None
