from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as Warned
from django.db import connections

from audit.append_only import missing_triggers


@register(Tags.database)
def triggers_are_there(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """
    The audit log is append-only only while its triggers stand. A warning, because errors make `migrate` refuse,
    which installs them; /readyz is 503 until it has.
    """
    return [
        Warned(
            f"The append-only trigger {trigger.name} is missing on database '{alias}'.",
            hint="Run 'manage.py migrate': it installs the triggers again.",
            id="audit.W001",
        )
        for alias in databases or ()
        for trigger in missing_triggers(connections[alias])
    ]
