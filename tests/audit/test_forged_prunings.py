"""Somebody with all rights on the database deletes records, and writes into the log that retention did."""

import gzip
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from audit.models import AuditLog, AuditSeal
from tests.audit.factories import make_record, make_records
from tests.audit.test_retention import DAYS, OLD, RECENT, midnight
from tests.triggers import drop_triggers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr("audit.sealing.BATCH_RECORDS", 3)


def seal() -> str:
    err = io.StringIO()
    call_command("seal_audit", stdout=io.StringIO(), stderr=err)
    return err.getvalue()


def report(**options) -> dict:
    out = io.StringIO()
    try:
        call_command("verify_audit", json=True, stdout=out, **options)
    except CommandError:
        assert json.loads(out.getvalue())["different"]
    return json.loads(out.getvalue())


def delete(records: list[AuditLog]) -> None:
    drop_triggers(connection)
    AuditLog.objects.filter(pk__in=[record.pk for record in records]).delete()


def forge(created_at=None, **target) -> None:
    """A record as retention writes it."""
    true = {"before": midnight(DAYS).isoformat(), "run": "1", "archive": "acme.jsonl.gz", "sha256": "0" * 64}
    make_record(
        created_at or timezone.now(), action="audit.prune", actor="operator", channel="command", target=true | target
    )


def seals_of(records: list[AuditLog]) -> list[list[int]]:
    pks = list(
        AuditSeal.objects.filter(last_id__gte=records[0].pk, first_id__lte=records[-1].pk).values_list("pk", flat=True)
    )
    return [[min(pks), max(pks)]]


def test_a_single_record_deleted_within_a_seal_is_excused_by_no_record_of_pruning():
    records = make_records(3, OLD)
    seal()
    delete(records[1:2])
    forge(records=1, seals=seals_of(records))

    assert [found["record"] for found in report()["differences"]] == [records[1].pk]


@pytest.mark.parametrize("claimed", [0, 5, 7, None, "6", -6])
def test_whole_seals_are_excused_only_by_as_many_records_as_they_held(claimed):
    records = make_records(6, OLD)
    seal()
    delete(records)
    forge(records=claimed, seals=seals_of(records))

    assert report()["different"] == (0 if claimed == "6" else 6)


@pytest.mark.parametrize(
    "wrong",
    [
        {"seals": [[10_000, 10_001]]},
        {"seals": "everything"},
        {"seals": [[1]]},
        {"archive": ""},
        {"sha256": ""},
        {"before": "2020-01-01T00:00:00+00:00"},
        {"before": "2999-01-01T00:00:00+00:00"},
        {"before": (timezone.now() - timedelta(hours=23)).isoformat()},
    ],
)
def test_a_record_of_pruning_that_does_not_name_what_it_emptied_excuses_nothing(wrong):
    records = make_records(6, OLD)
    seal()
    delete(records)
    forge(**{"records": 6, "seals": seals_of(records)} | wrong)

    assert report()["different"] == 6


def test_a_record_of_pruning_of_the_future_excuses_nothing():
    records = make_records(6, OLD)
    seal()
    delete(records)
    forge(timezone.now() + timedelta(days=1), records=6, seals=seals_of(records))

    assert report()["different"] == 6


def test_a_pruning_by_0_1_0_still_excuses_the_seals_that_it_emptied():
    records = make_records(6, OLD)
    recent = make_records(3, RECENT)
    seal()
    delete(records)
    make_record(
        timezone.now(),
        action="audit.prune",
        target={"before": midnight(DAYS).isoformat(), "records": 6, "archive": "acme.jsonl.gz", "sha256": "0" * 64},
    )

    assert (report()["different"], report()["pruned"], report()["records"]) == (0, 6, len(recent))


def test_what_a_forged_record_excuses_is_told_by_the_archives_that_are_not_there(tmp_path):
    records = make_records(6, OLD)
    seal()
    delete(records)
    forge(records=6, seals=seals_of(records))

    assert report()["different"] == 0
    problems = [found["problem"] for found in report(archives=tmp_path)["differences"]]
    assert (
        problems
        == ["is not among the archives, or not as it was recorded"]
        + ["not every record is in an archive as it was sealed"] * 2
    )


