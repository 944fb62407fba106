"""The one way out of the audit log: whole days, archived first, and recorded."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Count
from django.utils import timezone

from audit import listing
from audit.actors import operator
from audit.append_only import deleting_permitted
from audit.archive import Archive, write_archive
from audit.errors import LogDiffers
from audit.listing import Filters
from audit.models import AuditLog, AuditLogTouch
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


def prune(before: datetime, directory: Path, *, allow_tampered: bool = False) -> Iterator[Pruned]:
    """
    Archive and delete the records before a moment, one workspace after another as the caller iterates.

    For each: the archive, its record, then the deletion, so that nothing goes unarchived or unrecorded; what an
    interruption leaves is archived again by the next run. Raises LogDiffers, ArchiveUnreadable and OSError.
    """
    target: dict[str, Any] = {"before": before.isoformat()}
    if differences := verify_before(before).different:
        target["differences"] = differences
        if not allow_tampered:
            exc = LogDiffers(differences)
            record_failure(operator(""), Action.AUDIT_PRUNE, target, exc)
            raise exc
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for workspace in records_before(before):
        archive = _archive(workspace, before, directory, dict(target))
        _delete(archive)
        yield Pruned(workspace, archive.records, archive.path)


def _archive(workspace: str, before: datetime, directory: Path, target: dict[str, Any]) -> Archive:
    path = directory / _file_name(workspace, before)
    with audited(operator(workspace), Action.AUDIT_PRUNE, target):
        archive = write_archive(path, listing.chunks(workspace, Filters(until=before)))
        target |= {"records": archive.records, "archive": path.name, "sha256": archive.sha256}
    return archive


def _delete(archive: Archive) -> None:
    """What was read back from the archive, and nothing else. In chunks, so that other writers are let in between."""
    for ids in archive.ids():
        with deleting_permitted():
            AuditLogTouch.objects.filter(record_id__in=ids).delete()
            AuditLog.objects.filter(pk__in=ids).delete()


def _file_name(workspace: str, before: datetime) -> str:
    """A refused call may have named a workspace that is no key, and no file name either."""
    is_key = re.fullmatch(r"[a-z0-9][a-z0-9_-]*", workspace)
    name = workspace if is_key else f"_{hashlib.sha256(workspace.encode()).hexdigest()[:16]}"
    return f"{name}-before-{before:%Y-%m-%d}-at-{timezone.now():%Y%m%dT%H%M%S.%fZ}.jsonl.gz"
