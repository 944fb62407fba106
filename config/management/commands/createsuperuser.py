from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from audit.actors import operator
from audit.commands import OperatorCommand
from audit.trail import audited
from audit.vocabulary import Action


class Command(OperatorCommand, createsuperuser.Command):
    """Django's, with a record: the superuser and the record are there together or not at all."""

    examples = ("createsuperuser --email ann@acme.example",)

    def handle(self, *args: Any, **options: Any) -> None:
        target: dict[str, Any] = {"email": options.get("email") or "", "is_superuser": True}
        with audited(operator(""), Action.USER_CREATE, target):
            super().handle(*args, **options)
