"""Routes of Confluence's REST API, version 2."""

from typing import Any

from dev.sample_site import confluence_comments
from dev.sample_site.auth import v2_not_found
from dev.sample_site.confluence_parts import LISTED, NOUNS, bad_parameter, body_format, content_of, number, paged
from dev.sample_site.confluence_shapes import (
    account_shape,
    body_shape,
    label_shape,
    other_shape,
    page_shape,
    space_shape,
    version_shape,
)
from dev.sample_site.dataset import Page
from dev.sample_site.exchange import Answer, Refusal, json_answer
from dev.sample_site.routing import Call, Route

SINGLE = [
    "storage",
    "atlas_doc_format",
    "view",
    "export_view",
    "anonymous_export_view",
    "styled_view",
    "editor",
]


def single(call: Call, plural: str, content_id: str) -> Answer:
    """Trashed, archived and unpublished ones are answered as well: only `status` tells."""
    page = content_of(call, NOUNS[plural], content_id)
    if plural not in ("pages", "blogposts"):
        return json_answer(other_shape(call, page))
    shown = page_shape(call, page)
    if asked := body_format(call, SINGLE):
        shown["body"] = body_shape(call, page, asked)
    if number_asked := call.request.first("version"):
        shown |= _as_of(call, page, int(number("version", number_asked)))
    if call.request.first("include-labels").lower() == "true":
        address = f"/wiki/api/v2/{plural}/{page.id}/labels"
        labels = [label_shape(name) for name in page.labels]
        shown["labels"] = {"results": labels, "meta": {"hasMore": False}, "_links": {"self": address}}
    return json_answer(shown)


def _as_of(call: Call, page: Page, number: int) -> dict[str, Any]:
    """The whole page as of a version, with its title and body then."""
    version = page.as_of(number)
    if version is None:
        raise Refusal(v2_not_found(f"Cannot find a version with number [{number}] of the content with id [{page.id}]"))
    shown: dict[str, Any] = {"title": version.title or page.title, "version": version_shape(version)}
    if asked := body_format(call, SINGLE):
        shown["body"] = {asked: {"representation": asked, "value": version.storage}}
    return shown


def versions(call: Call, plural: str, content_id: str) -> Answer:
    """Newest first if asked so; bodies only if asked for, each in its row."""
    page = content_of(call, NOUNS[plural], content_id)
    numbers = sorted({page.version, *(each.number for each in page.history)})
    if call.request.first("sort") == "-modified-date":
        numbers.reverse()
    return paged(call, [_version_row(call, page, number) for number in numbers])


def _version_row(call: Call, page: Page, number: int) -> dict[str, Any]:
    version = page.as_of(number)
    assert version is not None
    row = version_shape(version)
    if asked := body_format(call, LISTED):
        body = {asked: {"representation": asked, "value": version.storage}}
        row["page"] = {"id": page.id, "title": version.title or page.title, "body": body}
    return row


def listed(call: Call, plural: str) -> Answer:
    asked = call.request
    spaces = {number("space-id", each) for each in asked.several("space-id")}
    ids = {number("id", each) for each in asked.several("id")}
    # A title may hold commas: it is never taken apart.
    title = asked.first("title").lower()
    statuses = set(asked.several("status")) or {"current", "archived"}
    return paged(
        call,
        [
            _in_list(call, page)
            for page in call.site.dataset.pages.values()
            if (
                page.type == NOUNS[plural]
                and page.status in statuses
                and call.caller.sees_space(page.space)
                and (not spaces or call.site.dataset.spaces[page.space].id in spaces)
                and (not ids or page.id in ids)
                and (not title or page.title.lower() == title)
            )
        ],
    )


def _in_list(call: Call, page: Page) -> dict[str, Any]:
    shown = page_shape(call, page)
    if asked := body_format(call, LISTED):
        shown["body"] = body_shape(call, page, asked)
    return shown


def attachments(call: Call, plural: str, content_id: str) -> Answer:
    name = call.request.first("filename")
    files = content_of(call, NOUNS[plural], content_id).attachments
    return paged(call, [file for file in files if name in ("", file["title"])])


def spaces(call: Call) -> Answer:
    keys = {key.lower() for key in call.request.several("keys")}
    ids = {number("ids", each) for each in call.request.several("ids")}
    found = [
        space_shape(call, each)
        for each in call.site.dataset.spaces.values()
        if call.caller.sees_space(each.key) and (not keys or each.key.lower() in keys) and (not ids or each.id in ids)
    ]
    return paged(call, found)


def space(call: Call, space_id: str) -> Answer:
    found = call.site.dataset.space_by_id(number("id", space_id))
    if found is None or not call.caller.sees_space(found.key):
        raise Refusal(v2_not_found(f"Cannot find a space with id [{space_id}]"))
    return json_answer(space_shape(call, found))


def users(call: Call) -> Answer:
    body = call.request.json()
    ids = body.get("accountIds") if isinstance(body, dict) else None
    if not isinstance(ids, list):
        raise bad_parameter("accountIds", str(ids), "list")
    return json_answer({"results": [account_shape(call, each) for each in ids if each in call.site.dataset.people]})


def _scopes(name: str) -> frozenset[str]:
    return frozenset({f"read:{name}:confluence"})


API = "/wiki/api/v2"
CONTENT = f"{API}/(pages|blogposts)/([^/]+)"
ROUTES = (
    Route("GET", f"{API}/(pages|blogposts)", listed, _scopes("page")),
    Route("GET", CONTENT, single, _scopes("page")),
    Route("GET", f"{CONTENT}/(footer|inline)-comments", confluence_comments.comments, _scopes("comment")),
    Route("GET", f"{API}/(footer|inline)-comments/([^/]+)/children", confluence_comments.replies, _scopes("comment")),
    Route("GET", f"{API}/(footer|inline)-comments/([^/]+)", confluence_comments.comment, _scopes("comment")),
    Route("GET", f"{CONTENT}/versions", versions, _scopes("page")),
    Route("GET", f"{CONTENT}/attachments", attachments, _scopes("attachment")),
    Route("GET", f"{API}/spaces", spaces, _scopes("space")),
    Route("GET", f"{API}/spaces/([^/]+)", space, _scopes("space")),
    Route("GET", f"{API}/(folders)/([^/]+)", single, _scopes("folder")),
    Route("GET", f"{API}/(whiteboards)/([^/]+)", single, _scopes("whiteboard")),
    Route("GET", f"{API}/(databases)/([^/]+)", single, _scopes("database")),
    Route("GET", f"{API}/(embeds)/([^/]+)", single, _scopes("embed")),
    Route("POST", f"{API}/users-bulk", users, _scopes("user")),
)
