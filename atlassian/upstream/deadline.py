"""
A time by which a call has ended, whatever the other side does.

A timeout of the socket bounds one silence, not their sum: a server that sends a byte every nine seconds would hold a
thread for ever. So each read from a socket is told how much is left of the call that it belongs to.
"""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

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
        """Within, what this thread does with sockets ends by this deadline."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


def cap_by_current(seconds: float) -> float:
    """seconds, or what is left of the call that this thread is in. Raises TimeoutError when nothing is."""
    deadline = _current.get()
    return seconds if deadline is None else deadline.cap(seconds)


class BoundSocket:
    """A socket whose makefile, through which http.client reads every answer, heeds the deadline."""

    def __init__(self, sock: Any) -> None:
        self.sock = sock

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sock, name)

    def makefile(self, *args: Any, **kwargs: Any) -> io.BufferedReader:
        return io.BufferedReader(_BoundReads(self.sock))


class _BoundReads(io.RawIOBase):
    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._longest_silence = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._longest_silence is not None:
            self._sock.settimeout(cap_by_current(self._longest_silence))
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
