"""MCP at the door, down to the record, in front of the sample site."""

import json
from pathlib import Path

import pytest
import responses
from django.utils import timezone

import config
from atlassian.mcp import bridge, view
from atlassian.mcp import tools as mcp_tools
from audit.models import AuditLog
from tests.atlassian.mcp.calls import HANDSHAKE, call, post, request, said, stateless
from tests.atlassian.rest_helpers import connect, only_record
from tests.databases import away
from tests.factories import SITE, make_api_key, make_integration
from workspaces.models import ApiKey, Role
from workspaces.roles import GRANTS

pytestmark = pytest.mark.django_db
# Of a call that fails in the tool: it is rolled back inside an open transaction, and its record with it.
transactional = pytest.mark.django_db(transaction=True)

FOUR = [
    ("jira_search", {"q": "turnstile"}, "jira.search", "GATE-7 [In Progress] Check-in times out"),
    ("jira_read", {"issue_key": "gate-7"}, "jira.read", "E_HOURS_TIMEOUT"),
    ("confluence_search", {"q": "doors"}, "confluence.search", "Runbook: doors stay shut [RUN]"),
    ("confluence_read", {"page_id": "420000002"}, "confluence.read", "# Runbook: doors stay shut"),
]
NAMES = [name for name, *_ in FOUR]


@pytest.fixture
def member(client_for):
    return client_for(make_api_key())


@pytest.mark.parametrize(("tool", "arguments", "action", "text"), FOUR)
def test_each_tool_answers_in_text_and_leaves_one_record_of_the_channel_mcp(
    member, sample_site, tool, arguments, action, text
):
    connect(sample_site)

    result = call(member, tool, **arguments)

    assert result["isError"] is False
    assert text in said(result)
    record = only_record()
    assert (record.action, record.outcome, record.channel) == (action, "success", "mcp")
    assert (record.actor, record.key_label, record.workspace) == ("member@acme.example.com", "laptop", "acme")


@pytest.mark.parametrize(("tool", "arguments", "action", "text"), FOUR)
def test_a_stateless_call_is_answered_alike(member, sample_site, tool, arguments, action, text):
    connect(sample_site)
    message, headers = stateless("tools/call", name=tool, arguments=arguments)

    answer = post(member, message, **headers)

    assert answer.status_code == 200
    assert text in said(answer.json()["result"])
    assert only_record().action == action


