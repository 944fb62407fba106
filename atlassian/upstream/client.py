"""One call to Atlassian: signed, bounded in time and size, read-only. The only file that imports requests."""

import base64
import hashlib
import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import quote

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, InvalidHeader, ReadTimeoutError
from urllib3.util import Retry

from atlassian.errors import (
    NothingThere,
    UpstreamAuthFailed,
    UpstreamFailure,
    UpstreamForbidden,
    UpstreamRateLimited,
    UpstreamRejectedQuery,
    UpstreamTimeout,
)
from atlassian.upstream import gateway, identity
from atlassian.upstream.deadline import POOLS, Deadline
from atlassian.upstream.replies import Reply, at
from integrations.credentials import Credentials

log = logging.getLogger(__name__)

SECONDS_IN_ALL = 30.0
CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
LARGEST_ANSWER = 20 * 1024 * 1024
POOLED_CREDENTIALS = 64
SECONDS_FOR_A_PLACE = 2.0

# What is worth asking again at once, an agent waiting for the answer.
RETRIES = Retry(
    total=2,
    allowed_methods={"GET"},
    status_forcelist={429, 502, 503, 504},
    backoff_factor=0.25,
    backoff_jitter=0.25,
    retry_after_max=5,
)

ERROR_FOR_STATUS: dict[int, type[UpstreamFailure]] = {
    400: UpstreamRejectedQuery,
    401: UpstreamAuthFailed,
    403: UpstreamForbidden,
    404: NothingThere,
}

# Questions that Atlassian takes by POST only, or that are too long for a URL. None of them changes anything.
QUESTIONS = frozenset(
    {
        "/rest/api/3/search/jql",
        "/rest/api/3/jql/parse",
        "/wiki/api/v2/content/convert-ids-to-types",
        "/wiki/api/v2/users-bulk",
    }
)

Params = Mapping[str, str | int | list[str]]


class AtlassianClient:
    """
    Signs in as one account for one service call, which ends within SECONDS_IN_ALL of its making.

    Read-only is a fact of the class: it gets, and it asks what stands in QUESTIONS; nothing else leaves it.
    """

    def __init__(self, credentials: Credentials, *, seconds: float | None = None) -> None:
        self.fingerprint = fingerprint(credentials)
        self.credentials = gateway.remembered(credentials, self.fingerprint)
        self._deadline = Deadline(SECONDS_IN_ALL if seconds is None else seconds)
        self._session, self._places = _pooled(credentials)
        self._vouched = True

    @property
    def site_url(self) -> str:
        """Where links shown to people lead; never the gateway."""
        return self.credentials.base_url

    @property
    def api_base(self) -> str:
        if not self.credentials.scoped:
            return self.credentials.base_url
        return f"{settings.ATLASSIAN_GATEWAY_URL}/ex/{self.credentials.provider}/{self.credentials.cloud_id}"

    def get(self, path: str, params: Params | None = None, *, doubt_empty: str = "", **parts: str) -> Any:
        """
        The JSON at path, whose {names} are filled in from parts, quoted.

        doubt_empty names a list that a stranger would get empty: then the credentials are proven first.
        Raises a kind of UpstreamFailure and nothing of requests' own.
        """
        return self._answer("GET", path, doubt_empty, params=params, parts=parts)

    def ask(
        self, path: str, question: Mapping[str, Any], params: Params | None = None, *, doubt_empty: str = ""
    ) -> Any:
        """As get, for a question of QUESTIONS."""
        if path not in QUESTIONS:
            raise ValueError(f"{path} is not among the questions that change nothing")
        return self._answer("POST", path, doubt_empty, params=params, json=question)

    def prove(self) -> None:
        """
        Make sure that the last answer was meant for our account, before an empty one is believed.

        A dead token gets what an anonymous caller would see. Costs a call unless the answer named the account or
        a minute has not passed since the last proof. Raises UpstreamAuthFailed.
        """
        if not self._vouched:
            identity.prove(self)

    def reply(self, method: str, path: str, *, base: str = "", parts: Mapping[str, str] = {}, **kwargs: Any) -> Reply:
        """The answer whatever its status: for those who judge the credentials themselves."""
        url = (base or self.api_base) + path.format(**{name: _segment(part) for name, part in parts.items()})
        started, tries, reply = time.monotonic(), 0, None
        retry = RETRIES
        try:
            with self._place(), self._deadline.binding():
                while True:
                    tries += 1
                    reply = self._attempt(method, url, first=tries == 1, **kwargs)
                    if reply is not None:
                        wait = _wait_before_next(retry, method, reply)
                        if wait is None or wait >= self._deadline.left():
                            return reply
                        time.sleep(wait)
                        retry = retry.new(total=int(retry.total or 0) - 1)
        finally:
            _log_call(method, path, reply, started, tries)

    @contextmanager
    def _place(self) -> Iterator[None]:
        """One account's stalling site holds three threads of four at most: the others serve everybody else."""
        if not self._places.acquire(timeout=self._deadline.cap(SECONDS_FOR_A_PLACE)):
            raise UpstreamTimeout("Atlassian is slow, and many calls wait for it already. Try again shortly.")
        try:
            yield
        finally:
            self._places.release()

    def _attempt(self, method: str, url: str, *, first: bool, **kwargs: Any) -> Reply | None:
        """None: the connection broke, and it is worth a second attempt."""
        try:
            timeout = (self._deadline.cap(CONNECT_SECONDS), self._deadline.cap(READ_SECONDS))
            with self._session.request(
                method, url, timeout=timeout, allow_redirects=False, stream=True, **kwargs
            ) as response:
                body = b"".join(_bounded_chunks(response))
                return Reply(response.status_code, response.headers, body)
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

    def _answer(self, method: str, path: str, doubt_empty: str, **kwargs: Any) -> Any:
        try:
            return self._believed(self.reply(method, path, **kwargs), doubt_empty)
        except UpstreamAuthFailed:
            if not gateway.switch_to_gateway(self):
                raise
            return self._believed(self.reply(method, path, **kwargs), doubt_empty)

    def _believed(self, reply: Reply, doubt_empty: str) -> Any:
        identity.refuse_strangers(reply, self.credentials)
        self._vouched = identity.is_vouched(reply, self.credentials)
        if reply.status != 200:
            raise self.error(reply)
        answer = reply.json()
        if doubt_empty and at(answer, doubt_empty) == []:
            self.prove()
        return answer

    def error(self, reply: Reply) -> UpstreamFailure:
        """What an answer that is not 200 means. Raises instead if the credentials turn out not to be good."""
        if reply.status == 429:
            return UpstreamRateLimited(_retry_after(reply) or 30)
        if 300 <= reply.status < 400:
            return UpstreamFailure("Atlassian redirected the call, which is not followed. Check base_url.")
        if reply.status == 401:
            return identity.refusal(reply, self.credentials)
        if reply.status == 403:
            return identity.judge_forbidden(self, reply)
        if reply.status in (400, 404):
            self.prove()
        kind = ERROR_FOR_STATUS.get(reply.status, UpstreamFailure)
        return kind(reply.sentence() or None) if kind is UpstreamRejectedQuery else kind()


