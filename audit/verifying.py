"""Holding the audit log against its seals."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Min

from audit.models import AuditLog, AuditSeal
from audit.sealing import NO_ROOT, digest_of, leaves_of, root_of
from audit.vocabulary import Action, Outcome

MAX_NAMED = 100
CHUNK_SEALS = 20


class Problem(StrEnum):
    CHANGED = "changed"
    DELETED = "deleted"
    INSERTED = "inserted after sealing"
    SEAL_CHANGED = "the seal itself was changed"
    SEAL_MISSING = "the seal before it is missing"
    ROOT_UNKNOWN = "no seal has the root that was given: seals were deleted or replaced"


@dataclass(frozen=True)
class Difference:
    problem: Problem
    seal: int | None = None
    record: int | None = None

    def __str__(self) -> str:
        where = "" if self.seal is None else f"seal {self.seal}: "
        return f"{where}{'' if self.record is None else f'record {self.record} '}{self.problem}"


@dataclass
class Report:
    seals: int = 0
    records: int = 0  # sealed and as they were
    pruned: int = 0  # sealed and deleted by retention since
    unsealed: int = 0  # written since the last seal
    root: str = NO_ROOT  # of the newest seal
    different: int = 0
    differences: list[Difference] = field(default_factory=list)  # the first MAX_NAMED

    def add(self, difference: Difference) -> None:
        self.different += 1
        if len(self.differences) < MAX_NAMED:
            self.differences.append(difference)


def verify(root: str = "") -> Report:
    """Recompute every seal; root is one that was kept elsewhere and must be in the chain."""
    report, retention = Report(), _Retention()
    root_is_known = root in ("", NO_ROOT)
    lowest = AuditLog.objects.aggregate(lowest=Min("id"))["lowest"]
    last_id = 0
    for seal in _seals():
        report.seals += 1
        if seal.previous != report.root:
            report.add(Difference(Problem.SEAL_MISSING, seal.pk))
            last_id = seal.first_id - 1
        all_gone = lowest is None or seal.last_id < lowest
        _compare(seal, {} if all_gone else _digests(last_id, seal.last_id), retention, report)
        root_is_known = root_is_known or seal.root == root
        report.root, last_id = seal.root, seal.last_id
    report.unsealed = AuditLog.objects.filter(id__gt=last_id).count()
    if not root_is_known:
        report.add(Difference(Problem.ROOT_UNKNOWN))
    return report


def verify_before(moment: datetime) -> Report:
    """What retention is about to delete, each seal by itself: pruning must not wipe out the traces of tampering."""
    report, retention = Report(), _Retention()
    lowest = AuditLog.objects.aggregate(lowest=Min("id"))["lowest"] or 0
    for seal in _seals(newest_at__lt=moment, last_id__gte=lowest):
        _compare(seal, _digests(seal.first_id - 1, seal.last_id), retention, report)
    return report


def _seals(**conditions: Any) -> Iterator[AuditSeal]:
    """In their order, a few in memory at a time."""
    last = 0
    while seals := list(AuditSeal.objects.filter(pk__gt=last, **conditions).order_by("pk")[:CHUNK_SEALS]):
        yield from seals
        last = seals[-1].pk


def _compare(seal: AuditSeal, found: dict[int, bytes], retention: "_Retention", report: Report) -> None:
    if seal.root != root_of(seal):
        report.add(Difference(Problem.SEAL_CHANGED, seal.pk))
    sealed = leaves_of(seal)
    for record_id, digest in sealed.items():
        if found.get(record_id) == digest:
            report.records += 1
        elif record_id in found:
            report.add(Difference(Problem.CHANGED, seal.pk, record_id))
        elif retention.has_pruned(seal):
            report.pruned += 1
        else:
            report.add(Difference(Problem.DELETED, seal.pk, record_id))
    for record_id in found.keys() - sealed.keys():
        report.add(Difference(Problem.INSERTED, seal.pk, record_id))


def _digests(after: int, until: int) -> dict[int, bytes]:
    """Also covers ids between batches: rows there were inserted outside the application."""
    return {record.pk: digest_of(record) for record in AuditLog.objects.filter(id__gt=after, id__lte=until)}


class _Retention:
    """Up to when the audit log says that it was pruned."""

    def __init__(self) -> None:
        self.before = max(_prunings(), default=None)
        self.is_fresh = False

    def has_pruned(self, seal: AuditSeal) -> bool:
        if self.before is not None and seal.newest_at < self.before:
            return True
        if self.is_fresh:
            return False
        # it may be at work this very moment, and records what it is about to delete
        self.before, self.is_fresh = max(_prunings(), default=None), True
        return self.has_pruned(seal)


def _prunings() -> Iterator[datetime]:
    records = AuditLog.objects.filter(action=Action.AUDIT_PRUNE, outcome=Outcome.SUCCESS).order_by()
    for created_at, before in records.values_list("created_at", "target__before").iterator():
        try:
            moment = datetime.fromisoformat(str(before))
        except ValueError:  # not written by retention
            continue
        yield min(moment if moment.tzinfo else created_at, created_at)
