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
from config.starting import why_not_connected

log = logging.getLogger(__name__)

UNREACHABLE = "The database cannot be reached, or refuses us: see the server's log."
# By what psycopg and PostgreSQL say.
SAID_OF_POSTGRESQL = {
    "timeout expired": "The database does not answer: it is stopped, or nothing comes back from there.",
    "too many clients": "The database has no connection left (max_connections).",
    "remaining connection slots": "The database has no connection left (max_connections).",
    "too many connections for": "The database has no connection left for this user or database.",
}


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
        problem = _why_not_used()
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


def _why_not_used() -> str:
    """What hinders us, without what the database says of it: that names hosts and users."""
    if connection.vendor == "sqlite":
        return "The database cannot be used: its file is not there, is damaged, or is locked by another process."
    reason = why_not_connected()
    if not reason:
        return "All of our connections to the database (DATABASE_POOL_SIZE) are taken, or one was lost just now."
    return next((said for part, said in SAID_OF_POSTGRESQL.items() if part in reason), UNREACHABLE)


def _is_read_only() -> bool:
    """True after a failover to a standby, or a restore under another user."""
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
