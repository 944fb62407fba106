from typing import Any

from django.core.management.base import CommandError
from django.db import OperationalError

from audit.commands import OperatorCommand, counted
from audit.errors import AuditUnavailable
from audit.progress import progress
from audit.sealing import Sealing, newest_root, seal, unsealed


class Command(OperatorCommand):
    help = (
        "Seal the audit records written since the last seal, so that verify_audit finds any that is changed, deleted "
        "or slipped in. Meant for cron, each minute. Prints the newest root: keep each elsewhere."
    )
    examples = ("seal_audit",)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with progress(unsealed(), "records", "seal") as bar:
                sealing = seal(bar.update)
        except AuditUnavailable as exc:  # of counted refusals
            raise CommandError(f"Not sealed; the next run seals it. {exc.detail}") from exc
        except OperationalError as exc:  # another writer held the table for seconds
            raise CommandError(f"Not sealed, for the audit log is busy; the next run seals it: {exc}") from exc
        self._warn_of_gaps(sealing)
        counts = sealing.counts
        self.stdout.write(
            f"{counted(sum(counts), 'record')} sealed in {counted(len(counts), 'seal')}. Newest root: {newest_root()}"
        )

    def _warn_of_gaps(self, sealing: Sealing) -> None:
        for first, last in sealing.gaps:
            self.stderr.write(
                f"No records with the ids {first} to {last}: deleted before they were sealed, or (on PostgreSQL) "
                f"used up by inserts that failed."
            )
