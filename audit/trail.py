"""The one gate: an action is permitted or refused here, and leaves one record of how it ended."""

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from rest_framework.exceptions import APIException

from audit.actors import Actor
from audit.bounds import bounded
from audit.errors import AuditUnavailable, InternalError, NotPermitted, code_and_message, validation_issues
from audit.insertion import insert
from audit.models import AuditLog
from audit.request_id import current_request_id
from audit.vocabulary import CHANGING, UNRECORDED_SUCCESS, Action, Channel, Outcome

log = logging.getLogger(__name__)

# SQLite has one writer at a time; queueing for it here is fairer than its busy timeout.
_sqlite_writer = threading.Lock()
MAX_QUEUE_SECONDS = 20.0

_MAX_CHARS = {field.attname: field.max_length for field in AuditLog._meta.concrete_fields if field.max_length}


@contextmanager
def audited(actor: Actor, action: Action, target: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """
    Permit action or raise NotPermitted, and record how the block ended; target may be added to meanwhile.

    A change (CHANGING) and its record commit together. If the record cannot be written AuditUnavailable is
    raised: no record, no answer.
    """
    started = time.monotonic()
    try:
        require_permission(actor, action)
        with transaction.atomic() if action in CHANGING else nullcontext():
            yield target
            if action not in UNRECORDED_SUCCESS or actor.channel is Channel.COMMAND:
                append(actor, action, target, Outcome.SUCCESS, started=started)
    except Exception as exc:
        record_failure(actor, action, target, exc, started=started)
        raise


@contextmanager
def recording_failures(actor: Actor, action: Action) -> Iterator[None]:
    """
    For a call that no view of REST stands around: whatever ends the block has left its record, here if no gate
    further in wrote one, and leaves as an APIException. A crash does so as InternalError, its trace in the log.
    """
    try:
        yield
    except APIException as exc:
        record_failure(actor, action, rejected_fields(exc), exc)
        raise
    except Exception as exc:
        log.error("unhandled error", exc_info=exc)
        record_failure(actor, action, {}, exc)
        raise InternalError() from exc


def rejected_fields(exc: Exception) -> dict[str, Any]:
    """Names of what was refused, never the values: a misplaced value may be a secret."""
    target: dict[str, Any] = dict(getattr(exc, "target", {}))
    names = sorted({issue["path"] for issue in validation_issues(exc)} - {""})
    return target | ({"refused": names[:20]} if names else {})


def require_permission(actor: Actor, action: Action) -> None:
    if action not in actor.permitted:
        raise NotPermitted()


def record_failure(
    actor: Actor, action: Action, target: Mapping[str, Any], exc: Exception, *, started: float | None = None
) -> None:
    """Record that exc ended action, unless a gate further in has recorded it already."""
    if getattr(exc, "is_recorded", False):
        return
    outcome = Outcome.DENIED if getattr(exc, "status_code", None) in (401, 403) else Outcome.FAILED
    append(actor, action, target, outcome, error_code=code_and_message(exc)[0], started=started)
    exc.is_recorded = True  # type: ignore[attr-defined]  # travels with the exception up the floors


def recorded_error(actor: Actor, action: Action, target: Mapping[str, Any], exc: Exception) -> Exception:
    """exc, once it is recorded; where that fails, what has to be answered in its place."""
    try:
        record_failure(actor, action, target, exc)
    except AuditUnavailable as unavailable:
        return unavailable
    return exc


def append(
    actor: Actor,
    action: Action,
    target: Mapping[str, Any],
    outcome: Outcome,
    *,
    error_code: str = "",
    started: float | None = None,
) -> None:
    """Write one record. Raises AuditUnavailable, and nothing of the database's own."""
    record = {
        "created_at": timezone.now(),
        "workspace": actor.workspace,
        "actor": actor.user,
        "key_label": actor.key_label,
        "role": actor.role,
        "action": str(action),
        "target": bounded(_sanitize_for_json(target)),
        "outcome": str(outcome),
        "error_code": error_code,
        "channel": str(actor.channel),
        "request_id": current_request_id(),
        "duration_ms": 0 if started is None else round((time.monotonic() - started) * 1000),
    }
    try:
        with _sqlite_write_lock() if _may_queue() else nullcontext():
            insert(record | _truncated_to_columns(record))
    except DatabaseError as exc:
        raise AuditUnavailable() from exc


@contextmanager
def _sqlite_write_lock() -> Iterator[None]:
    """Raises AuditUnavailable where whoever is before us waits for a database that another process keeps locked."""
    if not _sqlite_writer.acquire(timeout=MAX_QUEUE_SECONDS):
        raise AuditUnavailable()
    try:
        yield
    finally:
        _sqlite_writer.release()


def _may_queue() -> bool:
    """Inside a transaction the database's own lock is held already: waiting for ours could deadlock."""
    return connection.vendor == "sqlite" and not connection.in_atomic_block


def _truncated_to_columns(record: Mapping[str, Any]) -> dict[str, str]:
    """PostgreSQL refuses what is longer than its column, and a record cut short is better than none."""
    return {name: _sanitize_for_json(record[name])[:length] for name, length in _MAX_CHARS.items()}


def _sanitize_for_json(value: Any) -> Any:
    """PostgreSQL's jsonb refuses NUL and lone surrogates, which a caller's query may hold."""
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
    if isinstance(value, Mapping):
        return {_sanitize_for_json(str(key)): _sanitize_for_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_sanitize_for_json(inner) for inner in value]
    return value
