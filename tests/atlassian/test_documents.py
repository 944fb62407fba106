"""Whatever Atlassian may send as text or answer goes through the whole path without a fault of ours."""

import json
from pathlib import Path

import pytest

from audit.models import AuditLog
from tests.atlassian.rest_helpers import FOUR, call, connect
from tests.factories import make_api_key
from workspaces.models import Role

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
SHARED = ROOT / "../shared"
OWN = Path(__file__).parent / "rendering"

ADF = sorted([*OWN.rglob("*.json"), *(SHARED / "corpus/adf").glob("*.json")])
STORAGE = sorted([*OWN.rglob("*.xml"), *(SHARED / "corpus/storage").glob("*.xml")])
SAMPLES = sorted((SHARED / "samples").glob("*.json"))
ASKED = {
    "jira.search": "/rest/api/3/search/jql",
    "jira.read": "/rest/api/3/issue/GATE-7",
    "confluence.search": "/wiki/rest/api/search",
    "confluence.read": "/wiki/api/v2/pages/420000002",
}
WITHOUT_SHARED = pytest.mark.skipif(not SAMPLES, reason="the recorded answers do not ship with the project")


@pytest.fixture
def agent(client_for, sample_site, settings):
    connect(sample_site)
    return client_for(make_api_key(Role.MEMBER))


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


@WITHOUT_SHARED
@pytest.mark.parametrize(("path", "params", "action"), FOUR)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_recorded_answer_in_any_place_never_ends_as_a_fault_of_ours(
    agent, sample_site, monkeypatch, sample, path, params, action
):
    monkeypatch.setattr("atlassian.upstream.transport.TOTAL_TIMEOUT", 2)
    recorded = json.loads(sample.read_text(encoding="utf-8"))
    body = recorded.get("body", recorded.get("body_text", ""))
    sample_site.answer("GET", ASKED[action], recorded["status"], recorded.get("headers"), body)

    answer = call(agent, path, **params)

    assert answer.status_code in (200, 400, 404, 429, 502, 504), answer.content
    assert answer.status_code == 200 or answer.json()["error"]["code"] != "internal_error"
    assert AuditLog.objects.count() == 1
