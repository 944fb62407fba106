"""The comments of a page: at its foot and in its text, each with the replies to it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from atlassian.confluence.bodies import FORMAT, Body, body_of
from atlassian.errors import NothingThere
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import is_id, line, required_items, text

# Two calls list the comments; replies cost a call for each comment, whether or not it has any, so only the newest
# comments are asked for theirs: a read with comments makes ten calls for them at the most.
MAX_COMMENTS = 50
MAX_WITH_REPLIES = 8

AT_FOOT, IN_TEXT = "footer-comments", "inline-comments"


@dataclass(frozen=True)
class PageComment:
    """`resolution` and `selection`, the words that were commented on, are those of a comment in the text."""

    id: str
    place: str
    author_id: str
    written_at: str
    body: Body
    resolution: str = ""
    selection: str = ""
    replies: tuple["PageComment", ...] = ()

    def with_replies(self) -> Iterator["PageComment"]:
        yield self
        for reply in self.replies:
            yield from reply.with_replies()


@dataclass(frozen=True)
class CommentList:
    """Newest first. `complete`: there are no others; `replies_complete`: nor are there other replies."""

    comments: tuple[PageComment, ...]
    complete: bool
    replies_complete: bool

    @property
    def count(self) -> int:
        return sum(1 for _ in self.each())

    def each(self) -> Iterator[PageComment]:
        for comment in self.comments:
            yield from comment.with_replies()

    def account_ids(self) -> set[str]:
        """Of everybody who wrote, or is mentioned without a name."""
        return {each.author_id for each in self.each()}.union(*(each.body.account_ids() for each in self.each()))


def fetch_comments(client: AtlassianClient, kind: str, content_id: str) -> CommentList:
    """
    kind: page or blogpost.
    https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-comment/
    """
    roots, complete = [], True
    for place in (AT_FOOT, IN_TEXT):
        found, more = _fetch_page(client, f"/wiki/api/v2/{kind}s/{{id}}/{place}", content_id, place, "-created-date")
        roots += found
        complete = complete and not more
    roots.sort(key=lambda comment: comment.written_at, reverse=True)
    threads = [_with_replies(client, comment) for comment in roots[:MAX_WITH_REPLIES]]
    return CommentList(
        comments=(*(comment for comment, _ in threads), *roots[MAX_WITH_REPLIES:]),
        complete=complete,
        replies_complete=len(roots) <= MAX_WITH_REPLIES and not any(more for _, more in threads),
    )


def _with_replies(client: AtlassianClient, comment: PageComment) -> tuple[PageComment, bool]:
    path = f"/wiki/api/v2/{comment.place}/{{id}}/children"
    try:
        replies, more = _fetch_page(client, path, comment.id, comment.place, "created-date")
    except NothingThere:  # deleted since it was listed
        return comment, False
    return replace(comment, replies=tuple(replies)), more


def _fetch_page(
    client: AtlassianClient, path: str, of_id: str, place: str, sort: str
) -> tuple[list[PageComment], bool]:
    """One page of comments, and whether there are more."""
    answer = client.get(path, {"body-format": FORMAT, "sort": sort, "limit": MAX_COMMENTS}, id=of_id)
    rows = [row for row in required_items(answer, "results") if text(row, "status") in ("", "current")]
    return [_comment(row, place) for row in rows if is_id(text(row, "id"))], bool(text(answer, "_links", "next"))


def _comment(row: dict[str, Any], place: str) -> PageComment:
    return PageComment(
        id=text(row, "id"),
        place=place,
        author_id=text(row, "version", "authorId"),
        written_at=text(row, "version", "createdAt"),
        body=body_of(row),
        resolution=line(row, "resolutionStatus"),
        selection=line(row, "properties", "inlineOriginalSelection"),
    )