def _segment(part: str) -> str:
    """As one segment of a path: neither a slash nor dots lead out of it."""
    if part.strip(".") == "":
        raise ValueError("a path cannot hold an empty or dotted segment")
    return quote(part, safe="")


def _bounded_chunks(response: requests.Response) -> Iterator[bytes]:
    """What was sent, decompressed, piece by piece as it comes in. Raises UpstreamFailure beyond LARGEST_ANSWER."""
    size = 0
    while chunk := response.raw.read1(65536, decode_content=True):
        size += len(chunk)
        if size > LARGEST_ANSWER:
            raise UpstreamFailure("Atlassian's answer is larger than 20 MB. Ask for less.")
        yield chunk


def _wait_before_next(retry: Retry, method: str, reply: Reply) -> float | None:
    """Seconds after which to ask again; None: this answer stands."""
    if not retry.total or not retry.is_retry(method, reply.status, "Retry-After" in reply.headers):
        return None
    wait = _retry_after(reply)
    if wait is None:
        return float(retry.backoff_factor * 2 ** (int(RETRIES.total or 0) - retry.total))
    # Asking earlier than we were told would only prolong it; waiting longer is for the caller to decide.
    return wait if wait <= RETRIES.retry_after_max else None


def _retry_after(reply: Reply) -> float | None:
    header = reply.headers.get("Retry-After", "")
    try:
        return Retry().parse_retry_after(header) if header else None
    except (InvalidHeader, ValueError, OverflowError):
        return None


def _log_call(method: str, template: str, reply: Reply | None, started: float, tries: int) -> None:
    """Without query, keys and body: what was looked for stands in the audit log alone."""
    trace = re.sub(r"[^\w-]", "", reply.headers.get("atl-traceid", ""))[:64] if reply else ""
    log.info(
        "atlassian %s %s: %s in %d ms, retries %d, trace %s",
        method,
        template,
        reply.status if reply else "no answer",
        (time.monotonic() - started) * 1000,
        max(0, tries - 1),
        trace or "-",
    )


_sessions: OrderedDict[str, tuple[requests.Session, threading.Semaphore]] = OrderedDict()
_sessions_lock = threading.Lock()


def _pooled(credentials: Credentials) -> tuple[requests.Session, threading.Semaphore]:
    """One for each credential, shared by all threads, so that connections stay open; never changed once made."""
    key = fingerprint(credentials)
    with _sessions_lock:
        pooled = _sessions.get(key)
        if pooled is None:
            places = threading.Semaphore(max(1, settings.THREADS * 3 // 4))
            pooled = _sessions[key] = (_new_session(credentials), places)
            if len(_sessions) > POOLED_CREDENTIALS:
                _sessions.popitem(last=False)  # whoever still uses it finishes; its sockets close with it
        _sessions.move_to_end(key)
    return pooled


def fingerprint(credentials: Credentials) -> str:
    """Names credentials without telling them: for keys of caches."""
    parts = (credentials.provider, credentials.base_url, credentials.email, credentials.api_token)
    return hashlib.sha256("\x00".join(parts).encode(errors="replace")).hexdigest()


class _BoundAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS


def _new_session(credentials: Credentials) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # a .netrc would replace our Authorization, REQUESTS_CA_BUNDLE the certificates
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # a shared jar would keep a login
    pair = f"{credentials.email}:{credentials.api_token}".encode(errors="replace")
    session.headers.update(
        {
            "Authorization": "Basic " + base64.b64encode(pair).decode(),
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "Accept-Language": "en",
            "X-Force-Accept-Language": "true",  # Jira speaks the account's language otherwise
            "User-Agent": "memory-core",
        }
    )
    adapter = _BoundAdapter(pool_maxsize=settings.THREADS, pool_connections=4)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
