"""Pages as a search finds them: one row of its answer, as plain values."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, unquote_plus

from atlassian.confluence.kinds import KINDS, is_readable
from atlassian.confluence.search.excerpts import plain
from atlassian.confluence.spaces import Space
from atlassian.errors import BadArgument
from atlassian.notices import Notice
from atlassian.upstream.responses import dig, is_id, items, line, mapping, required_items, text

SPACE_IN_ADDRESS = re.compile(r"/spaces/(?!\w+\.action)([^/?#]+)")
CURSOR = re.compile(r"[!-~]{1,4000}")  # of ours, which may say in front which list of spaces it is of
UPSTREAM_CURSOR = re.compile(r"[!-~]{1,3990}")
CURSOR_IN_LINK = re.compile(r"[?&]cursor=([^&#]+)")
EXPAND = "content.space,content.version,content.metadata.labels"


@dataclass(frozen=True)
class PageSummary:
    id: str
    title: str
    url: str
    last_edited_time: str
    space: str
    space_key: str
    type: str
    excerpt: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class PageList:
    """Few or no pages don't mean that there are no more: only a next_cursor of None does."""

    pages: tuple[PageSummary, ...]
    next_cursor: str | None = None
    warnings: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that was found, and whom and what its row names besides."""

    page: PageSummary
    space: Space
    writer_id: str
    writer: str


def hits_in(answer: Any, site_url: str) -> tuple[list[Hit], int]:
    """
    Rows of spaces have no content; comments and files are read with their page. Of the others it is counted how many do
    not say what they are, or which one.
    """
    hits: list[Hit] = []
    unreadable = 0
    for row in required_items(answer, "results"):
        hit = _hit(row, mapping(row, "content"), site_url)
        if hit is not None:
            hits.append(hit)
        else:
            unreadable += _is_unreadable(row)
    return hits, unreadable


def _is_unreadable(row: dict[str, Any]) -> bool:
    if text(row, "entityType") not in ("", "content") or mapping(row, "space") or mapping(row, "user"):
        return False
    kind = text(row, "content", "type")
    return not kind or (kind in KINDS and not is_id(text(row, "content", "id")))


def _hit(row: dict[str, Any], content: dict[str, Any], site_url: str) -> Hit | None:
    if not is_page(row):
        return None
    named, writer = mapping(content, "space"), mapping(content, "version", "by")
    key = text(named, "key") or key_in(text(row, "resultGlobalContainer", "displayUrl"))
    space = Space(text(named, "id"), key, line(named, "name"))
    page = PageSummary(
        id=text(content, "id"),
        title=line(content, "title") or plain(text(row, "title")),
        url=page_url(content, site_url),
        last_edited_time=text(content, "version", "when") or text(row, "lastModified"),
        space=space.name or line(row, "resultGlobalContainer", "title") or key,
        space_key=key,
        type=text(content, "type"),
        excerpt=plain(text(row, "excerpt")),
        labels=label_names(dig(content, "metadata", "labels")),
    )
    return Hit(page, space, text(writer, "accountId"), line(writer, "displayName"))


def is_page(row: dict[str, Any]) -> bool:
    content = mapping(row, "content")
    return text(content, "type") in KINDS and is_readable(text(content, "status")) and is_id(text(content, "id"))


def label_names(labels: Any) -> tuple[str, ...]:
    """Everybody's labels; what begins with my: is one person's."""
    names = [line(row, "name") for row in items(labels, "results") if text(row, "prefix") in ("", "global")]
    return tuple(filter(None, names))


def space_key_of(row: dict[str, Any]) -> str:
    return text(row, "content", "space", "key") or key_in(text(row, "resultGlobalContainer", "displayUrl"))


def lies_in(row: dict[str, Any], space: Space) -> bool:
    """Whether a row is of that space, by its key or its alias; of any, where the key of the space is not known."""
    return not space.key or space_key_of(row).upper() in (space.key.upper(), space.alias.upper())


def key_in(address: str) -> str:
    """The key, or the alias, of the space that an address within a site leads into."""
    found = SPACE_IN_ADDRESS.match(address)
    return unquote(found[1]) if found else ""


def page_url(content: dict[str, Any], site_url: str) -> str:
    """Where a person finds it: always at the site, whichever way the call went."""
    path = text(content, "_links", "webui")
    if not path.startswith("/"):
        path = f"/pages/viewpage.action?pageId={text(content, 'id')}"
    return f"{site_url}/wiki{path}"


def valid_cursor(cursor: str) -> str:
    if cursor and not CURSOR.fullmatch(cursor):
        raise BadArgument("cursor", "This is no cursor. Give the next_cursor of an answer, with the same q.")
    return cursor


def has_more(answer: Any) -> bool:
    """Whatever its shape: of any list of Confluence's."""
    return bool(dig(answer, "_links", "next"))


def next_cursor(answer: Any, cursor: str) -> str:
    """The cursor to go on with; empty where there is none, or one that is the same as before and leads in a circle."""
    found = CURSOR_IN_LINK.search(text(answer, "_links", "next"))
    following = unquote_plus(found[1]) if found else ""
    return following if following != cursor and UPSTREAM_CURSOR.fullmatch(following) else ""
