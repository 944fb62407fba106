"""One exchange with Atlassian: signed, bounded in time and size, answered whatever its status. Imports requests."""

import base64
import logging
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json import dumps
from time import sleep
from typing import Any, BinaryIO, cast
from urllib.parse import quote, urlencode, urlsplit

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError, ReadTimeoutError

from atlassian.errors import AnswerTooLarge, UpstreamFailure, UpstreamTimeout
from atlassian.upstream import large_answers
from atlassian.upstream.connections import adapter
from atlassian.upstream.deadline import Deadline
from atlassian.upstream.responses import Response
from atlassian.upstream.slots import slot
from atlassian.upstream.waits import pause_before_retry
from audit import metrics
from audit.spans import client_span
from audit.trace_context import outgoing_headers
from integrations.credentials import Credentials

log = logging.getLogger(__name__)

TOTAL_TIMEOUT = 30.0
CONNECT_TIMEOUT, READ_TIMEOUT = 5.0, 10.0
MAX_RESPONSE_BYTES = 20 * 1024 * 1024
HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "Accept-Language": "en",
    "X-Force-Accept-Language": "true",  # Jira speaks the account's language otherwise
    "User-Agent": "memory-core",
}
_NOT_IN_A_TRACE = re.compile(r"[^\w-]")

Params = Mapping[str, str | int | list[str]]


class Transport:
    """Sends requests as one account; all of them together end within the deadline of one service call."""

    def __init__(self, credentials: Credentials, deadline: Deadline | None = None) -> None:
        self.credentials = credentials
        self.deadline = deadline or Deadline(TOTAL_TIMEOUT)
        self._headers = HEADERS | {"Authorization": _signature(credentials)}
        self._admitted = False

    def with_credentials(self, credentials: Credentials) -> "Transport":
        """The same account by another route, within the same deadline."""
        transport = Transport(credentials, self.deadline)
        transport._admitted = self._admitted
        return transport

    @property
    def site_url(self) -> str:
        """Where links shown to people lead; never the gateway."""
        return self.credentials.base_url

    @property
    def api_base(self) -> str:
        if not self.credentials.scoped:
            return self.credentials.base_url
        return f"{settings.ATLASSIAN_GATEWAY_URL}/ex/{self.credentials.provider}/{self.credentials.cloud_id}"

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        base: str = "",
        parts: Mapping[str, str] = {},
        headers: Mapping[str, str] = {},
        signed: bool = True,
        into: BinaryIO | None = None,
    ) -> Response:
        """
        The answer, whatever its status, to a request for path, whose {names} are filled in from parts, quoted.

        With `into`, a file, the body of a 200 is written there piece by piece.
        Raises UpstreamTimeout, UpstreamBusy, and UpstreamFailure where there is no answer.
        """
        url = self._url(path, params, base, parts)
        with client_span(self.credentials.provider, method, path) as note:
            sent = {**(self._headers if signed else HEADERS), **headers, **outgoing_headers()}
            response = self._send(_Exchange(_prepared(method, url, sent, json), path, into))
            note(response.status)
            return response

    def request_signed(self, url: str, into: BinaryIO) -> Response:
        """A file at an address that Atlassian signed: it holds a secret, is not logged, and gets none of ours."""
        headers = {"Accept": "*/*", "Accept-Encoding": "gzip", "User-Agent": "memory-core"}
        return self._send(_Exchange(_prepared("GET", url, headers), "(signed address)", into))

    def _send(self, exchange: "_Exchange") -> Response:
        provider, started = self.credentials.provider, time.monotonic()
        try:
            with (
                slot(self.credentials, admitted=self._admitted),
                metrics.upstream_slot(provider),
                self.deadline.binding(),
                large_answers.one_call(),
            ):
                self._admitted = True
                return self._answer(exchange)
        finally:
            seconds = time.monotonic() - started
            exchange.log(seconds)
            metrics.upstream_ended(provider, exchange.status, seconds, exchange.tries)

    def _url(self, path: str, params: Params | None, base: str, parts: Mapping[str, str]) -> str:
        if parts:
            path = path.format(**{name: _segment(part) for name, part in parts.items()})
        query = urlencode(params, doseq=True, errors="replace") if params else ""
        return f"{base or self.api_base}{path}{'?' if query else ''}{query}"

    def _answer(self, exchange: "_Exchange") -> Response:
        """Asks again where that is worth it, an agent waiting for the answer."""
        while True:
            response = self._attempt(exchange)
            if response is not None:
                pause = pause_before_retry(response, exchange.tries) if exchange.request.method == "GET" else None
                if pause is None or pause >= self.deadline.left():
                    return response
                sleep(pause)

    def _attempt(self, exchange: "_Exchange") -> Response | None:
        """None: the connection broke, for the first time, and it is worth another attempt."""
        exchange.tries += 1
        try:
            timeout = (self.deadline.cap(CONNECT_TIMEOUT), self.deadline.cap(READ_TIMEOUT))
            answer = adapter().send(exchange.request, stream=True, timeout=timeout, proxies=settings.HTTPS_PROXIES)
            with answer:
                body = self._body(answer, exchange.into)
            exchange.response = Response(answer.status_code, answer.headers, body, exchange.route)
        except (requests.Timeout, ReadTimeoutError, TimeoutError) as exc:
            raise UpstreamTimeout() from exc
        except (requests.RequestException, HTTPError, OSError, ValueError) as exc:
            if not exchange.has_broken and _is_worth_another(exc):
                exchange.has_broken = True
                return None
            raise _unreachable(exc, self.site_url) from exc
        return exchange.response

    def _body(self, answer: requests.Response, into: BinaryIO | None) -> bytes:
        """Empty where a file takes it."""
        if into is None or answer.status_code != 200:
            return b"".join(large_answers.in_turn(_bounded_chunks(answer), self.credentials.workspace))
        into.seek(0)  # of an attempt that broke off something may be there
        into.truncate()
        for chunk in _bounded_chunks(answer):
            into.write(chunk)
        return b""


