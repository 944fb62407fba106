import logging
from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from audit.append_only import missing_triggers
from config.metrics import metrics

log = logging.getLogger(__name__)


class HealthMiddleware:
    """
    Answers them before the host is looked at: a probe asks by address.

    config/worker.py gives each a thread of its own, so that they answer while all others are taken.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path)
        return probe(request) if probe else self.get_response(request)


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


PROBES = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
