from datetime import UTC, datetime, timedelta
from typing import Any

from audit.models import AuditLog
from audit.vocabulary import Action

NOON = datetime(2026, 8, 22, 12, 0, tzinfo=UTC)


def make_record(created_at: datetime = NOON, **fields: Any) -> AuditLog:
    values = {
        "workspace": "acme",
        "action": Action.JIRA_READ,
        "outcome": "success",
        "channel": "rest",
        "actor": "ann@acme.example.com",
    }
    return AuditLog.objects.create(created_at=created_at, **values | fields)


def make_records(count: int, start: datetime = NOON, **fields: Any) -> list[AuditLog]:
    """One a minute from start on."""
    return [make_record(start + timedelta(minutes=n), **fields) for n in range(count)]
