import logging
import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

access_log = logging.getLogger("memory_core.access")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class AccessLogMiddleware:
    """One line a request: method, path, status, milliseconds. Never the query string: it may hold what was sought."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.monotonic()
        response = self.get_response(request)
        fields = {
            "method": request.method,
            "path": request.path[:200],
            "status": response.status_code,
            "ms": round((time.monotonic() - started) * 1000),
        }
        access_log.info("request", extra=fields)
        return response


class NoStoreMiddleware:
    """What is answered may be content of Atlassian's, or who may read it: no cache keeps it unless a view says so."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class ContentSecurityPolicyMiddleware:
    """Everything from this server and nothing inline, on every page and answer."""

    POLICY = (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "img-src 'self' data:"
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.POLICY)
        return response
