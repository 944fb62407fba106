from typing import Any

from django.contrib.auth.management.commands import changepassword

from audit.actors import operator
from audit.commands import OperatorCommand
from audit.trail import audited
from audit.vocabulary import Action


class Command(OperatorCommand, changepassword.Command):
    """Django's, with a record: the new password and the record are there together or not at all."""

    examples = ("changepassword ann@acme.example",)

    def handle(self, *args: Any, **options: Any) -> Any:
        with audited(operator(""), Action.USER_PASSWORD, {"email": options["username"] or ""}):
            return super().handle(*args, **options)