@pytest.mark.parametrize("offered", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_the_handshake_is_answered_and_leaves_no_record(member, offered):
    hello = request("initialize", protocolVersion=offered, capabilities={}, clientInfo={"name": "t", "version": "1"})

    answer = post(member, hello)

    result = answer.json()["result"]
    assert result["protocolVersion"] == ("2025-11-25" if offered == "2024-11-05" else offered)
    assert result["serverInfo"]["name"] == "memory-core"
    assert "data" in result["instructions"]
    assert post(member, {"jsonrpc": "2.0", "method": "notifications/initialized"}).status_code == 202
    assert post(member, request("ping")).json()["result"] == {}
    assert not AuditLog.objects.exists()


def test_discovery_names_both_eras(member):
    message, headers = stateless("server/discover")

    supported = post(member, message, **headers).json()["result"]["supportedVersions"]

    assert {"2026-07-28", "2025-11-25"} <= set(supported)


def test_the_tools_are_listed_in_their_order_below_6_kb_and_every_time_the_same(member):
    first, second = (post(member, request("tools/list")).content for _ in range(2))

    tools = json.loads(first)["result"]["tools"]
    assert [tool["name"] for tool in tools] == NAMES
    assert len(first) < 6000
    assert first == second
    assert all(tool["annotations"]["readOnlyHint"] and tool["annotations"]["idempotentHint"] for tool in tools)
    assert not AuditLog.objects.exists()


def test_the_schema_of_a_tool_is_that_of_the_serializer_without_the_workspace():
    schema = mcp_tools.TOOL_NAMED["jira_search"].schema()

    assert set(schema["properties"]) == {"q", "jql", "project", "limit", "cursor"}
    limit = schema["properties"]["limit"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 50, 10)
    assert schema["properties"]["project"]["items"]["type"] == "string"
    assert schema["additionalProperties"] is False
    assert "required" not in schema
    assert mcp_tools.TOOL_NAMED["jira_read"].schema()["required"] == ["issue_key"]


def test_the_version_that_is_told_is_that_of_the_project():
    assert view.SERVER.server_info["version"] == config.__version__


@transactional
@pytest.mark.parametrize(
    ("tool", "arguments", "sentence", "refused"),
    [
        ("jira_search", {}, "q: This parameter is required", ["q"]),
        ("jira_search", {"q": "  "}, "q: ", ["q"]),
        ("jira_search", {"q": "a", "limit": 0}, "limit: Ensure this value is greater than or equal to 1", ["limit"]),
        ("jira_search", {"q": "a", "project": 7}, "project: Expected a list", ["project"]),
        ("jira_search", {"q": "a", "query": "b"}, "query: Unknown parameter. Known here: ", ["query"]),
        ("jira_read", {}, "issue_key: This field is required", ["issue_key"]),
        ("jira_read", {"issue_key": None}, "issue_key: ", ["issue_key"]),
        ("confluence_read", {"page_id": "1", "workspace_key": "other"}, "workspace_key: Unknown", ["workspace_key"]),
    ],
)
def test_refused_arguments_are_explained_and_recorded_by_name(member, tool, arguments, sentence, refused):
    result = call(member, tool, **arguments)

    assert result["isError"] is True
    assert f"validation_error: {sentence}" in said(result)
    record = only_record()
    assert (record.outcome, record.error_code, record.target) == ("failed", "validation_error", {"refused": refused})


@transactional
def test_a_reference_that_cannot_be_one_is_explained(member, sample_site):
    connect(sample_site)

    result = call(member, "jira_read", issue_key="foo")

    assert "issue_key: 'foo' is not a key like ABC-123" in said(result)
    assert only_record().error_code == "validation_error"


def test_null_and_empty_are_taken_for_what_is_left_out(member, sample_site):
    connect(sample_site)

    result = call(member, "jira_search", q="", jql="project = GATE", cursor=None, project=None, limit=None)

    assert result["isError"] is False
    assert only_record().target["limit"] == 10


@transactional
def test_a_role_that_may_not_reads_no_tool_and_its_call_is_refused_by_the_gate(member, monkeypatch):
    monkeypatch.setitem(GRANTS, Role.MEMBER, frozenset())

    assert post(member, request("tools/list")).json()["result"]["tools"] == []
    result = call(member, "jira_read", nonsense=1)

    assert (result["isError"], said(result).split(":")[0]) == (True, "role_required")
    record = only_record()
    assert (record.action, record.outcome, record.error_code) == ("jira.read", "denied", "role_required")


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "missing_bearer_token"),
        ("Basic bm9ib2R5", "missing_bearer_token"),
        ("Bearer nonsense", "invalid_credentials"),
        ("Bearer mc_" + "x" * 43, "invalid_credentials"),
    ],
)
@pytest.mark.parametrize(
    ("message", "action"),
    [
        (request("tools/call", name="jira_read", arguments={}), "jira.read"),
        (request("tools/list"), "mcp.connect"),
        (request("initialize"), "mcp.connect"),
        (b"{", "mcp.connect"),
    ],
)
def test_nobody_is_let_in_without_a_valid_key_and_the_record_says_what_was_wanted(
    client, authorization, code, message, action
):
    headers = {"Authorization": authorization} if authorization else {}

    answer = post(client, message, **headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    body = answer.json()
    assert (body["id"], body["error"]["data"]["code"]) == (message["id"] if isinstance(message, dict) else None, code)
    record = only_record()
    assert (record.action, record.outcome, record.error_code) == (action, "denied", code)
    assert record.channel == "mcp"


def test_a_revoked_key_is_refused_under_its_owners_name(client_for):
    revoked = client_for(make_api_key(revoked_at=timezone.now()))

    answer = post(revoked, request("tools/call", name="jira_search", arguments={"q": "a"}))

    assert answer.status_code == 401
    record = only_record()
    assert (record.actor, record.action, record.error_code) == (
        "member@acme.example.com",
        "jira.search",
        "invalid_credentials",
    )
    assert record.target == {"reason": "revoked"}


def test_a_session_of_a_browser_opens_nothing(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("root@example.com", "a-long-password-1"))

    answer = post(client, request("tools/list"), **{"X-Workspace-Key": "acme"})

    assert answer.status_code == 401


@pytest.mark.parametrize(("named", "status"), [("acme", 200), ("umbrella", 403)])
def test_a_workspace_that_is_named_has_to_be_that_of_the_key(member, named, status):
    make_api_key(workspace="umbrella")

    answer = post(member, request("tools/list"), **{"X-Workspace-Key": named})

    assert answer.status_code == status
    assert AuditLog.objects.count() == (status == 403)


@transactional
def test_a_key_of_one_workspace_reads_with_the_credentials_of_none_other(member, sample_site):
    connect(sample_site, workspace="umbrella")

    result = call(member, "jira_read", issue_key="GATE-7")

    assert said(result).startswith("integration_not_configured: ")
    assert sample_site.requests == []
    assert only_record().workspace == "acme"


@transactional
def test_a_locked_provider_without_credentials_says_who_can_mend_it(member, settings):
    settings.LOCKED_PROVIDERS = frozenset({"jira"})
    make_integration("jira")

    result = call(member, "jira_read", issue_key="GATE-7")

    assert said(result).startswith("integration_not_configured: ")
    assert (only_record().outcome, only_record().error_code) == ("failed", "integration_not_configured")


@transactional
@pytest.mark.parametrize(
    ("status", "code"), [(500, "upstream_error"), (401, "upstream_auth_failed"), (403, "upstream_forbidden")]
)
@responses.activate
def test_a_broken_atlassian_is_told_in_words_and_recorded(member, status, code):
    make_integration("jira")
    responses.get(f"{SITE}/rest/api/3/issue/GATE-7", status=status, json={})

    result = call(member, "jira_read", issue_key="GATE-7")

    assert (result["isError"], said(result).split(":")[0]) == (True, code)
    assert (only_record().outcome, only_record().error_code) == ("failed", code)


@transactional
@responses.activate
def test_a_crash_is_told_with_the_reference_that_stands_in_the_log_and_the_record(member, caplog):
    make_integration("jira")
    responses.get(f"{SITE}/rest/api/3/issue/GATE-7", body=ZeroDivisionError("a secret"))

    answer = post(member, request("tools/call", name="jira_read", arguments={"issue_key": "GATE-7"}))

    text = said(answer.json()["result"])
    record = only_record()
    assert text.startswith("internal_error: ")
    assert record.request_id in text
    assert "secret" not in text
    assert (record.outcome, record.error_code) == ("failed", "internal_error")
    assert any(entry.exc_info and entry.exc_info[0] is ZeroDivisionError for entry in caplog.records)


@transactional
def test_without_a_record_there_is_no_answer(member, sample_site):
    connect(sample_site)

    with away("audit_logs"):
        text = said(call(member, "jira_read", issue_key="GATE-7"))

    assert text.startswith("audit_unavailable: ")
    assert "Check-in" not in text


@transactional
@pytest.mark.parametrize("method", ["tools/list", "tools/call"])
def test_a_database_that_breaks_down_at_the_door_is_told_in_the_form_of_the_protocol(member, method):
    with away(ApiKey._meta.db_table):
        answer = post(member, request(method, name="jira_read", arguments={}))

    assert (answer.status_code, answer.json()["id"]) == (503, 1)
    assert answer.json()["error"]["data"]["code"] == "database_unavailable"
    assert (only_record().outcome, only_record().error_code) == ("failed", "database_unavailable")


@transactional
def test_too_many_calls_are_refused_with_the_seconds_to_wait(member, settings):
    settings.RATE_LIMIT_PER_MINUTE = 1
    message = request("tools/call", 5, name="jira_search", arguments={})

    post(member, message)
    answer = post(member, message)

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert (answer.json()["id"], answer.json()["error"]["data"]["code"]) == (5, "rate_limited")
    assert [record.error_code for record in AuditLog.objects.order_by("id")] == ["validation_error", "rate_limited"]


@pytest.mark.parametrize("method", ["get", "delete", "put", "patch", "options", "head"])
@pytest.mark.parametrize("accept", ["text/event-stream", "text/html", "*/*"])
def test_any_method_but_post_is_405_whatever_is_accepted_and_whoever_asks(client, member, method, accept):
    for asking in (client, member):
        answer = getattr(asking, method)("/mcp", headers={"accept": accept})

        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert not AuditLog.objects.exists()


@pytest.mark.parametrize("accept", ["text/event-stream", "text/html", "application/xml", "nonsense"])
def test_whatever_is_accepted_the_answer_is_json(member, accept):
    answer = post(member, request("tools/list"), accept=accept)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", "http://localhost.evil.example"])
def test_a_foreign_origin_is_refused_and_its_call_recorded(member, origin):
    answer = post(member, request("tools/call", name="jira_read", arguments={}), Origin=origin)

    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == -32600
    assert (only_record().action, only_record().outcome) == ("jira.read", "denied")


def test_the_servers_own_origin_is_let_in(member):
    assert post(member, request("ping"), Origin="http://testserver").status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, -32700),
        (b"{", 400, -32700),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "\xff"}', 400, -32700),
        (b"[" * 100_000, 400, -32700),
        (b'{"a":' * 50_000, 400, -32700),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"x": "\\ud800"}}', 400, -32700),
        (b"[]", 400, -32600),
        (json.dumps([request("ping"), request("tools/list", 2)]).encode(), 400, -32600),
        (b"null", 400, -32600),
        (b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}', 400, -32600),
        (b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', 400, -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}', 400, -32600),
        (b'"' + b"x" * 1_000_001 + b'"', 413, -32600),
        (b'"' + b"x" * 3_000_000 + b'"', 413, -32600),
    ],
)
def test_what_is_no_message_is_refused_in_the_form_of_the_protocol(member, body, status, code):
    answer = post(member, body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["jsonrpc"] == "2.0"
    assert not AuditLog.objects.exists()


def without(headers, name):
    return {key: value for key, value in headers.items() if key != name}


@pytest.mark.parametrize("change", ["no method", "other name", "no meta", "unknown revision", "arguments", "state"])
def test_a_call_with_the_protocol_around_it_wrong_is_recorded_too(member, change):
    message, headers = stateless("tools/call", name="jira_read", arguments={"issue_key": "GATE-7"})
    if change == "no method":
        headers = without(headers, "Mcp-Method")
    elif change == "other name":
        headers["Mcp-Name"] = "jira_search"
    elif change == "no meta":
        del message["params"]["_meta"]
    elif change == "unknown revision":
        headers["MCP-Protocol-Version"] = "1999-01-01"
    elif change == "arguments":
        message["params"]["arguments"] = ["GATE-7"]
    else:
        message["params"]["requestState"] = "forged"

    answer = post(member, message, **headers)

    assert "error" in answer.json()
    assert (only_record().action, only_record().error_code) == ("jira.read", "validation_error")


@pytest.mark.parametrize("name", ["jira_delete", "", None, ["jira_read"], {"a": 1}])
def test_a_tool_that_does_not_exist_is_an_error_of_the_protocol_and_no_action_of_ours(member, name):
    answer = post(member, request("tools/call", name=name, arguments={}), **{"MCP-Protocol-Version": HANDSHAKE})

    assert answer.json()["error"]["code"] == -32602
    assert not AuditLog.objects.exists()


def test_a_call_sent_as_a_notification_is_no_call(member):
    message = {"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "jira_read", "arguments": {}}}

    assert post(member, message).status_code == 202
    assert not AuditLog.objects.exists()


def test_no_answer_sets_a_cookie(client, member):
    for answer in (post(client, request("tools/list")), post(member, request("tools/list")), member.get("/mcp")):
        assert "Set-Cookie" not in answer.headers
        assert not answer.cookies


@pytest.mark.parametrize(
    "path", ["/.well-known/oauth-protected-resource", "/.well-known/oauth-authorization-server/mcp", "/mcp/sse"]
)
def test_nothing_speaks_of_oauth(client, path):
    assert client.get(path).status_code == 404


def test_the_log_holds_nothing_of_what_was_sought(member, sample_site, caplog):
    connect(sample_site)

    call(member, "jira_search", q="turnstile")

    assert not any("turnstile" in str(vars(entry)) for entry in caplog.records)


def test_a_laptop_gets_the_bridge_from_the_server(client):
    answer = client.get("/mcp/memory-core-mcp")

    assert answer.status_code == 200
    assert answer.content == Path(bridge.__file__).read_bytes()
    assert "memory-core-mcp" in answer.headers["Content-Disposition"]
