"""
A time by which a call has ended, whatever the other side does.

A timeout of the socket bounds one silence, not their sum: a server that sends a byte every nine seconds would
hold a thread for ever. So each read from a socket is told how much is left of the call that it belongs to.
"""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_current: ContextVar["Deadline | None"] = ContextVar("deadline", default=None)


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        return self._at - time.monotonic()

    def cap(self, seconds: float) -> float:
        """seconds, or what is left if that is less. Raises TimeoutError when nothing is."""
        left = self.left()
        if left <= 0:
            raise TimeoutError("the deadline of the call has passed")
        return min(seconds, left)

    @contextmanager
    def binding(self) -> Iterator[None]:
        """Within, this thread's reads from pooled sockets end by this deadline."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


class _BoundReads(io.RawIOBase):
    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._longest_silence = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        deadline = _current.get()
        if deadline is not None and self._longest_silence is not None:
            self._sock.settimeout(deadline.cap(self._longest_silence))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _BoundSocket:
    """A socket whose makefile, through which http.client reads every answer, heeds the deadline."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def makefile(self, *args: Any, **kwargs: Any) -> io.BufferedReader:
        return io.BufferedReader(_BoundReads(self._sock))


class _BoundHTTPConnection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = _BoundSocket(self.sock)


class _BoundHTTPSConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = _BoundSocket(self.sock)


class _BoundHTTPPool(HTTPConnectionPool):
    ConnectionCls = _BoundHTTPConnection


class _BoundHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _BoundHTTPSConnection


POOLS: dict[str, Any] = {"http": _BoundHTTPPool, "https": _BoundHTTPSPool}
