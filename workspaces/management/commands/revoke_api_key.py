from typing import Any

from django.core.management.base import CommandError, CommandParser

from audit.actors import Actor
from workspaces.api_keys import revoke_api_key
from workspaces.management.base import WorkspaceCommand
from workspaces.models import ApiKey, Workspace


class Command(WorkspaceCommand):
    help = "Revoke an API key at once."
    examples = ("revoke_api_key acme mc_AbC123",)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("prefix", help="as list_api_keys shows it; the whole key works too")

    def act(self, actor: Actor, workspace: Workspace, options: dict[str, Any]) -> None:
        prefix = options["prefix"][: ApiKey._meta.get_field("prefix").max_length]
        found = list(ApiKey.objects.filter(membership__workspace=workspace, prefix=prefix).select_related("membership"))
        if len(found) != 1:
            raise CommandError(f"{len(found)} keys of {workspace.key} begin with {prefix!r}. See: list_api_keys.")
        revoke_api_key(actor, found[0])
        self.stdout.write(f"{found[0]} is revoked.")
