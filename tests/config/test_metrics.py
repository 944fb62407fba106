"""/metrics, and the trace that a caller brings along."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from audit.models import AuditLog
from audit.sinks.delivery import SinkStatus
from tests.atlassian.rest_helpers import connect
from tests.factories import make_api_key
from workspaces.models import Role

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-for-prometheus"
LABELS = {"action", "outcome", "channel", "code", "kind", "provider", "status", "version", "le", "sink"}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client_for, sample_site, settings):
    settings.METRICS_TOKEN = TOKEN
    connect(sample_site)
    return client_for(make_api_key(Role.ADMIN))


def scrape(token: str = TOKEN, **headers: str) -> str:
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {token}"} | headers)
    assert answer.status_code == 200
    return answer.content.decode()


def samples() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for family in text_string_to_metric_families(scrape()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


def test_calls_atlassians_answers_and_what_the_database_says_are_told(agent):
    agent.get("/v1/jira/search", {"q": "turnstile"})
    agent.get("/v1/jira/read", {"issue_key": "NOPE-1"})

    told = samples()

    assert {"action": "jira.search", "outcome": "success", "channel": "rest"} in told["memory_core_calls_total"]
    assert {"code": "not_found"} in told["memory_core_errors_total"]
    assert {"provider": "jira", "status": "200"} in told["memory_core_upstream_requests_total"]
    assert {"action": "jira.search"} in told["memory_core_call_own_seconds_count"]
    assert {"memory_core_api_keys", "memory_core_audit_seal_lag_seconds", "memory_core_build_info"} <= set(told)


def test_what_several_sinks_say_stands_together(settings, monkeypatch):
    settings.METRICS_TOKEN = TOKEN
    statuses = [SinkStatus(name, behind, None, None, "") for name, behind in (("stdout", 0), ('odd "name"\\', 3))]
    monkeypatch.setattr("config.metrics.sink_statuses", lambda: statuses)

    assert samples()["memory_core_audit_sink_behind"] == [{"sink": "stdout"}, {"sink": 'odd "name"\\'}]
    assert scrape().count("# TYPE memory_core_audit_sink_behind gauge") == 1


def test_nothing_tells_who_called_where_or_for_what(agent):
    agent.get("/v1/jira/search", {"q": "turnstile"})

    text = scrape()
    ours = [labels for name, found in samples().items() if name.startswith("memory_core_") for labels in found]
    labels = {name for one in ours for name in one}

    assert labels <= LABELS
    assert not re.search(r"acme|@|mc_|turnstile|GATE|127\.0\.0\.1", text)


def test_own_time_is_what_a_call_took_without_atlassian(agent, sample_site):
    agent.get("/v1/jira/search", {"q": "turnstile"})

    whole, own = total("memory_core_call_seconds_sum"), total("memory_core_call_own_seconds_sum")

    assert 0 < own < whole


def total(name: str) -> float:
    lines = [line for line in scrape().splitlines() if line.startswith(name)]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer another-token-altogether", TOKEN[:-1]])
def test_without_its_token_there_is_nothing_here(settings, sent):
    settings.METRICS_TOKEN = TOKEN

    assert Client().get("/metrics", headers={"Authorization": sent}).status_code == 404


def test_without_a_token_set_there_is_nothing_at_all():
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_it_is_scraped_by_address_whatever_hosts_are_allowed(settings):
    settings.METRICS_TOKEN = TOKEN

    assert "memory_core_build_info" in scrape(Host="10.1.2.3:8080")


def test_the_counts_of_several_processes_add_up(tmp_path):
    count = "from audit.instruments import Instruments; Instruments().record_failures.inc(3)"
    gather = (
        "from prometheus_client import CollectorRegistry, generate_latest, multiprocess\n"
        "registry = CollectorRegistry(); multiprocess.MultiProcessCollector(registry)\n"
        "print(generate_latest(registry).decode())"
    )
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    ends = [
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
        for code in (count, count, gather)
    ]

    assert [end.returncode for end in ends] == [0, 0, 0], ends[-1].stderr
    assert "memory_core_audit_write_failures_total 6.0" in ends[-1].stdout


def test_dashboard_and_alerts_ask_only_for_what_is_told(agent):
    agent.get("/v1/jira/search", {"q": "turnstile"})
    dashboard = json.loads((ROOT / "deploy/grafana/memory-core.json").read_text())
    rules = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"][0]["rules"]
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked += [rule["expr"] for rule in rules]

    families = {line.split()[2] for line in scrape().splitlines() if line.startswith("# TYPE")}
    told = families | {f"{family}_bucket" for family in families}
    # families without a sample yet keep their line; the gauge of expiry has none before a token's end is known
    told |= {"memory_core_atlassian_token_expires_days_min", "memory_core_audit_sink_lag_seconds"}

    assert {name for expression in asked for name in re.findall(r"memory_core_\w+", expression)} <= told
    assert all({"summary", "action"} == set(rule["annotations"]) for rule in rules)


def test_a_trace_is_recorded_logged_and_passed_on(agent, sample_site, caplog):
    agent.get("/v1/jira/search", {"q": "turnstile"}, headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})

    passed_on = {request.headers["traceparent"] for request in sample_site.requests}
    assert AuditLog.objects.get().target["trace_id"] == TRACE
    assert all(re.fullmatch(rf"00-{TRACE}-[0-9a-f]{{16}}-01", header) for header in passed_on)
    assert passed_on
    assert f"00-{TRACE}-00f067aa0ba902b7-01" not in passed_on  # a span of its own


@pytest.mark.parametrize("header", ["", "nonsense", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{TRACE}-{'0' * 16}-01"])
def test_what_is_no_trace_counts_as_none(agent, sample_site, header):
    agent.get("/v1/jira/search", {"q": "turnstile"}, headers={"traceparent": header})

    assert "trace_id" not in AuditLog.objects.get().target
    assert not any("traceparent" in request.headers for request in sample_site.requests)
