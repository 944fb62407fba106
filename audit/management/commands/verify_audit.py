import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db.models import Sum

from audit.commands import OperatorCommand, counted
from audit.models import AuditSeal
from audit.progress import progress
from audit.verifying import MAX_NAMED, Report, verify


class Command(OperatorCommand):
    help = "Hold the audit log against its seals. Exit status 1 where they differ, saying what."
    examples = (
        "verify_audit",
        "verify_audit --json",
        'verify_audit --root "$KEPT_ROOT" --archives /var/backups/memory-core',
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--root", default="", metavar="HEX", help="a root kept elsewhere, which must be known here")
        parser.add_argument(
            "--archives", type=Path, metavar="DIR", help="hold the archives of prune_audit against the seals as well"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        root = options["root"].strip().lower()
        if root and not re.fullmatch(r"[0-9a-f]{64}", root):
            raise CommandError(f"{root[:80]!r} is no root: seal_audit and verify_audit print 64 digits of 0-9 and a-f.")
        sealed = AuditSeal.objects.aggregate(sealed=Sum("records"))["sealed"] or 0
        with progress(sealed, "records", "verify") as bar:
            report = verify(root, options["archives"], bar.update)
        self.stdout.write(json.dumps(asdict(report)) if options["json"] else _sentences(report))
        if report.different:
            raise CommandError(f"{counted(report.different, 'difference')}.")


def _sentences(report: Report) -> str:
    lines = [str(difference) for difference in report.differences]
    if report.different > MAX_NAMED:
        lines.append(f"… and {report.different - MAX_NAMED} more.")
    lines.append(
        f"{counted(report.seals, 'seal')}: {counted(report.records, 'record')} as they were sealed, "
        f"{report.pruned} pruned since, {counted(report.different, 'difference')}. "
        f"{counted(report.unsealed, 'record')} not sealed yet."
    )
    lines += [
        f"{counted(run.records, 'record')} that the given root holds pruned after it, says record {run.record} of "
        f"{run.recorded_at[:19]}Z. Was that prune_audit? Its archives prove it: --archives DIR."
        for run in report.pruned_after_root
    ]
    if report.pruned_tampered:
        lines.append(f"{report.pruned_tampered} of those pruned were gone before, and pruned by --allow-tampered.")
    lines += [_gap(first, last) for first, last in report.gaps]
    return "\n".join([*lines, f"Newest root: {report.root}"])


def _gap(first: int, last: int) -> str:
    which = f"{first}" if first == last else f"{first} to {last}"
    return f"No record {which} was ever sealed: deleted before, or (on PostgreSQL) used up by an insert that failed."
