from typing import Any

from django.core.management.base import CommandParser

from audit.actors import Actor
from workspaces.management.base import WorkspaceCommand
from workspaces.models import Workspace
from workspaces.services import set_atlassian_account


class Command(WorkspaceCommand):
    help = "Say which Atlassian account is a member's: whom currentUser() means in their queries."
    examples = ("set_atlassian_account acme ann@acme.example 5b10ac8d82e05b22cc7d4ef5",)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email")
        parser.add_argument("account_id", help="the last part of the address of their profile in Jira; '' forgets it")

    def act(self, actor: Actor, workspace: Workspace, options: dict[str, Any]) -> None:
        membership = set_atlassian_account(actor, workspace, options["email"], options["account_id"])
        known = membership.atlassian_account_id or "found by their email when first needed"
        self.stdout.write(f"{membership.user.email} in {workspace.key}: {known}.")
