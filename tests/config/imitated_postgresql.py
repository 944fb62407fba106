"""A PostgreSQL of which a test says whether it answers. It knows one answer: that to an empty statement."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO

ENCRYPTION = (80877103, 80877104)  # requests for TLS and GSSAPI, which it has not
WELCOME = b"R" + struct.pack("!ii", 8, 0) + b"S\0\0\0\x19client_encoding\0UTF8\0" + b"Z\0\0\0\x05I"
NO_CONNECTION_LEFT = b"SFATAL\0VFATAL\0C53300\0Msorry, too many clients already\0\0"
ANSWER = b"I\0\0\0\x04" + b"Z\0\0\0\x05I"
SLOW = "slow"  # a statement with this word in it


class ImitatedPostgreSQL:
    def __init__(self, listener: socket.socket) -> None:
        self.port = listener.getsockname()[1]
        self.is_stopped = False  # its kernel accepts, and it says nothing more to anybody
        self.is_full = False  # who is new is refused
        self.slow_may_end = threading.Event()
        self.on_newcomer: Callable[[], object] = lambda: None
        self.newcomers = 0
        self._listener = listener
        self._clients: list[socket.socket] = []

    def serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                self._clients.append(client)
                threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def close(self) -> None:
        self.slow_may_end.set()
        for open_socket in (self._listener, *self._clients):
            with suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)

    def _talk(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as said, suppress(OSError, struct.error):
            while struct.unpack("!i", _message(said)[:4])[0] in ENCRYPTION:
                client.sendall(b"N")
            self.newcomers += 1
            self.on_newcomer()
            if self.is_full:
                client.sendall(b"E" + struct.pack("!i", len(NO_CONNECTION_LEFT) + 4) + NO_CONNECTION_LEFT)
                return
            answer = WELCOME
            while True:
                if not self.is_stopped:
                    client.sendall(answer)
                if said.read(1) != b"Q":
                    return
                if SLOW.encode() in _message(said):
                    self.slow_may_end.wait()
                answer = ANSWER


def _message(said: IO[bytes]) -> bytes:
    """Its length comes first, and counts itself."""
    return said.read(struct.unpack("!i", said.read(4))[0] - 4)


@contextmanager
def imitated_postgresql() -> Iterator[ImitatedPostgreSQL]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = ImitatedPostgreSQL(listener)
        thread = threading.Thread(target=running.serve)
        thread.start()
        try:
            yield running
        finally:
            running.close()
            thread.join()
