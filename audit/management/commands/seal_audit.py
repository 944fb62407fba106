from typing import Any

from django.core.management.base import CommandError
from django.db import OperationalError

from audit.commands import OperatorCommand, counted
from audit.sealing import newest_root, seal


class Command(OperatorCommand):
    help = (
        "Seal the audit records written since the last seal, so that verify_audit finds any that is changed, deleted "
        "or slipped in. Meant for cron, each minute. Prints the newest root: keep one elsewhere now and then."
    )
    examples = ("seal_audit",)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = seal()
        except OperationalError as exc:  # another writer held the table for seconds
            raise CommandError(f"Not sealed, for the audit log is busy; the next run seals it: {exc}") from exc
        self.stdout.write(
            f"{counted(sum(counts), 'record')} sealed in {counted(len(counts), 'seal')}. Newest root: {newest_root()}"
        )
