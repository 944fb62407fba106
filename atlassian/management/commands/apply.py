from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from rest_framework.exceptions import APIException

from atlassian.provisioning import changes, workspace_entries
from audit.commands import OperatorCommand, counted
from audit.errors import code_and_message
from audit.progress import progress


class Command(OperatorCommand):
    help = (
        "Make workspaces, members, roles and integrations as a file says, and say what was changed. Safe to repeat; "
        "nothing is removed without --prune. Tokens come from the environment, by api_token_from."
    )
    examples = ("apply workspace.yaml --dry-run", "apply workspace.yaml", "apply workspace.yaml --prune")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only say what would be changed")
        parser.add_argument("--prune", action="store_true", help="remove members, and disable integrations, not named")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = self._make(_read(options["file"]), prune=options["prune"], dry_run=options["dry_run"])
        except APIException as exc:
            raise CommandError(f"{options['file']}: {code_and_message(exc)[1]}") from exc
        verb = "would be made" if options["dry_run"] else "made"
        self.stdout.write(f"{counted(made, 'change')} {verb}." if made else "Nothing to change.")

    def _make(self, setup: Any, *, prune: bool, dry_run: bool) -> int:
        made, entries = 0, workspace_entries(setup)
        with progress(len(entries), "workspaces", "apply") as bar:
            for change in changes(entries, settings.TOKEN_VARIABLES, prune=prune, on_progress=bar.update):
                if not dry_run:
                    change.make()
                made += 1
                bar.clear()  # else the line would begin behind it
                self.stdout.write(change.text)
        return made


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise CommandError(f"{path}: {exc.strerror}.") from exc
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        raise CommandError(f"{path} is not YAML: {exc}") from exc
