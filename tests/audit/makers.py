from datetime import datetime
from typing import Any

from audit.models import AuditLog
from audit.vocabulary import Action


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
