"""All routes of Jira's REST API, version 3, and what answers those without JQL."""

from dev.sample_site import jira_activity, jira_search, media
from dev.sample_site.exchange import Answer, json_answer
from dev.sample_site.jira_activity import issue_for
from dev.sample_site.jira_fields import field_list
from dev.sample_site.jira_shapes import comment_page, comment_shape, project_shape, whole_issue_shape
from dev.sample_site.routing import Call, Route
from dev.sample_site.texts import jira_errors, jira_refusal, sentence


def issue(call: Call, key: str) -> Answer:
    return json_answer(whole_issue_shape(call, issue_for(call, key)))


def comments(call: Call, key: str) -> Answer:
    order = call.request.first("orderBy")
    if order.lstrip("+-") not in ("", "created"):
        raise jira_refusal(sentence("order_by", call.language, value=order))
    seen = comment_page(call, issue_for(call, key))
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
    found = issue_for(call, key)
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
        for key, each in sorted(call.site.dataset.projects.items())
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
    found = call.site.dataset.project(key)
    if found is None or not call.caller.sees_project(found["key"]):
        raise jira_refusal(f"No project could be found with key '{key}'.", 404)
    return json_answer(project_shape(call, found))


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


def attachment(call: Call, attachment_id: str) -> Answer:
    """The bytes themselves for who does not want to be redirected, else a redirect to the media host."""
    for each in call.site.dataset.issues.values():
        files = {str(file["id"]): file for file in each.fields.get("attachment") or []}
        if call.caller.sees_project(each.project) and attachment_id in files:
            file = files[attachment_id]
            if call.request.first("redirect") != "false" or call.site.always_redirects:
                return Answer(303, b"", {"location": media.address(call.site, attachment_id, file["filename"])})
            if attachment_id in call.site.files:
                return Answer(200, call.site.files[attachment_id], {"content-type": file["mimeType"]})
    raise jira_refusal(f"The attachment with id '{attachment_id}' does not exist", 404)


WORK = frozenset({"read:jira-work", "read:issue-details:jira"})
USER = frozenset({"read:jira-user", "read:user:jira"})
API = "/rest/api/3"
ROUTES = (
    Route("GET POST", "/rest/api/(2|3|latest)/search", jira_search.removed_search, WORK),
    Route("GET", f"{API}/search/jql", jira_search.search, WORK),
    Route("POST", f"{API}/search/jql", jira_search.search, WORK, 200),
    Route("GET", f"{API}/issue/([^/]+)", issue, WORK, 400),
    Route("GET", f"{API}/issue/([^/]+)/comment", comments, WORK),
    Route("GET", f"{API}/issue/([^/]+)/comment/([^/]+)", comment, WORK),
    Route("GET", f"{API}/myself", myself, USER),
    Route("GET", f"{API}/project/search", projects, WORK),
    Route("GET", f"{API}/project/([^/]+)", project, WORK),
    Route("POST", f"{API}/jql/parse", jira_search.parse_queries, WORK),
    Route("GET", f"{API}/issue/([^/]+)/worklog", jira_activity.worklog, WORK),
    Route("GET", f"{API}/issue/([^/]+)/remotelink", jira_activity.remote_links, WORK),
    Route("POST", f"{API}/changelog/bulkfetch", jira_activity.changes_of_many, WORK),
    Route("GET", f"{API}/groupuserpicker", jira_activity.people_and_groups, WORK),
    Route("GET", f"{API}/field", field_list, WORK),
    Route("GET", f"{API}/attachment/content/([^/]+)", attachment, WORK | {"read:attachment:jira"}),
    Route("GET", "/rest/api/(2|3|latest)/serverInfo", server_info, WORK | USER),
)
