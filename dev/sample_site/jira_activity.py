"""What happened to an issue and where else it is spoken of: changes, work, links to elsewhere."""

from typing import Any

from dev.sample_site.dataset import Issue
from dev.sample_site.exchange import Answer, json_answer
from dev.sample_site.routing import Call
from dev.sample_site.texts import jira_refusal, sentence

CHANGES_GIVEN_ALONG = 100
WORK_GIVEN_ALONG = 20


def issue_for(call: Call, key: str) -> Issue:
    issue = call.site.dataset.issue(key)
    if issue is None or not call.caller.sees_project(issue.project):
        raise jira_refusal(sentence("issue_missing", call.language), 404)
    return issue


def changes_given_along(issue: Issue) -> dict[str, Any]:
    """Newest first, and silently no more than there is room for."""
    newest = sorted(issue.changes, key=lambda each: str(each["created"]), reverse=True)[:CHANGES_GIVEN_ALONG]
    return {"startAt": 0, "maxResults": len(newest), "total": len(issue.changes), "histories": newest}


def changes_of_many(call: Call) -> Answer:
    """Oldest first; of the fields that were named."""
    body = call.request.json()
    if not isinstance(body, dict) or not isinstance(body.get("issueIdsOrKeys"), list):
        raise jira_refusal(sentence("payload", call.language))
    wanted = set(body.get("fieldIds") or [])
    logs = []
    for key in body["issueIdsOrKeys"]:
        issue = issue_for(call, str(key))
        rows = [_of_fields(each, wanted) for each in sorted(issue.changes, key=lambda each: str(each["created"]))]
        logs.append({"issueId": issue.id, "changeHistories": [row for row in rows if row["items"]]})
    return json_answer({"issueChangeLogs": logs})


def _of_fields(change: dict[str, Any], wanted: set[str]) -> dict[str, Any]:
    return change | {"items": [each for each in change["items"] if not wanted or each.get("fieldId") in wanted]}


def work_given_along(issue: Issue) -> dict[str, Any]:
    return _work(issue.worklog, WORK_GIVEN_ALONG)


def worklog(call: Call, key: str) -> Answer:
    return json_answer(_work(issue_for(call, key).worklog, call.request.number("maxResults", 5000) or 5000))


def _work(rows: list[dict[str, Any]], size: int) -> dict[str, Any]:
    return {"startAt": 0, "maxResults": size, "total": len(rows), "worklogs": rows[:size]}


def remote_links(call: Call, key: str) -> Answer:
    """A bare list, as Jira has it."""
    return json_answer(issue_for(call, key).remote_links)


def people_and_groups(call: Call) -> Answer:
    """Somebody who hides their email is found by the exact one."""
    query = call.request.first("query").lower()
    people = [
        {"accountId": each.account_id, "accountType": "app" if each.service else "atlassian", "displayName": each.name}
        for each in call.site.accounts
        if query and query in (each.email.lower(), each.name.lower())
    ]
    users = {"users": people, "total": len(people), "header": f"Showing {len(people)} of {len(people)} matching users"}
    return json_answer({"users": users, "groups": {"groups": [], "total": 0, "header": ""}})
