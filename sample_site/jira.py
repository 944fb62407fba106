"""Routes of Jira's REST API, version 3."""

import base64
import hashlib
import json
from typing import Any

from sample_site import jql
from sample_site.exchange import Answer, Refusal, json_answer
from sample_site.jira_shapes import comment_page, comment_shape, issue_shape, project_shape
from sample_site.jql_tree import structure
from sample_site.queries import QueryError, parse
from sample_site.routing import Call, Route
from sample_site.texts import jira_errors, jira_refusal, sentence
from sample_site.world import Issue

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


def _issue(call: Call, key: str) -> Issue:
    issue = call.site.world.issue(key)
    if issue is None or not call.caller.sees_project(issue.project):
        raise jira_refusal(sentence("issue_missing", call.language), 404)
    return issue


def issue(call: Call, key: str) -> Answer:
    return json_answer(issue_shape(call, _issue(call, key), call.request.several("fields") or ["*all"]))


def bulk_fetch(call: Call) -> Answer:
    body = call.request.json()
    if not isinstance(body, dict) or not isinstance(body.get("issueIdsOrKeys"), list):
        raise jira_refusal(sentence("payload", call.language))
    found = [call.site.world.issue(str(key)) for key in body["issueIdsOrKeys"]]
    seen = [each for each in found if each and call.caller.sees_project(each.project)]
    return json_answer({"issues": [issue_shape(call, each, body.get("fields") or ["*all"]) for each in seen]})


def comments(call: Call, key: str) -> Answer:
    order = call.request.first("orderBy")
    if order.lstrip("+-") not in ("", "created"):
        raise jira_refusal(sentence("order_by", call.language, value=order))
    seen = comment_page(call, _issue(call, key))
    if order.startswith("-"):
        seen.reverse()
    start, size = _slice(call, 100)
    rows = seen[start : start + size]
    return json_answer({"startAt": start, "maxResults": size, "total": len(seen), "comments": rows})


def _slice(call: Call, size: int) -> tuple[int, int]:
    """What is out of bounds is taken as the nearest bound, as Jira does in its older lists."""
    start, asked = call.request.number("startAt", 0) or 0, call.request.number("maxResults", size)
    return max(start, 0), min(max(asked or 1, 1), 100)


def comment(call: Call, key: str, comment_id: str) -> Answer:
    found = _issue(call, key)
    one = next((each for each in found.comments if each["id"] == comment_id), None)
    if one is None or not call.caller.may_read((one.get("visibility") or {}).get("value")):
        raise jira_refusal(f"Can not find a comment for the id: {comment_id}.", 404)
    return json_answer(comment_shape(call, found, one))


def myself(call: Call) -> Answer:
    account = call.caller.account
    if account is None:
        return jira_errors("Client must be authenticated to access this resource.", 401)
    return json_answer(
        {
            "self": f"{call.site.url}/rest/api/3/user?accountId={account.account_id}",
            "accountId": account.account_id,
            "key": "",
            "name": "",
            "accountType": "app" if account.service else "atlassian",
            "emailAddress": account.email,
            "displayName": account.name,
            "active": True,
            "timeZone": "Asia/Seoul" if account.language == "ko" else "Europe/Amsterdam",
            "locale": "ko_KR" if account.language == "ko" else "en_US",
            "groups": {"size": len(account.groups), "items": []},
            "applicationRoles": {"size": 1, "items": []},
        }
    )


def projects(call: Call) -> Answer:
    keys, query = call.request.several("keys"), call.request.first("query").lower()
    if len(keys) > 50:
        raise jira_refusal("At most 50 project keys can be given.")
    wanted = {key.upper() for key in keys}
    seen = [
        each
        for key, each in sorted(call.site.world.projects.items())
        if call.caller.sees_project(key) and (not wanted or key in wanted) and query in f"{key} {each['name']}".lower()
    ]
    start, size = _slice(call, 50)
    rows = [project_shape(call, each) for each in seen[start : start + size]]
    address = f"{call.site.url}/rest/api/3/project/search"
    page = {"self": address, "maxResults": size, "startAt": start, "total": len(seen)}
    last = start + size >= len(seen)
    if not last:
        page["nextPage"] = f"{address}?startAt={start + size}&maxResults={size}"
    return json_answer(page | {"isLast": last, "values": rows})


