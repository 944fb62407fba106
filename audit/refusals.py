"""
Calls that are refused before the gate: each is recorded, and a flood of one kind as one record with its number.

In a minute the first of a kind have a record each. The rest are counted in the database, where they outlive the
process, and become a record once their minute is over: write_counted() is called by whatever seals.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from audit import metrics
from audit.actors import Actor
from audit.errors import AuditUnavailable, code_and_message
from audit.insertion import insert
from audit.limits import seconds_to_wait
from audit.models import AuditRefusalCount
from audit.records import record_of
from audit.trail import outcome_of, recorded_error
from audit.vocabulary import Action
from audit.writing import writing

MAX_RECORDS_PER_MINUTE = 60  # of one kind: the same caller and key, action and error

_KIND = ("workspace", "actor", "key_label", "action", "outcome", "error_code", "channel")
_COUNT = """
    INSERT INTO audit_refusal_counts (identity, first_at, last_at, times, record) VALUES (%s, %s, %s, 1, %s)
    ON CONFLICT (identity) DO UPDATE SET times = audit_refusal_counts.times + 1, last_at = excluded.last_at
"""


def recorded_refusal(actor: Actor, action: Action, target: Mapping[str, Any], exc: Exception) -> Exception:
    """exc, once it is recorded or counted; where that fails, what has to be answered in its place."""
    if getattr(exc, "is_recorded", False):
        return exc
    record = record_of(actor, action, target, outcome_of(exc), error_code=code_and_message(exc)[0])
    kind = json.dumps([record[name] for name in _KIND])
    if seconds_to_wait(f"refusals recorded:{kind}", MAX_RECORDS_PER_MINUTE) is None:
        return recorded_error(actor, action, target, exc)
    try:
        _count(kind, record)
    except AuditUnavailable as unavailable:
        return unavailable
    metrics.call_ended(str(action), record["outcome"], str(actor.channel), record["error_code"], None)
    exc.is_recorded = True  # type: ignore[attr-defined]
    return exc


def write_counted() -> int:
    """A record for each kind and minute that is over. Their number."""
    over = timezone.now().replace(second=0, microsecond=0)
    written = 0
    while _write_next(over):
        written += 1
    return written


def _count(kind: str, record: dict[str, Any]) -> None:
    now = record.pop("created_at")
    identity = hashlib.sha256(f"{kind} {now:%Y-%m-%d %H:%M}".encode()).hexdigest()
    moment = connection.ops.adapt_datetimefield_value(now)
    with writing(), connection.cursor() as cursor:
        cursor.execute(_COUNT, [identity, moment, moment, json.dumps(record)])


def _write_next(over: datetime) -> bool:
    with writing(), transaction.atomic():
        waiting = AuditRefusalCount.objects.select_for_update(skip_locked=True).order_by("first_at")
        counted = waiting.filter(last_at__lt=over).first()
        if counted is None:
            return False
        times = {"times": counted.times, "first_at": _said(counted.first_at), "last_at": _said(counted.last_at)}
        insert(counted.record | {"created_at": timezone.now(), "target": counted.record["target"] | times})
        counted.delete()
        return True


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
