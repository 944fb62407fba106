"""The comments of a page: at its foot and in its text, each with the replies to it, at every depth."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from atlassian.confluence.bodies import FORMAT, Body, body_of
from atlassian.confluence.search.results import has_more
from atlassian.confluence.unavailable import unavailable
from atlassian.errors import NothingThere, UpstreamFailure
from atlassian.moments import instant
from atlassian.notices import Notice
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import is_id, line, number, required_items, text

# Two calls list the comments; replies cost a call for each comment and each reply, whether or not it has any, so only
# so many are asked for theirs, the newest comments first: a read with comments makes 18 calls for them at the most.
MAX_COMMENTS = 100
MAX_REPLY_CALLS = 16

AT_FOOT, IN_TEXT = "footer-comments", "inline-comments"


@dataclass(slots=True)
class PageComment:
    """`resolution` and `selection`, the words that were commented on, are those of a comment in the text."""

    id: str
    place: str
    author_id: str
    written_at: str
    edited: bool
    body: Body
    resolution: str = ""
    selection: str = ""
    replies: list["PageComment"] = field(default_factory=list)

    def each(self) -> Iterator["PageComment"]:
        """This one and all below it, in the order of reading."""
        open_ones = [self]
        while open_ones:
            comment = open_ones.pop()
            yield comment
            open_ones += reversed(comment.replies)


@dataclass(slots=True)
class CommentList:
    """Newest first. `complete`: there are no others; `replies_complete`: nor are there other replies."""

    comments: list[PageComment] = field(default_factory=list)
    complete: bool = True
    replies_complete: bool = True
    notices: list[Notice] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(1 for _ in self.each())

    def each(self) -> Iterator[PageComment]:
        for comment in self.comments:
            yield from comment.each()

    def account_ids(self) -> set[str]:
        """Everybody who wrote a comment, or is mentioned in one without a name."""
        return {each.author_id for each in self.each()}.union(*(each.body.account_ids() for each in self.each()))


def fetch_comments(client: AtlassianClient, kind: str, content_id: str) -> CommentList:
    """
    kind: page or blogpost. What could not be had is said in the notices: nothing is raised, the page stands.
    https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-comment/
    """
    listed = CommentList()
    for place in (AT_FOOT, IN_TEXT):
        path = f"/wiki/api/v2/{kind}s/{{id}}/{place}"
        try:
            found, more = _fetch_page(client, path, content_id, place, "-created-date")
        except UpstreamFailure as exc:
            what = "comments" if place == AT_FOOT else "comments in the text"
            listed.notices.append(unavailable("comments_unavailable", what, exc, "read:comment:confluence"))
            found, more = [], True
        listed.comments += found
        listed.complete = listed.complete and not more
    listed.comments.sort(key=lambda comment: instant(comment.written_at), reverse=True)
    _add_replies(client, listed)
    return listed


def _add_replies(client: AtlassianClient, listed: CommentList) -> None:
    """Replies to comments first, then replies to replies, as far as the calls go."""
    waiting, calls = deque(listed.comments), 0
    known = {comment.id for comment in listed.comments}
    while waiting and calls < MAX_REPLY_CALLS:
        comment, calls = waiting.popleft(), calls + 1
        path = f"/wiki/api/v2/{comment.place}/{{id}}/children"
        try:
            found, more = _fetch_page(client, path, comment.id, comment.place, "created-date")
        except NothingThere:  # deleted since it was listed
            continue
        except UpstreamFailure as exc:
            listed.notices.append(unavailable("replies_unavailable", "replies to comments", exc))
            listed.replies_complete = False
            return
        comment.replies = [reply for reply in found if reply.id not in known]  # an answer may lead in a circle
        known |= {reply.id for reply in comment.replies}
        listed.replies_complete = listed.replies_complete and not more
        waiting.extend(comment.replies)
    listed.replies_complete = listed.replies_complete and not waiting


def _fetch_page(
    client: AtlassianClient, path: str, of_id: str, place: str, sort: str
) -> tuple[list[PageComment], bool]:
    """One page of comments, and whether there are more."""
    answer = client.get(path, {"body-format": FORMAT, "sort": sort, "limit": MAX_COMMENTS}, id=of_id)
    rows = [row for row in required_items(answer, "results") if text(row, "status") in ("", "current")]
    found = [_comment(row, place) for row in rows if is_id(text(row, "id")) and text(row, "id") != of_id]
    return found, has_more(answer)


def _comment(row: dict[str, Any], place: str) -> PageComment:
    """Comments at the foot have a resolutionStatus as well, which says nothing and is shown to nobody."""
    in_text = place == IN_TEXT
    return PageComment(
        id=text(row, "id"),
        place=place,
        author_id=text(row, "version", "authorId"),
        written_at=text(row, "version", "createdAt"),
        edited=number(row, "version", "number") > 1,
        body=body_of(row),
        resolution=line(row, "resolutionStatus") if in_text else "",
        selection=_selection(row) if in_text else "",
    )


def _selection(row: dict[str, Any]) -> str:
    return line(row, "properties", "inlineOriginalSelection") or line(row, "properties", "inline-original-selection")
