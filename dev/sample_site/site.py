"""SampleSite: the one object that tests and the command line hold."""

import itertools
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from dev.sample_site import auth, confluence, control, jira, media, server
from dev.sample_site.accounts import ACCOUNTS, READER, Account, Token
from dev.sample_site.exchange import Answer, Refusal, Request, json_answer
from dev.sample_site.faults import Fault, Faults
from dev.sample_site.routing import Call, Route, find
from dev.sample_site.site_builder import SiteBuilder

CLOUD_ID = "5e2f9a34-77c0-4e0b-9d55-1a8c6b2f4d10"


class SampleSite(SiteBuilder):
    """
    A stand-in for one Atlassian Cloud site and its gateway, on a loopback port.

    The port is taken at once, so `url` is known before start(). Use it as a context manager, or call
    start() and stop(). `requests` lists what was received, `faults` spoils answers.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        email: str = "",
        token: str = "",
        log: bool = False,
        empty: bool = False,
    ) -> None:
        self.server = server.Server((host, port), self)
        self.url = f"http://{host}:{self.server.server_address[1]}"
        self.cloud_id = CLOUD_ID
        self.log = log
        self.empty = empty
        self.public_spaces: tuple[str, ...] = ()  # keys of spaces that strangers may read
        self.faults = Faults()
        self.always_redirects = False  # also a download that asked for the bytes
        self.requests: list[Request] = []
        self.accounts: list[Account] = list(ACCOUNTS)
        if email or token:
            own = Token(token) if token else READER.tokens[0]
            self.accounts.insert(0, replace(READER, email=email or READER.email, tokens=(own,)))
        self._recorded: dict[tuple[str, str], Answer] = {}
        self._traces = itertools.count(1)
        self._thread: threading.Thread | None = None
        self.fill()

    @property
    def gateway_url(self) -> str:
        """What ATLASSIAN_GATEWAY_URL must be for scoped tokens: the same server."""
        return self.url

    @property
    def media_url(self) -> str:
        """What ATLASSIAN_MEDIA_URL must be: the same server under another name, which makes it another origin."""
        return self.url.replace("127.0.0.1", "localhost")

    def start(self) -> "SampleSite":
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        if self._thread is not None:
            self.server.shutdown()
            self._thread.join()
            self._thread = None
        self.server.close_connections()
        self.server.server_close()

    def __enter__(self) -> "SampleSite":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def reset(self) -> None:
        """Back to the content of the files: no faults, no recorded answers, no requests seen."""
        self.public_spaces = ()
        self.faults.clear()
        self.always_redirects = False
        self._recorded.clear()
        self.requests.clear()
        self.fill()

    def answer(
        self,
        method: str,
        path: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        body: Any = b"",
    ) -> None:
        """
        Serves this response verbatim, whoever asks. `path` with a query matches only that query.

        A body that is not str or bytes is sent as JSON.
        """
        if isinstance(body, bytes | str):
            content = body.encode() if isinstance(body, str) else body
            recorded = Answer(status, content, {"content-type": "application/json;charset=UTF-8"})
        else:
            recorded = json_answer(body, status)
        given = {name.lower(): value for name, value in (headers or {}).items()}
        recorded.headers |= given
        self._recorded[method.upper(), path] = recorded

    def received(self, prefix: str = "", method: str = "") -> list[Request]:
        """Of `requests`, those to a path that begins so."""
        return [
            each for each in list(self.requests) if each.path.startswith(prefix) and method.upper() in ("", each.method)
        ]

    def answer_to(self, request: Request) -> tuple[Answer, Fault | None]:
        if request.path.startswith("/_"):
            controlled = control.answer(self, request)
            if controlled is not None:
                return controlled, None
        self.requests.append(request)
        fault = self.faults.take(request, self._inner_path(request.path))
        answer = self._recorded_for(request) or self._routed(request)
        if self.log:
            server.log_line(request, answer.status)
        return answer, fault

    def _recorded_for(self, request: Request) -> Answer | None:
        exact = self._recorded.get((request.method, request.target))
        return exact or self._recorded.get((request.method, request.path))

    def _inner_path(self, path: str) -> str:
        """The path behind /ex/{product}/{cloudId}, or the path itself."""
        parts = path.split("/", 4)
        return "/" + (parts[4] if len(parts) > 4 else "") if path.startswith("/ex/") else path

    def _routed(self, request: Request) -> Answer:
        if request.path.startswith(media.PREFIX):
            return media.answer(self, request)
        if request.path == "/_edge/tenant_info":
            return json_answer({"cloudId": self.cloud_id})
        try:
            if request.path.startswith("/ex/"):
                return self._through_gateway(request)
            return self._on_site(request)
        except Refusal as refusal:
            return refusal.answer

    def _on_site(self, request: Request) -> Answer:
        caller = auth.identify(request, self.accounts)
        of_confluence = request.path.startswith("/wiki/")
        if of_confluence and not caller.known:
            caller = replace(caller, public_spaces=frozenset(self.public_spaces))
        refused = auth.confluence_site_refusal if of_confluence else auth.jira_site_refusal
        refusal = refused(caller, request, quote(self.url, safe=""))
        if refusal is not None:
            refusal.headers |= {} if of_confluence else auth.failed_login(caller)
            return refusal
        route, parts, known = find(confluence.ROUTES if of_confluence else jira.ROUTES, request.method, request.path)
        answer = self._run(route, parts, known, Call(self, caller, request))
        answer.headers |= {"atl-traceid": f"{next(self._traces):032x}"}
        answer.headers |= self._headers(caller, route, of_confluence)
        return answer

    def _headers(self, caller: auth.Caller, route: Route | None, of_confluence: bool) -> dict[str, str]:
        if of_confluence:
            return auth.confluence_headers()
        limit = route.limit if route else 350
        return auth.jira_headers(caller, limit) if caller.known else auth.failed_login(caller)

    def _through_gateway(self, request: Request) -> Answer:
        _, _, product, cloud_id, *_ = [*request.path.split("/"), "", ""]
        if product not in ("jira", "confluence") or cloud_id != self.cloud_id:
            return json_answer({"code": 404, "message": "Not Found"}, 404)
        inner = replace(request, path=self._inner_path(request.path))
        caller = auth.identify(request, self.accounts)
        table = confluence.ROUTES if product == "confluence" else jira.ROUTES
        route, parts, known = find(table, request.method, inner.path)
        refusal = auth.gateway_refusal(caller, inner, product, route.scopes if route else frozenset())
        if refusal is not None:
            return refusal
        answer = self._run(route, parts, known, Call(self, caller, inner))
        answer.headers |= self._headers(caller, route, product == "confluence")
        return answer

    def _run(self, route: Route | None, parts: list[str], known: bool, call: Call) -> Answer:
        if route is None:
            return _no_route(call.request, known)
        try:
            return route.answer(call, *parts)
        except Refusal as refusal:
            return refusal.answer


def _no_route(request: Request, known: bool) -> Answer:
    status, title = (405, "Method Not Allowed") if known else (404, "Not Found")
    detail = f"No endpoint {request.method} {urlsplit(request.target).path}."
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
    }
    return json_answer(body, status, content_type="application/problem+json")
