"""What another client of the same database does to it."""

import sqlite3
import time
from contextlib import ExitStack, suppress

import psycopg

_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name <> 'faults' AND datname <> ''"


def lock(file: str, seconds: float) -> None:
    other = sqlite3.connect(file, timeout=20, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    time.sleep(seconds)
    other.execute("ROLLBACK")
    other.close()


def take_every_connection(url: str, seconds: float) -> None:
    """Those that were in use are ended, and taken as well."""
    ends = time.monotonic() + seconds
    with ExitStack() as taken:
        first = taken.enter_context(psycopg.connect(url, autocommit=True, application_name="faults"))
        while time.monotonic() < ends:
            first.execute(_OTHERS)
            with suppress(psycopg.OperationalError):  # none is left
                while True:
                    taken.enter_context(psycopg.connect(url, application_name="faults"))
            time.sleep(0.05)
