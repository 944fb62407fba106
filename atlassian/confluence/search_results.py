"""Pages as a search finds them: one row of its answer, as plain values."""

import html
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, unquote_plus

from atlassian.errors import BadReference
from atlassian.upstream.responses import clean, is_id, line, mapping, text

KINDS = ("page", "blogpost")
READABLE = ("current", "archived", "")
SPACE_IN_ADDRESS = re.compile(r"/spaces/(?!\w+\.action)([^/?#]+)")
HIGHLIGHT = re.compile(r"@@@(?:end)?hl@@@")
CURSOR = re.compile(r"[!-~]{1,4000}")
CURSOR_IN_LINK = re.compile(r"[?&]cursor=([^&#]+)")


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


@dataclass(frozen=True)
class PageList:
    """Few or no pages don't mean that there are no more: only a next_cursor of None does."""

    pages: tuple[PageSummary, ...]
    next_cursor: str | None = None


def summary_of(row: dict[str, Any], site_url: str) -> PageSummary:
    content = mapping(row, "content")
    key = space_key_of(row)
    return PageSummary(
        id=text(content, "id"),
        title=line(content, "title") or _plain(text(row, "title")),
        url=page_url(content, site_url),
        last_edited_time=text(content, "version", "when") or text(row, "lastModified"),
        space=line(content, "space", "name") or line(row, "resultGlobalContainer", "title") or key,
        space_key=key,
        type=text(content, "type"),
        excerpt=_plain(text(row, "excerpt")),
    )


def is_page(row: dict[str, Any]) -> bool:
    """Rows of spaces have no content; of what has, only pages and blog posts can be read."""
    content = mapping(row, "content")
    return text(content, "type") in KINDS and text(content, "status") in READABLE and is_id(text(content, "id"))


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
    if not CURSOR.fullmatch(cursor):
        raise BadReference("cursor", "This is no cursor. Give the next_cursor of an answer, with the same q.")
    return cursor


def next_cursor(answer: Any, cursor: str) -> str | None:
    """The cursor to go on with; one that is the same as before would lead in a circle."""
    found = CURSOR_IN_LINK.search(text(answer, "_links", "next"))
    following = unquote_plus(found[1]) if found else ""
    return following if following != cursor and CURSOR.fullmatch(following) else None


def _plain(marked: str) -> str:
    """Highlight markers first: what entities turn into is text, even where it looks like one."""
    return clean(" ".join(html.unescape(HIGHLIGHT.sub("", marked)).split()))
