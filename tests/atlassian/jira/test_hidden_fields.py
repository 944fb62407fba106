"""Fields that a workspace keeps from agents appear nowhere, and no query asks about them."""

import pytest
import responses

from tests.atlassian.jira.answers import (
    FIELD,
    PARSE,
    SEARCH,
    SIGNED,
    calls,
    codes,
    connected,
    make_issue,
    paragraph,
    person,
    read,
    search,
    serve,
)

pytestmark = pytest.mark.django_db

HIDDEN = ["Salary", "customfield_10032", "assignee", "Comment"]
FIELDS = [
    {"id": "customfield_10031", "name": "Salary", "clauseNames": ["cf[10031]", "Salary", "Salary[Number]"]},
    {"id": "customfield_10032", "name": "Grade", "clauseNames": ["cf[10032]", "Grade"]},
    {"id": "assignee", "name": "Assignee", "clauseNames": ["assignee"]},
    {"id": "status", "name": "Status", "clauseNames": ["status"]},
]


def issue():
    names = {"customfield_10031": "Salary", "customfield_10032": "Grade", "customfield_10033": "Team"}
    comment = {"comments": [{"author": person("Ann"), "body": paragraph("talk")}], "total": 1}
    custom = {"customfield_10031": 70000, "customfield_10032": {"value": "B4"}, "customfield_10033": "Gate"}
    items = [
        {"field": "Salary", "fieldId": "customfield_10031", "fromString": "60000", "toString": "70000"},
        {"field": "Grade", "fieldId": "customfield_10032", "fromString": "B3", "toString": "B4"},
        {"field": "assignee", "fieldId": "assignee", "fromString": "", "toString": "Ann"},
    ]
    change = {"id": "1", "author": person("Bo"), "created": "2026-11-02T08:00:00.000+0000", "items": items}
    log = {"changelog": {"total": 1, "histories": [change]}}
    return make_issue(names=names, assignee=person("Ann"), comment=comment, **custom) | log


@responses.activate
def test_they_are_in_no_fact_section_history_or_json(client_for):
    serve(issue())

    answer = read(connected(client_for, hidden_fields=HIDDEN), include="history")

    assert answer["fields"] == {"Team": "Gate"}
    assert (answer["assignee"], answer["comment_count"]) == (None, 0)
    assert not [word for word in ("70000", "B4", "Ann", "talk", "Salary", "unassigned") if word in str(answer)]


@responses.activate
def test_nor_in_the_hits_of_a_search(client_for):
    rows = [make_issue(assignee=person("Ann"), priority={"name": "High"})]
    names = {"assignee": "Zuständig", "priority": "Priorität"}
    responses.get(SEARCH, json={"issues": rows, "names": names, "isLast": True}, headers=SIGNED)

    [hit] = search(connected(client_for, hidden_fields=["assignee", "Priorität"]), q="doors")["issues"]

    assert (hit["assignee"], hit["priority"]) == (None, None)


@pytest.mark.parametrize(
    ("hidden", "field", "field_id"),
    [
        ("Fix versions", "Fix Version", "fixVersions"),
        ("Due date", "duedate", "duedate"),
        ("Issue Type", "issuetype", "issuetype"),
        ("Time tracking", "timespent", "timespent"),
        ("Linked Issues", "Link", None),
        ("Parent", "IssueParentAssociation", None),
        ("Work log", "WorklogId", None),
    ],
)
@responses.activate
def test_the_history_calls_some_by_other_names(client_for, hidden, field, field_id):
    items = [{"field": field, "fieldId": field_id, "fromString": "", "toString": "secret"}]
    change = {"id": "1", "author": person("Bo"), "created": "2026-11-02T08:00:00.000+0000", "items": items}
    serve(make_issue() | {"changelog": {"total": 1, "histories": [change]}})

    content = read(connected(client_for, hidden_fields=[hidden]), include="history")["content"]

    assert "Nothing has been changed." in content
    assert "secret" not in content


