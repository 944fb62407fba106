"""Routes of Confluence's REST API, version 2."""

import base64
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from sample_site.auth import v2_not_found
from sample_site.confluence_shapes import (
    account_shape,
    body_shape,
    label_shape,
    other_shape,
    page_shape,
    remark_shape,
    space_shape,
)
from sample_site.cql import ancestors as ancestor_ids
from sample_site.exchange import Answer, Refusal, json_answer, whole
from sample_site.routing import Call, Route
from sample_site.world import Page, Remark

SINGLE = [
    "storage",
    "atlas_doc_format",
    "view",
    "export_view",
    "anonymous_export_view",
    "styled_view",
    "editor",
]
LISTED = ["storage", "atlas_doc_format"]
NOUNS = {"pages": "page", "blogposts": "blogpost", "folders": "folder"}
NOUNS |= {"whiteboards": "whiteboard", "databases": "database", "embeds": "embed"}
NAMES = {"blogpost": "blog post"}


def bad_parameter(name: str, value: str, expected: str) -> Refusal:
    title = f"Provided value {{{value}}} for '{name}' is not the correct type. Expected type is {expected}"
    error = {"status": 400, "code": "INVALID_REQUEST_PARAMETER", "title": title, "detail": ""}
    return Refusal(json_answer({"errors": [error]}, 400))


def _number(name: str, value: str) -> str:
    number = whole(value)
    if number is None or not 0 <= number < 2**63:
        raise bad_parameter(name, value, "long")
    return str(number)


def _content(call: Call, kind: str, content_id: str) -> Page:
    """A page of another type is not found, in the same words as one that is absent or hidden."""
    wanted = _number("id", content_id)
    page = call.site.world.pages.get(wanted)
    if page is None or page.type != kind or not call.caller.sees_space(page.space):
        raise Refusal(v2_not_found(f"Cannot find a {NAMES.get(kind, kind)} with id [{wanted}]"))
    return page


def _body_format(call: Call, known: list[str]) -> str:
    asked = call.request.first("body-format").lower()
    if asked and asked not in known:
        raise bad_parameter("body-format", asked, "ContentBodyRepresentation")
    return asked


def single(call: Call, plural: str, content_id: str) -> Answer:
    """Trashed, archived and unpublished ones are answered as well: only `status` tells."""
    page = _content(call, NOUNS[plural], content_id)
    if plural not in ("pages", "blogposts"):
        return json_answer(other_shape(call, page))
    shown = page_shape(call, page)
    if asked := _body_format(call, SINGLE):
        shown["body"] = body_shape(call, page, asked)
    if call.request.first("include-labels").lower() == "true":
        address = f"/wiki/api/v2/{plural}/{page.id}/labels"
        labels = [label_shape(name) for name in page.labels]
        shown["labels"] = {"results": labels, "meta": {"hasMore": False}, "_links": {"self": address}}
    return json_answer(shown)


def listed(call: Call, plural: str) -> Answer:
    asked = call.request
    spaces = {_number("space-id", each) for each in asked.several("space-id")}
    ids = {_number("id", each) for each in asked.several("id")}
    # A title may hold commas: it is never taken apart.
    title = asked.first("title").lower()
    statuses = set(asked.several("status")) or {"current", "archived"}
    return paged(
        call,
        [
            _in_list(call, page)
            for page in call.site.world.pages.values()
            if (
                page.type == NOUNS[plural]
                and page.status in statuses
                and call.caller.sees_space(page.space)
                and (not spaces or call.site.world.spaces[page.space].id in spaces)
                and (not ids or page.id in ids)
                and (not title or page.title.lower() == title)
            )
        ],
    )


def _in_list(call: Call, page: Page) -> dict[str, Any]:
    shown = page_shape(call, page)
    if asked := _body_format(call, LISTED):
        shown["body"] = body_shape(call, page, asked)
    return shown


