"""Absent, hidden and outside the allowlist are answered alike: in words and in calls."""

import pytest
import responses
from django.core.cache import cache

from tests.atlassian.jira.answers import API, PARSE, SEARCH, SIGNED, calls, connected, issue_url, make_issue, search

pytestmark = pytest.mark.django_db

WHERE = {"where": {"field": {"name": "key", "encodedName": "key"}, "operator": "=", "operand": {"value": "OPS-1"}}}
ABSENT = "An issue with key 'OPS-9999' does not exist for field 'key'."
UNKNOWN_FIELD = "Field 'colour' does not exist or you do not have permission to view it."


def serve_raw(**answer):
    responses.post(PARSE, json={"queries": [{"structure": WHERE}]}, headers=SIGNED)
    responses.get(API + "/project/search", json={"values": [{"key": "OPS"}]}, headers=SIGNED)
    responses.get(SEARCH, headers=SIGNED, **answer)


def answered(agent, **answer):
    """What a raw query is answered, and by which calls, when Jira answers so."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post(PARSE, json={"queries": [{"structure": WHERE}]}, headers=SIGNED)
        mock.get(API + "/project/search", json={"values": [{"key": "OPS"}]}, headers=SIGNED)
        mock.get(SEARCH, headers=SIGNED, **answer)
        said = search(agent, jql="key = X")
        return said, [call.request.path_url.partition("?")[0] for call in mock.calls]


@pytest.mark.parametrize(
    "sentence",
    [
        ABSENT,
        "The value 'SECRET' does not exist for the field 'project'.",
        "The option 'Layoffs' for field 'component' does not exist.",
        "Something that nobody has read yet about SECRET-4.",
    ],
)
def test_what_does_not_exist_is_answered_like_what_lies_outside(client_for, sentence):
    agent = connected(client_for, allowed_keys=["OPS"])
    outside = answered(agent, json={"issues": [], "isLast": True})
    cache.clear()
    absent = answered(agent, status=400, json={"errorMessages": [sentence]})

    assert outside == absent
    assert absent[0]["issues"] == []
    assert [warning["code"] for warning in absent[0]["warnings"]] == ["nothing_in_reach"]


def test_warnings_that_name_something_name_it_no_more(client_for):
    agent = connected(client_for, allowed_keys=["OPS"])

    said, _ = answered(agent, json={"issues": [make_issue()], "warnings": [{"message": "'SECRET' was not searched"}]})

    assert [warning["code"] for warning in said["warnings"]] == ["incomplete"]
    assert "SECRET" not in str(said)


@responses.activate
def test_what_is_wrong_with_the_query_itself_is_told_all_the_same(client_for):
    serve_raw(status=400, json={"errorMessages": [ABSENT, UNKNOWN_FIELD]})
    agent = connected(client_for, allowed_keys=["OPS"])

    error = search(agent, jql="key = OPS-9999 AND colour = red")["error"]

    assert (error["code"], error["message"]) == ("upstream_rejected_query", UNKNOWN_FIELD)


@responses.activate
def test_without_an_allowlist_jiras_sentence_is_told(client_for):
    serve_raw(status=400, json={"errorMessages": [ABSENT]})

    assert search(connected(client_for), jql="key = OPS-9999")["error"]["message"] == ABSENT


@responses.activate
def test_the_rest_is_searched_where_a_project_of_the_allowlist_has_gone(client_for):
    responses.post(PARSE, json={"queries": [{"structure": WHERE}]}, headers=SIGNED)
    responses.get(API + "/project/search", json={"values": [{"key": "OPS"}]}, headers=SIGNED)
    responses.get(SEARCH, status=400, json={"errorMessages": ["The value 'GONE' does not exist."]}, headers=SIGNED)
    responses.get(SEARCH, json={"issues": [make_issue()], "isLast": True}, headers=SIGNED)

    answer = search(connected(client_for, allowed_keys=["OPS", "GONE"]), jql="status = Open")

    assert [issue["key"] for issue in answer["issues"]] == ["OPS-1"]
    assert [warning["code"] for warning in answer["warnings"]] == ["projects_unknown"]


@responses.activate
def test_a_read_costs_one_call_whatever_the_reason(client_for):
    responses.get(issue_url("OPS-1"), json=make_issue("SECRET-1"), headers=SIGNED)
    responses.get(issue_url("OPS-2"), status=404, json={"errorMessages": ["No."]}, headers=SIGNED)
    agent = connected(client_for, allowed_keys=["OPS"])

    answers = [agent.get("/v1/jira/read", {"issue_key": key}).json()["error"] for key in ("OPS-1", "OPS-2")]

    assert answers[0]["message"] == answers[1]["message"]
    assert len(calls()) == 2


@responses.activate
def test_a_key_in_a_search_costs_the_same_whatever_the_reason(client_for):
    responses.get(issue_url("OPS-1"), json=make_issue("SECRET-1"), headers=SIGNED)
    responses.get(issue_url("OPS-2"), status=404, json={"errorMessages": ["No."]}, headers=SIGNED)
    responses.get(SEARCH, json={"issues": [], "isLast": True}, headers=SIGNED)
    agent = connected(client_for, allowed_keys=["OPS"])

    answers = [search(agent, q=key) for key in ("OPS-1", "OPS-2")]

    assert answers[0] == answers[1] == {"issues": [], "next_cursor": None, "warnings": []}
    assert len(calls()) == 4


@responses.activate
def test_a_parser_that_judges_values_tells_no_more(client_for):
    responses.post(PARSE, json={"queries": [{"errors": [ABSENT]}]}, headers=SIGNED)

    answer = search(connected(client_for, allowed_keys=["OPS"]), jql="key = OPS-9999")

    assert answer["issues"] == []
    assert [warning["code"] for warning in answer["warnings"]] == ["nothing_in_reach"]


@responses.activate
def test_grammar_is_told_where_there_is_an_allowlist_too(client_for):
    responses.post(PARSE, json={"queries": [{"errors": ["Expecting ')' before the end."]}]}, headers=SIGNED)

    answer = search(connected(client_for, allowed_keys=["OPS"]), jql="(key = OPS-1")

    assert answer["error"]["message"] == "Expecting ')' before the end."


def clause(field, operand, operator="=", **more):
    return {"field": {"name": field, "encodedName": field}, "operator": operator, "operand": operand} | more


def value(text):
    return {"value": text, "encodedValue": text}


def call_of(name, *arguments):
    return {"function": name, "arguments": list(arguments), "encodedOperand": f"{name}()"}


def serve_query(where, **answer):
    responses.post(PARSE, json={"queries": [{"structure": {"where": where}}]}, headers=SIGNED)
    responses.get(API + "/project/search", json={"values": [{"key": "OPS"}]}, headers=SIGNED)
    responses.get(SEARCH, headers=SIGNED, **answer or {"json": {"issues": [make_issue()], "isLast": True}})


OUTSIDE = [
    clause("parent", value("SECRET-1")),
    clause("Parent", {"values": [value("OPS-2"), value(" secret-1 ")]}, "in"),
    clause("parent", value("SECRET-1"), "!="),
    clause("parent", value("10042")),
    clause("cf[10014]", value("SECRET-1")),
    clause("status", value("Open"), "was", predicates=[{"operator": "by", "operand": value("SECRET-1")}]),
    clause("issue", call_of("linkedIssues", "SECRET-1", "is blocked by"), "in"),
    clause("issue", {"values": [call_of("linkedIssues", "10042")]}, "in"),
    {"operator": "not", "clauses": [clause("parent", value("SECRET-1"))]},
    {"operator": "or", "clauses": [clause("status", value("Open")), clause("parent", value("SECRET-1"))]},
]


@pytest.mark.parametrize("where", OUTSIDE)
@responses.activate
def test_how_an_issue_stands_to_one_outside_is_answered_like_what_does_not_exist(client_for, where):
    agent = connected(client_for, allowed_keys=["OPS"])
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post(PARSE, json={"queries": [{"structure": {"where": where}}]}, headers=SIGNED)
        mock.get(API + "/project/search", json={"values": [{"key": "OPS"}]}, headers=SIGNED)
        mock.get(SEARCH, json={"issues": [make_issue()], "isLast": False, "nextPageToken": "x"}, headers=SIGNED)
        outside = search(agent, jql="x"), [call.request.path_url.partition("?")[0] for call in mock.calls]
    cache.clear()

    assert outside == answered(agent, status=400, json={"errorMessages": [ABSENT]})


@pytest.mark.parametrize("where", OUTSIDE)
@responses.activate
def test_where_there_is_no_allowlist_nothing_is_outside(client_for, where):
    serve_query(where)

    assert search(connected(client_for), jql="x")["issues"]


@pytest.mark.parametrize(
    "where",
    [
        clause("parent", value("OPS-2")),
        clause("parent", {"keyword": "empty"}, "is"),
        clause("key", value("SECRET-1"), "!="),
        clause("id", value("10042"), "!="),
        clause("text", value("SECRET-1"), "~"),
        clause("Story Points", value("5")),
        clause("issue", call_of("linkedIssues", "OPS-2", "was split from"), "in"),
        clause("created", call_of("startOfDay", "-1"), ">"),
        clause("assignee", call_of("membersOf", "jira-users"), "in"),
    ],
)
@responses.activate
def test_what_stays_within_the_allowlist_or_only_mentions_what_lies_outside_is_searched(client_for, where):
    serve_query(where)

    assert search(connected(client_for, allowed_keys=["OPS"]), jql="x")["issues"]


@pytest.mark.parametrize(
    "query",
    [
        "project = SECRET",
        "summary ~ layoffs",
        "key in (SECRET-1)",
        "parent is EMPTY",
        "status was Open",
        "status changed",
    ],
)
@responses.activate
def test_a_query_within_a_function_is_refused_by_name_where_there_is_an_allowlist(client_for, query):
    serve_query(clause("issueFunction", call_of("linkedIssuesOf", query), "in"))
    agent = connected(client_for, allowed_keys=["OPS"])

    error = search(agent, jql="x")["error"]

    assert error["code"] == "validation_error"
    assert "linkedIssuesOf() holds a query of its own" in error["message"]
    assert len(calls()) == 1


@responses.activate
def test_a_function_is_refused_that_finds_issues_by_a_hidden_field(client_for):
    serve_query(clause("issue", call_of("linkedIssues", "OPS-2"), "in"))
    responses.get(API + "/field", json=[], headers=SIGNED)

    error = search(connected(client_for, hidden_fields=["Linked Issues"]), jql="x")["error"]

    assert error["code"] == "validation_error"
    assert "issuelinks is hidden" in error["message"]
