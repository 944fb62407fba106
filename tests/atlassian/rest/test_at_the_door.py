"""The four reads over REST, through the gate, against a real server, down to the record."""

import json
import logging

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from atlassian import services
from audit.models import AuditLog
from dev.sample_site.accounts import NEWCOMER, READER, UNLICENSED
from integrations.models import Integration
from tests.atlassian.rest_helpers import FOUR, ISSUE, PAGE, call, connect, error, only_record
from tests.factories import make_api_key
from workspaces.models import ApiKey, Role

pytestmark = pytest.mark.django_db

ISSUE_FIELDS = {
    "key", "summary", "status", "url", "updated", "content", "issue_type", "project_key", "priority", "resolution",
    "assignee", "reporter", "labels", "components", "fix_versions", "parent", "subtasks", "links", "attachments",
    "created", "due", "comment_count", "content_chars", "truncated", "next_offset",
}  # fmt: skip
PAGE_FIELDS = {
    "id", "title", "url", "last_edited_time", "content", "type", "space", "space_key", "version", "author", "labels",
    "content_chars", "truncated", "next_offset",
}  # fmt: skip


def test_a_search_of_jira_answers_the_fields_of_the_contract_and_is_recorded(agent, sample_site):
    answer = call(agent, "/v1/jira/search", q="turnstile", limit=3)

    assert answer.status_code == 200, answer.content
    issues = answer.json()["issues"]
    assert issues
    assert {"key", "summary", "status", "url", "updated", "assignee", "issue_type", "project_key", "priority"} <= set(
        issues[0]
    )
    assert issues[0]["url"] == f"{sample_site.url}/browse/{issues[0]['key']}"
    record = only_record()
    assert (record.action, record.outcome, record.channel, record.actor, record.key_label, record.role) == (
        "jira.search", "success", "rest", "member@acme.example.com", "laptop", "member",
    )  # fmt: skip
    assert record.target == {
        "q": "turnstile",
        "limit": 3,
        "account": READER.email,
        "issue_keys": [issue["key"] for issue in issues],
    }
    assert record.request_id == answer["X-Request-ID"]


def test_an_issue_is_read_with_its_text_and_comments_and_the_record_holds_neither(agent):
    answer = call(agent, "/v1/jira/read", **ISSUE)

    issue = answer.json()
    assert set(issue) >= ISSUE_FIELDS
    assert issue["key"] == "GATE-7"
    record = only_record()
    assert (record.action, record.outcome) == ("jira.read", "success")
    assert record.target == {"issue_key": "GATE-7", "max_chars": 4000, "account": READER.email}


def test_the_record_of_a_read_by_address_holds_both_the_address_and_the_key(agent, sample_site):
    address = f"{sample_site.url}/browse/gate-7?focusedCommentId=1"

    call(agent, "/v1/jira/read", issue_key=address)

    target = only_record().target
    assert (target["issue_key"], target["asked_for"]) == ("GATE-7", address)


def test_the_record_holds_the_whole_query_however_long(agent):
    query = "turnstile " * 40 + "and the tail that was once cut off"

    call(agent, "/v1/jira/search", q=query)

    assert only_record().target["q"] == query


def test_a_search_of_confluence_answers_the_fields_of_the_contract_and_is_recorded(agent, sample_site):
    answer = call(agent, "/v1/confluence/search", q="doors")

    pages = answer.json()["pages"]
    assert pages
    assert {"id", "title", "url", "last_edited_time", "space", "space_key", "type", "excerpt"} <= set(pages[0])
    assert pages[0]["url"].startswith(f"{sample_site.url}/wiki/")
    record = only_record()
    assert (record.action, record.outcome) == ("confluence.search", "success")
    assert record.target["page_ids"] == [page["id"] for page in pages]


def test_a_page_is_read_and_recorded(agent, sample_site):
    page = call(agent, "/v1/confluence/read", **PAGE).json()

    assert set(page) >= PAGE_FIELDS
    assert page["url"].startswith(f"{sample_site.url}/wiki/spaces/RUN/pages/420000002/")
    assert (only_record().action, only_record().target["page_id"]) == ("confluence.read", "420000002")


@pytest.mark.parametrize(("path", "params", "action"), FOUR)
def test_each_costs_one_call_of_atlassian_and_four_statements(
    agent, sample_site, django_assert_num_queries, path, params, action
):
    call(agent, path, **params)  # connects, and notes the key's first use
    sample_site.requests.clear()

    record = 2 if connection.vendor == "sqlite" else 1  # with what it touched
    with django_assert_num_queries(2 + record):  # the key, the credentials
        answer = call(agent, path, **params)

    assert answer.status_code == 200
    assert len(sample_site.requests) == 1


