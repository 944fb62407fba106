"""
gunicorn's threaded worker, whose main thread waits for no client.

gunicorn 27 waits on that one thread up to 2 s for each client that asked to close and has not closed its side: here
all are watched side by side. With it a connection that sends nothing holds a thread for 5 s: here none.
docs/upstream/gunicorn-graceful-close.md is the report of both.
"""

import selectors
import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import TConn, ThreadWorker

STALL_TIMEOUT = 10  # of a client that stops in the middle, or does not begin
LINGER_TIMEOUT = 2
MAX_LINGERING = 256  # beyond it the eldest is closed at once
MAX_DRAINED_BYTES = 65_536

# Answered on a thread of its own each: whatever else the server does, it can be asked whether it lives.
PROBES = (b"/healthz", b"/readyz", b"/metrics")


class Connection(TConn):
    def __init__(self, worker: "Worker", *args: Any) -> None:
        super().__init__(*args)
        self.worker = worker

    def close(self, graceful: bool = False) -> None:
        if graceful:
            self.worker.linger(self.sock)
        else:
            super().close()


class Worker(ThreadWorker):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lingering: dict[socket.socket, float] = {}  # each with when it ends, eldest first
        self.probe_pools = {path: ThreadPoolExecutor(max_workers=1) for path in PROBES}

    def accept(self, listener: socket.socket) -> None:
        """The first bytes are awaited by the main loop's selector, like those of a kept connection."""
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        connection = Connection(self, self.cfg, client, address, listener.getsockname())
        connection.timeout = time.monotonic() + STALL_TIMEOUT
        self.pending_conns.append(connection)
        self.poller.register(client, selectors.EVENT_READ, partial(self.on_pending_socket_readable, connection))

    def enqueue_req(self, conn: Connection) -> None:
        future = self._pool_for(conn.sock).submit(self.handle, conn)
        future.add_done_callback(partial(self._defer_finish, conn))

    def _defer_finish(self, conn: Connection, future: Future[Any]) -> None:
        self.method_queue.defer(self.finish_request, conn, future)

    def _pool_for(self, client: socket.socket) -> ThreadPoolExecutor:
        """A probe's own, if it has arrived whole: nobody keeps that thread waiting for the rest of one."""
        try:
            head = client.recv(4096, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except OSError:
            head = b""
        path = head.split(b" ", 2)[1] if head.startswith(b"GET /") and head.endswith(b"\r\n\r\n") else b""
        pool: ThreadPoolExecutor | None = self.probe_pools.get(path, self.tpool)
        assert pool is not None  # noqa: S101  made before the first connection
        return pool

    def linger(self, client: socket.socket) -> None:
        """Half-closes it, and reads what may still be under way, lest the kernel's reset takes our answer away."""
        try:
            client.setblocking(False)
            client.shutdown(socket.SHUT_WR)
        except OSError:
            util.close(client)
            return
        if len(self.lingering) >= MAX_LINGERING:
            self._end_lingering(next(iter(self.lingering)))
        self.lingering[client] = time.monotonic() + LINGER_TIMEOUT
        self.poller.register(client, selectors.EVENT_READ, partial(self._drain, [MAX_DRAINED_BYTES]))

    def _drain(self, left: list[int], client: socket.socket) -> None:
        try:
            data = client.recv(left[0])
        except BlockingIOError:
            return
        except OSError:
            data = b""
        left[0] -= len(data)
        if not data or left[0] <= 0:
            self._end_lingering(client)

    def _end_lingering(self, client: socket.socket) -> None:
        del self.lingering[client]
        self.poller.unregister(client)
        util.close(client)

    def murder_pending(self) -> None:
        """Called by the main loop at least once a second."""
        super().murder_pending()
        now = time.monotonic()
        for client in [client for client, ends in self.lingering.items() if ends <= now]:
            self._end_lingering(client)
