"""Where records go besides the database. Each takes a batch whole or raises OSError or SinkRefused."""

import hashlib
import hmac
import http.client
import socket
import ssl
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings

SEND_TIMEOUT = 10
FACILITY_AND_SEVERITY = 13 * 8 + 6  # log audit, informational


class SinkRefused(Exception):
    """The receiver answered, and did not take the batch."""


@dataclass(frozen=True)
class Entry:
    """One line for a receiver: a record, or the root of a seal."""

    kind: str  # the record's action, or audit.seal
    at: str  # ISO 8601
    json: str


class Sink(Protocol):
    name: str

    def send(self, entries: Sequence[Entry]) -> None: ...


class Stdout:
    """JSON lines, for whatever collects what a container prints."""

    name = "stdout"

    def send(self, entries: Sequence[Entry]) -> None:
        sys.stdout.flush()
        sys.stdout.buffer.write("".join(f"{entry.json}\n" for entry in entries).encode())  # whatever the locale
        sys.stdout.buffer.flush()


class Syslog:
    """
    RFC 5424 over TCP or TLS, counted as RFC 5425 has it.

    Syslog acknowledges nothing: a batch counts as taken once the receiver, told that no more will come, has closed
    its side, which it does after reading all of it.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.is_tls = parts.scheme == "syslog+tls"
        self.host, self.port = parts.hostname or "", parts.port or (6514 if self.is_tls else 601)
        self.name = f"syslog {self.host}:{self.port}"

    def send(self, entries: Sequence[Entry]) -> None:
        with self._connection() as connection:
            connection.sendall(b"".join(map(_framed, entries)))
            if isinstance(connection, ssl.SSLSocket):
                try:
                    connection = connection.unwrap()  # says that no more will come, and waits for the same
                except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                    return  # closed without saying so, after it had read all
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass

    @contextmanager
    def _connection(self) -> Iterator[socket.socket]:
        with socket.create_connection((self.host, self.port), SEND_TIMEOUT) as plain:
            if not self.is_tls:
                yield plain
                return
            with tls_context().wrap_socket(plain, server_hostname=self.host) as secured:
                yield secured


class Webhook:
    """
    JSON lines by POST, signed: X-Memory-Core-Signature is v1= and the HMAC-SHA256 of the timestamp, a dot and the body.

    Anything but 2xx is no answer, a redirect neither: the batch is sent again.
    """

    def __init__(self, url: str, secret: str) -> None:
        self._parts, self._secret = urlsplit(url), secret
        # An address may hold a token of the receiver's: it is named by its host.
        self.name = f"webhook {self._parts.hostname} {hashlib.sha256(url.encode()).hexdigest()[:8]}"

    def send(self, entries: Sequence[Entry]) -> None:
        self.post("".join(f"{entry.json}\n" for entry in entries).encode(), "application/x-ndjson")

    def post(self, body: bytes, content_type: str) -> None:
        connection = self._connection()
        try:
            path = (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")
            connection.request("POST", path, body, self._headers(body) | {"Content-Type": content_type})
            response = connection.getresponse()
            response.read(1000)
        except http.client.HTTPException as exc:
            raise SinkRefused(f"answered by no HTTP: {type(exc).__name__}") from exc
        finally:
            connection.close()
        if not 200 <= response.status < 300:
            raise SinkRefused(f"answered {response.status}")

    def _headers(self, body: bytes) -> dict[str, str]:
        timestamp = str(int(time.time()))
        signature = hmac.new(self._secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
        return {
            "User-Agent": f"memory-core/{settings.VERSION}",
            "X-Memory-Core-Timestamp": timestamp,
            "X-Memory-Core-Signature": f"v1={signature}",
        }

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=SEND_TIMEOUT, context=tls_context())
        return http.client.HTTPConnection(host, port, timeout=SEND_TIMEOUT)


def tls_context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.AUDIT_SINKS_CA or None)


def configured_sinks() -> list[Sink]:
    return [_sink(url) for url in settings.AUDIT_SINKS]


def _sink(url: str) -> Any:
    if url == "stdout":
        return Stdout()
    return Syslog(url) if url.startswith("syslog+") else Webhook(url, settings.AUDIT_WEBHOOK_SECRET)


def _framed(entry: Entry) -> bytes:
    head = f"<{FACILITY_AND_SEVERITY}>1 {entry.at} {_host()} memory-core - {entry.kind} - ".encode("ascii", "replace")
    message = head + b"\xef\xbb\xbf" + entry.json.encode()
    return str(len(message)).encode() + b" " + message


def _host() -> str:
    name = socket.gethostname()[:255]
    return "".join(character for character in name if "!" <= character <= "~") or "-"
