import logging

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from audit.append_only import missing_triggers

log = logging.getLogger(__name__)


def healthz(request: HttpRequest) -> JsonResponse:
    """The process lives."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Database, migrations and the audit log's triggers are right."""
    try:
        problem = _problem()
    except DatabaseError as exc:
        log.error("database not reachable", exc_info=exc)
        problem = "The database cannot be reached."
    if problem:
        return JsonResponse({"status": "not ready", "problem": problem}, status=503)
    return JsonResponse({"status": "ok"})


def _problem() -> str:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return "Migrations are missing: run 'manage.py migrate'."
    if missing_triggers(connection):
        return "The audit log's append-only triggers are missing: run 'manage.py migrate'."
    return ""
