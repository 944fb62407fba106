import io
import json
import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from audit import sealing
from audit.digests import SEALED_FIELDS, digest_of, digested
from audit.models import AuditLog, AuditSeal
from tests.audit.factories import NOON, make_record, make_records
from tests.databases import away
from tests.triggers import drop_triggers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr("audit.sealing.BATCH_RECORDS", 3)


def seal() -> str:
    out = io.StringIO()
    call_command("seal_audit", stdout=out)
    return out.getvalue()


def verify(**options) -> dict:
    """The report, whether the log is as it was sealed or not."""
    out = io.StringIO()
    try:
        call_command("verify_audit", json=True, stdout=out, **options)
    except CommandError:
        assert json.loads(out.getvalue())["different"] > 0
    else:
        assert json.loads(out.getvalue())["different"] == 0
    return json.loads(out.getvalue())


def differences(**options) -> list[tuple]:
    return [(found["problem"], found["seal"], found["record"]) for found in verify(**options)["differences"]]


def tamper(statement: str, *params) -> None:
    """What somebody with all rights on the database does."""
    drop_triggers(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def contents(record: AuditLog) -> dict:
    return {name: getattr(record, name) for name in (*SEALED_FIELDS, "created_at")}


def roots() -> list[str]:
    return list(AuditSeal.objects.order_by("pk").values_list("root", flat=True))


def seal_of(record: AuditLog) -> int:
    return AuditSeal.objects.get(first_id__lte=record.pk, last_id__gte=record.pk).pk


@pytest.mark.parametrize(
    "fields",
    [
        {"target": {"z": [1, 0.1, None, True, {"ä": "\u2028"}], "a": ""}},
        {"actor": 'quo"te\\ \U0001f600 \x7f', "key_label": "\ud7ff\t"},
        {"created_at": NOON.replace(microsecond=7), "duration_ms": 2**31 - 1},
        {"target": []},
    ],
)
def test_a_record_has_one_digest_whichever_way_it_is_read(fields):
    record = make_record(**fields)

    ((_, _, digest),) = digested(record.pk - 1, record.pk)

    assert digest == digest_of(contents(record))


def test_an_untouched_log_is_as_it_was_sealed():
    make_records(7, target={"query": "grüße \U0001f600", "limit": 10, "ratio": 0.1})

    said = seal()

    assert said == f"7 records sealed in 3 seals. Newest root: {roots()[-1]}\n"
    make_records(2)
    assert verify() == {
        "seals": 3,
        "records": 7,
        "pruned": 0,
        "pruned_tampered": 0,
        "pruned_after_root": [],
        "unsealed": 2,
        "missing_ids": 0,
        "gaps": [],
        "root": roots()[-1],
        "different": 0,
        "differences": [],
    }


def test_sealing_goes_on_where_it_stopped_and_makes_no_empty_seal():
    make_records(2)
    seal()
    make_records(1)
    seal()

    said = seal()

    assert said.startswith("0 records sealed in 0 seals.")
    assert list(AuditSeal.objects.order_by("pk").values_list("records", flat=True)) == [2, 1]
    assert verify()["records"] == 3


def test_each_seal_holds_the_root_of_the_one_before():
    make_records(7)
    seal()

    assert [made.previous for made in AuditSeal.objects.order_by("pk")] == ["0" * 64, *roots()[:-1]]


def test_a_seal_does_not_reach_over_midnight():
    make_records(3, start=NOON + timedelta(hours=11, minutes=59))
    seal()

    assert list(AuditSeal.objects.order_by("pk").values_list("records", flat=True)) == [1, 2]


def test_days_with_few_records_each_are_read_once_and_sealed_each_by_itself(monkeypatch):
    monkeypatch.setattr("audit.sealing.BATCH_RECORDS", 4000)
    for day in range(20):
        make_record(NOON + timedelta(days=day)), make_record(NOON + timedelta(days=day))
    reads = []

    def note(execute, sql, params, many, context):
        reads.append("FROM audit_logs WHERE id >" in sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        seal()

    assert list(AuditSeal.objects.order_by("pk").values_list("records", flat=True)) == [2] * 20
    assert sum(reads) == 2  # the second finds that there is no more
    assert verify()["records"] == 40


def test_two_runs_at_once_seal_each_record_once(monkeypatch):
    monkeypatch.setattr("audit.sealing.BATCH_RECORDS", 4000)
    make_records(3, start=NOON), make_records(3, start=NOON + timedelta(days=1))

    sealed = sealing.seal(on_progress=lambda _: sealing.seal())

    assert sealed.counts == [3]  # the other run, between two seals of this one, made the rest
    assert (verify()["seals"], verify()["records"]) == (2, 6)


def test_counted_refusals_that_cannot_be_written_end_the_command_in_words():
    with away("audit_refusal_counts"), pytest.raises(CommandError, match="Not sealed; the next run seals it"):
        seal()


def test_a_log_without_records_or_seals_is_in_order():
    assert "0 records sealed" in seal()
    assert verify()["differences"] == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "'eve@acme.example.com'"),
        ("workspace", "'globex'"),
        ("target", '\'{"query": "other"}\''),
        ("outcome", "'denied'"),
        ("created_at", "'2026-08-22 12:00:00.000001+00:00'"),
        ("duration_ms", "1"),
    ],
)
def test_a_changed_record_is_named(column, value):
    record = make_records(7)[4]
    seal()

    tamper(f"UPDATE audit_logs SET {column} = {value} WHERE id = %s", record.pk)

    assert differences() == [("changed", seal_of(record), record.pk)]