@responses.activate
def test_they_may_be_named_as_an_account_of_another_language_sees_them(client_for):
    names = {"status": "Zustand", "comment": "Kommentar", "worklog": "Protokoll", "customfield_10031": "Gehalt"}
    items = [
        {"field": "Salary", "fieldId": "customfield_10031", "fromString": "60000", "toString": "70000"},
        {"field": "status", "fieldId": "status", "fromString": "Waiting", "toString": "Doing"},
    ]
    change = {"id": "1", "author": person("Bo"), "created": "2026-11-02T08:00:00.000+0000", "items": items}
    parent = {"key": "OPS-2", "fields": {"summary": "Doors", "status": {"name": "Doing"}}}
    work = {"total": 1, "worklogs": [{"author": person("Ann"), "timeSpentSeconds": 60}]}
    log = {"changelog": {"total": 1, "histories": [change]}}
    serve(make_issue(names=names, parent=parent, worklog=work, status={"name": "Doing"}) | log)
    agent = connected(client_for, hidden_fields=list(names.values()))

    answer = read(agent, include=["history", "worklog"], comments_before=3)

    assert not [word for word in ("70000", "Doing", "Waiting", "Time in status", "Ann") if word in str(answer)]
    assert calls() == ["GET /rest/api/3/issue/OPS-1"]


@responses.activate
def test_words_are_not_looked_for_in_them(client_for):
    described = {"id": "description", "name": "Beschreibung", "untranslatedName": "Description"}
    responses.get(FIELD, json=[*FIELDS, described], headers=SIGNED)
    responses.get(SEARCH, json={"issues": [], "isLast": True}, headers=SIGNED)

    search(connected(client_for, hidden_fields=[*HIDDEN, "Beschreibung"]), q="secret plan")

    [asked] = [call.request.params["jql"] for call in responses.calls if "jql" in call.request.params]
    assert asked.startswith('(summary ~ "secret" OR environment ~ "secret") AND (summary ~ "plan" OR')


@responses.activate
def test_words_are_looked_for_in_the_others_while_jira_does_not_tell_its_fields(client_for):
    responses.get(FIELD, status=403, headers=SIGNED)
    responses.get(SEARCH, json={"issues": [], "isLast": True}, headers=SIGNED)

    search(connected(client_for, hidden_fields=HIDDEN), q="secret")

    assert responses.calls[-1].request.params["jql"].startswith('(summary ~ "secret" OR description ~')


@responses.activate
def test_where_every_text_is_hidden_issues_are_found_by_key_alone(client_for):
    responses.get(FIELD, json=FIELDS, headers=SIGNED)
    serve(make_issue("OPS-7"))
    hidden = ["Summary", "Description", "Comment", "Environment"]

    answer = search(connected(client_for, hidden_fields=hidden), q="OPS-7 doors")

    assert [hit["key"] for hit in answer["issues"]] == ["OPS-7"]
    assert codes(answer) == ["texts_hidden"]
    assert "GET /rest/api/3/search/jql" not in calls()


def parsed(field, order=""):
    structure = {
        "where": {"operator": "and", "clauses": [clause("status"), clause(field)]},
        "orderBy": {"fields": [{"field": {"name": order, "encodedName": order}}] if order else []},
    }
    return {"queries": [{"structure": structure}]}


def clause(field):
    quoted = f'"{field}"' if " " in field else field
    operand = {"value": "1", "encodedValue": "1"}
    return {"field": {"name": field, "encodedName": quoted}, "operator": "=", "operand": operand}


@pytest.mark.parametrize(
    "field",
    [
        "Salary",
        "sALARY",
        "Salary[Number]",
        "cf[10031]",
        "CF[10031]",
        "customfield_10031",
        "Grade",
        "cf[10032]",
        "Assignee",
    ],
)
@responses.activate
def test_a_query_about_one_is_refused_by_name(client_for, field):
    responses.post(PARSE, json=parsed(field), headers=SIGNED)
    responses.get(FIELD, json=FIELDS, headers=SIGNED)

    error = search(connected(client_for, hidden_fields=HIDDEN), jql="x")["error"]

    assert error["code"] == "validation_error"
    assert f"The field {field} is hidden" in error["message"]


