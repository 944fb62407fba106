"""currentUser() in a query means whoever asks, not the account that everybody shares."""

import pytest
import responses

from audit.models import AuditLog
from dev.sample_site.accounts import MINA, READER
from tests.atlassian.jira.answers import API, PARSE, SEARCH, SIGNED, calls, connected, make_issue, search
from tests.factories import make_integration, make_member
from workspaces.models import ApiKey, Membership

pytestmark = pytest.mark.django_db

PICKER = API + "/groupuserpicker"
MINE = "712020:mine"
ME = {"function": "currentUser", "arguments": [], "encodedOperand": "currentUser()"}


def clause(field, operator="=", operand=None, **more):
    return {"field": {"name": field, "encodedName": field}, "operator": operator, "operand": operand or ME} | more


def of_a_property():
    return clause("assignee") | {"field": {"encodedName": "issue.property", "property": [{"key": "k"}]}}


def both(*clauses, operator="and"):
    return {"operator": operator, "clauses": list(clauses)}


def value(text):
    return {"value": text, "encodedValue": f'"{text}"'}


def serve_query(where):
    responses.post(PARSE, json={"queries": [{"structure": {"where": where}}]}, headers=SIGNED)
    responses.get(SEARCH, json={"issues": [make_issue()], "isLast": True}, headers=SIGNED)


def serve_people(*people):
    users = {"users": [{"accountType": "atlassian"} | each for each in people], "total": len(people)}
    responses.get(PICKER, json={"users": users, "groups": {"groups": []}}, headers=SIGNED)


def known(client_for):
    agent = connected(client_for)
    Membership.objects.update(atlassian_account_id=MINE)
    return agent


def searched():
    return responses.calls[-1].request.params["jql"]


LIST = {"values": [ME, value("712020:other")], "encodedOperand": "currentUser(), 712020:other)"}
REBUILT = [
    (clause("assignee"), f'assignee = "{MINE}"'),
    (clause("assignee", "!="), f'assignee != "{MINE}"'),
    (clause("reporter", "in", LIST), f'reporter in ("{MINE}", "712020:other")'),
    (
        both(clause("project", "=", value("OPS")), both(clause("assignee"), clause("watcher"), operator="or")),
        f'(project = "OPS") AND ((assignee = "{MINE}") OR (watcher = "{MINE}"))',
    ),
    (both(clause("assignee"), operator="not"), f'NOT (assignee = "{MINE}")'),
    (
        clause("status", "was", value("Open"), predicates=[{"operator": "by", "operand": ME}]),
        f'status was "Open" by "{MINE}"',
    ),
    (
        {"field": {"encodedName": "status"}, "operator": "changed", "predicates": [{"operator": "by", "operand": ME}]},
        f'status changed by "{MINE}"',
    ),
    (
        both(clause("assignee"), clause("due", "<=", {"function": "endOfWeek", "arguments": ["+1"]})),
        f'(assignee = "{MINE}") AND (due <= endOfWeek("+1"))',
    ),
    (
        both(clause("assignee"), clause("resolution", "is", {"keyword": "empty", "encodedOperand": "EMPTY"})),
        f'(assignee = "{MINE}") AND (resolution is EMPTY)',
    ),
]


@pytest.mark.parametrize(("where", "query"), REBUILT)
@responses.activate
def test_the_query_is_written_anew_with_the_callers_account(client_for, where, query):
    serve_query(where)

    search(known(client_for), jql="assignee = currentUser()")

    assert searched() == f"{query} ORDER BY updated DESC"
    assert calls() == ["POST /rest/api/3/jql/parse", "GET /rest/api/3/search/jql"]


@responses.activate
def test_a_query_that_speaks_of_nobody_stays_as_it_is(client_for):
    serve_query(clause("status", "=", value("Open")))

    search(connected(client_for), jql="status  =  Open")

    assert searched() == "status  =  Open ORDER BY updated DESC"


@responses.activate
def test_an_account_is_looked_up_once_by_the_exact_email_and_kept(client_for):
    serve_query(clause("assignee"))
    serve_people({"accountId": MINE, "displayName": "Ann", "html": "Ann - <strong>member@acme.example.com</strong>"})
    agent = connected(client_for)

    for _ in range(2):
        search(agent, jql="assignee = currentUser()")

    assert calls().count("GET /rest/api/3/groupuserpicker") == 1
    assert Membership.objects.get().atlassian_account_id == MINE
    assert searched() == f'assignee = "{MINE}" ORDER BY updated DESC'


