"""The one gate: an action is permitted or refused here, and leaves one record of how it ended."""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

from django.db import transaction
from rest_framework.exceptions import APIException

from audit import metrics
from audit.actors import Actor
from audit.errors import AuditUnavailable, InternalError, NotPermitted, code_and_message, validation_issues
from audit.insertion import insert
from audit.records import record_of
from audit.vocabulary import CHANGING, UNRECORDED_SUCCESS, Action, Channel, Outcome
from audit.writing import writing

log = logging.getLogger(__name__)

# Whoever loses their key while the body of their call is awaited for long, or Atlassian, gets no answer any more.
RECHECKED_AFTER_SECONDS = 1.0


@contextmanager
def audited(actor: Actor, action: Action, target: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """
    Permit action or raise NotPermitted, and record how the block ended; target may be added to meanwhile.

    A change (CHANGING) and its record commit together. If the record cannot be written AuditUnavailable is
    raised: no record, no answer.
    """
    started = time.monotonic()
    metrics.call_began()
    try:
        require_permission(actor, action)
        _recheck_since(actor.made_at, actor)
        with _together_with_its_record() if action in CHANGING else nullcontext():
            yield target
            _recheck_since(started, actor)
            if action not in UNRECORDED_SUCCESS or actor.channel is Channel.COMMAND:
                append(actor, action, target, Outcome.SUCCESS, started=started)
    except Exception as exc:
        record_failure(actor, action, target, exc, started=started)
        raise


@contextmanager
def _together_with_its_record() -> Iterator[None]:
    """A transaction. Raises AuditUnavailable where none can begin: nor could a record."""
    with ExitStack() as transactions:
        with writing():
            transactions.enter_context(transaction.atomic())
        yield


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


def _recheck_since(moment: float, actor: Actor) -> None:
    if time.monotonic() - moment >= RECHECKED_AFTER_SECONDS:
        actor.recheck(actor)


def record_failure(
    actor: Actor, action: Action, target: Mapping[str, Any], exc: Exception, *, started: float | None = None
) -> None:
    """Record that exc ended action, unless a gate further in has recorded it already."""
    if getattr(exc, "is_recorded", False):
        return
    append(actor, action, target, outcome_of(exc), error_code=code_and_message(exc)[0], started=started)
    exc.is_recorded = True  # type: ignore[attr-defined]  # travels with the exception up the floors


def outcome_of(exc: Exception) -> Outcome:
    return Outcome.DENIED if getattr(exc, "status_code", None) in (401, 403) else Outcome.FAILED


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
    seconds = None if started is None else time.monotonic() - started
    record = record_of(actor, action, target, outcome, error_code=error_code, started=started)
    with writing():
        insert(record)
    metrics.call_ended(str(action), str(outcome), str(actor.channel), error_code, seconds)
    metrics.masked(target.get("masked", {}))
