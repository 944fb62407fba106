"""How a process of ours starts: what is wrong is said in one sentence that names the setting, with exit status 1."""

import errno
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

REDIS_OPTIONS: dict[str, Any] = {"socket_timeout": 1, "socket_connect_timeout": 1}


def name_settings_module() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


@contextmanager
def one_sentence_on_failure() -> Iterator[None]:
    """Ends with one sentence instead of a traceback: each of these is for the operator to mend."""
    try:
        yield
    except ImproperlyConfigured as exc:
        sys.exit(f"memory-core: {exc}")
    except DatabaseError as exc:
        sys.exit(f"memory-core: {database_problem(exc)}")


def database_problem(exc: DatabaseError) -> str:
    reason = str(exc).strip() or type(exc).__name__
    if "no such table" in reason or ("relation" in reason and "does not exist" in reason):
        return "the database has no tables yet, or those of an earlier version. Run: manage.py migrate"
    place = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return (
            f"DATABASE_URL: {place}: {reason}. The folder must exist, and the user that runs memory-core must be able "
            "to write there."
        )
    host = f"{connection.settings_dict['HOST'] or 'localhost'}:{connection.settings_dict['PORT'] or 5432}"
    return (
        f"DATABASE_URL: PostgreSQL at {host}, database {place}: {reason.splitlines()[0]}. It must be running, and "
        "host, port, user, password and name must be right: postgres://user:password@host:5432/name"
    )


def check_database() -> None:
    """Raises DatabaseError where there is none. Leaves nothing open, which processes forked later would share."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.close()
    elif reason := why_not_connected():
        raise DatabaseError(reason)


def why_not_connected() -> str:
    """Of PostgreSQL, by a connection beside the pool, whose own error does not say why; empty where it connects."""
    import psycopg

    try:
        psycopg.connect(**connection.get_connection_params()).close()
    except psycopg.Error as exc:
        return str(exc).strip()
    return ""


def share_metrics() -> Path:
    """A folder in which the processes of one server add up what they count; named before the library is loaded."""
    folder = tempfile.mkdtemp(prefix="memory-core-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    return Path(folder)


def check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as exc:
            raise ImproperlyConfigured(_port_problem(host, port, exc)) from exc


def _port_problem(host: str, port: int, exc: OSError) -> str:
    if exc.errno == errno.EADDRINUSE:
        return f"MEMORY_CORE_PORT={port}: another program listens there. Stop it, or choose another, like 8081."
    if exc.errno == errno.EACCES:
        return f"MEMORY_CORE_PORT={port}: this user may not listen there. Choose one above 1023."
    return f"MEMORY_CORE_HOST={host!r}: {exc.strerror}. Give an address of this machine, like 127.0.0.1 or 0.0.0.0."


def cache_problem(location: str) -> str:
    """What is wrong with Redis; empty if it answers."""
    import redis
    from redis.exceptions import RedisError

    try:
        with redis.Redis.from_url(location, **REDIS_OPTIONS) as client:
            client.ping()
    except (RedisError, ValueError) as exc:
        return (
            f"CACHE_URL: Redis does not answer ({exc}). Meanwhile Atlassian is asked more often, and calls are "
            "counted by each process alone."
        )
    return ""
