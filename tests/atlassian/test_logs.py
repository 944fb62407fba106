"""What was looked for stands in the audit log alone: no log line holds it, whatever goes wrong on the way."""

import logging

import pytest

from tests.atlassian.rest_helpers import FOUR, call, connect
from tests.atlassian.upstream.raw_http_server import listening
from tests.factories import make_api_key, make_integration
from workspaces.models import Role

pytestmark = pytest.mark.django_db

SECRET_WORDS = {"q": "mergerplans"}
FAULTS = [
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}},
    {"kind": "drop"},
    {"kind": "cut"},
    {"kind": "html"},
    {"kind": "broken_json"},
    {"kind": "redirect"},
]


@pytest.fixture
def log(caplog):
    """Everything, but for the loggers that settings.LOGGING turns down."""
    for name in ("urllib3", "django.request", "django_mcpz.calls"):
        caplog.set_level(logging.ERROR, logger=name)
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.mark.parametrize("path", ["/v1/jira/search", "/v1/confluence/search"])
@pytest.mark.parametrize("fault", [None, *FAULTS], ids=str)
def test_no_line_holds_what_was_looked_for(client_for, sample_site, log, path, fault):
    connect(sample_site)
    if fault:
        sample_site.faults.add(path="/rest/api/3/search", **fault)
        sample_site.faults.add(path="/wiki/rest/api/search", **fault)

    call(client_for(make_api_key(Role.MEMBER)), path, **SECRET_WORDS)

    assert log.text
    assert "mergerplans" not in log.text


def test_headers_that_nobody_can_read_tell_no_address_either(client_for, settings, log):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n: broken\r\nX\r\n\r\n{}"

    with listening(lambda connection, done: connection.sendall(head)) as origin:
        settings.ATLASSIAN_ORIGINS = frozenset({origin})
        make_integration("jira", base_url=origin)
        call(client_for(make_api_key(Role.MEMBER)), "/v1/jira/search", **SECRET_WORDS)

    assert "mergerplans" not in log.text


@pytest.mark.parametrize(("path", "params", "action"), FOUR)
def test_an_exchange_leaves_one_line(client_for, sample_site, log, path, params, action):
    connect(sample_site)

    call(client_for(make_api_key(Role.MEMBER)), path, **params)

    lines = [record for record in log.records if record.name.startswith("atlassian.")]
    assert len(lines) == len(sample_site.requests)
