"""One exchange with Atlassian: signed, bounded in time and size, answered whatever its status. Imports requests."""

import base64
import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from time import sleep
from typing import Any, BinaryIO
from urllib.parse import quote

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError

from atlassian.errors import AnswerTooLarge, UpstreamFailure, UpstreamTimeout
from atlassian.upstream.deadline import POOLS, Deadline
from atlassian.upstream.responses import Response
from atlassian.upstream.slots import slot
from atlassian.upstream.waits import pause_before_retry
from audit import metrics
from audit.trace_context import outgoing_headers
from integrations.credentials import Credentials

log = logging.getLogger(__name__)

TOTAL_TIMEOUT = 30.0
CONNECT_TIMEOUT, READ_TIMEOUT = 5.0, 10.0
MAX_RESPONSE_BYTES = 20 * 1024 * 1024
MAX_SESSIONS = 64

Params = Mapping[str, str | int | list[str]]


class Transport:
    """Sends requests as one account; all of them together end within the deadline of one service call."""

    def __init__(self, credentials: Credentials, deadline: Deadline | None = None) -> None:
        self.credentials = credentials
        self.deadline = deadline or Deadline(TOTAL_TIMEOUT)
        self._session = _pooled(credentials)
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
        self, method: str, path: str, *, base: str = "", parts: Mapping[str, str] = {}, **kwargs: Any
    ) -> Response:
        """
        The answer, whatever its status, to a request for path, whose {names} are filled in from parts, quoted.

        With `into`, a file, the body of a 200 is written there piece by piece.
        Raises UpstreamTimeout, and UpstreamFailure where there is no answer.
        """
        url = (base or self.api_base) + path.format(**{name: _segment(part) for name, part in parts.items()})
        kwargs["headers"] = kwargs.get("headers", {}) | outgoing_headers()
        return self._send(self._session, method, url, path, **kwargs)

    def request_signed(self, url: str, into: BinaryIO) -> Response:
        """A file at an address that Atlassian signed: it holds a secret, is not logged, and gets none of ours."""
        return self._send(_anonymous_session(), "GET", url, "(signed address)", into=into)

    def _send(self, session: requests.Session, method: str, url: str, logged_as: str, **kwargs: Any) -> Response:
        started, tries, response = time.monotonic(), 0, None
        try:
            with (
                slot(self.credentials, admitted=self._admitted),
                metrics.upstream_slot(self.credentials.provider),
                self.deadline.binding(),
            ):
                self._admitted = True
                while True:
                    tries += 1
                    response = self._attempt(session, method, url, logged_as, first=tries == 1, **kwargs)
                    if response is not None:
                        pause = pause_before_retry(response, tries) if method == "GET" else None
                        if pause is None or pause >= self.deadline.left():
                            return response
                        sleep(pause)
        finally:
            _log_call(method, logged_as, response, started, tries)
            status = response.status if response else None
            metrics.upstream_ended(self.credentials.provider, status, time.monotonic() - started, tries)

    def _attempt(
        self,
        session: requests.Session,
        method: str,
        url: str,
        route: str,
        *,
        first: bool,
        into: BinaryIO | None = None,
        **kwargs: Any,
    ) -> Response | None:
        """None: the connection broke, and it is worth a second attempt."""
        try:
            timeout = (self.deadline.cap(CONNECT_TIMEOUT), self.deadline.cap(READ_TIMEOUT))
            with session.request(
                method, url, timeout=timeout, allow_redirects=False, stream=True, **kwargs
            ) as response:
                return Response(response.status_code, response.headers, _body(response, into), route)
        except (requests.Timeout, ReadTimeoutError, TimeoutError) as exc:
            raise UpstreamTimeout() from exc
        except (requests.RequestException, HTTPError, OSError, ValueError) as exc:
            broken = isinstance(exc, requests.ConnectionError | HTTPError) and not isinstance(
                exc, requests.exceptions.SSLError
            )
            if first and broken:  # most often one that was kept open and that the other side has closed meanwhile
                return None
            raise UpstreamFailure(
                f"{self.site_url} cannot be reached, or broke off. A workspace admin can test the connection on the "
                f"Integrations page."
            ) from exc


def _segment(part: str) -> str:
    """As one segment of a path: neither a slash nor dots lead out of it."""
    if part.strip(".") == "":
        raise ValueError("a path cannot hold an empty or dotted segment")
    return quote(part, safe="")


def _body(response: requests.Response, into: BinaryIO | None) -> bytes:
    """Empty where a file takes it."""
    if into is None or response.status_code != 200:
        return b"".join(_bounded_chunks(response))
    into.seek(0)  # of an attempt that broke off something may be there
    into.truncate()
    for chunk in _bounded_chunks(response):
        into.write(chunk)
    return b""


def _bounded_chunks(response: requests.Response) -> Iterator[bytes]:
    """What was sent, decompressed, piece by piece as it comes in. Raises AnswerTooLarge beyond MAX_RESPONSE_BYTES."""
    size = 0
    while chunk := response.raw.read1(65536, decode_content=True):
        size += len(chunk)
        if size > MAX_RESPONSE_BYTES:
            raise AnswerTooLarge()
        yield chunk


def _log_call(method: str, template: str, response: Response | None, started: float, tries: int) -> None:
    """Without query, keys and body: what was looked for stands in the audit log alone."""
    trace = re.sub(r"[^\w-]", "", response.headers.get("atl-traceid", ""))[:64] if response else ""
    log.info(
        "atlassian %s %s: %s in %d ms, retries %d, trace %s",
        method,
        template,
        response.status if response else "no answer",
        (time.monotonic() - started) * 1000,
        max(0, tries - 1),
        trace or "-",
    )


_sessions: OrderedDict[str, requests.Session] = OrderedDict()
_sessions_lock = threading.Lock()


def _pooled(credentials: Credentials) -> requests.Session:
    """One for each credential, shared by all threads, so that connections stay open; never changed once made."""
    key = credentials.fingerprint
    with _sessions_lock:
        pooled = _sessions.get(key)
        if pooled is None:
            pooled = _sessions[key] = _new_session(credentials)
            if len(_sessions) > MAX_SESSIONS:
                _sessions.popitem(last=False)  # whoever still uses it finishes; its sockets close with it
        _sessions.move_to_end(key)
    return pooled


class _BoundAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS


def _new_session(credentials: Credentials) -> requests.Session:
    pair = f"{credentials.email}:{credentials.api_token}".encode(errors="replace")
    return _session_with(
        {
            "Authorization": "Basic " + base64.b64encode(pair).decode(),
            "Accept": "application/json",
            "Accept-Language": "en",
            "X-Force-Accept-Language": "true",  # Jira speaks the account's language otherwise
        }
    )


@cache
def _anonymous_session() -> requests.Session:
    return _session_with({"Accept": "*/*"})


def _session_with(headers: Mapping[str, str]) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # a .netrc would replace our Authorization, REQUESTS_CA_BUNDLE the certificates
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # a shared jar would keep a login
    session.headers.update({"Accept-Encoding": "gzip", "User-Agent": "memory-core", **headers})
    adapter = _BoundAdapter(pool_maxsize=settings.THREADS, pool_connections=4)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
