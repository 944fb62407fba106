"""Jira's routes that take JQL: search and what helps with it."""

import base64
import hashlib
import json
from typing import Any

from dev.sample_site import jql
from dev.sample_site.exchange import Answer, Refusal, json_answer
from dev.sample_site.jira_shapes import issue_shape
from dev.sample_site.jql_tree import structure
from dev.sample_site.query_parser import parse
from dev.sample_site.query_tokens import QueryError
from dev.sample_site.routing import Call
from dev.sample_site.texts import jira_errors, jira_refusal, sentence

SEARCH_KEYS = {
    "jql": str,
    "nextPageToken": str,
    "maxResults": int,
    "fields": list,
    "expand": str,
    "properties": list,
    "fieldsByKeys": bool,
    "failFast": bool,
    "reconcileIssues": list,
}


def search(call: Call) -> Answer:
    wanted = _posted(call) if call.request.method == "POST" else _asked(call)
    size = wanted.get("maxResults", 50)
    if not 1 <= size <= 5000:
        raise jira_refusal(sentence("max_results", call.language))
    query = wanted.get("jql", "")
    found = jql.find(call, query)
    start = _start(call, query, wanted.get("nextPageToken"))
    fields = wanted.get("fields") or ["id"]
    rows = [issue_shape(call, issue, fields) for issue in found[start : start + size]]
    if set(fields) <= {"id"}:
        rows = [{"id": row["id"]} for row in rows]
    page: dict[str, Any] = {"issues": rows}
    if start + size < len(found):
        page["nextPageToken"] = _page_token(query, start + size)
    return json_answer(page | {"isLast": start + size >= len(found)})


def _posted(call: Call) -> dict[str, Any]:
    body = call.request.json()
    if not isinstance(body, dict) or any(
        key not in SEARCH_KEYS or not isinstance(value, SEARCH_KEYS[key]) or (value is True and key == "maxResults")
        for key, value in body.items()
    ):
        text = sentence("payload", call.language)
        raise Refusal(json_answer({"errorMessages": [text]}, 400))
    return body


def _asked(call: Call) -> dict[str, Any]:
    asked: dict[str, Any] = {"jql": call.request.first("jql"), "fields": call.request.several("fields")}
    asked["maxResults"] = call.request.number("maxResults", 50) or 0
    token = call.request.first("nextPageToken")
    return asked | ({"nextPageToken": token} if token else {})


def _page_token(query: str, start: int) -> str:
    digest = hashlib.sha256(query.encode()).hexdigest()[:8]
    return base64.urlsafe_b64encode(f"{start}:{digest}".encode()).decode()


def _start(call: Call, query: str, token: str | None) -> int:
    if token is None:
        return 0
    try:
        start = int(base64.urlsafe_b64decode(token).decode().partition(":")[0])
    except ValueError:
        start = -1
    if start < 0 or _page_token(query, start) != token:
        raise jira_refusal(sentence("page_token", call.language))
    return start


def removed_search(call: Call, version: str) -> Answer:
    text = (
        f"The requested API has been removed. Please migrate to the /rest/api/{version}/search/jql API. "
        "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
    )
    return jira_errors(text, 410)


def parse_queries(call: Call) -> Answer:
    """Without `validation` it is strict: what search would refuse is an error here too."""
    body = call.request.json()
    queries = body.get("queries") if isinstance(body, dict) else None
    if not isinstance(queries, list) or not queries or not all(isinstance(each, str) for each in queries):
        raise jira_refusal(sentence("payload", call.language))
    return json_answer({"queries": [_parsed(call, text) for text in queries]})


def _parsed(call: Call, text: str) -> dict[str, Any]:
    try:
        query = parse(text)
    except QueryError as exc:
        return {"query": text, "errors": [sentence("syntax", call.language, detail=str(exc))]}
    shown = {"query": text, "structure": structure(query)}
    level = call.request.first("validation", "strict")
    if level == "none":
        return shown
    try:
        jql.check(call, query)
    except Refusal as refusal:
        messages = _messages(refusal)
        return {"query": text, "errors": messages} if level == "strict" else shown | {"warnings": messages}
    return shown


def _messages(refusal: Refusal) -> list[str]:
    return list(json.loads(refusal.answer.body)["errorMessages"])
