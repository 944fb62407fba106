"""
A search within the spaces of a workspace, in as many questions as their keys need.

The only search is v1's. It ignores `start`, and its `next` forgets what was asked, so only the cursor is taken out of
it and everything else sent again.
https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-search/
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache

from atlassian.confluence.addresses import ContentId, Reference
from atlassian.confluence.kinds import KINDS, WITH_TEXT
from atlassian.confluence.references import find_urls, unusable_urls
from atlassian.confluence.search import cql
from atlassian.confluence.search.lookups import SEARCH
from atlassian.confluence.search.results import EXPAND, Hit, has_more, hits_in, next_cursor, valid_cursor
from atlassian.errors import BadArgument, UpstreamRejectedQuery
from atlassian.notices import Notice
from atlassian.upstream.client import AtlassianClient
from atlassian.words import MAX_WORDS, terms_of, words_of

MAX_CALLS = 4  # of one search through several lists of spaces, until one of them finds something
MIN_ID_DIGITS = 4  # fewer are more likely a year or a count than a page
KINDS_TTL = 24 * 3600
_PART = re.compile(r"in([0-9]{1,4})[.](.*)")


@dataclass(frozen=True)
class Query:
    """What is looked for. `under` is a page; of `q` and `cql` one is empty."""

    q: str = ""
    cql: str = ""
    under: ContentId | None = None
    own_account_id: Callable[[], str] | None = None


@dataclass
class Found:
    hits: list[Hit] = field(default_factory=list)
    cursor: str | None = None
    notices: list[Notice] = field(default_factory=list)


def search(client: AtlassianClient, query: Query, spaces: Iterable[str], limit: int, cursor: str) -> Found:
    """Pages within spaces, of all if there are none, and the cursor of the next ones."""
    clauses = cql.in_spaces(sorted(spaces))
    part, cursor = _position(cursor, len(clauses))
    question = _Question(client, query, limit)
    found = Found(notices=list(question.notices()))
    for calls, index in enumerate(range(part, len(clauses)), 1):
        answer = question.ask(clauses[index], cursor)
        found.hits, unreadable = hits_in(answer, client.site_url)
        if unreadable:
            found.notices.append(_unreadable(unreadable))
        found.cursor = _following(answer, cursor, index, len(clauses), found)
        cursor = ""
        if found.hits or calls == MAX_CALLS or found.cursor != _joined(index + 1, ""):
            break
    if question.kinds == WITH_TEXT:
        found.notices.append(KINDS_UNSUPPORTED)
    if len(clauses) > 1:
        found.notices.append(_in_parts(len(clauses)))
    if question.named_ids:
        found.hits.sort(key=lambda hit: hit.page.id not in question.named_ids)
    return _within(found, frozenset(spaces))


def _within(found: Found, spaces: frozenset[str]) -> Found:
    """The question asked for these spaces already; it is here that no other gets through."""
    if spaces:
        found.hits = [hit for hit in found.hits if hit.page.space_key.upper() in spaces]
    return found


def _position(cursor: str, parts: int) -> tuple[int, str]:
    """Which list of spaces the cursor of one of our answers goes on in, and Confluence's own cursor there."""
    found = _PART.fullmatch(valid_cursor(cursor))
    if parts == 1 and not found:
        return 0, cursor
    if not cursor:
        return 0, ""
    if not found or int(found[1]) >= parts:
        raise BadArgument("cursor", "This cursor is of another search. Give the next_cursor of an answer, with its q.")
    return int(found[1]), found[2]


def _joined(part: int, cursor: str) -> str:
    return f"in{part}.{cursor}"


def _following(answer: Any, cursor: str, part: int, parts: int, found: Found) -> str | None:
    following = next_cursor(answer, cursor)
    if following:
        return following if parts == 1 else _joined(part, following)
    if has_more(answer):
        found.notices.append(MORE_UNREACHABLE)
    return _joined(part + 1, "") if part + 1 < parts else None


MORE_UNREACHABLE = Notice(
    "more_unreachable",
    "Confluence has more hits than these but gave no usable way to go on. Narrow the search to see them.",
)
KINDS_UNSUPPORTED = Notice(
    "kinds_left_out", "This Confluence lets only pages and blog posts be searched: folders and others are left out."
)


