import json
from typing import Any

from django.core.management.base import CommandParser

from audit.actors import Actor
from audit.commands import aligned
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
        if options["json"]:
            self.stdout.write(json.dumps(rows))
            return
        for line in aligned([COLUMNS, *([row[column] for column in COLUMNS] for row in rows)]):
            self.stdout.write(line)


def _row(api_key: ApiKey) -> dict[str, str]:
    moments = {name: getattr(api_key, name) for name in COLUMNS[4:]}
    return {
        "prefix": api_key.prefix,
        "email": api_key.membership.user.email,
        "label": api_key.label,
        "state": api_key.rejection_reason() or "usable",
    } | {name: "" if moment is None else f"{moment:%Y-%m-%d %H:%M}" for name, moment in moments.items()}
