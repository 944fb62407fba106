"""The log leaves the house: at least once, in order, from a cursor in the database, over every outage."""

import hashlib
import hmac
import io
import json
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import AuditLog, AuditSeal, AuditSinkCursor
from audit.sealing import seal
from audit.sinks.delivery import deliver_all, sink_statuses
from config.environment import audit_sinks
from tests.atlassian.upstream.authority import Authority
from tests.audit.factories import make_record, make_records
from tests.audit.receivers import syslog_receiver, webhook_receiver

pytestmark = pytest.mark.django_db

SECRET = "only-for-tests-" * 3


@pytest.fixture
def receiver(settings):
    settings.AUDIT_WEBHOOK_SECRET = SECRET
    with webhook_receiver() as running:
        settings.AUDIT_SINKS = [running.url]
        yield running


@pytest.fixture
def a_minute_later(monkeypatch):
    def pass_by() -> None:
        later = timezone.now() + timedelta(minutes=2)
        monkeypatch.setattr("audit.sinks.delivery.timezone", SimpleNamespace(now=lambda: later))

    return pass_by


def test_a_webhook_gets_every_record_in_order_and_the_roots_of_their_seals(receiver, monkeypatch):
    monkeypatch.setattr("audit.sinks.delivery.BATCH_ENTRIES", 2)
    records = make_records(5, target={"q": "grüße\u2028"})
    seal()

    assert (deliver_all(), deliver_all()) == (6, 0)

    assert receiver.record_ids == [record.pk for record in records]
    assert receiver.entries[0]["target"] == {"q": "grüße\u2028"}
    assert receiver.entries[-1] == {
        "type": "seal",
        "id": AuditSeal.objects.get().pk,
        "first_id": records[0].pk,
        "last_id": records[-1].pk,
        "records": 5,
        "previous": "0" * 64,
        "root": AuditSeal.objects.get().root,
        "sealed_at": AuditSeal.objects.get().sealed_at.isoformat(),
    }


def test_while_there_is_nothing_new_nobody_who_writes_is_made_to_wait(receiver):
    make_record()
    deliver_all()

    with CaptureQueriesContext(connection) as queries:
        deliver_all()

    assert not [query["sql"] for query in queries if "LOCK" in query["sql"] or "MAX(" in query["sql"]]


def test_what_a_webhook_gets_is_signed(receiver):
    make_record()

    deliver_all()

    headers, body = receiver.posts[0]
    signed = headers["X-Memory-Core-Timestamp"].encode() + b"." + body
    assert headers["X-Memory-Core-Signature"] == f"v1={hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()}"


@pytest.mark.parametrize("status", [500, 404, 301, 429])
def test_what_a_receiver_does_not_take_is_sent_again_once_it_is_well(receiver, a_minute_later, status):
    records = make_records(3)
    receiver.status = status
    assert (deliver_all(), deliver_all()) == (0, 0)
    more = make_records(1)

    (failing,) = sink_statuses()
    assert (failing.behind, failing.oldest_at) == (4, records[0].created_at)
    assert f"answered {status}" in failing.problem
    receiver.status = 204
    a_minute_later()
    deliver_all()

    assert receiver.record_ids == [record.pk for record in records + more]
    assert [(well.behind, well.problem, well.failing_since) for well in sink_statuses()] == [(0, "", None)]


def test_one_receiver_that_is_away_holds_up_no_other(receiver, settings):
    settings.AUDIT_SINKS = ["https://127.0.0.1:1/away", receiver.url]
    make_records(2)

    assert deliver_all() == 2
    assert [status.behind for status in sink_statuses()] == [2, 0]


def test_a_batch_whose_answer_was_lost_is_sent_twice_rather_than_not_at_all(receiver, monkeypatch):
    records = make_records(2)

    def lost(cursor):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("audit.sinks.delivery._note_success", lost)
        deliver_all()
    deliver_all()

    assert receiver.record_ids == [record.pk for record in records] * 2