def _unreadable(count: int) -> Notice:
    return Notice("hits_unreadable", f"Left out: {count} hits of which Confluence did not say what they are.")


def _in_parts(parts: int) -> Notice:
    return Notice(
        "searched_in_parts",
        f"The spaces are too many for one question: they are searched in {parts} parts, one after the other, "
        f"and the best hits come first only within each part.",
    )


class _Question:
    """One search in the words of CQL, to be asked for each list of spaces."""

    def __init__(self, client: AtlassianClient, query: Query, limit: int) -> None:
        self._client, self._query, self._limit = client, query, limit
        self._named, self._words = _references_in(query.q, client)
        self._unusable = unusable_urls(query.q, client.credentials) if "/" in query.q else {}
        self.named_ids = {each.id for each in self._named if isinstance(each, ContentId)}
        self._kinds_key = f"confluence-kinds:{client.credentials.fingerprint}"
        self.kinds: tuple[str, ...] = KINDS

    def ask(self, in_spaces: str, cursor: str) -> Any:
        self.kinds = tuple(cache.get(self._kinds_key) or KINDS)
        try:
            return self._get(in_spaces, cursor)
        except UpstreamRejectedQuery as exc:
            if self.kinds == WITH_TEXT or "nknown type" not in str(exc.detail):
                raise
        # A site that has not heard of one kind refuses the whole question.
        cache.set(self._kinds_key, list(WITH_TEXT), KINDS_TTL)
        self.kinds = WITH_TEXT
        return self._get(in_spaces, cursor)

    def _get(self, in_spaces: str, cursor: str) -> Any:
        narrowing = [cql.of_kinds(self.kinds)]
        narrowing += [cql.below(self._query.under.id)] if self._query.under else []
        narrowing += [in_spaces] if in_spaces else []
        params: dict[str, str | int] = {"cql": self._cql(narrowing), "limit": self._limit, "excerpt": "highlight"}
        params["expand"] = EXPAND
        return self._client.get(SEARCH, params | ({"cursor": cursor} if cursor else {}))

    def _cql(self, narrowing: list[str]) -> str:
        if self._query.cql:
            return cql.from_raw(self._query.cql, narrowing, self._query.own_account_id)
        if self._named:
            return cql.from_references(self._named, self._words, narrowing)
        return cql.from_words(self._query.q, narrowing)

    def notices(self) -> Iterator[Notice]:
        """What of the query is left out. Raises ValidationError where nothing else is left."""
        others, beside = cql.left_out_kinds(self._query.cql) if self._query.cql else (set(), False)
        if others:
            yield _left_out(others, beside)
        if left_out := _left_out_words(self._words):
            yield Notice("words_left_out", f"Too many words: searched without {', '.join(left_out)[:200]}.")
        for url, what in self._unusable.items():
            yield Notice("addresses_searched_as_text", f"Searched for as text: {url[:200]}. {what}")


def _left_out_words(words: str) -> tuple[str, ...]:
    """So few characters hold no more words than are searched for."""
    return terms_of(words).skipped if len(words) > 2 * MAX_WORDS else ()


def _left_out(kinds: set[str], beside: bool) -> Notice:
    named = ", ".join(sorted(kinds))[:200]
    if not beside:
        cql.refuse(f"Pages, blog posts, {', '.join(KINDS[2:])}s are searched, not {named}. {_ELSEWHERE}")
    return Notice("kinds_left_out", f"Not searched: {named}. {_ELSEWHERE}")


_ELSEWHERE = "Comments and files are read with their page (comments, include=attachments)."


def _references_in(q: str, client: AtlassianClient) -> tuple[list[Reference], str]:
    """The pages of the site that q names by address or id, and the words beside them."""
    bare = q.strip().strip("<>\"'#")
    if bare.isascii() and bare.isdigit() and MIN_ID_DIGITS <= len(bare) < 19 and int(bare):
        return [ContentId(str(int(bare)))], bare
    found = find_urls(q, client.credentials) if "/" in q else {}
    for url in found:
        q = q.replace(url, " ")
    return list(found.values()), q if words_of(q) else ""