@pytest.mark.parametrize(
    "people",
    [
        [],
        [{"accountId": "712020:a"}, {"accountId": "712020:b"}],
        [{"accountId": "712020:a", "accountType": "app"}],
        [{"accountId": "712020:a", "emailAddress": "member@acme.example.com.evil.example"}],
        [{"accountId": "712020:a", "html": "Ann - <strong>member@acme.example.co</strong>m.evil"}],
    ],
)
@responses.activate
def test_a_caller_whose_account_is_not_known_is_refused_and_never_answered_for_another(client_for, people):
    serve_query(clause("assignee"))
    serve_people(*people)
    agent = connected(client_for)

    errors = [search(agent, jql="assignee = currentUser()")["error"] for _ in range(2)]

    assert [error["code"] for error in errors] == ["own_account_unknown"] * 2
    assert "set_atlassian_account" in errors[0]["message"]
    assert calls().count("GET /rest/api/3/groupuserpicker") == 1
    assert "GET /rest/api/3/search/jql" not in calls()
    assert set(AuditLog.objects.values_list("outcome", "error_code")) == {("failed", "own_account_unknown")}


@responses.activate
def test_a_look_up_that_fails_refuses_too(client_for):
    serve_query(clause("assignee"))
    responses.get(PICKER, status=403, headers=SIGNED)

    assert search(connected(client_for), jql="x")["error"]["code"] == "own_account_unknown"


def call_of(name, *arguments):
    return {"function": name, "arguments": list(arguments), "encodedOperand": f"{name}()"}


@pytest.mark.parametrize(
    ("where", "named"),
    [
        (clause("issue", "in", call_of("watchedIssues")), "watchedIssues()"),
        (clause("issue", "in", {"values": [call_of("votedIssues")]}), "votedIssues()"),
        (clause("issue", "in", call_of("issueHistory")), "issueHistory()"),
        (clause("created", ">", call_of("lastLogin")), "lastLogin()"),
        (clause("created", ">", call_of("currentLogin")), "currentLogin()"),
        (clause("approvals", "=", call_of("myPending")), "myPending()"),
        (clause("project", "in", call_of("projectsLeadByUser")), "projectsLeadByUser()"),
        (clause("project", "in", call_of("projectsWhereUserHasRole", "Leads")), "projectsWhereUserHasRole()"),
        (clause("issueFunction", "in", call_of("linkedIssuesOf", "assignee = currentUser()")), "linkedIssuesOf()"),
        (clause("lastViewed", ">", value("-1d")), "lastViewed"),
        (clause("filter", "=", value("10200")), "filter"),
        (both(clause("status", "=", value("Open")), clause("savedFilter", "=", value("Mine"))), "savedFilter"),
    ],
)
@responses.activate
def test_what_would_be_answered_for_the_shared_account_is_refused_by_name(client_for, where, named):
    serve_query(where)

    error = search(known(client_for), jql="x")["error"]

    assert error["code"] == "validation_error"
    assert named in error["message"]
    assert len(calls()) == 1


@responses.activate
def test_functions_about_somebody_who_is_named_are_answered(client_for):
    serve_query(clause("project", "in", call_of("projectsLeadByUser", "712020:ann")))

    assert search(connected(client_for), jql="x")["issues"]


@pytest.mark.parametrize(
    "where",
    [
        both(clause("assignee"), operator="xor"),
        both(clause("assignee"), clause("status", "=", {"odd": 1})),
        both(clause("assignee"), {"operator": "="}),
        of_a_property(),
    ],
)
@responses.activate
def test_what_cannot_be_written_anew_is_refused(client_for, where):
    serve_query(where)

    assert "cannot be put in" in search(known(client_for), jql="x")["error"]["message"]


@responses.activate
def test_a_tree_without_bottom_is_refused(client_for):
    where = clause("assignee")
    for _ in range(150):
        where = both(where)
    serve_query(where)

    assert "nested too deeply" in search(known(client_for), jql="x")["error"]["message"]


def test_at_a_site_a_member_finds_what_is_assigned_to_them(client_for, sample_site, settings):
    settings.ATLASSIAN_ORIGINS = frozenset({sample_site.url})
    account = {"base_url": sample_site.url, "email": READER.email, "api_token": READER.tokens[0].value}
    make_integration(**account)
    _, secret = ApiKey.issue(make_member(email=MINA.email), "laptop", None)
    mine = {issue.key for issue in sample_site.dataset.issues.values() if assigned_to(issue) == MINA.account_id}

    answer = search(client_for(secret), jql="assignee = currentUser() AND project in (GATE, OPS) ORDER BY key")

    assert mine
    assert {issue["key"] for issue in answer["issues"]} == mine
    assert Membership.objects.get().atlassian_account_id == MINA.account_id


def assigned_to(issue):
    return (issue.fields["assignee"] or {}).get("accountId")
