"""
A PostgreSQL that has stopped, told from one that takes its time.

The kernel of a stopped server acknowledges what it is sent: neither keepalives nor tcp_user_timeout notice it, and
who waits for an answer would wait for ever. Nobody is cut off for being slow: whoever has waited for a while asks the
same server by a connection beside, and gives up where that gets no answer either.
"""

import threading
from time import monotonic
from typing import Any

import psycopg
from django.conf import settings
from psycopg.abc import PQGen

PATIENCE = 2.0  # seconds without an answer until the server is asked beside
ANSWER_TIMEOUT = 3  # of being asked
REMEMBERED = 10.0  # for so long nobody asks again a server that was found to be silent


class WatchedConnection(psycopg.Connection):
    """Raises OperationalError, and is closed, where its server has stopped."""

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        while True:
            try:
                answer = super().wait(gen, interval, PATIENCE)
            except psycopg.errors._WaitTimeout as exc:
                if _silence.is_found(self.info):
                    self.pgconn.finish()
                    raise psycopg.OperationalError("the server has stopped answering") from exc
            else:
                _silence.ended()
                return answer


class _AskedConnection(psycopg.Connection):
    """Raises OperationalError where there is no answer in time."""

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = ANSWER_TIMEOUT) -> Any:
        return super().wait(gen, interval, timeout)


class _Silence:
    """What was found out last, for all threads: they wait for the same server, and one of them asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._remembered_until = 0.0

    def is_found(self, info: psycopg.ConnectionInfo) -> bool:
        with self._lock:
            if monotonic() < self._remembered_until:
                return True
            found = not _answers(info)
            self._remembered_until = monotonic() + REMEMBERED if found else 0.0
            return found

    def ended(self) -> None:
        self._remembered_until = 0.0


def _answers(info: psycopg.ConnectionInfo) -> bool:
    """Whether the very server of this connection says anything at all, a refusal included."""
    where: dict[str, Any] = {"host": info.host, "hostaddr": info.hostaddr, "port": info.port}
    asked = info.get_parameters() | where | {"password": info.password, "connect_timeout": ANSWER_TIMEOUT}
    try:
        with _AskedConnection.connect(**asked, autocommit=True) as beside:
            beside.execute("")  # a pooler in front of it logs in by itself
    except (psycopg.errors.ConnectionTimeout, psycopg.errors._WaitTimeout):
        return False
    except psycopg.OperationalError:  # it has no connection left, or is starting
        return True
    return True


_silence = _Silence()


def watch_pool() -> None:
    """Of the process that callers wait for. A command may have to wait for long, and nobody waits for it."""
    settings.DATABASES["default"]["OPTIONS"]["pool"]["connection_class"] = WatchedConnection