@pytest.mark.parametrize(
    ("hidden", "clause"),
    [
        ("Due date", "due"),
        ("Issue Type", "type"),
        ("Log Work", "worklogComment"),
        ("timetracking", "originalEstimate"),
        ("Watchers", "watcher"),
    ],
)
@responses.activate
def test_other_words_for_one_of_jiras_own_are_refused_too(client_for, hidden, clause):
    responses.post(PARSE, json=parsed(clause), headers=SIGNED)
    responses.get(FIELD, status=403, headers=SIGNED)

    assert "is hidden" in search(connected(client_for, hidden_fields=[hidden]), jql="x")["error"]["message"]


@responses.activate
def test_all_texts_at_once_would_be_those_of_hidden_fields_too(client_for):
    responses.post(PARSE, json=parsed("text"), headers=SIGNED)
    responses.get(FIELD, json=FIELDS, headers=SIGNED)

    error = search(connected(client_for, hidden_fields=["Salary"]), jql="text ~ 70000")["error"]

    assert "summary, description, comment" in error["message"]


@responses.activate
def test_sorting_by_one_is_refused_too(client_for):
    responses.post(PARSE, json=parsed("status", order="cf[10031]"), headers=SIGNED)
    responses.get(FIELD, json=FIELDS, headers=SIGNED)

    assert "cf[10031] is hidden" in search(connected(client_for, hidden_fields=HIDDEN), jql="x")["error"]["message"]


@responses.activate
def test_while_jira_does_not_tell_its_fields_no_number_passes(client_for):
    responses.post(PARSE, json=parsed("cf[10099]"), headers=SIGNED)
    responses.get(FIELD, status=403, headers=SIGNED)

    assert "is hidden" in search(connected(client_for, hidden_fields=HIDDEN), jql="x")["error"]["message"]


@responses.activate
def test_other_fields_may_be_asked_about_and_the_names_are_asked_once(client_for):
    responses.post(PARSE, json=parsed("Team"), headers=SIGNED)
    responses.get(FIELD, json=FIELDS, headers=SIGNED)
    responses.get(SEARCH, json={"issues": [make_issue()], "isLast": True}, headers=SIGNED)
    agent = connected(client_for, hidden_fields=["Salary"])

    answers = [search(agent, jql="Team = 1") for _ in range(2)]

    assert [codes(answer) for answer in answers] == [[], []]
    assert calls().count("GET /rest/api/3/field") == 1


@responses.activate
def test_nothing_more_is_asked_where_nothing_is_hidden(client_for):
    responses.post(PARSE, json=parsed("Salary"), headers=SIGNED)
    responses.get(SEARCH, json={"issues": [make_issue()], "isLast": True}, headers=SIGNED)

    search(connected(client_for), jql="Salary = 1")

    assert len(calls()) == 2


@responses.activate
def test_a_hidden_work_log_is_not_included(client_for):
    serve(make_issue(worklog={"total": 1, "worklogs": [{"author": person("Ann"), "timeSpentSeconds": 60}]}))

    answer = read(connected(client_for, hidden_fields=["Log Work"]), include="worklog")

    assert codes(answer) == ["worklog_unavailable"]
    assert "Ann" not in answer["content"]


@responses.activate
def test_related_issues_do_not_show_them_either(client_for):
    other = {"key": "OPS-2", "fields": {"summary": "Doors", "status": {"name": "Doing"}}}
    links = [{"type": {"inward": "is blocked by"}, "inwardIssue": other | {"key": "OPS-3"}}]
    serve(make_issue(parent=other, subtasks=[other], issuelinks=links))

    content = read(connected(client_for, hidden_fields=["Status"]))["content"]

    assert "is blocked by OPS-3: Doors" in content
    assert "Doing" not in content
