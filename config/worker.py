"""
gunicorn's threaded worker, whose main thread waits for no client.

gunicorn 27 waits on that one thread up to 2 s for each client that asked to close and has not closed its side: here
all are watched side by side. With it a connection that sends nothing holds a thread for 5 s, and one that sends or
reads slowly for as long as it likes: here none does. docs/upstream/gunicorn-graceful-close.md is the report.

Nor do many: where no connection more can be had, that ends which has sent least for longest.
"""

import errno
import resource
import selectors
import socket
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace
from typing import Any

from gunicorn import util
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException, UnsupportedTransferCoding
from gunicorn.workers.gthread import TConn, ThreadWorker

from config.arrival import CONTINUE, Arrival, BoundedUnreader
from config.outbox import Outbox

STALL_TIMEOUT = 10  # of a client whose request is not there by then, or who stops reading its answer
RECEIVED_AT_ONCE = 65_536
SENDING_TIMEOUT = 60  # of an answer that its thread is done with
MAX_WAITING_BYTES = 64 * 1024 * 1024  # of all requests that are on their way, and of all such answers
MAX_OPEN_FILES = 4096  # where the system's own limit is lower, and may be raised
RESERVED_FILES = 128  # for databases, logs and pipes; besides two for each thread
LINGER_TIMEOUT = 2
MAX_LINGERING = 256  # beyond it the eldest is closed at once
MAX_DRAINED_BYTES = 65_536

BAD_REQUEST = 400, "Bad Request"
REFUSED = {
    LimitRequestLine: (414, "URI Too Long"),
    LimitRequestHeaders: (431, "Request Header Fields Too Large"),
    UnsupportedTransferCoding: (501, "Not Implemented"),
}

# Answered on a thread of its own each: whatever else the server does, it can be asked whether it lives.
PROBES = (b"/healthz", b"/readyz", b"/metrics")


class Connection(TConn):
    def __init__(self, worker: "Worker", *args: Any) -> None:
        super().__init__(*args)
        self.worker = worker
        self.arrival = Arrival()
        self.outbox = Outbox(self.sock)

    def init(self) -> None:
        """Called for each request that is handled, in its thread."""
        if not self.initialized:
            super().init()
            self.parser.unreader = BoundedUnreader(self.sock)
        self.parser.unreader.take(self.arrival.take())
        self.outbox.has_begun = False

    def close(self, graceful: bool = False) -> None:
        if graceful:
            self.worker.linger(self.sock)
        else:
            super().close()


