import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from audit.models import AuditLog
from tests.factories import make_api_key, make_member, make_workspace
from workspaces.models import ApiKey, Membership, Role, User

pytestmark = pytest.mark.django_db

URL = "/v1/integrations"
ACME = {"workspace_key": "acme"}


def refused(answer, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["request_id"] == answer["X-Request-ID"]


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer", "Bearer ", "mc_abc", "Token mc_abc"])
def test_a_call_without_a_bearer_token_is_told_how_to_send_one(header):
    answer = APIClient(headers={"Authorization": header} if header else {}).get(URL, ACME)

    refused(answer, 401, "missing_bearer_token")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "secret", ["mc_unknown", "no-key-of-ours", "mc_" + "a" * 43, "mc_" + "é" * 43, "mc_" + "a" * 10_000]
)
def test_an_unknown_key_is_refused_and_the_refusal_recorded_without_it(client_for, secret):
    answer = client_for(secret).get(URL, ACME)

    refused(answer, 401, "invalid_credentials")
    record = AuditLog.objects.get()
    assert (record.outcome, record.error_code, record.actor) == ("denied", "invalid_credentials", "")
    assert secret not in str(vars(record))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"revoked_at": timezone.now()}, "revoked"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "expired"),
    ],
)
def test_an_expired_or_revoked_key_is_refused_in_the_same_words_but_its_record_knows_the_reason(
    client_for, fields, reason
):
    secret = make_api_key(Role.ADMIN)
    ApiKey.objects.update(**fields)

    answer = client_for(secret).get(URL, ACME)

    refused(answer, 401, "invalid_credentials")
    assert answer.json()["error"]["message"] == client_for("mc_x").get(URL, ACME).json()["error"]["message"]
    record = AuditLog.objects.get(actor="admin@acme.example.com")
    assert (record.workspace, record.key_label, record.target) == ("acme", "laptop", {"reason": reason})


def test_a_key_of_an_inactive_user_is_refused(client_for):
    secret = make_api_key(Role.ADMIN)
    User.objects.update(is_active=False)

    refused(client_for(secret).get(URL, ACME), 401, "invalid_credentials")


def test_a_key_dies_with_the_membership(client_for):
    secret = make_api_key(Role.ADMIN)
    Membership.objects.all().delete()

    refused(client_for(secret).get(URL, ACME), 401, "invalid_credentials")


def test_another_workspace_and_one_that_does_not_exist_are_refused_in_the_same_words(client_for):
    client = client_for(make_api_key(Role.OWNER))
    make_workspace("globex")

    other = client.get(URL, {"workspace_key": "globex"})
    absent = client.get(URL, {"workspace_key": "nowhere"})

    refused(other, 403, "workspace_access_denied")
    refused(absent, 403, "workspace_access_denied")
    assert other.json()["error"]["message"] == absent.json()["error"]["message"]
    assert set(AuditLog.objects.values_list("workspace", "outcome")) == {("acme", "denied")}


def test_a_session_names_its_workspace_which_a_key_need_not():
    browser = Client()
    browser.force_login(make_member(Role.ADMIN).user)

    answer = browser.get(URL)

    refused(answer, 400, "validation_error")
    assert answer.json()["error"]["details"]["issues"][0]["path"] == "workspace_key"


def test_the_use_of_a_key_is_noted_at_most_once_a_minute(client_for, django_assert_num_queries):
    client = client_for(make_api_key(Role.ADMIN))

    with django_assert_num_queries(3):  # the key, its last use, the integrations
        client.get(URL, ACME)
    with django_assert_num_queries(2):
        client.get(URL, ACME)

    assert ApiKey.objects.get().last_used_at is not None


def test_a_session_acts_through_the_same_gate():
    make_member(Role.ADMIN), make_member(Role.MEMBER)
    admin, member = APIClient(), APIClient()
    admin.force_login(User.objects.get(email="admin@acme.example.com"))
    member.force_login(User.objects.get(email="member@acme.example.com"))

    assert admin.get(URL, ACME).status_code == 200
    refused(member.get(URL, ACME), 403, "role_required")
    refused(admin.get(URL, {"workspace_key": "globex"}), 403, "workspace_access_denied")


def test_a_session_cannot_change_anything_without_a_csrf_token():
    make_member(Role.ADMIN)
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(User.objects.get())

    answer = browser.put(URL, ACME | {"provider": "jira"}, format="json")

    refused(answer, 403, "permission_denied")


def test_a_superuser_acts_as_owner_everywhere():
    make_workspace("acme")
    browser = APIClient()
    browser.force_login(User.objects.create_superuser("root@example.com", "a-long-password-1"))

    assert browser.get(URL, ACME).status_code == 200
    refused(browser.get(URL, {"workspace_key": "nowhere"}), 403, "workspace_access_denied")


def test_a_stranger_cannot_fill_the_audit_log(client_for, monkeypatch):
    monkeypatch.setattr("audit.api_view.REFUSALS_RECORDED_PER_MINUTE", 3)
    answers = [client_for("mc_x").get(URL, ACME) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert AuditLog.objects.count() == 3


def test_a_key_that_calls_too_often_is_told_when_to_come_back(client_for, settings):
    settings.RATE_LIMIT_PER_MINUTE = 2
    client = client_for(make_api_key(Role.ADMIN))

    answers = [client.get(URL, ACME) for _ in range(3)]

    refused(answers[2], 429, "rate_limited")
    assert 1 <= int(answers[2]["Retry-After"]) <= 60
    assert AuditLog.objects.get().error_code == "rate_limited"


def test_no_key_reaches_the_log(client_for, caplog):
    secret = make_api_key(Role.ADMIN)

    with caplog.at_level(logging.DEBUG):
        client_for(secret).get(URL, ACME | {"q": "secret-words"})

    assert secret not in caplog.text
    assert "secret-words" not in caplog.text
    assert secret not in repr(ApiKey.objects.get()) + str(vars(ApiKey.objects.get()))