def test_a_deleted_record_is_named():
    record = make_records(7)[4]
    seal()

    tamper("DELETE FROM audit_logs WHERE id = %s", record.pk)

    assert differences() == [("deleted", seal_of(record), record.pk)]


@pytest.mark.parametrize("victim", [0, 3, 6])
def test_a_record_slipped_in_under_an_id_that_was_free_is_named(victim):
    records = make_records(7)
    tamper("DELETE FROM audit_logs WHERE id = %s", records[victim].pk)
    late = make_records(1)[0]
    seal()

    AuditLog.objects.create(id=records[victim].pk, action="jira.read", outcome="success", channel="rest")

    ((problem, _, record),) = differences()
    assert (problem, record) == ("inserted after sealing", records[victim].pk)
    assert late.pk > record


def test_a_seal_that_was_made_to_fit_a_deleted_record_is_named():
    records = make_records(3)
    seal()
    made = AuditSeal.objects.get()

    tamper("DELETE FROM audit_logs WHERE id = %s", records[2].pk)
    tamper("UPDATE audit_seals SET leaves = %s, records = 2", bytes(made.leaves)[:80])

    assert differences() == [("the seal itself was changed", made.pk, None)]


def test_a_seal_that_was_made_to_fit_a_changed_record_is_named():
    record = make_records(1)[0]
    seal()
    made = AuditSeal.objects.get()

    tamper("UPDATE audit_logs SET actor = 'eve@acme.example.com'")
    record.refresh_from_db()
    tamper("UPDATE audit_seals SET leaves = %s", bytes(made.leaves)[:8] + digest_of(contents(record)))

    assert differences() == [("the seal itself was changed", made.pk, None)]


def test_a_seal_missing_from_the_chain_is_noticed():
    make_records(9)
    seal()
    _, second, third = AuditSeal.objects.order_by("pk")

    tamper("DELETE FROM audit_seals WHERE id = %s", second.pk)

    assert differences() == [("the seal before it is missing", third.pk, None)]


def test_a_root_kept_elsewhere_shows_that_the_newest_seals_were_deleted():
    make_records(6)
    seal()
    kept = verify()["root"]
    assert differences(root=kept.upper()) == []
    assert differences(root=roots()[0]) == []

    tamper("DELETE FROM audit_seals WHERE root = %s", kept)

    assert differences() == []
    ((problem, _, _),) = differences(root=kept)
    assert "no seal has the root" in problem


def test_many_differences_are_counted_and_the_first_named(monkeypatch):
    monkeypatch.setattr("audit.verifying.MAX_NAMED", 2)
    monkeypatch.setattr("audit.management.commands.verify_audit.MAX_NAMED", 2)
    make_records(5)
    seal()
    tamper("DELETE FROM audit_logs")
    out = io.StringIO()

    with pytest.raises(CommandError, match="5 differences"):
        call_command("verify_audit", stdout=out)

    lines = out.getvalue().splitlines()
    assert [line.endswith("deleted") for line in lines[:2]] == [True, True]
    assert lines[2] == "… and 3 more."
    assert lines[3].startswith("2 seals: 0 records as they were sealed, 0 pruned since, 5 differences.")


@pytest.mark.parametrize("statement", ["UPDATE audit_seals SET records = 1", "DELETE FROM audit_seals"])
def test_a_seal_can_be_neither_changed_nor_deleted_even_by_sql(statement):
    make_records(1)
    seal()

    with (
        pytest.raises(DatabaseError, match="audit_seals is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_not_even_retention_may_delete_a_seal():
    from audit.append_only import deleting_permitted

    make_records(1)
    seal()

    with pytest.raises(DatabaseError, match="audit_seals is append-only"), deleting_permitted():
        AuditSeal.objects.all().delete()


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_a_writer_under_way_while_sealing_is_no_false_alarm():
    inserted, may_commit = threading.Event(), threading.Event()

    def write_slowly():
        with transaction.atomic():
            make_records(1)
            inserted.set()
            may_commit.wait(20)
        connections.close_all()

    def seal_meanwhile():
        seal()
        connections.close_all()

    threads = [threading.Thread(target=write_slowly), threading.Thread(target=seal_meanwhile)]
    threads[0].start()
    assert inserted.wait(20)
    make_records(1)
    threads[1].start()
    while not _somebody_waits_for_the_table() and threads[1].is_alive():
        pass
    may_commit.set()
    for thread in threads:
        thread.join(20)

    report = verify()
    assert (report["records"], report["different"]) == (2, 0)


def _somebody_waits_for_the_table() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE relation = 'audit_logs'::regclass AND NOT granted")
        return cursor.fetchone()[0] > 0
