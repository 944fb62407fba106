"""JQL over the issues of the sample site: what it accepts, what it refuses, what it finds."""

from collections.abc import Callable
from typing import Any

from dev.sample_site import adf, words
from dev.sample_site.dataset import Issue
from dev.sample_site.queries import Clause, Query, clauses_of, holds
from dev.sample_site.query_parser import parse
from dev.sample_site.query_tokens import QueryError
from dev.sample_site.routing import Call
from dev.sample_site.texts import jira_refusal, sentence

TEXT_FIELDS = ("text", "summary", "description", "comment", "environment")
DATE_FIELDS = ("created", "updated")
KEY_FIELDS = ("key", "issue", "issuekey", "id")
NAMED: dict[str, Callable[[Issue], list[str]]] = {
    "project": lambda issue: [str(issue.fields["project"][name]) for name in ("key", "id", "name")],
    "status": lambda issue: _named(issue, "status"),
    "issuetype": lambda issue: _named(issue, "issuetype"),
    "priority": lambda issue: _named(issue, "priority"),
    "assignee": lambda issue: _person(issue, "assignee"),
    "reporter": lambda issue: _person(issue, "reporter"),
    "labels": lambda issue: list(issue.fields.get("labels") or []),
    "parent": lambda issue: [str((issue.fields.get("parent") or {}).get("key", ""))],
}


def _named(issue: Issue, field: str) -> list[str]:
    value = issue.fields.get(field)
    return [value["name"], str(value.get("id", ""))] if value else []


def _person(issue: Issue, field: str) -> list[str]:
    value = issue.fields.get(field)
    return [value["accountId"], value["displayName"]] if value else []


def parsed(call: Call, jql: str) -> Query:
    try:
        return parse(jql)
    except QueryError as exc:
        raise jira_refusal(sentence("syntax", call.language, detail=str(exc))) from None


def find(call: Call, jql: str) -> list[Issue]:
    """The issues that the caller sees and the query meets, in the order asked for; refuses as Jira does."""
    query = parsed(call, jql)
    if query.where is None:
        raise jira_refusal(sentence("unbounded", call.language))
    check(call, query)
    dataset = call.site.dataset
    seen = [issue for issue in dataset.issues.values() if call.caller.sees_project(issue.project)]
    tests = {clause: _test(call, clause) for clause in clauses_of(query.where)}
    found = [issue for issue in seen if holds(query.where, tests, issue)]
    found.sort(key=lambda issue: int(issue.id), reverse=True)
    for name, direction in reversed(query.order):
        found.sort(key=_sort_key(name.lower()), reverse=direction == "desc")
    return found


def check(call: Call, query: Query) -> None:
    if len(query.order) > 7:
        raise jira_refusal(sentence("too_many_orders", call.language))
    for name, _ in query.order:
        if name.lower() not in (*DATE_FIELDS, *KEY_FIELDS, *NAMED, "summary", "rank"):
            raise jira_refusal(sentence("unknown_field", call.language, field=name))
    for clause in clauses_of(query.where):
        _test(call, clause)


def _sort_key(name: str) -> Callable[[Issue], Any]:
    if name in KEY_FIELDS:
        return lambda issue: (issue.project, int(issue.key.rsplit("-", 1)[1]))
    if name in DATE_FIELDS or name == "summary":
        return lambda issue: str(issue.fields.get(name) or "")
    if name in NAMED:
        return lambda issue: NAMED[name](issue)
    return lambda issue: int(issue.id)


def _test(call: Call, clause: Clause) -> Callable[[Issue], bool]:
    name = clause.field.lower()
    if name in TEXT_FIELDS:
        return _text_test(call, clause, name)
    if clause.operator in ("~", "!~"):
        _refuse_operator(call, clause, known=name in (*KEY_FIELDS, *NAMED, *DATE_FIELDS))
    if name in KEY_FIELDS:
        return _key_test(call, clause)
    if name in DATE_FIELDS:
        return _date_test(call, clause, name)
    if name in NAMED:
        return _named_test(call, clause, name)
    raise jira_refusal(sentence("unknown_field", call.language, field=clause.field))


