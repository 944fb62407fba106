"""manage.py work: what is due is done, by one process at a time, and nothing is lost when it dies."""

import hashlib
import hmac
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from audit.errors import LogDiffers
from audit.models import AuditSeal, ScheduledRun
from config.scheduling import notices, running
from config.scheduling.jobs import JOBS, Job
from config.scheduling.lock import only_one
from tests.audit.factories import make_records
from tests.audit.receivers import webhook_receiver
from tests.factories import make_member
from tests.running_server import ROOT, manage
from workspaces.models import Role

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("job", "last", "due"),
    [
        (Job("seal", str, every=timedelta(minutes=1)), None, True),
        (Job("seal", str, every=timedelta(minutes=1)), NOON - timedelta(seconds=59), False),
        (Job("seal", str, every=timedelta(minutes=1)), NOON - timedelta(seconds=60), True),
        (Job("prune", str, daily_at=time(4)), None, True),
        (Job("prune", str, daily_at=time(20)), None, False),
        (Job("prune", str, daily_at=time(4)), NOON - timedelta(hours=1), False),
        (Job("prune", str, daily_at=time(4)), NOON - timedelta(hours=9), True),
        (Job("prune", str, daily_at=time(20)), NOON - timedelta(hours=15), False),
        (Job("prune", str, daily_at=time(20)), NOON - timedelta(hours=17), True),
    ],
)
def test_a_job_is_due_by_its_interval_or_once_a_day(job, last, due):
    assert job.is_due(last, NOON) is due


@pytest.mark.django_db
def test_what_is_due_is_done_once_and_each_run_is_visible(monkeypatch):
    monkeypatch.setattr(running, "JOBS", [job for job in JOBS if job.name in ("seal", "sinks")])
    make_records(3)
    out = io.StringIO()

    call_command("work", once=True)
    call_command("work", once=True)
    call_command("work", status=True, stdout=out)

    assert AuditSeal.objects.get().records == 3
    assert ScheduledRun.objects.get(job="seal").succeeded is True
    assert "3 records sealed." in out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("exc", [LogDiffers(3), OSError("disk full"), SystemExit(1)])
def test_a_job_that_fails_is_said_and_holds_up_no_other(monkeypatch, exc):
    def fails() -> str:
        raise exc

    monkeypatch.setattr(running, "JOBS", [Job("prune", fails), Job("seal", lambda: "sealed")])

    assert running.run_due() == ["prune", "seal"]
    runs = {run.job: (run.succeeded, bool(run.said)) for run in ScheduledRun.objects.all()}
    assert runs == {"prune": (False, True), "seal": (True, True)}


@pytest.mark.django_db
def test_a_job_whose_process_was_killed_is_due_again_at_once(monkeypatch):
    monkeypatch.setattr(running, "JOBS", [Job("seal", lambda: "sealed")])
    ScheduledRun.objects.create(job="seal", started_at=timezone.now())

    assert (running.run_due(), running.run_due()) == (["seal"], [])


@pytest.mark.django_db(transaction=True)
def test_while_one_acts_the_others_stand_by():
    with only_one() as first, only_one() as second:
        assert (first(), second()) == (True, False)
    with only_one() as again:
        assert again()


