import contextlib
import gzip
import hashlib
import io
import json
import os
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from audit import retention
from audit.append_only import deleting_permitted
from audit.errors import ArchiveIncomplete
from audit.models import AuditLog, AuditSeal
from tests.audit.factories import make_records
from tests.terminal import on_terminal
from tests.triggers import drop_triggers

pytestmark = pytest.mark.django_db

DAYS = 30


def midnight(days_ago: int):
    today = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days_ago)


OLD = midnight(DAYS + 5) + timedelta(hours=12)
RECENT = midnight(DAYS - 5) + timedelta(hours=12)


@pytest.fixture
def prune(tmp_path):
    def call(**options) -> str:
        out = io.StringIO()
        call_command("prune_audit", **{"stdout": out, "days": DAYS, "archive_dir": tmp_path} | options)
        return out.getvalue()

    return call


def lines_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def prunings() -> list[AuditLog]:
    return list(AuditLog.objects.filter(action="audit.prune").order_by("pk"))


def kept() -> set[int]:
    return set(AuditLog.objects.exclude(action="audit.prune").values_list("pk", flat=True))


def ids(records: list[AuditLog]) -> set[int]:
    return {record.pk for record in records}


def differences() -> dict:
    out = io.StringIO()
    with contextlib.suppress(CommandError):
        call_command("verify_audit", json=True, stdout=out)
    return json.loads(out.getvalue())


def test_old_records_go_into_one_archive_for_each_workspace_and_recent_ones_stay(prune, tmp_path):
    acme, globex = make_records(3, OLD, target={"query": "grüße"}), make_records(2, OLD, workspace="globex")
    recent = make_records(2, RECENT)

    said = prune()

    assert kept() == ids(recent)
    first, second = sorted(tmp_path.iterdir())
    assert first.name.startswith(f"acme-before-{midnight(DAYS):%Y-%m-%d}-at-")
    assert ids(acme) == {line["id"] for line in lines_of(first)}
    assert ids(globex) == {line["id"] for line in lines_of(second)}
    assert lines_of(first)[0]["target"] == {"query": "grüße"}
    assert f"acme: 3 records now in {first}" in said
    assert "5 records before" in said