@pytest.mark.parametrize("path", ["/v1/jira/read", "/v1/confluence/read"])
def test_the_pieces_of_a_text_give_the_whole_of_it(agent, path):
    reference = ISSUE if "jira" in path else PAGE
    whole = call(agent, path, max_chars=100_000, **reference).json()
    offset, pieces = 0, 0

    while offset is not None:
        piece = call(agent, path, max_chars=300, offset=offset, **reference).json()
        assert len(piece["content"]) <= 300
        assert piece["truncated"] == (piece["next_offset"] is not None)
        assert piece["content_chars"] == whole["content_chars"]
        offset = piece["next_offset"]
        pieces += 1

    assert pieces > 1
    assert whole["truncated"] is False


@pytest.mark.parametrize(("path", "params", "action"), FOUR)
@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"kind": "status", "status": 400, "body": "{}"}, 400, "upstream_rejected_query"),
        ({"kind": "status", "status": 401}, 502, "upstream_error"),
        ({"kind": "status", "status": 404, "body": "{}"}, 404, "not_found"),
        ({"kind": "status", "status": 410}, 502, "upstream_error"),
        ({"kind": "status", "status": 500, "body": "<html>"}, 502, "upstream_error"),
        ({"kind": "status", "status": 503, "headers": {"Retry-After": "0"}}, 502, "upstream_error"),
        ({"kind": "status", "status": 429, "headers": {"Retry-After": "600"}}, 429, "upstream_rate_limited"),
        ({"kind": "redirect"}, 502, "upstream_error"),
        ({"kind": "redirect", "location": "https://evil.example/"}, 502, "upstream_error"),
        ({"kind": "html"}, 502, "upstream_error"),
        ({"kind": "broken_json"}, 502, "upstream_error"),
        ({"kind": "truncated"}, 502, "upstream_error"),
        ({"kind": "deep_json"}, 502, "upstream_error"),
        ({"kind": "huge"}, 502, "upstream_error"),
        ({"kind": "drop"}, 502, "upstream_error"),
        ({"kind": "cut"}, 502, "upstream_error"),
    ],
    ids=lambda value: str(value.get("kind", "")) + str(value.get("status", "")) if isinstance(value, dict) else None,
)
def test_whatever_atlassian_does_ends_as_an_error_that_says_so_and_as_one_record(
    agent, sample_site, path, params, action, fault, status, code
):
    product = "/wiki/" if "confluence" in path else "/rest/api/3/"
    place = (
        {"search": "rest/api/search", "read": "api/v2/"}
        if product == "/wiki/"
        else {"search": "search", "read": "issue"}
    )
    sample_site.faults.add(path=product + place[action.split(".")[1]], **fault)

    answer = call(agent, path, **params)

    if code == "not_found" and action.endswith("search"):
        assert error(answer) == (502, "upstream_error")
    elif code == "upstream_rejected_query" and action.endswith("read"):
        assert error(answer)[0] in (400, 502)
    else:
        assert error(answer) == (status, code)
    assert "Traceback" not in answer.content.decode()
    record = only_record()
    assert (record.action, record.outcome, record.error_code) == (action, "failed", error(answer)[1])
    if status == 429:
        assert int(answer["Retry-After"]) == 600


@pytest.mark.parametrize(("path", "params", "action"), FOUR)
def test_a_stalling_atlassian_is_given_up(agent, sample_site, monkeypatch, path, params, action):
    monkeypatch.setattr("atlassian.upstream.transport.TOTAL_TIMEOUT", 0.3)
    sample_site.faults.add("stall", seconds=5)

    assert error(call(agent, path, **params)) == (504, "upstream_timeout")
    assert only_record().error_code == "upstream_timeout"


@pytest.mark.parametrize(("path", "params", "action"), FOUR)
def test_a_dead_token_is_never_nothing_found(client_for, sample_site, settings, path, params, action):
    connect(sample_site, api_token="expired")

    answer = call(client_for(make_api_key(Role.MEMBER)), path, **params)

    assert error(answer) == (502, "upstream_auth_failed")
    assert "Connections page" in answer.json()["error"]["message"]


def test_an_account_without_a_licence_for_confluence_is_told_so(client_for, sample_site, settings):
    connect(sample_site, email=UNLICENSED.email, api_token=UNLICENSED.tokens[0].value)
    client = client_for(make_api_key(Role.MEMBER))

    assert error(call(client, "/v1/confluence/search", q="doors")) == (502, "upstream_forbidden")
    assert call(client, "/v1/jira/search", q="turnstile").status_code == 200


