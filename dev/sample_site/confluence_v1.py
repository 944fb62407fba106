"""Routes of Confluence's REST API, version 1: search and users, and what is left of content."""

import base64
import html
import re
from datetime import datetime
from typing import Any
from urllib.parse import quote, quote_plus

from dev.sample_site import cql, media, words
from dev.sample_site.confluence_shapes import account_shape, label_shape, tiny_code, webui
from dev.sample_site.cql import Hit
from dev.sample_site.exchange import Answer, Refusal, json_answer
from dev.sample_site.routing import Call, Route

BEYOND_16_BITS = re.compile(r"[\U00010000-\U0010ffff]")  # which the index breaks into two halves
OPEN, CLOSE = "@@@hl@@@", "@@@endhl@@@"


def search(call: Call) -> Answer:
    asked = call.request
    if "cql" not in asked.query or not asked.first("cql").strip():
        raise cql.refusal("cql query parameter is required")
    size = _limit(call)
    query = asked.first("cql")
    archived = asked.first("includeArchivedSpaces").lower() == "true"
    found = cql.find(call, query, archived)
    start = _start(call, asked.first("cursor"))
    wanted = cql.searched(cql.parsed(query))
    rows = [_row(call, hit, wanted) for hit in found[start : start + size]]
    links = {"base": f"{call.site.url}/wiki", "context": "/wiki"}
    links["self"] = f"{call.site.url}/wiki/rest/api/search?cql={quote(query)}"
    if start + size < len(found):
        cursor = quote(_cursor(start + size))
        # The caller's `excerpt` is not in it: whoever follows this link loses it.
        following = f"cursor={cursor}&limit={size}&start={start + size}&cql={quote_plus(query)}"
        links["next"] = f"/rest/api/search?next=true&{following}"
    return json_answer(
        {
            "results": rows,
            "start": start,
            "limit": size,
            "size": len(rows),
            "totalSize": len(found),
            "cqlQuery": query,
            "searchDuration": 42,
            "_links": links,
        }
    )


def _limit(call: Call) -> int:
    size = call.request.number("limit", 25)
    if size is None:
        raise Refusal(Answer(404))
    if size < 0:
        raise cql.refusal("limit must be greater than or equal to 0")
    body = "body.export_view" in call.request.first("expand") or "body.styled_view" in call.request.first("expand")
    return min(size, 25 if body else 250)


def _cursor(start: int) -> str:
    return "_t_" + base64.b64encode(f'["\\t{start}"]'.encode()).decode()


def _start(call: Call, cursor: str) -> int:
    if not cursor:
        return 0
    try:
        found = re.fullmatch(
            r'\["\\t([0-9]{1,9})"\]', base64.b64decode(cursor.removeprefix("_t_"), validate=True).decode()
        )
    except ValueError:
        found = None
    if not found or not cursor.startswith("_t_"):
        raise cql.refusal("Could not parse the cursor")
    return int(found.group(1))


def _row(call: Call, hit: Hit, wanted: list[str]) -> dict[str, Any]:
    kind = call.request.first("excerpt", "highlight")
    row: dict[str, Any] = {
        "title": marked(hit.title, wanted) if kind.startswith("highlight") else html.escape(hit.title),
        "excerpt": _excerpt(hit, wanted, kind),
        "url": webui(call, hit.page, hit.comment) if hit.page else f"/spaces/{hit.space.key}",
        "breadcrumbs": [],
        "entityType": "content" if hit.page else "space",
        "iconCssClass": f"aui-icon content-type-{hit.type}",
        "lastModified": hit.changed,
        "friendlyLastModified": datetime.fromisoformat(hit.changed).strftime("%b %d, %Y"),
        "score": 0.0,
    }
    if hit.page is None:
        return {"space": _space(call, hit) | {"status": hit.space.status}} | row
    container = {"title": hit.space.name, "displayUrl": f"/spaces/{hit.space.key}"}
    return {"content": _content(call, hit)} | row | {"resultGlobalContainer": container}


def _content(call: Call, hit: Hit) -> dict[str, Any]:
    page, expand = hit.page, call.request.several("expand")
    assert page is not None
    content: dict[str, Any] = {
        "id": hit.id,
        "type": hit.type,
        "status": page.status,
        "title": hit.title,
        "childTypes": {},
        "macroRenderedOutput": {},
        "restrictions": {},
        "_expandable": {"container": "", "metadata": "", "history": ""},
        "_links": {
            "webui": webui(call, page, hit.comment),
            "self": f"{call.site.url}/wiki/rest/api/content/{hit.id}",
            "tinyui": f"/x/{tiny_code(hit.id)}",
        },
    }
    by = account_shape(call, page.author)
    if "content.space" in expand:
        content["space"] = _space(call, hit)
    if "content.version" in expand:
        content["version"] = {"number": page.version, "when": hit.changed, "by": by, "minorEdit": False}
    if any(each.startswith("content.history") for each in expand):
        updated = {"when": hit.changed, "number": page.version, "by": by}
        content["history"] = {
            "latest": True,
            "createdDate": page.created,
            "createdBy": by,
            "lastUpdated": updated,
        }
    if "content.ancestors" in expand:
        content["ancestors"] = [_ancestor(call, each) for each in cql.ancestors(call, page)]
    if "content.metadata.labels" in expand:
        labels = [label_shape(name) | {"label": name} for name in page.labels]
        content["metadata"] = {"labels": {"results": labels, "start": 0, "limit": 200, "size": len(labels)}}
    if "content.extensions" in expand:
        content["extensions"] = {"position": page.position or "none"}
    if "content.body.storage" in expand:
        content["body"] = {"storage": {"value": page.as_storage(), "representation": "storage"}}
    return content


