"""
Spans for OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT is set and the extra `otel` is installed; else nothing.

A span holds what the log holds: never a query, a key or a text.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import HttpRequest

STATUS = "http.response.status_code"
Note = Callable[[int], Any]


@contextmanager
def server_span(request: HttpRequest) -> Iterator[Note]:
    """A span of one request, within the caller's trace. Yields a function that notes the status."""
    if not settings.OTLP_ENDPOINT:
        yield _nothing
        return
    from opentelemetry import trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    parent = TraceContextTextMapPropagator().extract({"traceparent": request.META.get("HTTP_TRACEPARENT", "")})
    attributes = {"http.request.method": request.method or "", "url.path": request.path[:200]}
    tracer = trace.get_tracer("memory-core")
    name = f"{request.method} {request.path.split('/')[1]}"
    with tracer.start_as_current_span(name, parent, trace.SpanKind.SERVER, attributes) as span:
        yield lambda status: span.set_attribute(STATUS, status)


@contextmanager
def client_span(provider: str, method: str, route: str) -> Iterator[Note]:
    """Of one exchange with Atlassian; yields what notes its status. `route` has placeholders in place of keys."""
    if not settings.OTLP_ENDPOINT:
        yield _nothing
        return
    from opentelemetry import trace

    tracer = trace.get_tracer("memory-core")
    attributes = {"http.request.method": method, "url.template": route, "memory_core.provider": provider}
    with tracer.start_as_current_span(f"{method} {route}", kind=trace.SpanKind.CLIENT, attributes=attributes) as span:
        yield lambda status: span.set_attribute(STATUS, status)


def current_traceparent() -> str:
    """The traceparent of the current span; empty where there is none."""
    if not settings.OTLP_ENDPOINT:
        return ""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent", "")


def _nothing(status: int) -> None:
    """No span, no status."""
