from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import OperationalError
from rest_framework.exceptions import APIException

from audit.commands import OperatorCommand, counted
from audit.progress import progress
from audit.retention import prune, records_before, retention_cutoff

MAX_DAYS = 36_500


class Command(OperatorCommand):
    help = (
        "Archive the audit records of past days to gzip JSON lines, one file for each workspace, then delete them. "
        "Each file is read back before a record is deleted; each workspace gets a record audit.prune."
    )
    examples = (
        "prune_audit --dry-run",
        "prune_audit --days 90 --archive-dir /var/backups/memory-core",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, metavar="N", help="keep N days; else AUDIT_RETENTION_DAYS; 0: all")
        parser.add_argument("--archive-dir", type=Path, metavar="DIR", help="else AUDIT_ARCHIVE_DIR")
        parser.add_argument("--dry-run", action="store_true", help="say what would be pruned")
        parser.add_argument(
            "--allow-tampered",
            "--despite-differences",  # its name in 0.1.0
            dest="allow_tampered",
            action="store_true",
            help="also where records differ from their seals",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        days = settings.AUDIT_RETENTION_DAYS if options["days"] is None else options["days"]
        if not 0 <= days <= MAX_DAYS:
            raise CommandError(f"Give 0 to {MAX_DAYS:,} days.")
        if days == 0:
            self.stdout.write("0 days: records are kept for ever. Nothing to do.")
            return
        before = retention_cutoff(days)
        if options["dry_run"]:
            self._foretell(before)
            return
        directory = (options["archive_dir"] or settings.AUDIT_ARCHIVE_DIR).resolve()
        try:
            self._prune(before, directory, options["allow_tampered"])
        except APIException as exc:
            raise CommandError(str(exc.detail)) from exc
        except OperationalError as exc:
            raise CommandError(f"Not pruned, for the audit log is busy; the next run goes on: {exc}") from exc
        except OSError as exc:
            raise CommandError(f"The archive could not be written, and what is not in one stays: {exc}") from exc

    def _foretell(self, before: datetime) -> None:
        for workspace, records in records_before(before).items():
            self.stdout.write(f"{_named(workspace)}: {counted(records, 'record')} would be archived and deleted.")
        self.stdout.write(f"Dry run: nothing was done to records before {before:%Y-%m-%d}.")

    def _prune(self, before: datetime, directory: Path, allow_tampered: bool) -> None:
        total = 0
        with progress(sum(records_before(before).values()), "records", "delete") as bar:
            for pruned in prune(before, directory, allow_tampered=allow_tampered, on_progress=bar.update):
                total += pruned.records
                bar.clear()  # in whose line it would stand
                self.stdout.write(
                    f"{_named(pruned.workspace)}: {counted(pruned.records, 'record')} now in {pruned.archive}"
                )
        self.stdout.write(f"{counted(total, 'record')} before {before:%Y-%m-%d} pruned.")


def _named(workspace: str) -> str:
    return workspace or "(no workspace)"
