"""
Records and the roots of seals to every sink, at least once and in their order.

How far each came stands in the database, so that nothing is lost when we or a receiver are away. No call waits for
this: a scheduler runs it beside them.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min
from django.utils import timezone

from audit.export import json_line
from audit.models import AuditLog, AuditSeal, AuditSinkCursor
from audit.sealing import highest_settled_id
from audit.sinks.targets import Entry, Sink, SinkRefused, configured_sinks

log = logging.getLogger(__name__)

BATCH_ENTRIES = 500
MAX_BATCHES = 40  # of one sink in one run: the others have their turn
MAX_RETRY_SECONDS = 60


@dataclass(frozen=True)
class SinkStatus:
    name: str
    behind: int  # records not delivered
    oldest_at: datetime | None  # of these
    failing_since: datetime | None
    problem: str


def deliver_all() -> int:
    """What every sink can take now. The number of entries delivered."""
    sinks = configured_sinks()
    if not sinks:
        return 0
    delivered = last_delivered() or 0
    is_new = AuditLog.objects.filter(id__gt=delivered).exists()  # else nobody who writes is made to wait
    highest = highest_settled_id(wait_ms=200) if is_new else delivered
    return sum(_deliver(sink, highest) for sink in sinks)


def sink_statuses() -> list[SinkStatus]:
    return [_status(cursor_of(sink)) for sink in configured_sinks()]


def last_delivered() -> int | None:
    """Id of the last record that every sink has; None where there is no sink."""
    cursors = [cursor_of(sink).record_id for sink in configured_sinks()]
    return min(cursors, default=None)


def cursor_of(sink: Sink) -> AuditSinkCursor:
    """A sink that is new begins with the oldest record."""
    return AuditSinkCursor.objects.get_or_create(name=sink.name)[0]


def _deliver(sink: Sink, highest: int) -> int:
    cursor, delivered = cursor_of(sink), 0
    if cursor.retry_at is not None and timezone.now() < cursor.retry_at:
        return 0
    for _ in range(MAX_BATCHES):
        batch = _next_batch(cursor, highest)
        if not batch:
            break
        try:
            sink.send(batch)
        except (OSError, SinkRefused) as exc:
            _note_failure(cursor, exc)
            break
        delivered += len(batch)
        _note_success(cursor)
    return delivered


def _next_batch(cursor: AuditSinkCursor, highest: int) -> Sequence[Entry]:
    """Moves the cursor, which is stored once the batch has been taken. A seal comes after its records."""
    records = list(AuditLog.objects.filter(id__gt=cursor.record_id, id__lte=highest).order_by("id")[:BATCH_ENTRIES])
    if records:
        cursor.record_id = records[-1].pk
        return [Entry(record.action, record.created_at.isoformat(), json_line(record, "record")) for record in records]
    seals = AuditSeal.objects.filter(pk__gt=cursor.seal_id, last_id__lte=cursor.record_id).defer("leaves")
    found = list(seals.order_by("pk")[:BATCH_ENTRIES])
    if found:
        cursor.seal_id = found[-1].pk
    return [Entry("audit.seal", seal.sealed_at.isoformat(), _seal_line(seal)) for seal in found]


def _seal_line(seal: AuditSeal) -> str:
    names = ("id", "first_id", "last_id", "records", "previous", "root")
    said = {"type": "seal"} | {name: getattr(seal, name) for name in names}
    return json.dumps(said | {"sealed_at": seal.sealed_at.isoformat()})


def _note_success(cursor: AuditSinkCursor) -> None:
    cursor.failures, cursor.failing_since, cursor.retry_at, cursor.problem = 0, None, None, ""
    cursor.save()


def _note_failure(cursor: AuditSinkCursor, exc: Exception) -> None:
    """Stores the failure alone: how far the cursor came stays as it was stored."""
    now = timezone.now()
    cursor.failures += 1
    cursor.failing_since = cursor.failing_since or now
    cursor.retry_at = now + timedelta(seconds=min(2**cursor.failures, MAX_RETRY_SECONDS))
    cursor.problem = f"{type(exc).__name__}: {exc}"[:200]
    cursor.save(update_fields=["failures", "failing_since", "retry_at", "problem"])
    if cursor.failures == 1:
        log.warning("audit sink %s takes no records: %s", cursor.name, cursor.problem)


def _status(cursor: AuditSinkCursor) -> SinkStatus:
    waiting = AuditLog.objects.filter(id__gt=cursor.record_id)
    behind = waiting.count() if cursor.record_id else waiting.order_by()[:1_000_000].count()
    oldest = waiting.aggregate(oldest=Min("created_at"))["oldest"] if behind else None
    return SinkStatus(cursor.name, behind, oldest, cursor.failing_since, cursor.problem)
