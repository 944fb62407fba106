import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser

from audit.commands import OperatorCommand, counted
from audit.verifying import MAX_NAMED, Report, verify


class Command(OperatorCommand):
    help = "Hold the audit log against its seals. Exit status 1 where they differ, saying what."
    examples = (
        "verify_audit",
        "verify_audit --json",
        "verify_audit --root 5f0c9a3e1b",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--root", default="", metavar="HEX", help="a root kept elsewhere, which must be known here")

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify(options["root"].strip().lower())
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
    return "\n".join([*lines, f"Newest root: {report.root}"])
