from typing import Any

from django.core.management.base import CommandError, CommandParser
from rest_framework.exceptions import APIException

from audit.actors import operator
from audit.commands import OperatorCommand, counted
from audit.progress import progress
from integrations.errors import TokensUnreadable
from integrations.rotation import rotate_tokens, stored_tokens


class Command(OperatorCommand):
    help = (
        "Re-encrypt every stored token with the first key of FERNET_KEYS. Safe to repeat; exit status 1 if a token "
        "cannot be decrypted. Afterwards the older keys may be taken out."
    )
    examples = (
        "rotate_encryption --dry-run",
        "rotate_encryption",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done")

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run = options["dry_run"]
        try:
            with progress(stored_tokens(), "tokens", "rotate") as bar:
                rotation = rotate_tokens(operator(), dry_run=dry_run, on_progress=bar.update)
        except APIException as exc:
            raise CommandError(str(exc.detail)) from exc
        self.stdout.write(
            f"{counted(rotation.rotated, 'token')} {'would be rotated' if dry_run else 'rotated'}, "
            f"{rotation.already_newest} with the newest key already, {rotation.superseded} saved anew meanwhile."
        )
        if rotation.unreadable:
            raise CommandError(str(TokensUnreadable(rotation.unreadable).detail))