def in_space(call: Call, space_id: str) -> Answer:
    found = call.site.world.space_by_id(_number("id", space_id))
    pages = call.site.world.pages.values()
    shown = [_in_list(call, page) for page in pages if found and page.space == found.key and page.type == "page"]
    return paged(call, shown if found and call.caller.sees_space(found.key) else [])


def paged(call: Call, rows: Sequence[dict[str, Any]]) -> Answer:
    """One page of a list; the next is linked in the body and in the header, as a path on this host."""
    size, start = call.request.number("limit", 25), _start(call)
    if size is None or not 1 <= size <= 250:
        raise bad_parameter("limit", call.request.first("limit"), "int")
    links = {"base": f"{call.site.url}/wiki"}
    answer_headers = {}
    if start + size < len(rows):
        kept = {name: values for name, values in call.request.query.items() if name != "cursor"}
        cursor = base64.urlsafe_b64encode(f"after:{start + size}".encode()).decode()
        links["next"] = f"{call.request.path}?{urlencode(kept | {'cursor': [cursor]}, doseq=True)}"
        answer_headers["link"] = f'<{links["next"]}>; rel="next"'
    answer = json_answer({"results": list(rows[start : start + size]), "_links": links})
    answer.headers |= answer_headers
    return answer


def _start(call: Call) -> int:
    cursor = call.request.first("cursor")
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("after:")) if cursor else 0
    except ValueError:
        raise bad_parameter("cursor", cursor, "cursor") from None


def remarks(call: Call, plural: str, content_id: str, kind: str) -> Answer:
    """Comments on a page; replies are not among them."""
    page = _content(call, NOUNS[plural], content_id)
    found = [each for each in page.remarks if each.inline == (kind == "inline") and each.parent is None]
    wanted = set(call.request.several("resolution-status"))
    if wanted and kind == "inline":
        found = [each for each in found if each.resolution in wanted]
    return _remarks(call, page, found)


def replies(call: Call, kind: str, remark_id: str) -> Answer:
    page, _ = _remark(call, kind, remark_id)
    return _remarks(call, page, [each for each in page.remarks if each.parent == remark_id])


def remark(call: Call, kind: str, remark_id: str) -> Answer:
    page, found = _remark(call, kind, remark_id)
    return json_answer(remark_shape(call, page, found, _body_format(call, LISTED)))


def _remark(call: Call, kind: str, remark_id: str) -> tuple[Page, Remark]:
    found = call.site.world.remark(_number("id", remark_id))
    if found is None or not call.caller.sees_space(found[0].space) or found[1].inline != (kind == "inline"):
        raise Refusal(v2_not_found(f"Cannot find a {kind} comment with id [{remark_id}]"))
    return found


def _remarks(call: Call, page: Page, found: list[Remark]) -> Answer:
    asked = _body_format(call, LISTED)
    newest_first = call.request.first("sort").startswith("-")
    ordered = sorted(found, key=lambda each: each.created, reverse=newest_first)
    return paged(call, [remark_shape(call, page, each, asked) for each in ordered])


def ancestors(call: Call, plural: str, content_id: str) -> Answer:
    page = _content(call, NOUNS[plural], content_id)
    pages = call.site.world.pages
    return paged(call, [{"id": each, "type": pages[each].type} for each in ancestor_ids(call, page)])


def children(call: Call, content_id: str, which: str) -> Answer:
    """`children` hides folders, `direct-children` shows them."""
    page = _content(call, "page", content_id)
    found = [
        {"id": each.id, "status": each.status, "title": each.title, "spaceId": None, "childPosition": 1}
        | ({"type": each.type} if which == "direct-children" else {})
        for each in call.site.world.pages.values()
        if each.parent == page.id and each.status == "current" and (which != "children" or each.type == "page")
    ]
    return paged(call, found)


def labels(call: Call, plural: str, content_id: str) -> Answer:
    return paged(call, [label_shape(name) for name in _content(call, NOUNS[plural], content_id).labels])


