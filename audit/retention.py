"""The one way out of the audit log: whole days, archived first, and recorded."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from rest_framework.exceptions import APIException

from audit import listing
from audit.actors import operator
from audit.append_only import deleting_permitted
from audit.archive import Archive, write_archive
from audit.errors import ArchiveIncomplete, LogDiffers, SinksBehind
from audit.listing import Filters
from audit.models import AuditLog, AuditLogTouch, AuditSeal
from audit.progress import Progress, no_progress
from audit.sealing import seal
from audit.sinks.delivery import last_delivered
from audit.trail import audited, record_failure
from audit.verifying import verify_before
from audit.vocabulary import Action


@dataclass(frozen=True)
class Pruned:
    workspace: str
    records: int
    archive: Path


def retention_cutoff(days: int) -> datetime:
    """Midnight UTC: a record is kept for at least that many days, and deleted with its whole day (see sealing)."""
    day = timezone.now().astimezone(UTC).date() - timedelta(days=days)
    return datetime.combine(day, time.min, tzinfo=UTC)


def records_before(before: datetime) -> dict[str, int]:
    """Workspace → records that prune() would delete."""
    records = AuditLog.objects.filter(created_at__lt=before).order_by("workspace").values("workspace")
    return {row["workspace"]: row["records"] for row in records.annotate(records=Count("id"))}


def prune(
    before: datetime, directory: Path, *, allow_tampered: bool = False, on_progress: Progress = no_progress
) -> Iterator[Pruned]:
    """
    Archive and delete the records before a moment, one workspace after another as the caller iterates.

    What is to go is sealed first, so that its archives can be held against seals for ever. Then the archives, each
    with its record, and last the deletion: nothing goes unarchived or unrecorded, and what an interruption leaves is
    archived again by the next run. Raises LogDiffers, ArchiveUnreadable and OSError.
    """
    seal()
    run = _run(before, allow_tampered)
    if run is None:
        return
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    archived = 0
    for workspace in records_before(before):
        archive = _archive(workspace, before, directory, dict(run.target))
        archived += archive.records
        yield Pruned(workspace, archive.records, archive.path)
    _delete(before, run, archived, on_progress)


@dataclass(frozen=True)
class _Run:
    seals: list[AuditSeal]  # which it empties, in their order
    target: dict[str, Any]  # what each of its records says


def _run(before: datetime, allow_tampered: bool) -> _Run | None:
    """None where nothing is to be pruned. Raises LogDiffers and SinksBehind, which are recorded."""
    target: dict[str, Any] = {"before": before.isoformat()}
    if differences := verify_before(before).different:
        target["differences"] = differences
        if not allow_tampered:
            raise _refusal(target, LogDiffers(differences))
    records = AuditLog.objects.filter(created_at__lt=before)
    lowest = records.aggregate(lowest=Min("id"))["lowest"]
    if lowest is None:
        return None
    if not _is_delivered(records):
        raise _refusal(target, SinksBehind())
    seals = list(AuditSeal.objects.filter(newest_at__lt=before, last_id__gte=lowest).order_by("pk").defer("leaves"))
    missing = sum(seal.records for seal in seals) - records.count()
    target |= {"run": uuid4().hex, "seals": _ranges([seal.pk for seal in seals])}
    return _Run(seals, target | ({"missing": missing} if missing else {}))


def _refusal(target: dict[str, Any], exc: APIException) -> APIException:
    record_failure(operator(), Action.AUDIT_PRUNE, target, exc)
    return exc


def _is_delivered(records: QuerySet[AuditLog]) -> bool:
    """What a sink has not had yet is not deleted."""
    delivered = last_delivered()
    return delivered is None or not records.filter(id__gt=delivered).exists()


def _ranges(numbers: list[int]) -> list[list[int]]:
    """First and last of each row without a gap."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ranges


def _archive(workspace: str, before: datetime, directory: Path, target: dict[str, Any]) -> Archive:
    path = directory / _file_name(workspace, before)
    with audited(operator(workspace), Action.AUDIT_PRUNE, target):
        archive = write_archive(path, listing.chunks(workspace, Filters(until=before)))
        target |= {"records": archive.records, "archive": path.name, "sha256": archive.sha256}
    return archive


def _delete(before: datetime, run: _Run, archived: int, on_progress: Progress) -> None:
    """
    Seal by seal, so that other writers are let in between and no seal is ever left half empty.

    Raises ArchiveIncomplete, which is recorded, if the records are no longer as many as were archived.
    """
    sealed = max((seal.last_id for seal in run.seals), default=0)
    if AuditLog.objects.filter(created_at__lt=before, id__lte=sealed).count() != archived:
        raise _refusal(run.target, ArchiveIncomplete())
    after = 0
    for each in run.seals:
        with deleting_permitted():
            touches = AuditLogTouch.objects.filter(record_id__gt=after, record_id__lte=each.last_id)
            touches.filter(created_at__lt=before).delete()
            AuditLog.objects.filter(id__gt=after, id__lte=each.last_id, created_at__lt=before).delete()
        after = each.last_id
        on_progress(each.records)


def _file_name(workspace: str, before: datetime) -> str:
    """A refused call may have named a workspace that is no key, and no file name either."""
    is_key = re.fullmatch(r"[a-z0-9][a-z0-9_-]*", workspace)
    name = workspace if is_key else f"_{hashlib.sha256(workspace.encode()).hexdigest()[:16]}"
    return f"{name}-before-{before:%Y-%m-%d}-at-{timezone.now():%Y%m%dT%H%M%S.%fZ}.jsonl.gz"