def _refuse_operator(call: Call, clause: Clause, known: bool) -> None:
    text = "operator" if known else "unknown_field"
    raise jira_refusal(sentence(text, call.language, operator=clause.operator, field=clause.field))


def _text_test(call: Call, clause: Clause, name: str) -> Callable[[Issue], bool]:
    if clause.operator in ("is", "is not"):
        return lambda issue: bool(_text(issue, name).strip()) == (clause.operator == "is not")
    if clause.operator not in ("~", "!~"):
        _refuse_operator(call, clause, known=True)
    wanted = str(clause.values[0])
    if not wanted.strip():
        raise jira_refusal(sentence("empty_text", call.language, field=clause.field))
    try:
        match = words.matcher(wanted)
    except words.UnparsableText:
        raise jira_refusal(sentence("unparsable_text", call.language, value=wanted, field=clause.field)) from None
    return lambda issue: match(words.Words.of(_text(issue, name))) == (clause.operator == "~")


def _text(issue: Issue, name: str) -> str:
    if name == "text":
        return issue.text()
    if name == "comment":
        return "\n".join(adf.text_in(comment.get("body")) for comment in issue.comments)
    value = issue.fields.get(name)
    return value if isinstance(value, str) else adf.text_in(value)


def _key_test(call: Call, clause: Clause) -> Callable[[Issue], bool]:
    wanted = set()
    for value in clause.values:
        issue = call.site.dataset.issue(str(value))
        if issue is None or not call.caller.sees_project(issue.project):
            raise jira_refusal(sentence("unknown_key", call.language, value=str(value)))
        wanted.add(issue.id)
    return lambda issue: (issue.id in wanted) != clause.operator.startswith(("!", "not"))


def _named_test(call: Call, clause: Clause, name: str) -> Callable[[Issue], bool]:
    if clause.operator not in ("=", "!=", "in", "not in", "is", "is not"):
        _refuse_operator(call, clause, known=True)
    if name == "project":
        _refuse_unknown_projects(call, clause)
    negated = clause.operator in ("!=", "not in", "is not")
    wanted = {call.value_of(value).lower() for value in clause.values}
    if wanted & {"empty", "null"}:
        return lambda issue: bool(NAMED[name](issue)) == negated
    if not _known(call, name, wanted):
        unknown = str(clause.values[0]) if clause.values else ""
        raise jira_refusal(sentence("unknown_value", call.language, value=unknown, field=clause.field))
    return lambda issue: bool(wanted & {value.lower() for value in NAMED[name](issue)}) != negated


def _known(call: Call, name: str, wanted: set[str]) -> bool:
    """A status, type or priority that no issue has is refused, as Jira refuses one that is not configured."""
    if name not in ("status", "issuetype", "priority") or not call.caller.known:
        return True
    configured = {value.lower() for issue in call.site.dataset.issues.values() for value in NAMED[name](issue)}
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


def _refuse_unknown_projects(call: Call, clause: Clause) -> None:
    for value in clause.values:
        project = call.site.dataset.project(call.value_of(value))
        if str(value).lower() in ("empty", "null"):
            continue
        if project is None or not call.caller.sees_project(project["key"]):
            text = sentence("unknown_value", call.language, value=str(value), field="project")
            raise jira_refusal(text, warningMessages=[])


def _date_test(call: Call, clause: Clause, field: str) -> Callable[[Issue], bool]:
    """Whether there is one; nobody who asks here compares moments."""
    if clause.operator not in ("is", "is not"):
        shown = str(clause.values[0]) if clause.values else ""
        raise jira_refusal(sentence("date", call.language, value=shown, field=clause.field))
    return lambda issue: bool(issue.fields.get(field)) == (clause.operator == "is not")
