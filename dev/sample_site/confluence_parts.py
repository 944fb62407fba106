"""What the routes of version 2 have in common: parameters, the content that is meant, pages of a list."""

import base64
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from dev.sample_site.auth import v2_not_found
from dev.sample_site.dataset import Page
from dev.sample_site.exchange import Answer, Refusal, json_answer, whole
from dev.sample_site.routing import Call

LISTED = ["storage", "atlas_doc_format"]
NOUNS = {"pages": "page", "blogposts": "blogpost", "folders": "folder"}
NOUNS |= {"whiteboards": "whiteboard", "databases": "database", "embeds": "embed"}
NAMES = {"blogpost": "blog post"}


def bad_parameter(name: str, value: str, expected: str) -> Refusal:
    title = f"Provided value {{{value}}} for '{name}' is not the correct type. Expected type is {expected}"
    error = {"status": 400, "code": "INVALID_REQUEST_PARAMETER", "title": title, "detail": ""}
    return Refusal(json_answer({"errors": [error]}, 400))


def number(name: str, value: str) -> str:
    found = whole(value)
    if found is None or not 0 <= found < 2**63:
        raise bad_parameter(name, value, "long")
    return str(found)


def content_of(call: Call, kind: str, content_id: str) -> Page:
    """A page of another type is not found, in the same words as one that is absent or hidden."""
    wanted = number("id", content_id)
    page = call.site.dataset.pages.get(wanted)
    if page is None or page.type != kind or not call.caller.sees_space(page.space):
        raise Refusal(v2_not_found(f"Cannot find a {NAMES.get(kind, kind)} with id [{wanted}]"))
    return page


def body_format(call: Call, known: list[str]) -> str:
    asked = call.request.first("body-format").lower()
    if asked and asked not in known:
        raise bad_parameter("body-format", asked, "ContentBodyRepresentation")
    return asked


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