def said_with(root: str) -> str:
    out = io.StringIO()
    call_command("verify_audit", root=root, stdout=out)
    return out.getvalue()


def test_a_root_kept_elsewhere_names_what_is_said_to_be_pruned_by_a_record_after_it():
    records = make_records(6, OLD)
    seal()
    kept = report()["root"]
    delete(records)
    forge(records=6, seals=seals_of(records))
    seal()
    forged = AuditLog.objects.get(action="audit.prune")

    (later,) = report(root=kept)["pruned_after_root"]

    assert (later["record"], later["records"]) == (forged.pk, 6)
    assert f"6 records that the given root holds pruned after it, says record {forged.pk} of 20" in said_with(kept)
    assert report(root=report()["root"])["pruned_after_root"] == report()["pruned_after_root"] == []


def test_a_root_of_before_what_was_pruned_says_nothing_of_it():
    make_records(3, RECENT)
    seal()
    kept = report()["root"]
    records = make_records(3, OLD)
    seal()
    delete(records)
    forge(records=3, seals=seals_of(records))

    found = report(root=kept)

    assert (found["different"], found["pruned"], found["pruned_after_root"]) == (0, 3, [])


@pytest.fixture
def pruned(tmp_path) -> Path:
    make_records(4, OLD, target={"q": "grüße", "limit": 3}), make_records(2, OLD, workspace="globex")
    make_records(2, RECENT)
    call_command("prune_audit", days=DAYS, archive_dir=tmp_path, stdout=io.StringIO())
    return tmp_path


def test_archives_hold_what_was_sealed(pruned):
    found = report(archives=pruned)

    assert (found["different"], found["pruned"]) == (0, 6)


def test_an_archive_that_was_rewritten_is_named_with_the_seals_that_it_no_longer_fits(pruned):
    archive = next(path for path in pruned.iterdir() if path.name.startswith("acme"))
    lines = gzip.decompress(archive.read_bytes()).replace(b"ann@", b"eve@")
    archive.write_bytes(gzip.compress(lines))

    named = report(archives=pruned)["differences"]

    assert named[0]["archive"] == archive.name
    assert len([found for found in named if found["seal"]]) == 2


def test_an_archive_rewritten_together_with_its_record_no_longer_fits_the_seals(pruned):
    import hashlib

    archive = next(path for path in pruned.iterdir() if path.name.startswith("acme"))
    archive.write_bytes(gzip.compress(gzip.decompress(archive.read_bytes()).replace(b"ann@", b"eve@")))
    record = AuditLog.objects.get(action="audit.prune", workspace="acme")
    drop_triggers(connection)
    record.target["sha256"] = hashlib.sha256(archive.read_bytes()).hexdigest()
    record.save()

    problems = {found["problem"] for found in report(archives=pruned)["differences"]}

    assert problems == {"not every record is in an archive as it was sealed"}


def test_an_unsealed_record_that_vanished_is_noticed_when_the_next_are_sealed():
    make_records(2)
    seal()
    victims = make_records(2)
    make_records(1)
    delete(victims)

    said = seal()

    assert f"No records with the ids {victims[0].pk} to {victims[1].pk}" in said
    found = report()
    assert (found["missing_ids"], found["gaps"]) == (2, [[victims[0].pk, victims[1].pk]])


def test_what_can_be_no_root_is_said_to_be_none():
    with pytest.raises(CommandError, match="'latest' is no root"):
        call_command("verify_audit", root="latest")


def test_an_order_to_prune_despite_differences_is_told_by_every_verification_since(tmp_path):
    records = make_records(3, OLD)
    seal()
    delete(records[:1])

    call_command("prune_audit", days=DAYS, archive_dir=tmp_path, allow_tampered=True, stdout=io.StringIO())

    found = report()
    assert (found["different"], found["pruned"], found["pruned_tampered"]) == (0, 3, 1)
