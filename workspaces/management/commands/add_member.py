from typing import Any

from django.core.management.base import CommandParser

from audit.actors import Actor
from workspaces.management.base import WorkspaceCommand
from workspaces.models import Role, Workspace
from workspaces.services import add_member


class Command(WorkspaceCommand):
    help = "Add a member to a workspace, or change a member's role."
    examples = (
        "add_member acme ann@acme.example",
        "add_member acme ann@acme.example --role admin",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email")
        parser.add_argument("--role", choices=Role.values, default=Role.MEMBER)

    def act(self, actor: Actor, workspace: Workspace, options: dict[str, Any]) -> None:
        membership = add_member(actor, workspace, options["email"], options["role"])
        email = membership.user.email
        self.stdout.write(f"{email} is {membership.role} of {workspace.key}.")
        elsewhere = membership.user.memberships.exclude(pk=membership.pk).order_by("workspace__key")
        if keys := ", ".join(elsewhere.values_list("workspace__key", flat=True)):
            self.stdout.write(
                f"This account was there already, a member of {keys}: whoever signs in with it may do so here as well."
            )
        if membership.role != Role.MEMBER and not membership.user.has_usable_password():
            self.stdout.write(f"To sign in to the pages they need a password: manage.py changepassword {email}")
