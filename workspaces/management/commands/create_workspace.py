from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from audit.actors import operator
from audit.commands import OperatorCommand
from workspaces.services import create_workspace


class Command(OperatorCommand):
    help = "Create a workspace."
    examples = ('create_workspace acme --name "Acme"',)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workspace", metavar="KEY", help="lower-case letters, digits, - and _")
        parser.add_argument("--name", default="", help="shown to people")

    def handle(self, *args: Any, **options: Any) -> None:
        key = options["workspace"]
        try:
            create_workspace(operator(key), key, options["name"])
        except ValidationError as exc:
            raise CommandError(" ".join(exc.messages)) from exc
        self.stdout.write(f"Workspace {key} created. Next: manage.py add_member {key} EMAIL --role owner")