def test_nothing_found_by_a_live_account_is_an_empty_answer(client_for, sample_site, settings):
    connect(sample_site, email=NEWCOMER.email, api_token=NEWCOMER.tokens[0].value)
    client = client_for(make_api_key(Role.MEMBER))

    assert call(client, "/v1/jira/search", q="turnstile").json() == {"issues": [], "next_cursor": None, "warnings": []}
    assert call(client, "/v1/confluence/search", q="doors").json() == {"pages": [], "next_cursor": None, "warnings": []}


SEARCHES = ["/v1/jira/search", "/v1/confluence/search"]
LONG = "x" * 1001


@pytest.mark.parametrize("path", SEARCHES)
@pytest.mark.parametrize(
    ("params", "refused"),
    [
        ({}, ["q"]),
        ({"q": ""}, ["q"]),
        ({"q": "   "}, ["q"]),
        ({"q": LONG}, ["q"]),
        ({"q": ["a", "b"]}, ["q"]),
        ({"q": "a\0b"}, ["q"]),
        ({"q": "?!*"}, ["q"]),
        ({"q": "a", "limit": "0"}, ["limit"]),
        ({"q": "a", "limit": "-1"}, ["limit"]),
        ({"q": "a", "limit": "2.5"}, ["limit"]),
        ({"q": "a", "limit": "abc"}, ["limit"]),
        ({"q": "a", "limit": ""}, ["limit"]),
        ({"q": "a", "limit": ["1", "2"]}, ["limit"]),
        ({"q": "a", "size": "3"}, ["size"]),
        ({"query": "a"}, ["query"]),
    ],
)
def test_a_bad_search_is_refused_by_name_before_atlassian_is_asked(agent, sample_site, path, params, refused):
    answer = call(agent, path, **params)

    assert error(answer) == (400, "validation_error")
    assert [issue["path"] for issue in answer.json()["error"]["details"]["issues"]] == refused
    assert sample_site.requests == []
    assert (only_record().outcome, only_record().error_code) == ("failed", "validation_error")


@pytest.mark.parametrize("path", SEARCHES)
@pytest.mark.parametrize(("limit", "taken"), [("50", 50), ("21", 21), ("9999", 50)])
def test_more_than_the_most_is_taken_as_the_most(agent, path, limit, taken):
    assert call(agent, path, q="doors", limit=limit).status_code == 200
    assert only_record().target["limit"] == taken


@pytest.mark.parametrize("path", SEARCHES)
@pytest.mark.parametrize(
    "q",
    [
        'a "quoted phrase" here', 'unbalanced " quote', "back\\slash", "(a [b] {c}) ^ ~ * ? : / + - && || !",
        "AND OR NOT", "door AND", "로그인 오류", "🚪 turnstile", "C++", "don't", "a_b-c", "x" * 1000, "' OR 1=1 --",
        '") OR project = SEC ORDER BY key', "text ~ \"x\" or type = page",
    ],
)  # fmt: skip
def test_no_query_breaks_out_of_its_quotes(agent, path, q):
    assert call(agent, path, q=q).status_code == 200


READS = [("/v1/jira/read", "issue_key"), ("/v1/confluence/read", "page_id")]
HOSTILE = [
    "", "   ", "../user/current", "/rest/api/3/myself", "foo", "GATE-", "-1", "0", "GATE-7/../../x", "GATE-7?x=1",
    "https://evil.example/browse/GATE-7", "https://evil.example/wiki/spaces/RUN/pages/420000002",
    "ftp://127.0.0.1/browse/GATE-7", "javascript:alert(1)", "file:///etc/passwd", "//evil.example/browse/GATE-7",
    "http://127.0.0.1:1/browse/GATE-7", "키-7", "GATE-７", "9" * 30, "x" * 10_000, "GATE-7\0",
    "{site}@evil.example/browse/GATE-7", "{site}/wiki/search?text=x", "{site}/secure/Dashboard.jspa",
]  # fmt: skip


@pytest.mark.parametrize(("path", "parameter"), READS)
@pytest.mark.parametrize("reference", HOSTILE)
def test_a_reference_that_cannot_be_right_is_refused_before_atlassian_is_asked(
    agent, sample_site, path, parameter, reference
):
    answer = call(agent, path, **{parameter: reference.replace("{site}", sample_site.url)})

    assert error(answer) == (400, "validation_error")
    assert [issue["path"] for issue in answer.json()["error"]["details"]["issues"]] == [parameter]
    assert sample_site.requests == []
    assert only_record().error_code == "validation_error"


