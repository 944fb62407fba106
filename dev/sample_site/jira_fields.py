"""Fields that an administrator of the site has made, as Jira tells of them: names, kinds, and null where unset."""

from typing import Any

from dev.sample_site.exchange import Answer, json_answer
from dev.sample_site.routing import Call

TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
GREENHOPPER = "com.pyxis.greenhopper.jira:"
# number of the field: name, kind, Jira's own word for its type
CUSTOM: dict[int, tuple[str, str, str]] = {
    10001: ("Team", TYPES + "atlassian-team", "team"),
    10014: ("Epic Link", GREENHOPPER + "gh-epic-link", "any"),
    10017: ("Issue color", GREENHOPPER + "jsw-issue-color", "string"),
    10019: ("Rank", GREENHOPPER + "gh-lexo-rank", "any"),
    10020: ("Sprint", GREENHOPPER + "gh-sprint", "array"),
    10021: ("Flagged", TYPES + "multicheckboxes", "array"),
    10028: ("Story points", TYPES + "float", "number"),
    10031: ("Severity", TYPES + "select", "option"),
    10034: ("Acceptance criteria", TYPES + "textarea", "string"),
    10036: ("Customer contract", TYPES + "textfield", "string"),
}
SYSTEM = {
    "summary": "Summary",
    "status": "Status",
    "issuetype": "Issue Type",
    "project": "Project",
    "priority": "Priority",
    "assignee": "Assignee",
    "reporter": "Reporter",
    "description": "Description",
    "environment": "Environment",
    "created": "Created",
    "updated": "Updated",
    "duedate": "Due date",
    "resolution": "Resolution",
    "resolutiondate": "Resolved",
    "labels": "Labels",
    "components": "Components",
    "fixVersions": "Fix versions",
    "versions": "Affects versions",
    "parent": "Parent",
    "subtasks": "Sub-tasks",
    "issuelinks": "Linked Issues",
    "attachment": "Attachment",
    "comment": "Comment",
    "worklog": "Log Work",
}


def unset() -> dict[str, None]:
    return {f"customfield_{number}": None for number in CUSTOM}


def expanded(fields: dict[str, Any], expand: list[str]) -> dict[str, Any]:
    """Names and kinds of exactly the fields that an answer holds."""
    shown: dict[str, Any] = {}
    if "names" in expand:
        shown["names"] = {name: _name(name) for name in fields}
    if "schema" in expand:
        shown["schema"] = {name: _schema(name) for name in fields}
    return shown


def field_list(call: Call) -> Answer:
    return json_answer([_row(name) for name in [*SYSTEM, *unset()]])


def _row(name: str) -> dict[str, Any]:
    number = _number(name)
    clauses = [f"cf[{number}]", _name(name)] if number else [name]
    return {"id": name, "key": name, "name": _name(name), "custom": bool(number), "clauseNames": clauses}


def _name(name: str) -> str:
    number = _number(name)
    return CUSTOM[number][0] if number in CUSTOM else SYSTEM.get(name, name)


def _schema(name: str) -> dict[str, Any]:
    number = _number(name)
    if number in CUSTOM:
        return {"type": CUSTOM[number][2], "custom": CUSTOM[number][1], "customId": number}
    return {"type": "string", "system": name}


def _number(name: str) -> int:
    digits = name.removeprefix("customfield_")
    return int(digits) if digits != name and digits.isdecimal() else 0
