"""/metrics for Prometheus: what every process counted, and what the database says now."""

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db.models import Min, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from audit.models import AuditLog, AuditSeal
from audit.sinks.delivery import sink_statuses
from config.exceptions import route_not_found
from integrations.models import Integration
from workspaces.models import ApiKey

EXPIRES_SOON = timedelta(days=14)

Sample = tuple[str, str, dict[str, str], float]


def metrics(request: HttpRequest) -> HttpResponse:
    """For who sends MEMORY_CORE_METRICS_TOKEN; where none is set, or another is sent, there is nothing here."""
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not settings.METRICS_TOKEN or not hmac.compare_digest(sent.encode(), settings.METRICS_TOKEN.encode()):
        return route_not_found(request, Exception())
    from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess

    registry = REGISTRY
    if settings.PROCESSES > 1:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    return HttpResponse(generate_latest(registry) + _state().encode(), content_type=CONTENT_TYPE_LATEST)


def _state() -> str:
    """Gauges that no process counts, in Prometheus' text form."""
    samples = sorted(_samples(timezone.now()), key=lambda sample: sample[:2])
    lines = []
    for (name, meaning), group in groupby(samples, key=lambda sample: sample[:2]):
        lines.append(f"# HELP {name} {meaning}\n# TYPE {name} gauge\n")
        lines += [f"{name}{_shown(labels)} {value}\n" for _, _, labels, value in group]
    return "".join(lines)


def _shown(labels: dict[str, str]) -> str:
    pairs = [f'{label}="{_escaped(text)}"' for label, text in labels.items()]
    return f"{{{','.join(pairs)}}}" if pairs else ""


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _samples(now: datetime) -> Iterator[Sample]:
    yield "memory_core_build_info", "The version that runs.", {"version": settings.VERSION}, 1
    yield from _keys(now)
    yield from _tokens(now)
    yield from _seals(now)
    yield from _sinks(now)


def _sinks(now: datetime) -> Iterator[Sample]:
    for sink in sink_statuses():
        labels = {"sink": sink.name}
        lag = _since(sink.oldest_at, now)
        yield "memory_core_audit_sink_behind", "Records that a sink has not had yet.", labels, sink.behind
        yield "memory_core_audit_sink_lag_seconds", "Age of the oldest of these.", labels, lag


def _keys(now: datetime) -> Iterator[Sample]:
    usable = ApiKey.objects.usable()
    oldest = usable.aggregate(Min("created_at"))["created_at__min"]
    soon = usable.filter(expires_at__lt=now + EXPIRES_SOON).count()
    yield "memory_core_api_keys", "API keys that work.", {}, usable.count()
    yield "memory_core_api_keys_expiring", "API keys that end within 14 days.", {}, soon
    yield "memory_core_api_key_age_seconds_max", "Age of the oldest that works.", {}, _since(oldest, now)


def _tokens(now: datetime) -> Iterator[Sample]:
    """Days are enough: Atlassian's tokens end at the end of one."""
    for provider, ends in (
        Integration.objects.filter(enabled=True).values_list("provider").annotate(Min("token_expires_on"))
    ):
        if ends is not None:
            yield (
                "memory_core_atlassian_token_expires_days_min",
                "Days until the first stored Atlassian token ends.",
                {"provider": provider},
                (ends - now.date()).days,
            )
    failing = Integration.objects.filter(enabled=True).exclude(Q(test_problem="") | Q(tested_at=None)).count()
    yield "memory_core_connections_failing", "Connections whose last test failed.", {}, failing


def _seals(now: datetime) -> Iterator[Sample]:
    sealed = AuditSeal.objects.order_by("-pk").values_list("last_id", flat=True).first() or 0
    unsealed = AuditLog.objects.filter(id__gt=sealed).order_by("id")
    first = unsealed.values_list("created_at", flat=True).first()
    yield "memory_core_audit_seal_lag_seconds", "Age of the oldest record without a seal.", {}, _since(first, now)


def _since(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
