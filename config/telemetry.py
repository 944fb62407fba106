"""Sends spans by OTLP over HTTP. Begun in each process after the fork: the thread that sends does not survive one."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

MISSING = (
    "OTEL_EXPORTER_OTLP_ENDPOINT: OpenTelemetry is not installed. Install what the extra names: "
    ".venv/bin/pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"
)


def check() -> None:
    """Raises ImproperlyConfigured where the extra is wanted and not installed."""
    if settings.OTLP_ENDPOINT:
        try:
            import opentelemetry.exporter.otlp.proto.http
            import opentelemetry.sdk.trace  # noqa: F401  to see whether it is there
        except ImportError as exc:
            raise ImproperlyConfigured(MISSING) from exc


def start() -> None:
    if not settings.OTLP_ENDPOINT:
        return
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": "memory-core", "service.version": settings.VERSION})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{settings.OTLP_ENDPOINT}/v1/traces")))
    trace.set_tracer_provider(provider)
