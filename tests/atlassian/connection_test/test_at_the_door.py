"""Testing a connection, and finding out what kind of token was saved, at every door."""

import json

import pytest
from django.core.management import call_command

from audit.models import AuditLog
from dev.sample_site.accounts import READER
from integrations.models import Integration
from tests.atlassian.rest_helpers import FOUR, call, connect, error
from tests.factories import make_api_key
from workspaces.models import Role

pytestmark = pytest.mark.django_db

URL = "/v1/integrations/test"
SCOPED = {"jira": "sample-reader-jira", "confluence": "sample-reader-confluence"}


@pytest.fixture
def admin(client_for, sample_site, settings):
    connect(sample_site)
    return client_for(make_api_key(Role.ADMIN))


def check(client, provider="jira"):
    return client.post(URL, {"workspace_key": "acme", "provider": provider}, format="json")


def save(client, site, provider, **config):
    config = {"base_url": site.url, "email": READER.email} | config
    body = {"workspace_key": "acme", "provider": provider, "config": config}
    return client.put("/v1/integrations", body, format="json").json()["integration"]


@pytest.mark.parametrize("provider", ["jira", "confluence"])
def test_a_good_connection_says_what_was_proved_and_as_whom(admin, provider):
    answer = check(admin, provider)

    report = answer.json()
    assert (report["ok"], report["problem"], report["account_name"]) == (True, "", READER.name)
    assert all(step["ok"] and step["proves"] for step in report["steps"])
    record = AuditLog.objects.get()
    assert (record.action, record.outcome) == ("integration.test", "success")
    assert record.target == {"provider": provider, "account": READER.email, "ok": True, "problem": ""}
    row = Integration.objects.get(provider=provider)
    assert (row.account_id, row.account_name, row.test_problem) == (READER.account_id, READER.name, "")
    assert row.tested_at is not None


def test_an_account_of_unheard_of_length_is_kept_as_far_as_there_is_room(admin, sample_site):
    sample_site.answer("GET", "/rest/api/3/myself", body={"accountId": "a" * 5_000, "displayName": "b" * 5_000})

    assert check(admin).status_code == 200

    row = Integration.objects.get(provider="jira")
    row.clean_fields()
    assert row.account_id == "a" * 128


def test_a_bad_token_says_who_mends_it_and_is_kept_with_the_integration(admin):
    row = Integration.objects.get(provider="jira")
    row.api_token = "expired"
    row.save()

    report = check(admin).json()

    assert report["ok"] is False
    failed = next(step for step in report["steps"] if not step["ok"])
    assert failed["problem"]
    assert failed["remedy"]
    assert Integration.objects.get(provider="jira").test_problem == report["problem"]
    assert AuditLog.objects.get().target["ok"] is False


def test_a_disabled_integration_can_be_tested_before_it_is_enabled_again(admin):
    Integration.objects.update(enabled=False)

    assert check(admin).json()["ok"] is True


def test_a_member_may_not_test(client_for, sample_site):
    answer = check(client_for(make_api_key(Role.MEMBER)))

    assert error(answer) == (403, "role_required")
    assert sample_site.requests == []


def test_what_is_not_configured_cannot_be_tested(client_for):
    answer = check(client_for(make_api_key(Role.ADMIN)))

    assert error(answer) == (409, "integration_not_configured")


@pytest.mark.parametrize("provider", ["jira", "confluence"])
def test_saving_finds_out_whose_token_it_is_and_which_door_it_opens(admin, sample_site, provider):
    unscoped = save(admin, sample_site, provider, api_token="sample-reader")
    scoped = save(admin, sample_site, provider, api_token=SCOPED[provider])

    assert (unscoped["token_kind"], unscoped["account_name"]) == ("unscoped", READER.name)
    assert (scoped["token_kind"], scoped["account_name"], scoped["test_problem"]) == ("scoped", READER.name, "")


