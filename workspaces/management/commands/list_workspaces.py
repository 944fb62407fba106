from typing import Any

from django.core.management.base import CommandParser

from audit.actors import operator
from audit.commands import OperatorCommand, minute
from workspaces.services import list_workspaces

COLUMNS = ("key", "name", "members", "created_at")


class Command(OperatorCommand):
    help = "List the workspaces."
    examples = ("list_workspaces", "list_workspaces --json")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON array")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [_row(workspace) for workspace in list_workspaces(operator())]
        self.tell(COLUMNS, rows, as_json=options["json"])


def _row(workspace: Any) -> dict[str, str]:
    return {
        "key": workspace.key,
        "name": workspace.name,
        "members": str(workspace.members),
        "created_at": minute(workspace.created_at),
    }
