import json
from datetime import date

import pytest

from audit.models import AuditLog
from integrations.models import Integration
from tests.factories import TOKEN, make_api_key, make_integration
from workspaces.models import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_site_answers")]

URL = "/v1/integrations"
WHOLE = {"base_url": "https://acme.atlassian.net", "email": "bot@acme.example.com", "api_token": "new-token"}


def put(client, provider="jira", **body):
    return client.put(URL, {"workspace_key": "acme", "provider": provider} | body, format="json")


def issues(answer) -> dict[str, str]:
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error"), answer.content
    return {issue["path"]: issue["message"] for issue in answer.json()["error"]["details"]["issues"]}


def test_a_saved_integration_is_answered_without_its_token_and_recorded_without_it(admin):
    answer = put(admin, config=WHOLE, reason="first connection")

    assert answer.json() == {
        "workspace_key": "acme",
        "provider": "jira",
        "token_forgotten": False,
        "integration": {
            "enabled": True,
            "configured": True,
            "source": "workspace",
            "locked": False,
            "base_url": "https://acme.atlassian.net",
            "email": "bot@acme.example.com",
            "has_api_token": True,
            "write_on_commit": False,
            "write_on_merge": False,
            "project_keys": [],
            "hidden_fields": [],
            "attachments": "text",
            "mask_secrets": True,
            "token_expires_on": None,
            "token_kind": "unscoped",
            "account_name": "",
            "tested_at": answer.json()["integration"]["tested_at"],
            "test_problem": answer.json()["integration"]["test_problem"],
            "warnings": [],
        },
    }
    record = AuditLog.objects.get()
    assert record.target == {
        "provider": "jira",
        "reason": "first connection",
        "changes": {
            "base_url": ["", "https://acme.atlassian.net"],
            "email": ["", "bot@acme.example.com"],
            "api_token": "replaced",
        },
    }
    assert "new-token" not in str(vars(record)) + answer.content.decode()


def test_the_token_lies_encrypted_in_the_database(admin, django_db_blocker):
    from django.db import connection

    put(admin, config=WHOLE)

    with connection.cursor() as cursor:
        cursor.execute("SELECT api_token FROM integrations_integration")
        assert b"new-token" not in bytes(cursor.fetchone()[0])
    assert Integration.objects.get().api_token == "new-token"


def test_what_a_partial_update_does_not_name_stays(admin):
    make_integration(write_on_merge=True, allowed_keys=["ABC"])

    put(admin, config={"write_on_commit": True})

    row = Integration.objects.get()
    assert (row.write_on_commit, row.write_on_merge, row.allowed_keys, row.api_token) == (True, True, ["ABC"], TOKEN)


@pytest.mark.parametrize("name", ["base_url", "email", "api_token", "write_on_merge", "token_expires_on"])
def test_null_deletes_a_key(admin, name):
    make_integration(write_on_merge=True, token_expires_on=date(2027, 1, 1))

    answer = put(admin, config={name: None})

    assert answer.status_code == 200
    assert not getattr(Integration.objects.get(), name)


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "https://evil.atlassian.net"},
        {"email": "other@acme.example.com"},
        {"base_url": None},
    ],
)
def test_a_stored_token_is_forgotten_when_the_origin_or_email_changes_without_a_new_one(admin, change):
    make_integration(account_id="5b10", account_name="Bot")

    answer = put(admin, config=change)

    assert answer.json()["token_forgotten"] is True
    assert "forgotten" in answer.json()["message"]
    assert answer.json()["integration"]["has_api_token"] is False
    row = Integration.objects.get()
    assert (row.api_token, row.account_id, row.account_name) == (None, "", "")
    assert AuditLog.objects.get().target["changes"]["api_token"] == "forgotten"


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "https://other.atlassian.net", "api_token": "new-token"},
        {"base_url": "https://ACME.atlassian.net/wiki/home?x=1"},
        {"email": "bot@acme.example.com"},
        {"write_on_merge": True},
    ],
)
def test_the_token_stays_where_it_was_meant_to_go_or_comes_anew(admin, change):
    make_integration()

    answer = put(admin, config=change)

    assert (answer.json()["token_forgotten"], answer.json()["integration"]["has_api_token"]) == (False, True)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://acme.atlassian.net",
        "https://acme.atlassian.net.evil.example",
        "https://evil.example/acme.atlassian.net",
        "https://atlassian.net",
        "https://a.b.atlassian.net",
        "https://user:pw@acme.atlassian.net",
        "https://acme.atlassian.net:8443",
        "https://acme.atlassian.net@evil.example",
        "https://evil.example#.atlassian.net",
        "https://evil.example\\.atlassian.net",
        "https://127.0.0.1",
        "http://127.0.0.1:8090",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "acme.atlassian.net",
        "https://[::1",
        "https://acme.atlassian.net:99999",
        "",
        "   ",
        17,
        ["https://acme.atlassian.net"],
    ],
)
def test_a_token_cannot_be_pointed_at_another_host(admin, base_url):
    answer = put(admin, config=WHOLE | {"base_url": base_url})

    assert list(issues(answer)) == ["config.base_url"]
    assert not Integration.objects.exists()


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8090", "http://127.0.0.1:8090/wiki/", "HTTP://127.0.0.1:8090"])
def test_an_origin_that_the_operator_listed_is_permitted(admin, settings, base_url):
    settings.ATLASSIAN_ORIGINS = {"http://127.0.0.1:8090"}

    answer = put(admin, config=WHOLE | {"base_url": base_url})

    assert answer.json()["integration"]["base_url"] == "http://127.0.0.1:8090"
    assert list(issues(put(admin, config={"base_url": "http://127.0.0.1:8091"}))) == ["config.base_url"]


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"provider": "slack"}, ["provider"]),
        ({"config": {"token": "x"}}, ["config.token"]),
        ({"config": {"space_keys": ["DEV"]}}, ["config.space_keys"]),
        ({"config": {"project_keys": "ABC"}}, ["config.project_keys"]),
        ({"config": {"project_keys": ["A B"]}}, ["config.project_keys.0"]),
        ({"config": {"email": "nobody"}}, ["config.email"]),
        ({"config": {"api_token": "two words"}}, ["config.api_token"]),
        ({"config": {"api_token": "line\r\nX-Evil: 1"}}, ["config.api_token"]),
        ({"config": {"api_token": ""}}, ["config.api_token"]),
        ({"config": {"write_on_merge": "perhaps"}}, ["config.write_on_merge"]),
        ({"config": {"attachments": "all"}}, ["config.attachments"]),
        ({"config": {"mask_secrets": "perhaps"}}, ["config.mask_secrets"]),
        ({"config": {"hidden_fields": "Salary"}}, ["config.hidden_fields"]),
        ({"config": {"hidden_fields": ["Salary", " "]}}, ["config.hidden_fields.1"]),
        ({"config": {"hidden_fields": [{"name": "Salary"}]}}, ["config.hidden_fields.0"]),
        ({"config": {"hidden_fields": [f"Field {n}" for n in range(201)]}}, ["config.hidden_fields"]),
        ({"provider": "confluence", "config": {"hidden_fields": ["Salary"]}}, ["config.hidden_fields"]),
        ({"config": {"token_expires_on": "soon"}}, ["config.token_expires_on"]),
        ({"config": []}, ["config"]),
        ({"config": None}, ["config"]),
        ({"enabled": "perhaps"}, ["enabled"]),
        ({"reason": "x" * 501}, ["reason"]),
        ({"enable": True}, ["enable"]),
    ],
)
def test_bad_input_is_named_and_nothing_saved(admin, body, paths):
    answer = put(admin, **body)

    assert list(issues(answer)) == paths
    assert not Integration.objects.exists()
    assert AuditLog.objects.get().outcome == "failed"


