"""The HTTP side: receives, records, and sends what the site answers, or what a fault makes of it."""

import contextlib
import json
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from dev.sample_site.exchange import Answer, Request, html_answer
from dev.sample_site.faults import MEGABYTE, Fault

if TYPE_CHECKING:
    from dev.sample_site.site import SampleSite

LOGIN_PAGE = "<!doctype html><html><head><title>Log in with Atlassian account</title></head><body></body></html>"
REASONS = {429: "Too Many Requests", 410: "Gone"}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], site: "SampleSite") -> None:
        self.site = site
        self.stopping = threading.Event()
        self.open: set[socket.socket] = set()
        super().__init__(address, Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of the site's."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def close_connections(self) -> None:
        """Ends what keep-alive holds open, and wakes every answer that stalls."""
        self.stopping.set()
        for each in list(self.open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.open.add(self.connection)

    def finish(self) -> None:
        self.server.open.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def respond(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Request.of(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
        answer, fault = self.server.site.answer_to(request)
        if fault is None:
            self.send(answer)
        else:
            self.spoil(fault, answer)

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Every method is answered the same way: http.server looks for do_GET, do_POST and so on."""
        if name.startswith("do_"):
            return self.respond
        raise AttributeError(name)

    def send(self, answer: Answer, keep: int | None = None) -> None:
        """Sends the answer; with `keep`, only so many bytes of the body that was promised."""
        self.head(answer.status, answer.headers | {"content-length": str(len(answer.body))})
        if self.command != "HEAD":
            self.wfile.write(answer.body[:keep])
        self.wfile.flush()

    def head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response_only(status, REASONS.get(status))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def spoil(self, fault: Fault, answer: Answer) -> None:
        half = len(answer.body) // 2
        if fault.kind == "delay":
            self.server.stopping.wait(fault.seconds)
            self.send(answer)
        elif fault.kind == "stall":
            self.send(answer, keep=half)
            self.server.stopping.wait(fault.seconds)
            self.hang_up()
        elif fault.kind == "drop":
            self.hang_up()
        elif fault.kind == "cut":
            self.send(answer, keep=half)
            self.hang_up()
        elif fault.kind == "huge":
            self.stream(fault.size)
        else:
            self.send(spoiled(fault, answer))

    def stream(self, size: int) -> None:
        self.head(200, {"content-type": "application/json;charset=UTF-8", "content-length": str(size)})
        self.wfile.write(b'["')
        left, chunk = size - 4, b"x" * MEGABYTE
        while left > 0 and not self.server.stopping.is_set():
            self.wfile.write(chunk[:left])
            left -= len(chunk)
        self.wfile.write(b'"]')
        self.wfile.flush()

    def hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """The site writes its own lines, if asked to."""


def spoiled(fault: Fault, answer: Answer) -> Answer:
    """The answers that are complete as HTTP and wrong in what they say."""
    content = {"content-type": "application/json;charset=UTF-8"}
    if fault.kind == "status":
        return Answer(fault.status, fault.body.encode(), content | fault.headers)
    if fault.kind == "headers":
        given = {name.lower(): value for name, value in fault.headers.items()}
        return Answer(answer.status, answer.body, answer.headers | given)
    if fault.kind == "redirect":
        return Answer(fault.status if 300 <= fault.status < 400 else 302, b"", {"location": fault.location})
    if fault.kind == "html":
        return html_answer(LOGIN_PAGE, 200)
    if fault.kind == "broken_json":
        return Answer(200, b'{"issues": [{"id": ', content)
    if fault.kind == "deep_json":
        return Answer(200, b"[" * fault.levels + b"]" * fault.levels, content)
    return Answer(answer.status, answer.body[: len(answer.body) // 2], answer.headers)


def log_line(request: Request, status: int) -> None:
    print(json.dumps([request.method, request.target, status]), file=sys.stderr, flush=True)
