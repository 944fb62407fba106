"""
An answer on its way out: what its reader does not take at once waits here, not in the thread that made it.

Else a stranger could hold every thread by reading slowly.
"""

import socket
from contextlib import suppress
from typing import IO, Any

MAX_UNSENT_BYTES = 4_000_000  # of one answer; a thread waits with what is more, as an export is
PIECE_BYTES = 262_144


class Outbox:
    """Stands in for the socket where gunicorn writes an answer."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._unsent = bytearray()
        self.has_begun = False  # to answer the request that is handled

    def __len__(self) -> int:
        return len(self._unsent)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def sendall(self, data: bytes) -> None:
        self.has_begun = True
        if not self._unsent:
            data = data[self._taken(data) :]
        self._unsent += data
        if len(self._unsent) > MAX_UNSENT_BYTES:
            unsent, self._unsent = self._unsent, bytearray()
            self._sock.sendall(unsent)

    def send(self, data: bytes) -> int:
        self.sendall(data)
        return len(data)

    def sendfile(self, file: IO[bytes], offset: int = 0, count: int | None = None) -> int:
        file.seek(offset)
        left = count or 0
        while left and (piece := file.read(min(PIECE_BYTES, left))):
            self.sendall(piece)
            left -= len(piece)
        return (count or 0) - left

    def go_on(self) -> None:
        """Sends what can be sent by now. Raises OSError where nobody reads any more."""
        with memoryview(self._unsent) as whole, whole[:PIECE_BYTES] as piece:
            taken = self._taken(piece)
        del self._unsent[:taken]

    def _taken(self, data: bytes | memoryview) -> int:
        with suppress(BlockingIOError):
            return self._sock.send(data, socket.MSG_DONTWAIT)
        return 0
