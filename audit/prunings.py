"""What retention says it has deleted, and whether that can be true: only then are seals excused of their records."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from audit.models import AuditLog, AuditSeal
from audit.vocabulary import Action, Outcome

LEAST_KEPT = timedelta(days=1)  # by retention, whatever it is told


@dataclass
class Pruning:
    """One run of retention: for each workspace an archive and a record, which together must account for the seals."""

    before: datetime
    ranges: tuple[tuple[int, int], ...]  # of the seals that it emptied, first and last; none: by 0.1.0, any before
    missing: int = 0  # fewer than sealed were there to be archived, and were by order; below 0: more
    records: int = 0
    archives: dict[str, str] = field(default_factory=dict)  # name → SHA-256
    last_record: int = 0  # id of the last of its records
    recorded_at: str = ""

    def covers(self, seal: AuditSeal) -> bool:
        within = not self.ranges or any(first <= seal.pk <= last for first, last in self.ranges)
        return within and seal.newest_at < self.before

    def adds_up(self) -> bool:
        """
        Whether it archived as many records as its seals hold. 0.1.0 named no seals, archived unsealed records too,
        and recorded twice what an interruption left.
        """
        within = reduce(or_, (Q(pk__gte=first, pk__lte=last) for first, last in self.ranges), Q())
        seals = AuditSeal.objects.filter(within, newest_at__lt=self.before)
        sealed = seals.aggregate(sealed=Sum("records"))["sealed"] or 0
        return self.records >= sealed if not self.ranges else self.records + self.missing == sealed


def prunings() -> list[Pruning]:
    """Those that add up. What claims to be of the future, or to have pruned what was not a day old, excuses nothing."""
    runs: dict[tuple[Any, ...], Pruning] = {}
    for before, ranges, record in sorted(_recorded(), key=lambda each: each[0]):
        target = record.target
        run = runs.setdefault((before, ranges, str(target.get("run", ""))), Pruning(before, ranges))
        run.missing = int(target.get("missing", 0))
        run.records += int(target["records"])
        if record.pk > run.last_record:
            run.last_record, run.recorded_at = record.pk, record.created_at.isoformat()
        run.archives[str(target.get("archive", ""))] = str(target.get("sha256", ""))
    return [run for run in _with_earlier_ones(list(runs.values())) if run.adds_up()]


def _with_earlier_ones(runs: list[Pruning]) -> Iterator[Pruning]:
    """Of 0.1.0 each run covers what those before it covered as well."""
    records = 0
    for run in runs:
        if not run.ranges:
            records += run.records
            run.records = records
        yield run


def _recorded() -> Iterator[tuple[datetime, tuple[tuple[int, int], ...], AuditLog]]:
    records = AuditLog.objects.filter(action=Action.AUDIT_PRUNE, outcome=Outcome.SUCCESS).order_by()
    now = timezone.now()
    for record in records.only("created_at", "target").iterator():
        target = record.target
        try:
            before = datetime.fromisoformat(target["before"])
            ranges = tuple((int(first), int(last)) for first, last in target.get("seals", ()))
            int(target["records"]), int(target.get("missing", 0))
            if target["archive"] and target["sha256"] and before + LEAST_KEPT <= record.created_at <= now:
                yield before, ranges, record
        except (TypeError, ValueError, KeyError, AttributeError):  # not written by retention
            continue
