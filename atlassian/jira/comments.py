"""Comments of an issue, as frozen dataclasses."""

from dataclasses import dataclass, field, replace
from typing import Any

from atlassian.jira.people import names_of, person
from atlassian.moments import instant
from atlassian.upstream.responses import dig, items, line, mapping, number, text
from atlassian.upstream.transport import Params

MAX_COMMENTS = 100  # what Jira gives at once


@dataclass(frozen=True)
class IssueComment:
    author: str
    created: str
    body: Any = field(repr=False)
    restricted_to: str  # name of a role or group, or what is known of it; empty: all who see the issue
    internal: bool  # a service desk's note, hidden from its customers
    is_reply: bool = False


@dataclass(frozen=True)
class CommentPage:
    """Comments next to each other, newest first; `before` how many older ones there are, `total` all of them."""

    comments: tuple[IssueComment, ...] = ()
    total: int = 0
    before: int = 0
    is_placed: bool = True  # it is known which of all they are
    names: dict[str, str] = field(default_factory=dict, repr=False)  # account id → name, of their authors

    @property
    def is_complete(self) -> bool:
        return len(self.comments) >= self.total


def comments_of(page: Any) -> CommentPage:
    """Jira gives them in either order, as a page or as a bare list."""
    found = items(page) or items(page, "comments")
    comments = sorted(map(_comment, found), key=lambda comment: instant(comment.created), reverse=True)
    total = max(number(page, "total"), len(comments))
    names = names_of(*(dig(comment, "author") for comment in found))
    return CommentPage(tuple(comments), total, total - len(comments), names=names)


def page_params(before: int | None) -> Params:
    """Asks for the newest comments, or for those before a number. The oldest comment has number 1."""
    if before is None:
        return {"orderBy": "-created", "maxResults": MAX_COMMENTS}
    start = first_before(before)
    return {"orderBy": "created", "startAt": start, "maxResults": max(before - 1 - start, 1)}


def first_before(before: int) -> int:
    """How many comments are older than the page that ends before that number."""
    return max(before - 1 - MAX_COMMENTS, 0)


def page_before(page: CommentPage, before: int) -> CommentPage:
    """Keeps the comments before that number, of a page that was asked for by page_params."""
    start = first_before(before)
    count = max(before - 1 - start, 0)
    return replace(page, comments=page.comments[-count:] if count else (), before=min(start, page.total))


def restriction_of(answer: Any) -> str:
    """Whom a comment or an entry of work is for; a restriction whose name Jira does not give is one all the same."""
    visibility = mapping(answer, "visibility")
    kind = line(visibility, "type")
    return line(visibility, "value") or (f"a {kind}" if kind in ("group", "role") else "some" if visibility else "")


def _comment(comment: dict[str, Any]) -> IssueComment:
    return IssueComment(
        author=person(comment, "author") or "somebody",
        created=text(comment, "created"),
        body=dig(comment, "body"),
        restricted_to=restriction_of(comment),
        internal=dig(comment, "jsdPublic") is False,
        is_reply=bool(text(comment, "parentId")),
    )