@pytest.fixture
def end_connections(monkeypatch):
    """PostgreSQL ends all of this database, as where it begins anew. Ours is a command's: without a pool."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connection that could be lost")
    options = {name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "pool"}
    connection.close()

    def end() -> None:
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        other.close()

    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "OPTIONS", options)
        yield end
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_who_lost_the_lock_with_its_connection_leaves_the_turn_to_another(end_connections):
    with only_one() as first:
        assert first()
        end_connections()
        with only_one() as second:
            assert (first(), second()) == (False, True)


@pytest.mark.django_db(transaction=True)
def test_the_scheduler_goes_on_after_its_connections_were_lost(end_connections, monkeypatch):
    runs = []
    monkeypatch.setattr(running, "JOBS", [Job("seal", lambda: str(runs.append(1)), every=timedelta(0))])
    call_command("work", once=True)
    end_connections()

    call_command("work", once=True, stderr=io.StringIO())
    call_command("work", once=True)

    assert len(runs) == 2


@pytest.fixture
def admins_by_mail(settings, monkeypatch):
    settings.MAIL_IS_SET_UP = True
    make_member(Role.OWNER), make_member(Role.ADMIN), make_member(Role.MEMBER)
    trouble = {
        "workspace_key": "acme",
        "provider": "jira",
        "ok": False,
        "problem": "The token is dead.",
        "warnings": [],
    }
    monkeypatch.setattr(notices, "connected", lambda only: [("acme", "jira")])
    monkeypatch.setattr(notices, "tested", lambda workspace_key, provider: trouble)
    return trouble


@pytest.mark.django_db
def test_a_connection_in_trouble_is_told_to_the_workspaces_admins_once(admins_by_mail):
    said = notices.tell_admins()
    notices.tell_admins()

    (sent,) = mail.outbox
    assert sorted(sent.bcc) == ["admin@acme.example.com", "owner@acme.example.com"]
    assert "The token is dead." in sent.body
    assert said == "1 connections tested, 1 with trouble, 1 told by mail, 0 by webhook."


@pytest.mark.django_db
def test_a_token_near_its_end_is_told_before_it_fails(admins_by_mail):
    admins_by_mail |= {"ok": True, "problem": "", "warnings": ["The token expires in 9 days."]}

    notices.tell_admins()

    assert "expires in 9 days" in mail.outbox[0].body


@pytest.fixture
def notice_receiver(settings, admins_by_mail):
    settings.NOTICE_WEBHOOK_SECRET = "only-for-tests-" * 3
    with webhook_receiver() as receiver:
        settings.NOTICE_WEBHOOK = receiver.url
        yield receiver


@pytest.mark.django_db
def test_a_connection_in_trouble_is_told_to_the_webhook_once_and_signed(notice_receiver, settings):
    said = notices.tell_admins()
    notices.tell_admins()

    ((headers, body),) = notice_receiver.posts
    signed = headers["X-Memory-Core-Timestamp"].encode() + b"." + body
    signature = hmac.new(settings.NOTICE_WEBHOOK_SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Memory-Core-Signature"] == f"v1={signature}"
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) | {"at": ""} == {
        "type": "connection.trouble",
        "at": "",
        "workspace_key": "acme",
        "provider": "jira",
        "ok": False,
        "problem": "The token is dead.",
        "warnings": [],
        "text": mail.outbox[0].body,
    }
    assert said.endswith("1 told by mail, 1 by webhook.")


@pytest.mark.django_db
def test_a_token_near_its_end_is_told_to_the_webhook(notice_receiver, admins_by_mail):
    admins_by_mail |= {"ok": True, "problem": "", "warnings": ["The token expires in 9 days."]}

    notices.tell_admins()

    assert notice_receiver.entries[0]["warnings"] == ["The token expires in 9 days."]


@pytest.mark.django_db
@pytest.mark.parametrize("status", [500, 404, 301])
def test_a_webhook_that_takes_no_notice_is_told_at_the_next_run_and_the_mail_is_sent_once(
    notice_receiver, caplog, status
):
    notice_receiver.status = status
    assert notices.tell_admins().endswith("1 told by mail, 0 by webhook.")
    assert f"answered {status}" in caplog.text
    assert "of-the-receiver" not in caplog.text

    notice_receiver.status = 204
    assert notices.tell_admins().endswith("0 told by mail, 1 by webhook.")

    assert (len(notice_receiver.posts), len(mail.outbox)) == (1, 1)


@pytest.mark.django_db
def test_a_webhook_that_is_not_there_breaks_nothing(notice_receiver, settings):
    settings.NOTICE_WEBHOOK = "http://127.0.0.1:1/away"

    assert notices.tell_admins().endswith("1 told by mail, 0 by webhook.")


@pytest.mark.django_db
def test_mail_that_could_not_be_sent_is_tried_at_the_next_run(admins_by_mail, settings):
    works, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert "0 told by mail" in notices.tell_admins()

    settings.EMAIL_BACKEND = works
    assert "1 told by mail" in notices.tell_admins()


def test_no_record_is_lost_or_out_of_order_when_the_scheduler_is_killed_in_the_middle(tmp_path):
    database = tmp_path / "log.sqlite3"
    with webhook_receiver() as receiver:
        first_batch = threading.Event()
        receiver.on_post = first_batch.set
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": f"sqlite:///{database}",
            "CACHE_URL": "locmemcache://work",
            "AUDIT_SINKS": receiver.url,
            "AUDIT_WEBHOOK_SECRET": "only-for-tests-" * 3,
            "AUDIT_RETENTION_DAYS": "0",
        }
        manage(environment, "migrate", "--verbosity", "0")
        ids = fill(database, 2500)

        killed = subprocess.Popen([sys.executable, "manage.py", "work"], cwd=ROOT, env=environment)
        assert first_batch.wait(60)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        manage(environment, "work", "--once")

    delivered = receiver.record_ids
    assert list(dict.fromkeys(delivered)) == ids
    assert len(delivered) <= len(ids) + 500  # one batch at most came twice


def fill(database, count: int) -> list[int]:
    columns = "created_at, workspace, actor, key_label, role, action, target, outcome, error_code, channel, request_id"
    row = (
        "2026-08-22 12:00:00",
        "acme",
        "ann",
        "",
        "member",
        "jira.read",
        json.dumps({"q": "x"}),
        "success",
        "",
        "mcp",
        "",
    )
    with sqlite3.connect(database) as connection:
        connection.executemany(
            f"INSERT INTO audit_logs ({columns}, duration_ms) VALUES ({', '.join('?' * 11)}, 1)", [row] * count
        )
        found = [pk for (pk,) in connection.execute("SELECT id FROM audit_logs ORDER BY id")]
    connection.close()
    return found
