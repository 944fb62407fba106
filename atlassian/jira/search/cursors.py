"""Where a search goes on: Jira's own token, or, while issues named by key are given, one of ours."""

import re
from typing import Any

from atlassian.errors import BadArgument
from atlassian.upstream.responses import dig, items, number, text

MAX_CURSOR_CHARS = 8_000
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
# The issues named by key were given, or the first n of them, as in start:2; the search itself has not begun.
START_CURSOR = "start"
_OWN = re.compile(START_CURSOR + r"(?::([0-9]{1,3}))?")


def token_of(cursor: str) -> str:
    """Jira's token; empty where the search begins. Raises BadArgument for what next_cursor never was."""
    if cursor and not _is_portable(cursor):
        raise BadArgument("cursor", "This is no next_cursor of an answer. Give one as it came, with its q or jql.")
    return "" if _OWN.fullmatch(cursor) else cursor


def given_of(cursor: str, every: int) -> int:
    """How many of the issues that are named by key an earlier answer has given."""
    own = _OWN.fullmatch(cursor)
    return int(own[1]) if own and own[1] else every if cursor else 0


def cursor_after(given: int, every: int) -> str:
    """The cursor of the next page, once that many of the issues named by key were given."""
    return f"{START_CURSOR}:{given}" if given < every else START_CURSOR


def next_cursor(answer: Any, token: str) -> tuple[str | None, bool]:
    """Jira's next token, if any that will be taken back, and whether there may be more all the same."""
    raw, is_last = dig(answer, "nextPageToken"), str(dig(answer, "isLast")).lower()
    following = raw if isinstance(raw, str) else text(answer, "nextPageToken")  # uncleaned: it comes back as it left
    if is_last == "true":
        return None, False
    # A token that comes back would be a circle, one that looks like ours would be taken for it.
    if following not in ("", token) and _is_portable(following) and not _OWN.fullmatch(following):
        return following, False
    return None, bool(following) or is_last == "false" or _counts_more(answer)


def _counts_more(answer: Any) -> bool:
    """Where an answer has the form of the search that was before, which has no token."""
    return number(answer, "total") > number(answer, "startAt") + len(items(dig(answer, "issues")))


def _is_portable(token: str) -> bool:
    """Whether it comes back to us as it left: Jira says nothing of what its tokens hold."""
    return len(token) <= MAX_CURSOR_CHARS and not _CONTROL.search(token)
