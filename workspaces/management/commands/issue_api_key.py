from typing import Any

from django.core.management.base import CommandParser

from audit.actors import Actor
from workspaces.api_keys import issue_api_key
from workspaces.management.base import WorkspaceCommand, days
from workspaces.models import Workspace


class Command(WorkspaceCommand):
    help = "Issue an API key. It is printed alone on stdout, once, so that KEY=$(…) works."
    examples = ('issue_api_key acme ann@acme.example --label "laptop of Ann" --expires-days 90',)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email", help="the member as whom the key acts")
        parser.add_argument("--label", required=True, help="which agent or machine holds it")
        parser.add_argument("--expires-days", type=days, metavar="N", help="1 to 3650; without: never expires")

    def act(self, actor: Actor, workspace: Workspace, options: dict[str, Any]) -> None:
        _, secret = issue_api_key(actor, workspace, options["email"], options["label"], options["expires_days"])
        self.stdout.write(secret)
        self.stderr.write("This key is shown only now; it cannot be read again.")