def _ancestor(call: Call, page_id: str) -> dict[str, Any]:
    page = call.site.dataset.pages[page_id]
    links = {"webui": webui(call, page), "self": f"{call.site.url}/wiki/rest/api/content/{page_id}"}
    return {"id": page_id, "type": page.type, "status": page.status, "title": page.title, "_links": links}


def _space(call: Call, hit: Hit) -> dict[str, Any]:
    space = hit.space
    return {
        "id": int(space.id),
        "key": space.key,
        "name": space.name,
        "type": space.type,
        "status": space.status,
        "_links": {"webui": f"/spaces/{space.key}"},
    }


def marked(text: str, wanted: list[str], escape: bool = True) -> str:
    """The words searched for between Confluence's markers, and the rest HTML-escaped."""

    def shown(piece: str) -> str:
        return html.escape(piece) if escape else piece

    def one(piece: str) -> str:
        hit = piece and any(words.Words.of(piece).has([stem]) for stem in wanted)
        return f"{OPEN}{shown(piece)}{CLOSE}" if hit else shown(piece)

    return "".join(one(piece) if piece.isalnum() else shown(piece) for piece in re.split(r"(\w+)", text))


def _excerpt(hit: Hit, wanted: list[str], kind: str) -> str:
    if kind in ("indexed", "indexed_unescaped"):
        return html.escape(hit.body[:50]) if kind == "indexed" else hit.body[:50]
    if kind not in ("highlight", "highlight_unescaped"):
        return ""
    shown = BEYOND_16_BITS.sub("\ufffd\ufffd", _window(hit.body, wanted))
    return marked(shown, wanted, escape=kind == "highlight")


def _window(text: str, wanted: list[str], size: int = 300) -> str:
    """The part of a text around the first word that was searched for."""
    for found in re.finditer(r"\w+", text):
        if any(words.Words.of(found.group()).has([stem]) for stem in wanted):
            start = text.rfind(" ", 0, max(found.start() - 60, 0)) + 1
            return text[start : start + size]
    return text[:size]


def current_user(call: Call) -> Answer:
    account = call.caller.account
    if account is None:
        return json_answer({"type": "anonymous", "displayName": "Anonymous", "operations": None})
    base = f"{call.site.url}/wiki"
    links = {"self": f"{base}/rest/api/user?accountId={account.account_id}", "base": base, "context": "/wiki"}
    more = {
        "email": account.email,
        "timeZone": "Europe/Amsterdam",
        "isGuest": False,
        "accountStatus": "active",
    }
    return json_answer(account_shape(call, account.account_id) | more | {"_links": links})


def user(call: Call) -> Answer:
    account_id = call.request.first("accountId")
    if account_id not in call.site.dataset.people:
        raise cql.refusal(f"No user found with account id : {account_id}", "NotFoundException", 404)
    return json_answer(account_shape(call, account_id))


DEPRECATED = {
    "deprecation": "Wed, 1 Mar 2023 00:00:00 GMT",
    "warning": '299 - "Deprecated API, will be removed on Mon, 31 Mar 2025 00:00:00 GMT"',
    "link": '<https://developer.atlassian.com/cloud/confluence/changelog/#CHANGE-864>; rel="deprecation"',
}


def content(call: Call, content_id: str) -> Answer:
    """Gone for a Bearer token, deprecated for everyone else."""
    if call.caller.trouble == "bearer":
        gone = "GoneException: This deprecated endpoint has been removed."
        message = f"com.atlassian.confluence.api.service.exceptions.{gone}"
        data = {"authorized": True, "valid": True, "errors": [], "successful": True}
        return json_answer({"statusCode": 410, "data": data, "message": message}, 410)
    page = call.site.dataset.pages.get(content_id)
    if page is None or page.status != "current" or not call.caller.sees_space(page.space):
        return _no_content(content_id)
    shown = {"id": page.id, "type": page.type, "status": page.status, "title": page.title}
    answer = json_answer(shown | {"_links": {"webui": webui(call, page), "base": f"{call.site.url}/wiki"}})
    answer.headers |= DEPRECATED
    return answer


def download(call: Call, page_id: str, file_id: str) -> Answer:
    """Never the bytes: they are at the media host."""
    page = call.site.dataset.pages.get(page_id)
    files = {file["id"]: file for file in page.attachments} if page and call.caller.sees_space(page.space) else {}
    if file_id not in files:
        return _no_content(file_id)
    return Answer(302, b"", {"location": media.address(call.site, file_id, files[file_id]["title"])})


def _no_content(content_id: str) -> Answer:
    text = f"No content found with id : {content_id}"
    errors = [{"message": {"translation": text, "args": []}}]
    data = {"authorized": False, "valid": False, "errors": errors, "successful": False}
    answer = json_answer({"statusCode": 404, "data": data, "message": f"{cql.SERVICE}NotFoundException: {text}"}, 404)
    answer.headers |= DEPRECATED
    return answer


SEARCH = frozenset({"search:confluence", "read:content-details:confluence"})
PERSON = frozenset({"read:confluence-user", "read:content-details:confluence"})
DOWNLOAD = frozenset({"readonly:content.attachment:confluence", "read:attachment:confluence"})
API = "/wiki/rest/api"
ROUTES = (
    Route("GET", f"{API}/search", search, SEARCH),
    Route("GET", f"{API}/user/current", current_user, PERSON),
    Route("GET", f"{API}/user", user, PERSON),
    Route("GET", f"{API}/content/([^/]+)/child/attachment/([^/]+)/download", download, DOWNLOAD),
    Route("GET", f"{API}/content/([^/]+)", content, frozenset({"read:confluence-content.all"})),
)
