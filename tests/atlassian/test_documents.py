"""Whatever Atlassian may send as text or answer goes through the whole path without a fault of ours."""

import json
from pathlib import Path

import pytest

from audit.models import AuditLog
from tests.atlassian.rest_helpers import call, connect
from tests.factories import make_api_key
from workspaces.models import Role

pytestmark = pytest.mark.django_db

OWN = Path(__file__).parent / "rendering"

ADF = sorted(OWN.rglob("*.json"))
STORAGE = sorted(OWN.rglob("*.xml"))


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
