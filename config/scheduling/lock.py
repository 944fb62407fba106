"""One scheduler acts at a time, on however many machines one is started."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

ADVISORY_KEY = 0x6D63_776F_726B  # "mcwork"

Turn = Callable[[], bool]


@contextmanager
def only_one() -> Iterator[Turn]:
    """Yields what says whether it is us, now. Whoever dies gives it up, by SIGKILL too."""
    database = connections["default"]
    acquire = _advisory_lock if database.vendor == "postgresql" else _file_lock
    with acquire(database) as is_ours:
        yield is_ours


@contextmanager
def _advisory_lock(database: BaseDatabaseWrapper) -> Iterator[Turn]:
    """Held by a connection of its own, and lost with it, as when PostgreSQL begins anew: another may have it then."""
    own = database.copy()
    own.settings_dict["OPTIONS"].pop("pool", None)  # where a connection would be kept, and the lock with it
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_KEY])
            is_ours = bool(cursor.fetchone()[0])
        yield lambda: is_ours and own.is_usable()
    finally:
        own.close()


@contextmanager
def _file_lock(database: BaseDatabaseWrapper) -> Iterator[Turn]:
    """Locks a file beside that of the database."""
    name = str(database.settings_dict["NAME"])
    path = os.devnull if name == ":memory:" or name.startswith("file:") else f"{name}.work-lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield lambda: False
        else:
            yield lambda: True
    finally:
        os.close(descriptor)