@dataclass
class _Exchange:
    """One request and what became of it so far."""

    request: requests.PreparedRequest
    route: str
    into: BinaryIO | None
    tries: int = 0
    has_broken: bool = False
    response: Response | None = None

    @property
    def status(self) -> int | None:
        return self.response.status if self.response else None

    def log(self, seconds: float) -> None:
        """Logs the exchange without query, keys and body: what was looked for stands in the audit log alone."""
        headers = self.response.headers if self.response else {}
        log.info(
            "atlassian %s %s: %s in %d ms, retries %d, trace %s",
            self.request.method,
            self.route,
            self.status or "no answer",
            seconds * 1000,
            max(0, self.tries - 1),
            _NOT_IN_A_TRACE.sub("", headers.get("atl-traceid", ""))[:64] or "-",
        )


def _prepared(method: str, url: str, headers: dict[str, str], json: Any = None) -> requests.PreparedRequest:
    """
    Prepares a request as `requests` would, from values that need no checks: they are checked or quoted already. The
    headers stay a plain dict, which is copied and gone through at a tenth of the cost.
    """
    request = requests.PreparedRequest()
    request.method, request.url, request.headers = method, url, cast("Any", headers)
    if json is not None:
        request.body = dumps(json, allow_nan=False).encode()
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(request.body))}
    return request


def _is_worth_another(exc: Exception) -> bool:
    """Most often a connection that was kept open and that the other side has closed meanwhile."""
    broken = isinstance(exc, requests.ConnectionError | HTTPError)
    return broken and not isinstance(exc, requests.exceptions.SSLError | requests.exceptions.ProxyError)


def _signature(credentials: Credentials) -> str:
    pair = f"{credentials.email}:{credentials.api_token}".encode(errors="replace")
    return "Basic " + base64.b64encode(pair).decode()


def _unreachable(exc: Exception, site_url: str) -> UpstreamFailure:
    what = f"{site_url} cannot be reached, or broke off."
    if isinstance(exc, requests.exceptions.ProxyError):
        proxy = urlsplit(settings.HTTPS_PROXIES["https"])
        what = f"The proxy {proxy.hostname}:{proxy.port} did not let the call to {site_url} through."
    return UpstreamFailure(f"{what} A workspace admin can test the connection on the Connections page.")


def _segment(part: str) -> str:
    """Quotes one segment of a path, so that no slash or dots lead out of it."""
    if part.strip(".") == "":
        raise ValueError("a path cannot hold an empty or dotted segment")
    return quote(part, safe="")


def _bounded_chunks(response: requests.Response) -> Iterator[bytes]:
    """What was sent, decompressed, piece by piece as it comes in. Raises AnswerTooLarge beyond MAX_RESPONSE_BYTES."""
    size = 0
    while chunk := response.raw.read1(65536, decode_content=True):
        size += len(chunk)
        if size > MAX_RESPONSE_BYTES:
            raise AnswerTooLarge()
        yield chunk
