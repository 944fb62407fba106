"""Spans: of each request and each exchange, within the caller's trace, and without what was looked for."""

from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from opentelemetry import trace

from config import telemetry
from tests.atlassian.rest_helpers import connect
from tests.factories import make_api_key
from workspaces.models import Role


class Recorder:
    """Stands in for the SDK, which an installation without the extra lacks."""

    def __init__(self) -> None:
        self.spans: list[dict[str, Any]] = []

    @contextmanager
    def start_as_current_span(self, name: str, context: Any = None, kind: Any = None, attributes: Any = None) -> Any:
        noted = dict(attributes)
        self.spans.append({"name": name, "kind": kind, "context": context, "attributes": noted})
        span = trace.NonRecordingSpan(trace.INVALID_SPAN_CONTEXT)
        span.set_attribute = noted.__setitem__  # type: ignore[method-assign]
        yield span


@pytest.fixture
def recorder(settings, monkeypatch):
    settings.OTLP_ENDPOINT = "http://127.0.0.1:4318"
    made = Recorder()
    monkeypatch.setattr(trace, "get_tracer", lambda name: made)
    return made


@pytest.mark.django_db
def test_a_request_and_its_exchanges_are_spans_that_hold_no_query(client_for, sample_site, recorder):
    connect(sample_site)
    client_for(make_api_key(Role.MEMBER)).get("/v1/jira/search", {"q": "turnstile"})

    server, *exchanges = recorder.spans
    assert (server["name"], server["kind"]) == ("GET v1", trace.SpanKind.SERVER)
    assert server["attributes"]["http.response.status_code"] == 200
    assert {span["kind"] for span in exchanges} == {trace.SpanKind.CLIENT}
    assert {span["attributes"]["http.response.status_code"] for span in exchanges} == {200}
    assert {span["attributes"]["memory_core.provider"] for span in exchanges} == {"jira"}
    assert "turnstile" not in str(recorder.spans)


@pytest.mark.django_db
def test_without_an_endpoint_there_is_no_span(client_for, sample_site, recorder, settings):
    settings.OTLP_ENDPOINT = ""
    connect(sample_site)
    client_for(make_api_key(Role.MEMBER)).get("/v1/jira/search", {"q": "turnstile"})

    assert recorder.spans == []


def test_an_endpoint_without_the_extra_is_named(settings, monkeypatch):
    settings.OTLP_ENDPOINT = "http://127.0.0.1:4318"
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.sdk.trace", None)
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.exporter.otlp.proto.http", None)

    with pytest.raises(ImproperlyConfigured, match=r"^OTEL_EXPORTER_OTLP_ENDPOINT: OpenTelemetry is not installed"):
        telemetry.check()
