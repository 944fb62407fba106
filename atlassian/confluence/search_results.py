"""Pages as a search finds them: one row of its answer, as plain values."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, unquote_plus

from atlassian.confluence.excerpts import plain
from atlassian.confluence.kinds import KINDS, READABLE
from atlassian.errors import BadReference
from atlassian.notices import Notice
from atlassian.upstream.responses import is_id, items, line, mapping, text

SPACE_IN_ADDRESS = re.compile(r"/spaces/(?!\w+\.action)([^/?#]+)")
CURSOR = re.compile(r"[!-~]{1,4000}")
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


def summary_of(row: dict[str, Any], site_url: str) -> PageSummary:
    content = mapping(row, "content")
    key = space_key_of(row)
    return PageSummary(
        id=text(content, "id"),
        title=line(content, "title") or plain(text(row, "title")),
        url=page_url(content, site_url),
        last_edited_time=text(content, "version", "when") or text(row, "lastModified"),
        space=line(content, "space", "name") or line(row, "resultGlobalContainer", "title") or key,
        space_key=key,
        type=text(content, "type"),
        excerpt=plain(text(row, "excerpt")),
        labels=label_names(mapping(content, "metadata", "labels")),
    )


def is_page(row: dict[str, Any]) -> bool:
    """Rows of spaces have no content; comments and files are read with their page."""
    content = mapping(row, "content")
    return text(content, "type") in KINDS and text(content, "status") in READABLE and is_id(text(content, "id"))


def label_names(labels: Any) -> tuple[str, ...]:
    """Everybody's labels; what begins with my: is one person's."""
    rows = (row for row in items(labels, "results") if text(row, "prefix") in ("", "global"))
    return tuple(filter(None, (line(row, "name") for row in rows)))


def space_key_of(row: dict[str, Any]) -> str:
    return text(row, "content", "space", "key") or key_in(text(row, "resultGlobalContainer", "displayUrl"))


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
        raise BadReference("cursor", "This is no cursor. Give the next_cursor of an answer, with the same q.")
    return cursor


def has_more(answer: Any) -> bool:
    return bool(text(answer, "_links", "next"))


def next_cursor(answer: Any, cursor: str) -> str:
    """The cursor to go on with; empty where there is none, or one that is the same as before and leads in a circle."""
    found = CURSOR_IN_LINK.search(text(answer, "_links", "next"))
    following = unquote_plus(found[1]) if found else ""
    return following if following != cursor and CURSOR.fullmatch(following) else ""
