from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from audit.append_only import missing_triggers


@register(Tags.database)
def triggers_are_there(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """The audit log is append-only only while its triggers stand."""
    return [
        Error(
            f"The append-only trigger {trigger.name} is missing on database '{alias}'.",
            hint="Run 'manage.py migrate': it installs the triggers again.",
            id="audit.E001",
        )
        for alias in databases or ()
        for trigger in missing_triggers(connections[alias])
    ]
