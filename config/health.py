import logging
import os
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from audit.append_only import missing_triggers
from audit.sinks.delivery import sink_statuses
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
    """Database, migrations and the audit log's triggers are right. How far each sink is behind is said besides."""
    try:
        problem = _problem()
        sinks = {} if problem else _sinks()
    except DatabaseError as exc:
        log.error("database not reachable", exc_info=exc)
        problem = "The database cannot be reached, or all of its connections or ours (DATABASE_POOL_SIZE) are taken."
    if problem:
        return JsonResponse({"status": "not ready", "problem": problem}, status=503)
    return JsonResponse({"status": "ok"} | sinks)


def _sinks() -> dict[str, Any]:
    statuses = sink_statuses()
    return {"audit_sinks": [{"name": each.name, "behind": each.behind} for each in statuses]} if statuses else {}


def _problem() -> str:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return "Migrations are missing: run 'manage.py migrate'."
    if _is_read_only():
        return "The database can only be read: it is a standby, set to be read-only, or a file that we may not write."
    if missing_triggers(connection):
        return "The audit log's append-only triggers are missing: run 'manage.py migrate'."
    return ""


def _is_read_only() -> bool:
    """As after a failover that led to a standby, or a restore under another user."""
    if connection.vendor != "postgresql":
        return not all(os.access(each, os.W_OK) for each in _files())
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        return bool(cursor.fetchone()[0] == "on")


def _files() -> list[str]:
    """SQLite's: with the journals beside it, which a copy made by another user brings along."""
    name = str(connection.settings_dict["NAME"])
    return [file for file in (name, f"{name}-wal", f"{name}-shm") if os.path.exists(file)]


PROBES = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