def project(call: Call, key: str) -> Answer:
    found = call.site.world.project(key)
    if found is None or not call.caller.sees_project(found["key"]):
        raise jira_refusal(f"No project could be found with key '{key}'.", 404)
    return json_answer(project_shape(call, found))


def count(call: Call) -> Answer:
    body = call.request.json()
    if not isinstance(body, dict):
        raise jira_refusal(sentence("payload", call.language))
    return json_answer({"count": len(jql.find(call, str(body.get("jql", ""))))})


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


def match(call: Call) -> Answer:
    body = call.request.json()
    if not isinstance(body, dict) or not isinstance(body.get("jqls"), list):
        raise jira_refusal(sentence("payload", call.language))
    wanted = {str(each) for each in body.get("issueIds", [])}
    matches: list[dict[str, Any]] = []
    for text in body["jqls"]:
        try:
            found = [int(each.id) for each in jql.find(call, text) if each.id in wanted]
            matches.append({"matchedIssues": found, "errors": []})
        except Refusal as refusal:
            matches.append({"matchedIssues": [], "errors": _messages(refusal)})
    return json_answer({"matches": matches})


def picker(call: Call) -> Answer:
    query = call.request.first("query").lower()
    found = [
        {"id": int(each.id), "key": each.key, "summaryText": each.fields["summary"]}
        for each in call.site.world.issues.values()
        if call.caller.sees_project(each.project) and query and query in f"{each.key} {each.fields['summary']}".lower()
    ]
    return json_answer({"sections": [{"id": "cs", "label": "Current Search", "issues": found}]})


def server_info(call: Call, version: str) -> Answer:
    info = {
        "baseUrl": call.site.url,
        "displayUrl": call.site.url,
        "version": "1001.0.0-SNAPSHOT",
        "versionNumbers": [1001, 0, 0],
        "deploymentType": "Cloud",
        "buildNumber": 100294,
        "serverTitle": "Jira",
        "defaultLocale": {"locale": "en_US"},
        "serverTimeZone": "Etc/UTC",
    }
    return json_answer(info | ({"serverTime": "2026-11-20T09:00:00.000+0000"} if call.caller.known else {}))


def fields(call: Call) -> Answer:
    names = ("summary", "status", "issuetype", "project", "priority", "assignee", "description", "updated")
    return json_answer([{"id": name, "key": name, "name": name.title(), "custom": False} for name in names])


def attachment(call: Call, attachment_id: str) -> Answer:
    """The bytes are elsewhere: a redirect to a media host, with its own token in the query."""
    for each in call.site.world.issues.values():
        files = each.fields.get("attachment") or []
        if call.caller.sees_project(each.project) and any(str(file["id"]) == attachment_id for file in files):
            location = f"https://api.media.example/file/{attachment_id}/binary?token=media-token"
            return Answer(303, b"", {"location": location})
    raise jira_refusal(f"The attachment with id '{attachment_id}' does not exist", 404)


WORK = frozenset({"read:jira-work", "read:issue-details:jira"})
USER = frozenset({"read:jira-user", "read:user:jira"})
API = "/rest/api/3"
ROUTES = (
    Route("GET POST", "/rest/api/(2|3|latest)/search", removed_search, WORK),
    Route("GET", f"{API}/search/jql", search, WORK),
    Route("POST", f"{API}/search/jql", search, WORK, 200),
    Route("POST", f"{API}/search/approximate-count", count, WORK),
    Route("GET", f"{API}/issue/picker", picker, WORK),
    Route("POST", f"{API}/issue/bulkfetch", bulk_fetch, WORK),
    Route("GET", f"{API}/issue/([^/]+)", issue, WORK, 400),
    Route("GET", f"{API}/issue/([^/]+)/comment", comments, WORK),
    Route("GET", f"{API}/issue/([^/]+)/comment/([^/]+)", comment, WORK),
    Route("GET", f"{API}/myself", myself, USER),
    Route("GET", f"{API}/project/search", projects, WORK),
    Route("GET", f"{API}/project/([^/]+)", project, WORK),
    Route("POST", f"{API}/jql/parse", parse_queries, WORK),
    Route("POST", f"{API}/jql/match", match, WORK),
    Route("GET", f"{API}/field", fields, WORK),
    Route("GET", f"{API}/attachment/content/([^/]+)", attachment, WORK),
    Route("GET", "/rest/api/(2|3|latest)/serverInfo", server_info, WORK | USER),
)