def test_each_workspace_gets_one_record_that_names_its_archive(prune, tmp_path):
    make_records(3, OLD), make_records(2, OLD, workspace="globex"), make_records(1, OLD, workspace="")

    prune()

    assert [(record.workspace, record.target["records"]) for record in prunings()] == [
        ("", 1),
        ("acme", 3),
        ("globex", 2),
    ]
    for record in prunings():
        archive = tmp_path / record.target["archive"]
        assert record.target == {
            "before": midnight(DAYS).isoformat(),
            "run": prunings()[0].target["run"],
            "seals": [[AuditSeal.objects.get().pk] * 2],
            "records": len(lines_of(archive)),
            "archive": archive.name,
            "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        }
        assert (record.outcome, record.actor, record.channel) == ("success", "operator", "command")


def test_on_a_terminal_what_it_says_stands_on_lines_of_its_own(prune, monkeypatch, tmp_path):
    make_records(3, OLD), make_records(2, OLD, workspace="globex")
    terminal = on_terminal(monkeypatch)

    prune(stdout=terminal)

    shown = [line.rsplit("\r", 1)[-1].rstrip() for line in terminal.getvalue().split("\n")]
    assert [line.split(" now in ")[0] for line in shown[:2]] == ["acme: 3 records", "globex: 2 records"]
    assert shown[2] == f"5 records before {midnight(DAYS):%Y-%m-%d} pruned."
    assert "delete" in terminal.getvalue()


def test_a_record_is_kept_with_its_whole_day(prune):
    last = make_records(1, midnight(DAYS) - timedelta(microseconds=1))
    first_kept = make_records(1, midnight(DAYS))

    prune()

    assert kept() == ids(first_kept)
    assert kept().isdisjoint(ids(last))


def test_an_archive_is_for_its_owner_alone(prune, tmp_path):
    make_records(1, OLD)
    directory = tmp_path / "new" / "archive"

    prune(archive_dir=directory)

    assert [oct(path.stat().st_mode & 0o777) for path in directory.iterdir()] == ["0o600"]
    assert oct(directory.stat().st_mode & 0o777) == "0o700"


def test_a_dry_run_counts_and_changes_nothing(prune, tmp_path):
    records = make_records(3, OLD)

    said = prune(dry_run=True)

    assert "acme: 3 records would be archived and deleted." in said
    assert (kept(), prunings(), list(tmp_path.iterdir())) == (ids(records), [], [])


@pytest.mark.parametrize("days", [0, None])
def test_0_days_keep_for_ever(prune, settings, days):
    settings.AUDIT_RETENTION_DAYS = 0
    records = make_records(2, OLD)

    assert prune(days=days) == "0 days: records are kept for ever. Nothing to do.\n"
    assert kept() == ids(records)


def test_without_days_the_setting_holds(prune, settings):
    settings.AUDIT_RETENTION_DAYS = DAYS + 2
    make_records(1, OLD)
    kept_by_setting = make_records(1, midnight(DAYS + 1))

    prune(days=None)

    assert kept() == ids(kept_by_setting)


@pytest.mark.parametrize("days", [-1, 1_000_000])
def test_days_out_of_range_are_refused(prune, days):
    with pytest.raises(CommandError, match="Give 0 to"):
        prune(days=days)


def test_nothing_old_leaves_no_archive_and_no_record(prune, tmp_path):
    make_records(2, RECENT)

    assert prune().startswith("0 records before")
    assert (prunings(), list(tmp_path.iterdir())) == ([], [])


def test_a_workspace_that_is_no_key_cannot_lead_the_archive_astray(prune, tmp_path):
    make_records(1, OLD, workspace="../../outside")

    prune(archive_dir=tmp_path / "inner")

    assert [path.name[0] for path in (tmp_path / "inner").iterdir()] == ["_"]
    assert [path.name for path in tmp_path.iterdir()] == ["inner"]


def test_an_archive_that_exists_is_not_overwritten_and_nothing_is_deleted(prune, tmp_path, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    make_records(1, OLD)
    prune()
    (archive,) = tmp_path.iterdir()
    before = archive.read_bytes()
    records = make_records(1, OLD)

    with pytest.raises(CommandError, match="exists"):
        prune()

    assert (archive.read_bytes(), kept()) == (before, ids(records))
    assert [record.outcome for record in prunings()] == ["success", "failed"]


@pytest.mark.parametrize("spoil", [lambda file: os.ftruncate(file, 30), lambda file: os.pwrite(file, b"\0" * 8, 20)])
def test_an_archive_that_does_not_read_back_leaves_every_record(prune, tmp_path, monkeypatch, spoil):
    records = make_records(3, OLD)
    monkeypatch.setattr(os, "fsync", spoil)  # a disk that keeps something else than it was given

    with pytest.raises(CommandError, match="does not read as it was written"):
        prune()

    assert (kept(), list(tmp_path.iterdir())) == (ids(records), [])
    ((failed),) = prunings()
    assert (failed.outcome, failed.error_code) == ("failed", "archive_unreadable")


def test_a_full_disk_leaves_every_record(prune, tmp_path, monkeypatch):
    def full(file):
        raise OSError(28, "No space left on device")

    records = make_records(3, OLD)
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(CommandError, match="No space left"):
        prune()

    assert (kept(), list(tmp_path.iterdir())) == (ids(records), [])


def test_a_run_interrupted_while_deleting_loses_nothing_and_the_next_one_ends_it(prune, tmp_path, monkeypatch):
    monkeypatch.setattr("audit.sealing.BATCH_RECORDS", 2)
    records = make_records(5, OLD)
    call_command("seal_audit", stdout=io.StringIO())
    deletions = []

    def break_the_second_deletion(execute, sql, *args):
        if sql.startswith("DELETE FROM") and "audit_logs" in sql:
            deletions.append(sql)
            if len(deletions) == 2:
                raise DatabaseError("the server went away")
        return execute(sql, *args)

    with connection.execute_wrapper(break_the_second_deletion), pytest.raises(DatabaseError, match="went away"):
        prune()

    assert len(kept()) == 3
    (archive,) = tmp_path.iterdir()
    assert {line["id"] for line in lines_of(archive)} == ids(records)
    assert [(found["different"], found["pruned"]) for found in [differences()]] == [(0, 2)]

    prune()

    assert kept() == set()
    assert [record.target["records"] for record in prunings()] == [5, 3]


def test_what_is_archived_is_read_and_deleted_in_chunks(prune, monkeypatch, tmp_path):
    monkeypatch.setattr("audit.sealing.BATCH_RECORDS", 2)
    monkeypatch.setattr("audit.listing.CHUNK_ROWS", 2)
    statements = []

    def note(execute, sql, *args):
        statements.append(sql)
        return execute(sql, *args)

    make_records(5, OLD)
    with connection.execute_wrapper(note):
        prune()

    assert len([sql for sql in statements if sql.startswith("DELETE FROM") and "audit_logs" in sql]) == 3
    assert not AuditLog.objects.filter(created_at__lt=midnight(DAYS)).exists()
    assert len(lines_of(next(tmp_path.iterdir()))) == 5


def test_what_another_took_since_it_was_archived_ends_the_run_and_is_recorded(tmp_path):
    records = make_records(3, OLD)
    run = retention.prune(midnight(DAYS), tmp_path)
    next(run)

    with deleting_permitted():
        AuditLog.objects.filter(pk=records[0].pk).delete()
    with pytest.raises(ArchiveIncomplete):
        next(run)

    assert kept() == ids(records[1:])
    assert [record.error_code for record in prunings()] == ["", "archive_incomplete"]


def test_a_record_that_came_after_the_archive_is_not_deleted(prune):
    late: list[AuditLog] = []

    def write_one_before_the_deletion(execute, sql, *args):
        if sql.startswith("DELETE FROM") and "audit_logs" in sql and not late:
            late.append(None)
            late[:] = make_records(1, OLD)
        return execute(sql, *args)

    make_records(3, OLD)
    with connection.execute_wrapper(write_one_before_the_deletion):
        prune()

    assert kept() == ids(late)


def test_a_pruned_log_still_holds_against_its_seals(prune):
    make_records(3, OLD), make_records(2, RECENT)
    call_command("seal_audit", stdout=io.StringIO())

    prune()

    found = differences()
    assert (found["different"], found["pruned"], found["records"]) == (0, 3, 2)
    assert AuditSeal.objects.count() == 2


def test_a_recent_record_deleted_besides_is_still_found_after_pruning(prune):
    make_records(3, OLD)
    victim = make_records(2, RECENT)[0]
    call_command("seal_audit", stdout=io.StringIO())
    prune()

    drop_triggers(connection)
    AuditLog.objects.filter(pk=victim.pk).delete()

    assert [found["record"] for found in differences()["differences"]] == [victim.pk]


@pytest.mark.parametrize("before", ["2999-01-01T00:00:00+00:00", "2999-01-01", "nonsense", None, 7])
def test_a_record_of_pruning_excuses_nothing_that_was_written_later(before):
    make_records(1, OLD, action="audit.prune", target={"before": before})
    victim = make_records(2, RECENT)[0]
    call_command("seal_audit", stdout=io.StringIO())

    drop_triggers(connection)
    AuditLog.objects.filter(pk=victim.pk).delete()

    assert [found["record"] for found in differences()["differences"]] == [victim.pk]


def test_traces_of_tampering_are_not_pruned_unless_told_to(prune, tmp_path):
    record = make_records(3, OLD)[1]
    call_command("seal_audit", stdout=io.StringIO())
    drop_triggers(connection)
    AuditLog.objects.filter(pk=record.pk).update(actor="eve@acme.example.com")

    with pytest.raises(CommandError, match="differ from their seals in 1 places"):
        prune()
    assert len(kept()) == 3
    (refused,) = prunings()
    assert (refused.outcome, refused.error_code, refused.target["differences"]) == ("failed", "audit_log_differs", 1)

    prune(allow_tampered=True)
    assert kept() == set()
    assert prunings()[-1].target["differences"] == 1
    assert "eve@acme.example.com" in [line["actor"] for line in lines_of(next(tmp_path.iterdir()))]