@pytest.mark.parametrize(
    "body",
    [b"{", b"[1, 2]", b'"text"', b"null", b"\xff\xfe", b"[" * 100_000, b'{"a": "' + b"x" * 2_000_000 + b'"}'],
)
def test_a_body_that_is_no_json_object_is_refused_and_recorded(admin, body):
    answer = admin.put(URL, body, content_type="application/json")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error")
    record = AuditLog.objects.get()
    assert (record.action, record.outcome, record.workspace) == ("integration.update", "failed", "acme")


def test_what_agents_may_see_is_saved_answered_and_recorded_before_and_after(admin):
    make_integration()

    answer = put(
        admin,
        config={"hidden_fields": [" Salary", "cost centre", "SALARY"], "attachments": "images", "mask_secrets": False},
    )

    state = answer.json()["integration"]
    assert state["hidden_fields"] == ["cost centre", "SALARY"]
    assert (state["attachments"], state["mask_secrets"]) == ("images", False)
    assert AuditLog.objects.get().target["changes"] == {
        "hidden_fields": [[], ["cost centre", "SALARY"]],
        "attachments": ["text", "images"],
        "mask_secrets": [True, False],
    }


def test_null_gives_the_safe_value_back(admin):
    make_integration(hidden_fields=["Salary"], attachments="images", mask_secrets=False)

    put(admin, config={"hidden_fields": None, "attachments": None, "mask_secrets": None})

    row = Integration.objects.get()
    assert (row.hidden_fields, row.attachments, row.mask_secrets) == ([], "text", True)


def test_confluence_has_no_hidden_fields(admin):
    state = put(admin, "confluence", config={"attachments": "off"}).json()["integration"]

    assert (state["attachments"], state["mask_secrets"]) == ("off", True)
    assert "hidden_fields" not in state


def test_a_body_that_is_not_declared_as_json_is_refused(admin):
    answer = admin.put(URL, "workspace_key=acme", content_type="application/x-www-form-urlencoded")

    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_media_type")


def test_a_member_may_not_save_and_learns_nothing_about_the_body(client_for):
    answer = put(client_for(make_api_key(Role.MEMBER)), config={"nonsense": 1})

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "role_required")
    assert AuditLog.objects.get().outcome == "denied"


def test_a_locked_provider_cannot_be_saved(admin, settings):
    settings.LOCKED_PROVIDERS = frozenset({"jira"})

    answer = put(admin, config=WHOLE)

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "integration_locked")
    assert "MEMORY_CORE_INTEGRATION_LOCKED_PROVIDERS" in answer.json()["error"]["message"]
    assert not Integration.objects.exists()
    record = AuditLog.objects.get()
    assert (record.outcome, record.error_code) == ("denied", "integration_locked")
    assert put(admin, provider="confluence", config=WHOLE).status_code == 200


def test_the_change_is_undone_when_its_record_cannot_be_written(admin, monkeypatch):
    from django.db import DatabaseError

    def broken(record):
        raise DatabaseError("disk full")

    monkeypatch.setattr("audit.trail.insert", broken)

    answer = put(admin, config=WHOLE)

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "audit_unavailable")
    assert not Integration.objects.exists()


def test_two_workspaces_keep_their_integrations_apart(admin, client_for):
    put(admin, config=WHOLE)
    globex = client_for(make_api_key(Role.ADMIN, "globex"))

    seen = globex.get(URL, {"workspace_key": "globex"}).json()["integrations"]

    assert seen["jira"]["configured"] is False
    assert "acme" not in json.dumps(seen)
