"""JQL over the issues of the sample site: what it accepts, what it refuses, what it finds."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sample_site import adf, words
from sample_site.queries import Call, Clause, Query, QueryError, clauses_of, holds, parse
from sample_site.routing import Call as Request
from sample_site.texts import jira_refusal, sentence
from sample_site.world import NOW, Issue

TEXT_FIELDS = ("text", "textfields", "summary", "description", "comment", "environment")
DATE_FIELDS = ("created", "createddate", "updated", "updateddate", "resolved", "duedate", "due")
KEY_FIELDS = ("key", "issue", "issuekey", "id")
NAMED: dict[str, Callable[[Issue], list[str]]] = {
    "project": lambda issue: [str(issue.fields["project"][name]) for name in ("key", "id", "name")],
    "status": lambda issue: _named(issue, "status"),
    "statuscategory": lambda issue: [str((issue.fields.get("status") or {}).get("statusCategory", {}).get("name"))],
    "issuetype": lambda issue: _named(issue, "issuetype"),
    "type": lambda issue: _named(issue, "issuetype"),
    "priority": lambda issue: _named(issue, "priority"),
    "resolution": lambda issue: _named(issue, "resolution"),
    "assignee": lambda issue: _person(issue, "assignee"),
    "reporter": lambda issue: _person(issue, "reporter"),
    "labels": lambda issue: list(issue.fields.get("labels") or []),
    "component": lambda issue: [each["name"] for each in issue.fields.get("components") or []],
    "fixversion": lambda issue: [each["name"] for each in issue.fields.get("fixVersions") or []],
    "parent": lambda issue: [str((issue.fields.get("parent") or {}).get("key", ""))],
}
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _named(issue: Issue, field: str) -> list[str]:
    value = issue.fields.get(field)
    return [value["name"], str(value.get("id", ""))] if value else []


def _person(issue: Issue, field: str) -> list[str]:
    value = issue.fields.get(field)
    return [value["accountId"], value["displayName"]] if value else []


def parsed(request: Request, jql: str) -> Query:
    try:
        return parse(jql)
    except QueryError as exc:
        raise jira_refusal(sentence("syntax", request.language, detail=str(exc))) from None


def find(request: Request, jql: str) -> list[Issue]:
    """The issues that the caller sees and the query meets, in the order asked for; refuses as Jira does."""
    query = parsed(request, jql)
    if query.where is None:
        raise jira_refusal(sentence("unbounded", request.language))
    check(request, query)
    world = request.site.world
    seen = [issue for issue in world.issues.values() if request.caller.sees_project(issue.project)]
    tests = {clause: _test(request, clause) for clause in clauses_of(query.where)}
    found = [issue for issue in seen if holds(query.where, tests, issue)]
    found.sort(key=lambda issue: int(issue.id), reverse=True)
    for name, direction in reversed(query.order):
        found.sort(key=_sort_key(name.lower()), reverse=direction == "desc")
    return found


def check(request: Request, query: Query) -> None:
    if len(query.order) > 7:
        raise jira_refusal(sentence("too_many_orders", request.language))
    for name, _ in query.order:
        if name.lower() not in (*DATE_FIELDS, *KEY_FIELDS, *NAMED, "summary", "rank"):
            raise jira_refusal(sentence("unknown_field", request.language, field=name))
    for clause in clauses_of(query.where):
        _test(request, clause)


def _sort_key(name: str) -> Callable[[Issue], Any]:
    if name in KEY_FIELDS:
        return lambda issue: (issue.project, int(issue.key.rsplit("-", 1)[1]))
    if name in DATE_FIELDS or name == "summary":
        return lambda issue: str(issue.fields.get(_date_field(name)) or "")
    if name in NAMED:
        return lambda issue: NAMED[name](issue)
    return lambda issue: int(issue.id)


def _date_field(name: str) -> str:
    short = {
        "createddate": "created",
        "updateddate": "updated",
        "resolved": "resolutiondate",
        "due": "duedate",
    }
    return short.get(name, name)


def _test(request: Request, clause: Clause) -> Callable[[Issue], bool]:
    name = clause.field.lower()
    if name in TEXT_FIELDS:
        return _text_test(request, clause, name)
    if clause.operator in ("~", "!~"):
        _refuse_operator(request, clause, known=name in (*KEY_FIELDS, *NAMED, *DATE_FIELDS))
    if name in KEY_FIELDS:
        return _key_test(request, clause)
    if name in DATE_FIELDS:
        return _date_test(request, clause, _date_field(name))
    if name in NAMED:
        return _named_test(request, clause, name)
    raise jira_refusal(sentence("unknown_field", request.language, field=clause.field))


def _refuse_operator(request: Request, clause: Clause, known: bool) -> None:
    text = "operator" if known else "unknown_field"
    raise jira_refusal(sentence(text, request.language, operator=clause.operator, field=clause.field))


def _text_test(request: Request, clause: Clause, name: str) -> Callable[[Issue], bool]:
    if clause.operator in ("is", "is not"):
        return lambda issue: bool(_text(issue, name).strip()) == (clause.operator == "is not")
    if clause.operator not in ("~", "!~"):
        _refuse_operator(request, clause, known=True)
    wanted = str(clause.values[0])
    if not wanted.strip():
        raise jira_refusal(sentence("empty_text", request.language, field=clause.field))
    try:
        match = words.matcher(wanted)
    except words.UnparsableText:
        raise jira_refusal(sentence("unparsable_text", request.language, value=wanted, field=clause.field)) from None
    return lambda issue: match(words.Words.of(_text(issue, name))) == (clause.operator == "~")


def _text(issue: Issue, name: str) -> str:
    if name in ("text", "textfields"):
        return issue.text()
    if name == "comment":
        return "\n".join(adf.text_in(comment.get("body")) for comment in issue.comments)
    value = issue.fields.get(name)
    return value if isinstance(value, str) else adf.text_in(value)


def _key_test(request: Request, clause: Clause) -> Callable[[Issue], bool]:
    wanted = set()
    for value in clause.values:
        issue = request.site.world.issue(str(value))
        if issue is None or not request.caller.sees_project(issue.project):
            raise jira_refusal(sentence("unknown_key", request.language, value=str(value)))
        wanted.add(issue.id)
    return lambda issue: (issue.id in wanted) != clause.operator.startswith(("!", "not"))


def _named_test(request: Request, clause: Clause, name: str) -> Callable[[Issue], bool]:
    if clause.operator not in (
        "=",
        "!=",
        "in",
        "not in",
        "is",
        "is not",
        "was",
        "was not",
        "was in",
        "changed",
    ):
        _refuse_operator(request, clause, known=True)
    if name == "project":
        _refuse_unknown_projects(request, clause)
    negated = clause.operator in ("!=", "not in", "is not", "was not")
    wanted = {_value(request, value).lower() for value in clause.values}
    if wanted & {"empty", "null"}:
        return lambda issue: bool(NAMED[name](issue)) == negated
    if not _known(request, name, wanted):
        unknown = str(clause.values[0]) if clause.values else ""
        raise jira_refusal(sentence("unknown_value", request.language, value=unknown, field=clause.field))
    return lambda issue: bool(wanted & {value.lower() for value in NAMED[name](issue)}) != negated


def _known(request: Request, name: str, wanted: set[str]) -> bool:
    """A status, type or priority that no issue has is refused, as Jira refuses one that is not configured."""
    if name not in ("status", "issuetype", "type", "priority") or not request.caller.known:
        return True
    configured = {value.lower() for issue in request.site.world.issues.values() for value in NAMED[name](issue)}
    return wanted <= configured | {
        "done",
        "to do",
        "in progress",
        "bug",
        "task",
        "story",
        "highest",
        "lowest",
    }


def _value(request: Request, value: str | Call) -> str:
    if isinstance(value, Call):
        account = request.caller.account
        return account.account_id if account and value.name.lower() == "currentuser" else ""
    return value


def _refuse_unknown_projects(request: Request, clause: Clause) -> None:
    for value in clause.values:
        project = None if isinstance(value, Call) else request.site.world.project(value)
        if str(value).lower() in ("empty", "null"):
            continue
        if project is None or not request.caller.sees_project(project["key"]):
            text = sentence("unknown_value", request.language, value=str(value), field="project")
            raise jira_refusal(text, warningMessages=[])


def _date_test(request: Request, clause: Clause, field: str) -> Callable[[Issue], bool]:
    negated = clause.operator == "is not"
    if clause.operator in ("is", "is not"):
        return lambda issue: bool(issue.fields.get(field)) == negated
    moment = _moment(clause.values[0])
    if moment is None or clause.operator not in ("=", "!=", ">", "<", ">=", "<="):
        shown = str(clause.values[0]) if clause.values else ""
        raise jira_refusal(sentence("date", request.language, value=shown, field=clause.field))
    return lambda issue: _compared(str(issue.fields.get(field) or "")[:19], clause.operator, moment)


def _compared(found: str, operator: str, wanted: str) -> bool:
    if not found:
        return False
    outcomes = {"=": found == wanted, "!=": found != wanted, ">": found > wanted, "<": found < wanted}
    return outcomes.get(operator[0], False) or (operator in (">=", "<=") and found == wanted)


def _moment(value: str | Call) -> str | None:
    """The value as `YYYY-MM-DDTHH:MM:SS`; None when it is no date. "Now" is the site's own."""
    now = datetime.fromisoformat(NOW)
    if isinstance(value, Call):
        moved = _shifted(now, value.arguments[0]) if value.arguments else now
        return _start(moved, value.name.lower()).strftime("%Y-%m-%dT%H:%M:%S") if moved else None
    if shifted := _shifted(now, value):
        return shifted.strftime("%Y-%m-%dT%H:%M:%S")
    try:
        return datetime.fromisoformat(value.replace("/", "-")).strftime("%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return None


def _start(moment: datetime, function: str) -> datetime:
    if function in ("now", "currentlogin", "lastlogin"):
        return moment
    midnight = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    if function == "startofweek":
        return midnight - timedelta(days=moment.weekday())
    return midnight.replace(day=1) if function == "startofmonth" else midnight


def _shifted(now: datetime, period: str) -> datetime | None:
    parts = re.fullmatch(r"([+-]?)(\d+)([mhdwM])?", period.strip())
    if not parts:
        return None
    sign, count, unit = parts.groups()
    span = timedelta(days=30) * int(count) if unit == "M" else timedelta(**{UNITS[unit or "m"]: int(count)})
    return now - span if sign == "-" else now + span
