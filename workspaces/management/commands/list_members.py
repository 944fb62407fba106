from typing import Any

from django.core.management.base import CommandParser

from audit.actors import Actor
from audit.commands import minute
from workspaces.management.base import WorkspaceCommand
from workspaces.models import Workspace
from workspaces.services import Member, list_members

COLUMNS = ("email", "role", "api_keys", "created_at", "last_active_at")


class Command(WorkspaceCommand):
    help = "List the members of a workspace."
    examples = ("list_members acme", "list_members acme --json")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="one JSON array")

    def act(self, actor: Actor, workspace: Workspace, options: dict[str, Any]) -> None:
        rows = [_row(member) for member in list_members(actor, workspace)]
        self.tell(COLUMNS, rows, as_json=options["json"])


def _row(member: Member) -> dict[str, str]:
    return {
        "email": member.email,
        "role": member.role,
        "api_keys": str(member.api_keys),
        "created_at": minute(member.created_at),
        "last_active_at": minute(member.last_active_at),
    }
