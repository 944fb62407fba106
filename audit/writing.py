"""Queues writers of the log, and says so where nothing can be written."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from audit import metrics
from audit.errors import AuditUnavailable

log = logging.getLogger(__name__)

# SQLite has one writer at a time; queueing for it here is fairer than its busy timeout.
_sqlite_writer = threading.Lock()
MAX_QUEUE_SECONDS = 7.0  # and as many again for the lock of another process (config/environment.py)


@contextmanager
def writing() -> Iterator[None]:
    """Wraps a write to the log. Raises AuditUnavailable, and nothing of the database's own."""
    try:
        with _sqlite_write_lock() if _may_queue() else nullcontext():
            yield
    except DatabaseError as exc:
        metrics.record_not_written()
        log.error("no audit record could be written: %s", _reason(exc))
        raise AuditUnavailable() from exc


def _reason(exc: DatabaseError) -> str:
    """Its first line: those below may hold what the record would have held."""
    return (str(exc).splitlines() or [""])[0]


@contextmanager
def _sqlite_write_lock() -> Iterator[None]:
    """Raises AuditUnavailable where whoever is before us waits for a database that another process keeps locked."""
    if not _sqlite_writer.acquire(timeout=MAX_QUEUE_SECONDS):
        raise AuditUnavailable()
    try:
        yield
    finally:
        _sqlite_writer.release()


def _may_queue() -> bool:
    """Inside a transaction the database's own lock is held already: waiting for ours could deadlock."""
    database = connections[DEFAULT_DB_ALIAS]
    return database.vendor == "sqlite" and not database.in_atomic_block