class Worker(ThreadWorker):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = min(self.cfg.worker_connections, _connections_that_fit(self.cfg.threads))
        self.worker_connections, self.max_keepalived = most, most - self.cfg.threads
        self.sending: deque[Connection] = deque()  # those whose answer is still read, eldest first
        self.lingering: dict[socket.socket, float] = {}  # each with when it ends, eldest first
        self._handled = threading.local()  # by this thread
        self.probe_pools = {path: ThreadPoolExecutor(max_workers=1) for path in PROBES}

    def accept(self, listener: socket.socket) -> None:
        if self.nr_conns >= self.worker_connections - 1:
            self._make_room()
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as exc:
            if exc.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            self._make_room()
            self.set_accept_enabled(False)  # until the main loop's next turn
            return
        self.nr_conns += 1
        conn = Connection(self, self.cfg, client, address, listener.getsockname())
        self._await(conn)
        self.poller.register(client, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _make_room(self) -> None:
        """Of those that hold no thread, whichever kind there is most of, the eldest gives way."""
        waiting: deque[Connection] = max((self.pending_conns, self.sending, self.keepalived_conns), key=len)
        if waiting:
            self._end(waiting.popleft())

    def _await(self, conn: Connection) -> None:
        """A request, or the rest of one, without a thread."""
        conn.timeout = time.monotonic() + STALL_TIMEOUT
        self.pending_conns.append(conn)

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """Of a kept connection."""
        self.keepalived_conns.remove(conn)
        self._await(conn)
        self.poller.modify(client, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))
        self.on_pending_socket_readable(conn, client)

    def on_pending_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        if client.fileno() < 0:  # it gave way to one before it in the same turn
            return
        try:
            piece = client.recv(RECEIVED_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:  # half a request is none
            self.pending_conns.remove(conn)
            self._end(conn)
            return
        conn.arrival.add(piece)
        if conn.arrival.is_whole():
            self.poller.unregister(client)
            self.pending_conns.remove(conn)
            conn.data_ready = True
            self.enqueue_req(conn)
        elif conn.arrival.expects_continue:
            self._say_continue(conn)
        elif len(conn.arrival) > RECEIVED_AT_ONCE:
            while sum(len(each.arrival) for each in self.pending_conns) > MAX_WAITING_BYTES:
                self._end(self.pending_conns.popleft())

    def _say_continue(self, conn: Connection) -> None:
        conn.arrival.expects_continue = False
        try:
            conn.sock.send(CONTINUE)
        except OSError:
            self.pending_conns.remove(conn)
            self._end(conn)

    def _end(self, conn: Connection) -> None:
        """One that was taken out of the row of those that wait."""
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def enqueue_req(self, conn: Connection) -> None:
        future = self._pool_for(conn.arrival).submit(self.handle, conn)
        future.add_done_callback(partial(self._defer_finish, conn))

    def _defer_finish(self, conn: Connection, future: Future[Any]) -> None:
        self.method_queue.defer(self.finish_request, conn, future)

    def _pool_for(self, arrival: Arrival) -> ThreadPoolExecutor:
        """A probe's own, if it is nothing but a probe."""
        beginning = arrival.beginning()
        is_plain = beginning.startswith(b"GET /") and arrival.is_head_alone()
        pool: ThreadPoolExecutor | None = self.tpool
        if is_plain:
            pool = self.probe_pools.get(beginning.split(b" ", 2)[1], pool)
        assert pool is not None  # noqa: S101  made before the first connection
        return pool

    def handle_request(self, req: Any, conn: Connection) -> Any:
        return super().handle_request(req, SimpleNamespace(sock=conn.outbox, client=conn.client, server=conn.server))

    def handle(self, conn: Connection) -> Any:
        self._handled.conn = conn
        return super().handle(conn)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """
        Said by its kind alone: what cannot be read may be a key in the wrong place, and an address holds what was
        sought. One request has one answer, also where its body turns out to be malformed only then.
        """
        status, reason = 500, "Internal Server Error"
        if isinstance(exc, ParseException):
            self.log.info("a request cannot be read: %s", type(exc).__name__)
            status, reason = next((said for kind, said in REFUSED.items() if isinstance(exc, kind)), BAD_REQUEST)
        else:
            self.log.error("a request ended in an error", exc_info=exc)
        if not self._handled.conn.outbox.has_begun:
            util.write_error(client, status, reason, "")

    def finish_request(self, conn: Connection, fs: Future[Any]) -> None:
        """Once its answer is sent, of which the thread may have left the end."""
        if not conn.outbox or conn.sock.fileno() < 0:
            super().finish_request(conn, fs)
            return
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + SENDING_TIMEOUT
        self.sending.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_WRITE, partial(self._on_writable, conn, fs))
        while sum(len(each.outbox) for each in self.sending) > MAX_WAITING_BYTES:
            self._end(self.sending.popleft())

    def _on_writable(self, conn: Connection, fs: Future[Any], client: socket.socket) -> None:
        if client.fileno() < 0:
            return
        try:
            conn.outbox.go_on()
        except OSError:
            self.sending.remove(conn)
            self._end(conn)
            return
        if not conn.outbox:
            self.poller.unregister(client)
            self.sending.remove(conn)
            super().finish_request(conn, fs)

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
        if client.fileno() < 0:
            return
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
        while self.sending and self.sending[0].timeout <= now:
            self._end(self.sending.popleft())
        for client in [client for client, ends in self.lingering.items() if ends <= now]:
            self._end_lingering(client)


def _connections_that_fit(threads: int) -> int:
    """A worker that can open no file any more ends, and with it all that it was doing."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files < MAX_OPEN_FILES:
        files = MAX_OPEN_FILES if most == resource.RLIM_INFINITY else min(MAX_OPEN_FILES, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return max(2, files - MAX_LINGERING - 2 * threads - RESERVED_FILES)
