"""What a record says, as the database takes it."""

import time
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from audit.actors import Actor
from audit.bounds import bounded
from audit.models import AuditLog
from audit.request_id import current_request_id
from audit.trace_context import current_trace_id
from audit.vocabulary import Action, Outcome

_MAX_CHARS = {field.attname: field.max_length for field in AuditLog._meta.concrete_fields if field.max_length}


def record_of(
    actor: Actor,
    action: Action,
    target: Mapping[str, Any],
    outcome: Outcome,
    *,
    error_code: str = "",
    started: float | None = None,
) -> dict[str, Any]:
    record = {
        "created_at": timezone.now(),
        "workspace": actor.workspace,
        "actor": actor.user,
        "key_label": actor.key_label,
        "role": actor.role,
        "action": str(action),
        "target": bounded(sanitize_for_json(_with_trace(target))),
        "outcome": str(outcome),
        "error_code": error_code,
        "channel": str(actor.channel),
        "request_id": current_request_id(),
        "duration_ms": 0 if started is None else round((time.monotonic() - started) * 1000),
    }
    return record | _truncated_to_columns(record)


def _with_trace(target: Mapping[str, Any]) -> Mapping[str, Any]:
    trace_id = current_trace_id()
    return {**target, "trace_id": trace_id} if trace_id else target


def _truncated_to_columns(record: Mapping[str, Any]) -> dict[str, str]:
    """PostgreSQL refuses what is longer than its column, and a record cut short is better than none."""
    return {name: sanitize_for_json(record[name])[:length] for name, length in _MAX_CHARS.items()}


def sanitize_for_json(value: Any) -> Any:
    """PostgreSQL's jsonb refuses NUL and lone surrogates, which a caller's query may hold."""
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return value
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
    if isinstance(value, Mapping):
        return {sanitize_for_json(str(key)): sanitize_for_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [sanitize_for_json(inner) for inner in value]
    return value
