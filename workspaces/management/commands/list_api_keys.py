from typing import Any

from django.core.management.base import CommandParser

from audit.actors import Actor
from audit.commands import minute
from workspaces.api_keys import list_api_keys
from workspaces.management.base import WorkspaceCommand
from workspaces.models import ApiKey, Workspace

COLUMNS = ("prefix", "email", "label", "state", "created_at", "expires_at", "last_used_at")


class Command(WorkspaceCommand):
    help = "List the API keys of a workspace; no secret is known."
    examples = (
        "list_api_keys acme",
        "list_api_keys acme --json",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="one JSON array")

    def act(self, actor: Actor, workspace: Workspace, options: dict[str, Any]) -> None:
        rows = [_row(api_key) for api_key in list_api_keys(actor, workspace)]
        self.tell(COLUMNS, rows, as_json=options["json"])


def _row(api_key: ApiKey) -> dict[str, str]:
    return {
        "prefix": api_key.prefix,
        "email": api_key.membership.user.email,
        "label": api_key.label,
        "state": api_key.rejection_reason() or "usable",
        "created_at": minute(api_key.created_at),
        "expires_at": minute(api_key.expires_at),
        "last_used_at": minute(api_key.last_used_at),
    }