def attachments(call: Call, plural: str, content_id: str) -> Answer:
    return paged(call, _content(call, NOUNS[plural], content_id).attachments)


def spaces(call: Call) -> Answer:
    keys = {key.lower() for key in call.request.several("keys")}
    ids = {_number("ids", each) for each in call.request.several("ids")}
    found = [
        space_shape(call, each)
        for each in call.site.world.spaces.values()
        if call.caller.sees_space(each.key) and (not keys or each.key.lower() in keys) and (not ids or each.id in ids)
    ]
    return paged(call, found)


def space(call: Call, space_id: str) -> Answer:
    found = call.site.world.space_by_id(_number("id", space_id))
    if found is None or not call.caller.sees_space(found.key):
        raise Refusal(v2_not_found(f"Cannot find a space with id [{space_id}]"))
    return json_answer(space_shape(call, found))


def convert_ids(call: Call) -> Answer:
    """Ids sent as strings are passed over, as they have been seen to be on the real site."""
    body = call.request.json()
    ids = body.get("contentIds") if isinstance(body, dict) else None
    if not isinstance(ids, list):
        raise bad_parameter("contentIds", str(ids), "list")
    return json_answer({"results": {str(each): _type(call, str(each)) for each in ids if isinstance(each, int)}})


def _type(call: Call, content_id: str) -> str | None:
    if found := call.site.world.remark(content_id):
        kind = "inline-comment" if found[1].inline else "footer-comment"
        return kind if call.caller.sees_space(found[0].space) else None
    page = call.site.world.pages.get(content_id)
    seen = page is not None and call.caller.sees_space(page.space) and page.type in ("page", "blogpost")
    return page.type if page and seen else None


def users(call: Call) -> Answer:
    body = call.request.json()
    ids = body.get("accountIds") if isinstance(body, dict) else None
    if not isinstance(ids, list):
        raise bad_parameter("accountIds", str(ids), "list")
    return json_answer({"results": [account_shape(call, each) for each in ids if each in call.site.world.people]})


def _scopes(name: str) -> frozenset[str]:
    return frozenset({f"read:{name}:confluence"})


API = "/wiki/api/v2"
CONTENT = f"{API}/(pages|blogposts)/([^/]+)"
ROUTES = (
    Route("GET", f"{API}/(pages|blogposts)", listed, _scopes("page")),
    Route("GET", CONTENT, single, _scopes("page")),
    Route("GET", f"{CONTENT}/(footer|inline)-comments", remarks, _scopes("comment")),
    Route("GET", f"{API}/(footer|inline)-comments/([^/]+)/children", replies, _scopes("comment")),
    Route("GET", f"{API}/(footer|inline)-comments/([^/]+)", remark, _scopes("comment")),
    Route("GET", f"{CONTENT}/labels", labels, _scopes("page")),
    Route("GET", f"{CONTENT}/attachments", attachments, _scopes("attachment")),
    Route("GET", f"{API}/(pages|folders)/([^/]+)/ancestors", ancestors, _scopes("content.metadata")),
    Route("GET", f"{API}/pages/([^/]+)/(children|direct-children)", children, _scopes("page")),
    Route("GET", f"{API}/spaces", spaces, _scopes("space")),
    Route("GET", f"{API}/spaces/([^/]+)", space, _scopes("space")),
    Route("GET", f"{API}/spaces/([^/]+)/pages", in_space, _scopes("page")),
    Route("GET", f"{API}/(folders)/([^/]+)", single, _scopes("folder")),
    Route("GET", f"{API}/(whiteboards)/([^/]+)", single, _scopes("whiteboard")),
    Route("GET", f"{API}/(databases)/([^/]+)", single, _scopes("database")),
    Route("GET", f"{API}/(embeds)/([^/]+)", single, _scopes("embed")),
    Route("POST", f"{API}/content/convert-ids-to-types", convert_ids, _scopes("content.metadata")),
    Route("POST", f"{API}/users-bulk", users, _scopes("user")),
)