@pytest.mark.parametrize(("path", "params", "action"), FOUR)
def test_a_scoped_token_reads_through_the_gateway_and_shows_links_of_the_site(admin, sample_site, path, params, action):
    provider = action.split(".")[0]
    save(admin, sample_site, provider, api_token=SCOPED[provider])
    sample_site.requests.clear()

    answer = call(admin, path, **params)

    assert answer.status_code == 200, answer.content
    assert {request.path.split("/")[1] for request in sample_site.requests} == {"ex"}
    assert "/ex/" not in answer.content.decode()


@pytest.mark.parametrize(("path", "params", "action"), FOUR)
def test_a_scoped_token_of_the_environment_is_found_out_at_its_first_use(
    client_for, sample_site, settings, path, params, action
):
    settings.ATLASSIAN_GATEWAY_URL = sample_site.gateway_url
    settings.ENVIRONMENT_CREDENTIALS = {
        provider: (sample_site.url, READER.email, token) for provider, token in SCOPED.items()
    }
    client = client_for(make_api_key(Role.MEMBER))

    assert call(client, path, **params).status_code == 200
    sample_site.requests.clear()
    assert call(client, path, **params).status_code == 200
    assert len(sample_site.requests) == 1


@pytest.mark.parametrize("provider", ["jira", "confluence"])
def test_what_saving_could_not_find_out_the_first_read_does_for_all(admin, sample_site, provider):
    sample_site.faults.add("drop")
    save(admin, sample_site, provider, api_token=SCOPED[provider])
    sample_site.faults.clear()
    path, params, _ = next(each for each in FOUR if each[2] == f"{provider}.read")

    assert call(admin, path, **params).status_code == 200

    row = Integration.objects.get(provider=provider)
    assert (row.scoped, row.cloud_id, row.account_name) == (True, sample_site.cloud_id, READER.name)
    state = admin.get("/v1/integrations", {"workspace_key": "acme"}).json()["integrations"][provider]
    assert (state["token_kind"], state["account_name"]) == ("scoped", READER.name)
    sample_site.requests.clear()
    assert call(admin, path, **params).status_code == 200
    assert {request.path.split("/")[1] for request in sample_site.requests} == {"ex"}
    assert check(admin, provider).json()["ok"]


def test_saving_does_not_fail_by_a_site_that_cannot_be_reached(admin, sample_site):
    sample_site.faults.add("drop")

    state = save(admin, sample_site, "jira", api_token="another")

    assert (state["has_api_token"], state["account_name"]) == (True, "")
    assert state["test_problem"]


def test_the_command_tests_every_connection_and_fails_if_one_does(admin, sample_site, capsys):
    call_command("check_integrations")
    assert [line.split(":")[1].strip() for line in capsys.readouterr().out.splitlines()] == ["ok", "ok"]

    row = Integration.objects.get(provider="confluence")
    row.api_token = "expired"
    row.save()
    with pytest.raises(SystemExit):
        call_command("check_integrations", "--workspace", "acme", "--json")

    results = json.loads(capsys.readouterr().out)
    assert [(result["provider"], result["ok"]) for result in results] == [("confluence", False), ("jira", True)] or [
        (result["provider"], result["ok"]) for result in results
    ] == [("jira", True), ("confluence", False)]
    assert set(AuditLog.objects.values_list("action", "channel", "role")) == {
        ("integration.test", "command", "operator")
    }


def test_an_expiring_token_is_warned_of_by_the_command(admin, capsys):
    from datetime import timedelta

    from django.utils import timezone

    Integration.objects.update(token_expires_on=timezone.localdate() + timedelta(days=7))

    call_command("check_integrations")

    assert capsys.readouterr().out.count("expires in 7 days") == 2


def test_a_test_that_finds_a_fault_is_recorded_as_failed_and_answered_all_the_same(admin):
    Integration.objects.filter(provider="jira").update(email="nobody@acme.example.com")

    report = check(admin).json()

    assert not report["ok"]
    record = AuditLog.objects.get()
    assert (record.outcome, record.error_code) == ("failed", "connection_faulty")
    assert record.target["problem"] == report["problem"]
    assert Integration.objects.get(provider="jira").test_problem
