from datetime import UTC, datetime, timedelta
from typing import Any

from audit.models import AuditLog
from audit.vocabulary import Action

NOON = datetime(2026, 8, 22, 12, 0, tzinfo=UTC)


def make_record(created_at: datetime, **fields: Any) -> AuditLog:
    """created_at is set on insert, for the table refuses a later change."""
    field = AuditLog._meta.get_field("created_at")
    field.auto_now_add = False
    try:
        values = {
            "workspace": "acme",
            "action": Action.JIRA_READ,
            "outcome": "success",
            "channel": "rest",
            "actor": "ann@acme.example.com",
        }
        return AuditLog.objects.create(created_at=created_at, **values | fields)
    finally:
        field.auto_now_add = True


def make_records(count: int, start: datetime = NOON, **fields: Any) -> list[AuditLog]:
    """One a minute from start on."""
    return [make_record(start + timedelta(minutes=n), **fields) for n in range(count)]
