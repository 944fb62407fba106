"""
W3C trace context: who sends a traceparent finds its trace in our log and records, and at Atlassian.

https://www.w3.org/TR/trace-context/
"""

import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from audit.spans import current_traceparent, server_span

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})", re.ASCII)
_current: ContextVar[tuple[str, str]] = ContextVar("trace", default=("", ""))  # id of the trace, flags


def current_trace_id() -> str:
    """Empty where the caller sent none."""
    return _current.get()[0]


def outgoing_headers() -> dict[str, str]:
    """Headers that continue the caller's trace in a request of ours, with a span id of its own."""
    if traceparent := current_traceparent():
        return {"traceparent": traceparent}
    trace_id, flags = _current.get()
    return {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-{flags}"} if trace_id else {}


class TraceContextMiddleware:
    """What is no traceparent counts as none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = _TRACEPARENT.fullmatch(request.META.get("HTTP_TRACEPARENT", ""))
        token = _current.set((found[1], found[2]) if found else ("", ""))
        try:
            with server_span(request) as note:
                response = self.get_response(request)
                note(response.status_code)
                return response
        finally:
            _current.reset(token)
