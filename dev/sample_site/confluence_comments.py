"""Comments on pages and blog posts, in version 2."""

from dev.sample_site.auth import v2_not_found
from dev.sample_site.confluence_parts import LISTED, NOUNS, body_format, content_of, number, paged
from dev.sample_site.confluence_shapes import comment_shape
from dev.sample_site.dataset import Page, PageComment
from dev.sample_site.exchange import Answer, Refusal, json_answer
from dev.sample_site.routing import Call


def comments(call: Call, plural: str, content_id: str, kind: str) -> Answer:
    """Comments on a page; replies are not among them."""
    page = content_of(call, NOUNS[plural], content_id)
    found = [each for each in page.comments if each.inline == (kind == "inline") and each.parent is None]
    wanted = set(call.request.several("resolution-status"))
    if wanted and kind == "inline":
        found = [each for each in found if each.resolution in wanted]
    return _comments(call, page, found)


def replies(call: Call, kind: str, comment_id: str) -> Answer:
    page, _ = _comment(call, kind, comment_id)
    return _comments(call, page, [each for each in page.comments if each.parent == comment_id])


def comment(call: Call, kind: str, comment_id: str) -> Answer:
    page, found = _comment(call, kind, comment_id)
    return json_answer(comment_shape(call, page, found, body_format(call, LISTED)))


def _comment(call: Call, kind: str, comment_id: str) -> tuple[Page, PageComment]:
    found = call.site.dataset.comment(number("id", comment_id))
    if found is None or not call.caller.sees_space(found[0].space) or found[1].inline != (kind == "inline"):
        raise Refusal(v2_not_found(f"Cannot find a {kind} comment with id [{comment_id}]"))
    return found


def _comments(call: Call, page: Page, found: list[PageComment]) -> Answer:
    asked = body_format(call, LISTED)
    newest_first = call.request.first("sort").startswith("-")
    ordered = sorted(found, key=lambda each: each.created, reverse=newest_first)
    return paged(call, [comment_shape(call, page, each, asked) for each in ordered])
