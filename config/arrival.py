"""
A request as it comes in, gathered by the worker's main loop: it takes a thread once it is there.

Else a stranger could hold every thread by sending byte by byte. When a request has arrived is decided here; what it
says, gunicorn's parser decides.
"""

import errno
import re
import socket
import time

from gunicorn.http.unreader import SocketUnreader

MAX_HEAD_BYTES = 65_536
MAX_BODY_BYTES = 2_700_000  # beyond what Django takes
REST_TIMEOUT = 2  # for what is handed over before it is whole: too long a head or body, or one behind another
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_END_OF_HEAD = b"\r\n\r\n"
# The last chunk, which is empty, and the trailers behind it.
_END_OF_CHUNKS = re.compile(rb"\r\n0+(?:;[^\r\n]*)?\r\n(?:[^\r\n:]+:[^\r\n]*\r\n)*\r\n\Z")
_MAX_TRAILER_BYTES = 1000
_LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*([0-9]{1,19})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\nTransfer-Encoding:", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nExpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)


class Arrival:
    def __init__(self) -> None:
        self._data = bytearray()
        self._needed: int | None = None  # bytes in all, once the head is there
        self._is_chunked = False
        self.expects_continue = False

    def __len__(self) -> int:
        return len(self._data)

    def add(self, piece: bytes) -> None:
        searched = max(0, len(self._data) - len(_END_OF_HEAD) + 1)
        self._data += piece
        if self._needed is None and (end := self._data.find(_END_OF_HEAD, searched)) >= 0:
            self._read_head(end + len(_END_OF_HEAD))

    def is_whole(self) -> bool:
        """Or longer than what is gathered."""
        if self._needed is None:
            return len(self._data) > MAX_HEAD_BYTES
        if self._is_chunked:
            return self._is_last_chunk_there() or len(self._data) > MAX_BODY_BYTES
        return len(self._data) >= self._needed

    def beginning(self) -> bytes:
        return bytes(self._data[:64])

    def is_head_alone(self) -> bool:
        return self._data.endswith(_END_OF_HEAD)

    def take(self) -> bytes:
        taken, self._data = bytes(self._data), bytearray()
        self._needed, self._is_chunked, self.expects_continue = None, False, False
        return taken

    def _is_last_chunk_there(self) -> bool:
        return self._data.endswith(_END_OF_HEAD) and bool(_END_OF_CHUNKS.search(self._data[-_MAX_TRAILER_BYTES:]))

    def _read_head(self, end: int) -> None:
        head = self._data[:end]
        length = _LENGTH.search(head)
        body = int(length[1]) if length else 0
        self._is_chunked = bool(_CHUNKED.search(head))
        self._needed = end + (body if body <= MAX_BODY_BYTES else 0)
        self.expects_continue = bool(_EXPECTS.search(head)) and not self.is_whole()


class BoundedUnreader(SocketUnreader):
    """Reads what has arrived, and waits no longer than REST_TIMEOUT in all for what has not."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._ends = 0.0

    def take(self, arrived: bytes) -> None:
        self.buf.seek(0, 2)
        self.buf.write(arrived)
        self._ends = time.monotonic() + REST_TIMEOUT

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Too late is as if the client had broken off."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise _broken_off()
        self.sock.settimeout(left)
        try:
            return bytes(super().chunk(size_hint))
        except TimeoutError as exc:
            raise _broken_off() from exc
        finally:
            self.sock.settimeout(None)


def _broken_off() -> OSError:
    return OSError(errno.ECONNRESET, "the rest of the request did not come in time")
