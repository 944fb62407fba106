"""Whatever Atlassian may send as text or answer goes through the whole path without a fault of ours."""

import json
from pathlib import Path

import pytest

from audit.models import AuditLog
from tests.atlassian.rest_helpers import FOUR, call

pytestmark = pytest.mark.django_db

OWN = Path(__file__).parent / "rendering"

ADF = sorted(OWN.rglob("*.json"))
STORAGE = sorted(OWN.rglob("*.xml"))
JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}
ANSWERS = {
    "nothing": (200, JSON, {}),
    "a list instead of an object": (200, JSON, [{"id": "1"}]),
    "an object without what was asked for": (200, JSON, {"id": 7, "fields": None, "body": {"storage": None}}),
    "a login page": (200, HTML, "<html><title>Log in</title></html>"),
    "half of an answer": (200, JSON, '{"issues": [{"key": "GA'),
    "wrong credentials": (401, JSON, {"code": 401, "message": "Unauthorized"}),
    "a missing scope": (401, JSON, {"code": 401, "message": "Unauthorized; scope does not match"}),
    "a firewall": (403, HTML, "<h1>Forbidden</h1>"),
    "nothing there": (404, JSON, {"errorMessages": ["Issue does not exist"], "errors": {}}),
    "no such site": (404, HTML, "<h1>Page not found</h1>"),
    "a route that is gone": (410, JSON, {"errorMessages": ["The requested API has been removed."]}),
    "a rejected query": (400, JSON, {"errorMessages": ["The value 'X' does not exist for the field 'project'."]}),
    "too many calls": (429, {**JSON, "Retry-After": "0"}, {"message": "Rate limit exceeded"}),
    "a site that is down": (503, HTML, "<h1>Service Unavailable</h1>"),
}
ASKED = {
    "jira.search": "/rest/api/3/search/jql",
    "jira.read": "/rest/api/3/issue/GATE-7",
    "confluence.search": "/wiki/rest/api/search",
    "confluence.read": "/wiki/api/v2/pages/420000002",
}


@pytest.mark.parametrize("document", ADF, ids=lambda path: path.stem)
def test_a_document_is_read_as_an_issue_and_as_a_comment(agent, sample_site, document):
    adf = json.loads(document.read_text(encoding="utf-8"))
    sample_site.add_issue("GATE-500", description=adf)
    sample_site.add_comment("GATE-500", adf)

    answer = call(agent, "/v1/jira/read", issue_key="GATE-500", max_chars=100_000)

    assert answer.status_code == 200, answer.content
    assert AuditLog.objects.get().outcome == "success"


@pytest.mark.parametrize("document", STORAGE, ids=lambda path: path.stem)
def test_a_document_is_read_as_a_page(agent, sample_site, document):
    sample_site.add_page("A document", id="999000111", storage=document.read_text(encoding="utf-8"))

    answer = call(agent, "/v1/confluence/read", page_id="999000111", max_chars=100_000)

    assert answer.status_code == 200, answer.content
    assert AuditLog.objects.get().outcome == "success"


@pytest.mark.parametrize(("path", "params", "action"), FOUR)
@pytest.mark.parametrize("sample", ANSWERS)
def test_any_answer_in_any_place_never_ends_as_a_fault_of_ours(
    agent, sample_site, monkeypatch, sample, path, params, action
):
    monkeypatch.setattr("atlassian.upstream.transport.TOTAL_TIMEOUT", 2)
    sample_site.answer("GET", ASKED[action], *ANSWERS[sample])

    answer = call(agent, path, **params)

    assert answer.status_code in (200, 400, 404, 429, 502, 504), answer.content
    assert answer.status_code == 200 or answer.json()["error"]["code"] != "internal_error"
    assert AuditLog.objects.count() == 1
