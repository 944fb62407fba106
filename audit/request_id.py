"""The id that one request carries through answer, record and log: no two requests have the same."""

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

_current: ContextVar[str] = ContextVar("request_id", default="")
MAX_OFFERED_CHARS = 47  # with our own part the 64 that a record has room for
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)


def current_request_id() -> str:
    """Empty outside a request."""
    return _current.get()


class RequestIdMiddleware:
    """
    Make an id and answer with it. It begins with a well-formed X-Request-ID, but never is one alone: callers choose
    those, and could choose another's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.META.get("HTTP_X_REQUEST_ID", "")
        unique = uuid.uuid4().hex
        request_id = f"{offered[:MAX_OFFERED_CHARS]}.{unique[:16]}" if _ACCEPTABLE.fullmatch(offered) else unique
        token = _current.set(request_id)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response["X-Request-ID"] = request_id
        return response
