"""Holding the audit log against its seals."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from django.db.models import Min

from audit.archive_checks import archive_differences
from audit.differences import Difference, Problem
from audit.digests import digested
from audit.models import AuditLog, AuditSeal
from audit.progress import Progress, no_progress
from audit.prunings import prunings
from audit.sealing import NO_ROOT, Gap, gaps_in, leaves_of, root_of

MAX_NAMED = 100
CHUNK_SEALS = 20


@dataclass(frozen=True)
class LaterPruning:
    """What a root that was kept elsewhere holds as sealed, and a record of later says to be pruned."""

    record: int  # the last of the run
    recorded_at: str
    records: int  # sealed up to that root


@dataclass
class Report:
    seals: int = 0
    records: int = 0  # sealed and as they were
    pruned: int = 0  # sealed and deleted by retention since
    pruned_tampered: int = 0  # of these, gone already when retention archived the rest by order
    pruned_after_root: list[LaterPruning] = field(default_factory=list)  # by no record that the given root covers
    unsealed: int = 0  # written since the last seal
    root: str = NO_ROOT  # of the newest seal
    missing_ids: int = 0  # between the records that were sealed
    gaps: list[Gap] = field(default_factory=list)  # the first MAX_NAMED of them
    different: int = 0
    differences: list[Difference] = field(default_factory=list)  # the first MAX_NAMED

    def add(self, difference: Difference) -> None:
        self.different += 1
        if len(self.differences) < MAX_NAMED:
            self.differences.append(difference)

    def add_gap(self, gap: Gap) -> None:
        self.missing_ids += gap[1] - gap[0] + 1
        if len(self.gaps) < MAX_NAMED:
            self.gaps.append(gap)


def verify(root: str = "", archives: Path | None = None, on_progress: Progress = no_progress) -> Report:
    """
    Recompute every seal; root is one that was kept elsewhere and must be in the chain.

    Where archives is the directory of what was pruned, that is held against the seals as well.
    """
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
        sealed = _compare(seal, {} if all_gone else _digests(last_id, seal.last_id), retention, report)
        for gap in gaps_in(chain([last_id] if last_id else [], sealed)):
            report.add_gap(gap)
        if seal.root == root:
            root_is_known, report.pruned_after_root = True, retention.later_than(seal)
        report.root, last_id = seal.root, seal.last_id
        on_progress(seal.records)
    report.unsealed = AuditLog.objects.filter(id__gt=last_id).count()
    report.pruned_tampered = sum(abs(pruning.missing) for pruning in retention.prunings)
    if not root_is_known:
        report.add(Difference(Problem.ROOT_UNKNOWN))
    if archives is not None:
        for difference in archive_differences(archives, retention.prunings):
            report.add(difference)
    return report


def verify_before(moment: datetime) -> Report:
    """What retention is about to delete, each seal by itself: pruning must not wipe out the traces of tampering."""
    report, retention = Report(), _Retention()
    lowest = AuditLog.objects.aggregate(lowest=Min("id"))["lowest"] or 0
    for seal in _seals(newest_at__lt=moment, last_id__gte=lowest):
        _compare(seal, _digests(seal.first_id - 1, seal.last_id), retention, report)
    return report


def _seals(**conditions: Any) -> Iterator[AuditSeal]:
    """Yields the seals in their order, a few in memory at a time."""
    last = 0
    while seals := list(AuditSeal.objects.filter(pk__gt=last, **conditions).order_by("pk")[:CHUNK_SEALS]):
        yield from seals
        last = seals[-1].pk


def _compare(seal: AuditSeal, found: dict[int, bytes], retention: "_Retention", report: Report) -> dict[int, bytes]:
    if seal.root != root_of(seal):
        report.add(Difference(Problem.SEAL_CHANGED, seal.pk))
    sealed = leaves_of(seal)
    if found == sealed:
        report.records += len(sealed)
    elif sealed.keys().isdisjoint(found) and retention.excuses(seal):
        report.pruned += len(sealed)
    else:
        _compare_each(seal, sealed, found, report)
    for record_id in found.keys() - sealed.keys():
        report.add(Difference(Problem.INSERTED, seal.pk, record_id))
    return sealed


def _compare_each(seal: AuditSeal, sealed: dict[int, bytes], found: dict[int, bytes], report: Report) -> None:
    """A record that is gone from a seal that is not empty was not deleted by retention, which empties seals."""
    for record_id, digest in sealed.items():
        if found.get(record_id) == digest:
            report.records += 1
        else:
            problem = Problem.CHANGED if record_id in found else Problem.DELETED
            report.add(Difference(problem, seal.pk, record_id))


def _digests(after: int, until: int) -> dict[int, bytes]:
    """Also covers ids between batches: rows there were inserted outside the application."""
    return {pk: digest for pk, _, digest in digested(after, until)}


class _Retention:
    def __init__(self) -> None:
        self.prunings = prunings()
        self._is_fresh = False
        self._excused: Counter[int] = Counter()  # by the last record of a run: records of seals that it emptied

    def excuses(self, seal: AuditSeal) -> bool:
        """Whether it emptied this seal, as far as its records tell."""
        for pruning in self.prunings:
            if pruning.covers(seal):
                self._excused[pruning.last_record] += seal.records
                return True
        if self._is_fresh:
            return False
        # it may be at work this very moment, and records what it is about to delete
        self.prunings, self._is_fresh = prunings(), True
        return self.excuses(seal)

    def later_than(self, seal: AuditSeal) -> list[LaterPruning]:
        """Of the runs that excused this seal or one before it, those whose records no seal so far covers."""
        runs = [run for run in self.prunings if run.last_record > seal.last_id and self._excused[run.last_record]]
        return [LaterPruning(run.last_record, run.recorded_at, self._excused[run.last_record]) for run in runs]