@pytest.mark.parametrize(("path", "parameter"), READS)
@pytest.mark.parametrize(
    ("params", "refused"),
    [({"max_chars": "0"}, "max_chars"), ({"max_chars": "x"}, "max_chars"), ({"offset": "-1"}, "offset")],
)
def test_a_bad_bound_of_a_reading_is_named(agent, path, parameter, params, refused):
    answer = call(agent, path, **{parameter: "GATE-7"}, **params)

    assert error(answer) == (400, "validation_error")
    assert answer.json()["error"]["details"]["issues"][0]["path"] == refused


def test_more_than_the_longest_reading_is_taken_as_the_longest(agent):
    call(agent, "/v1/jira/read", max_chars="9999999", **ISSUE)

    assert only_record().target["max_chars"] == 100_000


@pytest.mark.parametrize(
    ("path", "params"),
    [("/v1/jira/read", {"issue_key": "GATE-9999"}), ("/v1/confluence/read", {"page_id": "999999999"})],
)
def test_what_is_not_there_is_not_found(agent, path, params):
    assert error(call(agent, path, **params)) == (404, "not_found")


@pytest.mark.parametrize(("path", "params", "action"), FOUR)
def test_without_an_integration_the_caller_is_told_who_mends_it(client_for, path, params, action):
    answer = call(client_for(make_api_key(Role.MEMBER)), path, **params)

    assert error(answer) == (409, "integration_not_configured")
    assert (only_record().action, only_record().outcome) == (action, "failed")


@pytest.mark.parametrize(("path", "params", "action"), FOUR)
def test_a_disabled_integration_is_refused(agent, sample_site, path, params, action):
    Integration.objects.update(enabled=False)

    assert error(call(agent, path, **params)) == (409, "integration_disabled")
    assert sample_site.requests == []


@pytest.mark.parametrize(("path", "params", "action"), FOUR)
def test_no_record_no_answer(agent, monkeypatch, path, params, action):
    def broken(record):
        raise DatabaseError("disk full")

    monkeypatch.setattr("audit.trail.insert", broken)

    answer = call(agent, path, **params)

    assert error(answer) == (503, "audit_unavailable")
    assert "turnstile" not in answer.content.decode().lower()


@pytest.mark.parametrize(("path", "params", "action"), FOUR)
def test_a_second_workspace_sees_nothing_of_the_first(agent, client_for, sample_site, path, params, action):
    stranger = client_for(make_api_key(Role.OWNER, "globex"))

    assert error(call(stranger, path, **params)) == (403, "workspace_access_denied")
    answer = stranger.get(path, {"workspace_key": "globex"} | params)
    assert error(answer) == (409, "integration_not_configured")
    assert sample_site.requests == []


def test_neither_token_nor_query_nor_text_reaches_log_answer_or_record(agent, caplog):
    with caplog.at_level(logging.INFO):
        answers = [call(agent, path, **params) for path, params, _ in FOUR]

    told = caplog.text + "".join(json.dumps(dict(answer.items())) for answer in answers)
    records = str(list(AuditLog.objects.values()))
    for secret in (READER.tokens[0].value, "mc_"):
        assert secret not in told + records + "".join(answer.content.decode() for answer in answers)
    assert "turnstile" not in caplog.text.lower()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize(("path", "params", "action"), FOUR)
def test_nothing_can_be_written(agent, sample_site, method, path, params, action):
    answer = getattr(agent, method)(path, {"workspace_key": "acme"} | params, format="json")

    assert error(answer) == (405, "method_not_allowed")
    assert sample_site.requests == []


@pytest.mark.parametrize(("path", "params", "action"), FOUR)
def test_a_key_that_is_revoked_during_a_read_gets_no_answer(agent, sample_site, monkeypatch, path, params, action):
    monkeypatch.setattr("audit.trail.RECHECKED_AFTER_SECONDS", 0)
    credentials_for = services.credentials_for

    def revoke_meanwhile(*args, **kwargs):
        ApiKey.objects.update(revoked_at=timezone.now())
        return credentials_for(*args, **kwargs)

    monkeypatch.setattr(services, "credentials_for", revoke_meanwhile)

    assert error(call(agent, path, **params)) == (401, "invalid_credentials")

    record = only_record()
    assert (record.action, record.outcome, record.actor) == (action, "denied", "member@acme.example.com")