def test_standard_output_gets_json_lines_in_utf_8_whatever_the_locale(settings, monkeypatch):
    settings.AUDIT_SINKS = ["stdout"]
    record = make_record(target={"q": "grüße 門"})
    printed = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", printed)

    deliver_all()

    line = json.loads(printed.buffer.getvalue())
    assert (line["id"], line["target"]) == (record.pk, {"q": "grüße 門"})


def test_syslog_gets_counted_messages_of_rfc_5424(settings):
    record = make_record(target={"q": "grüße"})
    with syslog_receiver() as (port, received):
        settings.AUDIT_SINKS = [f"syslog+tcp://127.0.0.1:{port}"]

        assert deliver_all() == 1

    count, message = received[0].split(b" ", 1)
    assert int(count) == len(message)
    head = rb"<110>1 2026-08-22T12:00:00\+00:00 \S+ memory-core - jira\.read - \xef\xbb\xbf"
    body = message[re.match(head, message).end() :]
    assert (json.loads(body)["id"], json.loads(body)["target"]) == (record.pk, {"q": "grüße"})


def test_syslog_over_tls_goes_only_to_whom_its_certificate_names(settings, tmp_path):
    for name in ("ours", "anothers"):
        (tmp_path / name).mkdir()
    ours, anothers = Authority(tmp_path / "ours"), Authority(tmp_path / "anothers")
    make_record()
    settings.AUDIT_SINKS_CA = str(ours.bundle)

    with syslog_receiver(anothers.server()) as (port, received):
        settings.AUDIT_SINKS = [f"syslog+tls://127.0.0.1:{port}"]
        assert (deliver_all(), received) == (0, [])
        assert "certificate" in sink_statuses()[0].problem.lower()

    with syslog_receiver(ours.server()) as (port, received):
        settings.AUDIT_SINKS = [f"syslog+tls://127.0.0.1:{port}"]
        assert deliver_all() == 1
    assert received[0].startswith(str(len(received[0].split(b" ", 1)[1])).encode() + b" <110>1 ")


def test_a_syslog_receiver_that_is_not_there_is_said_and_nothing_is_lost(settings):
    with syslog_receiver() as (port, _):
        pass
    settings.AUDIT_SINKS = [f"syslog+tcp://127.0.0.1:{port}"]
    make_record()

    assert deliver_all() == 0
    assert "refused" in sink_statuses()[0].problem
    assert AuditSinkCursor.objects.get().record_id == 0


def test_nothing_is_pruned_that_a_sink_has_not_had(receiver, tmp_path):
    from tests.audit.test_retention import DAYS, OLD

    make_records(2, OLD)

    with pytest.raises(CommandError, match="has not had all of these"):
        call_command("prune_audit", days=DAYS, archive_dir=tmp_path, stdout=io.StringIO())
    assert AuditLog.objects.get(action="audit.prune").error_code == "audit_sinks_behind"
    deliver_all()
    call_command("prune_audit", days=DAYS, archive_dir=tmp_path, stdout=io.StringIO())

    assert not AuditLog.objects.filter(created_at__lt=timezone.now() - timedelta(days=DAYS)).exists()


def test_the_address_of_a_webhook_is_shown_to_nobody(receiver):
    make_record()
    deliver_all()
    out = io.StringIO()

    call_command("work", status=True, stdout=out)

    assert "of-the-receiver" not in out.getvalue() + AuditSinkCursor.objects.get().name
    assert "sink webhook 127.0.0.1" in out.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "syslog+tls://logs..example.com",
        "http://hooks.example.com/",
        "ftp://x",
        "syslog+tls://",
        "hooks.example.com",
        "stdout2",
        "https://",
    ],
)
def test_a_sink_that_is_none_stops_the_process_by_name(text):
    with pytest.raises(ImproperlyConfigured, match="AUDIT_SINKS"):
        audit_sinks([text], SECRET)


def test_a_webhook_needs_a_secret_that_signs():
    with pytest.raises(ImproperlyConfigured, match="AUDIT_WEBHOOK_SECRET"):
        audit_sinks(["https://hooks.example.com/x"], "short")
