"""What a person sees of those fields of Jira's own that have no place of their own in an answer."""

from collections.abc import Callable, Mapping
from typing import Any

from atlassian.jira.fields.kinds import plain_value
from atlassian.moments import minute
from atlassian.upstream.responses import clean, items, line, mapping, number, text

# What Jira calls fields of its own in English, where an answer brings no names.
SYSTEM_NAMES = {
    "summary": "Summary",
    "status": "Status",
    "issuetype": "Issue Type",
    "priority": "Priority",
    "assignee": "Assignee",
    "reporter": "Reporter",
    "updated": "Updated",
    "created": "Created",
    "description": "Description",
    "environment": "Environment",
    "labels": "Labels",
    "components": "Components",
    "fixVersions": "Fix versions",
    "versions": "Affects versions",
    "resolution": "Resolution",
    "duedate": "Due date",
    "comment": "Comment",
    "attachment": "Attachment",
    "issuelinks": "Linked Issues",
    "subtasks": "Sub-tasks",
    "parent": "Parent",
    "worklog": "Log Work",
    "security": "Security Level",
    "timetracking": "Time tracking",
    "votes": "Votes",
    "watches": "Watchers",
    "creator": "Creator",
    "progress": "Progress",
    "resolutiondate": "Resolved",
    "issuerestriction": "Restrict to",
    "statuscategorychangedate": "Status Category Changed",
    "aggregateprogress": "Σ Progress",
    "aggregatetimespent": "Σ Time Spent",
    "aggregatetimeestimate": "Σ Remaining Estimate",
    "aggregatetimeoriginalestimate": "Σ Original Estimate",
}
# Where an issue's answer has a place of its own for it, or nothing for a reader at all.
SHOWN_ELSEWHERE = frozenset(
    {
        "summary", "status", "issuetype", "project", "priority", "assignee", "updated", "description", "resolution",
        "reporter", "labels", "components", "fixVersions", "parent", "subtasks", "issuelinks", "attachment", "created",
        "duedate", "comment", "worklog", "statusCategory", "lastViewed", "workratio", "thumbnail", "timespent",
        "timeestimate", "timeoriginalestimate",
    }
)  # fmt: skip


def _when(value: Any, fields: Mapping[str, Any]) -> Any:
    return minute(clean(value)) if isinstance(value, str) else None


def _time_tracking(value: Any, fields: Mapping[str, Any]) -> Any:
    parts = {"estimated": "originalEstimate", "spent": "timeSpent", "remaining": "remainingEstimate"}
    return ", ".join(f"{word} {line(value, name)}" for word, name in parts.items() if line(value, name)) or None


def _percent(value: Any, fields: Mapping[str, Any]) -> Any:
    total, done = number(value, "total"), number(value, "progress")
    return f"{100 * done // total} %" if total > 0 else None


def _of_subtasks(value: Any, fields: Mapping[str, Any]) -> Any:
    """Sums over an issue and its subtasks say nothing new where there are none."""
    if not items(fields, "subtasks"):
        return None
    if isinstance(value, dict):
        return _percent(value, fields)
    return f"{value / 3600:.4g} h" if isinstance(value, int | float) and not isinstance(value, bool) else None


def _count(name: str) -> Callable[[Any, Mapping[str, Any]], Any]:
    return lambda value, fields: number(value, name) or None


def _restriction(value: Any, fields: Mapping[str, Any]) -> Any:
    restrictions = mapping(value, "issuerestrictions")
    return "only some may see it: " + ", ".join(map(clean, restrictions)) if restrictions else None


def _creator(value: Any, fields: Mapping[str, Any]) -> Any:
    """The creator, unless that is the reporter."""
    same = text(value, "accountId") == text(fields, "reporter", "accountId")
    return None if same and "reporter" in fields else plain_value(value)


# Fields of Jira's own, of the issue whose other fields come along.
SYSTEM: dict[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "timetracking": _time_tracking,
    "progress": _percent,
    "aggregateprogress": _of_subtasks,
    "aggregatetimespent": _of_subtasks,
    "aggregatetimeestimate": _of_subtasks,
    "aggregatetimeoriginalestimate": _of_subtasks,
    "votes": _count("votes"),
    "watches": _count("watchCount"),
    "issuerestriction": _restriction,
    "creator": _creator,
    "statuscategorychangedate": _when,
    "resolutiondate": _when,
    "environment": lambda value, fields: plain_value(value),
    "security": lambda value, fields: plain_value(value),
    "versions": lambda value, fields: plain_value(value),
}
