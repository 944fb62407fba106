"""What the commands about one workspace share."""

from abc import ABC, abstractmethod
from argparse import ArgumentTypeError
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from rest_framework.exceptions import APIException

from audit.actors import Actor, operator
from audit.commands import OperatorCommand
from workspaces.models import Workspace


class WorkspaceCommand(OperatorCommand, ABC):
    """Names a workspace first; an error of ours is one readable line and exit status 1."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workspace", metavar="KEY", help="key of the workspace")

    def handle(self, *args: Any, **options: Any) -> None:
        key = options["workspace"]
        workspace = Workspace.objects.filter(key=key).first()
        if workspace is None:
            raise CommandError(
                f"There is no workspace {key!r}. Create it: manage.py create_workspace {key} --name NAME"
            )
        try:
            self.act(operator(key), workspace, options)
        except APIException as exc:
            raise CommandError(str(exc.detail)) from exc
        except ValidationError as exc:
            raise CommandError(" ".join(exc.messages)) from exc

    @abstractmethod
    def act(self, actor: Actor, workspace: Workspace, options: dict[str, Any]) -> None:
        """What the command does, once the workspace is known."""


def days(text: str) -> int:
    """An argument of at least one day."""
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= 3650):
        raise ArgumentTypeError(f"{text!r} is not a number of days from 1 to 3650")
    return int(text)
