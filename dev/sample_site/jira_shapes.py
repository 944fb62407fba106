"""Issues, comments and projects in the shape of Jira's JSON."""

from typing import Any

from dev.sample_site.dataset import Issue
from dev.sample_site.jira_activity import changes_given_along, work_given_along
from dev.sample_site.jira_fields import expanded, unset
from dev.sample_site.routing import Call

CAP = 100


def issue_shape(call: Call, issue: Issue, fields: list[str]) -> dict[str, Any]:
    api = f"{call.site.url}/rest/api/3/issue/{issue.id}"
    return {
        "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
        "id": issue.id,
        "self": api,
        "key": issue.key,
        "fields": _chosen(_every_field(call, issue, api), fields),
    }


def whole_issue_shape(call: Call, issue: Issue) -> dict[str, Any]:
    """As the route of a single issue gives it, with what `expand` asks for."""
    shown = issue_shape(call, issue, call.request.several("fields") or ["*all"])
    expand = call.request.several("expand")
    shown |= expanded(shown["fields"], expand)
    return shown | ({"changelog": changes_given_along(issue)} if "changelog" in expand else {})


def _chosen(every: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """`*all`, `*navigable`, names, and names with a minus, as the parameter `fields` has them."""
    refused = {name[1:] for name in fields if name.startswith("-")}
    if "*all" in fields or refused == {name.lstrip("-") for name in fields}:
        wanted = set(every)
    else:
        wanted = {name for name in fields if not name.startswith("-")}
        if "*navigable" in fields:
            wanted |= set(every) - {"description", "comment", "attachment", "worklog"}
    return {name: value for name, value in every.items() if name in wanted - refused}


def _every_field(call: Call, issue: Issue, api: str) -> dict[str, Any]:
    every = unset() | issue.fields
    every["project"] = project_shape(call, issue.fields["project"])
    every.setdefault("worklog", work_given_along(issue))
    # Someone put a page of their own there: it is served as it is.
    if "comment" not in every:
        seen = comment_page(call, issue)
        kept = seen[-CAP:]
        every["comment"] = {
            "comments": kept,
            "self": f"{api}/comment",
            "maxResults": len(kept),
            "total": len(seen),
            "startAt": 0,
        }
    return every


def comment_page(call: Call, issue: Issue) -> list[dict[str, Any]]:
    """The comments that the caller may read, oldest first."""
    seen = [each for each in issue.comments if call.caller.may_read((each.get("visibility") or {}).get("value"))]
    return [comment_shape(call, issue, each) for each in sorted(seen, key=lambda each: str(each["created"]))]


def comment_shape(call: Call, issue: Issue, comment: dict[str, Any]) -> dict[str, Any]:
    return {"self": f"{call.site.url}/rest/api/3/issue/{issue.id}/comment/{comment['id']}"} | comment


def project_shape(call: Call, project: dict[str, Any]) -> dict[str, Any]:
    return {"self": f"{call.site.url}/rest/api/3/project/{project['id']}"} | project
