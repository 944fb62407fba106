import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from rest_framework.exceptions import APIException

from atlassian.integration_services import check_integration
from audit.actors import operator
from audit.commands import OperatorCommand
from audit.errors import code_and_message
from integrations.credentials import Source, source_of
from integrations.models import Integration, Provider
from workspaces.models import Workspace


class Command(OperatorCommand):
    help = "Test every connection to Atlassian. Exit status 1 if one fails."
    examples = (
        "check_integrations",
        "check_integrations --workspace acme --json",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", metavar="KEY", help="only this one")
        parser.add_argument("--json", action="store_true", help="one JSON array")

    def handle(self, *args: Any, **options: Any) -> None:
        results = [tested(workspace_key, provider) for workspace_key, provider in connected(options["workspace"])]
        if options["json"]:
            self.stdout.write(json.dumps(results, default=str))
        else:
            self._tell(results)
        if not all(result["ok"] for result in results):
            sys.exit(1)

    def _tell(self, results: list[dict[str, Any]]) -> None:
        if not results:
            self.stdout.write("No integration is configured.")
        for result in results:
            state = "ok" if result["ok"] else "FAILED"
            self.stdout.write(f"{result['workspace_key']} {result['provider']}: {state} {result['problem']}".rstrip())
            for warning in result["warnings"]:
                self.stdout.write(f"  warning: {warning}")


def connected(only: str | None) -> Iterator[tuple[str, str]]:
    workspaces = Workspace.objects.filter(key=only) if only else Workspace.objects.all()
    if only and not workspaces:
        raise CommandError(f"There is no workspace {only!r}. See: manage.py list_workspaces")
    rows = {(row.workspace_id, row.provider): row for row in Integration.objects.filter(workspace__in=workspaces)}
    for workspace in workspaces:
        for provider in Provider.values:
            row = rows.get((workspace.pk, provider))
            if source_of(row, provider) is not Source.NONE and (row is None or row.enabled):
                yield workspace.key, provider


def tested(workspace_key: str, provider: str) -> dict[str, Any]:
    try:
        report = check_integration(operator(workspace_key), provider)
    except APIException as exc:
        result: dict[str, Any] = {"ok": False, "steps": [], "warnings": [], "problem": code_and_message(exc)[1]}
    else:
        result = asdict(report) | {"problem": report.problem}
    return {"workspace_key": workspace_key, "provider": provider} | result
