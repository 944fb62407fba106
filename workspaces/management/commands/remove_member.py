from typing import Any

from django.core.management.base import CommandParser

from audit.actors import Actor
from workspaces.management.base import WorkspaceCommand
from workspaces.models import Workspace
from workspaces.services import remove_member


class Command(WorkspaceCommand):
    help = "Remove a member from a workspace. Their API keys stop working at once."
    examples = ("remove_member acme ann@acme.example",)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email")

    def act(self, actor: Actor, workspace: Workspace, options: dict[str, Any]) -> None:
        remove_member(actor, workspace, options["email"])
        self.stdout.write(f"{options['email']} is no longer a member of {workspace.key}.")
