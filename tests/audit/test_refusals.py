"""A flood of refusals: each is recorded or counted, none is lost, and the log does not drown."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.utils import timezone

from audit.models import AuditLog, AuditRefusalCount
from audit.refusals import write_counted
from audit.sealing import seal
from tests.databases import away
from tests.factories import make_api_key, make_workspace
from workspaces.models import Role

pytestmark = pytest.mark.django_db

LOGS = "/v1/audit-logs"


@pytest.fixture(autouse=True)
def _few_recorded(monkeypatch):
    monkeypatch.setattr("audit.refusals.MAX_RECORDS_PER_MINUTE", 3)
    monkeypatch.setattr("audit.api_view.REFUSALS_RECORDED_PER_MINUTE", 3)


@pytest.fixture
def a_minute_later(monkeypatch):
    def pass_by() -> None:
        later = timezone.now() + timedelta(minutes=1)
        monkeypatch.setattr("audit.refusals.timezone", SimpleNamespace(now=lambda: later))

    return pass_by


def calls_told() -> int:
    return sum(record.target.get("times", 1) for record in AuditLog.objects.all())


@pytest.mark.parametrize("gone", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now() - timedelta(days=1)}])
def test_every_use_of_a_dead_key_is_told_whatever_its_address_sent_before(client_for, a_minute_later, gone):
    for _ in range(5):
        client_for("mc_unknown").get(LOGS)
    strangers = AuditLog.objects.count()
    dead = client_for(make_api_key(Role.MEMBER, **gone))

    answers = {dead.get(LOGS, {"workspace_key": "acme"}).status_code for _ in range(10)}
    a_minute_later()
    seal()

    records = AuditLog.objects.filter(actor="member@acme.example.com").order_by("pk")
    assert (answers, strangers, calls_told() - strangers) == ({401}, 3, 10)
    assert [record.target.get("times") for record in records] == [None, None, None, 7]
    assert {(record.error_code, record.target["reason"]) for record in records} <= {
        ("invalid_credentials", "revoked"),
        ("invalid_credentials", "expired"),
    }


def test_what_is_counted_becomes_a_record_once_its_minute_is_over_and_not_before(client_for, a_minute_later):
    dead = client_for(make_api_key(Role.MEMBER, revoked_at=timezone.now()))
    for _ in range(5):
        dead.get(LOGS)

    assert (write_counted(), AuditRefusalCount.objects.get().times) == (0, 2)
    a_minute_later()
    assert (write_counted(), write_counted(), AuditRefusalCount.objects.count()) == (1, 0, 0)
    assert {"times": 2, "reason": "revoked"}.items() <= AuditLog.objects.first().target.items()


def test_refusals_count_against_the_rate_limit(client_for, settings, a_minute_later):
    settings.RATE_LIMIT_PER_MINUTE = 4
    make_workspace("globex")
    member = client_for(make_api_key(Role.MEMBER))

    answers = [member.get(LOGS, {"workspace_key": "globex"}).status_code for _ in range(10)]
    a_minute_later()
    write_counted()

    assert answers == [403] * 4 + [429] * 6
    assert (AuditLog.objects.count(), calls_told()) == (4, 10)


def test_a_key_that_keeps_calling_beyond_its_limit_does_not_fill_the_log(client_for, settings, a_minute_later):
    settings.RATE_LIMIT_PER_MINUTE = 1
    member = client_for(make_api_key(Role.MEMBER))

    for _ in range(50):
        member.get(LOGS, {"workspace_key": "acme"})
    a_minute_later()
    write_counted()

    limited = AuditLog.objects.filter(error_code="rate_limited")
    assert (limited.count(), calls_told()) == (4, 50)


def test_a_refusal_that_can_be_neither_recorded_nor_counted_is_503(client_for):
    dead = client_for(make_api_key(Role.MEMBER, revoked_at=timezone.now()))
    for _ in range(3):
        dead.get(LOGS)

    with away("audit_refusal_counts"):
        assert dead.get(LOGS).json()["error"]["code"] == "audit_unavailable"


def test_while_the_database_is_away_nobody_is_told_that_they_called_too_often(client_for, monkeypatch):
    def is_away(*args, **kwargs):
        raise OperationalError("couldn't get a connection after 5.00 sec")

    member = client_for(make_api_key(Role.MEMBER))
    monkeypatch.setattr("workspaces.authentication._key_and_actor", is_away)
    monkeypatch.setattr("audit.trail.insert", is_away)

    answers = [member.get(LOGS, {"workspace_key": "acme"}) for _ in range(6)]

    assert {answer.status_code for answer in answers} == {503}
