"""Whatever is asked, and whatever was put in, the site answers: a broken stand-in would blame the product."""

import json
from pathlib import Path

import pytest

from tests.sample_site.calls import call, search_confluence, search_jira

DOCUMENTS = Path(__file__).parents[1] / "atlassian/rendering/fixtures"
ODD = [
    "(" * 5000 + "project = GATE",
    "not " * 5000 + "project = GATE",
    "created >= -99999999999999d",
    "key in (" + "9" * 5000 + ")",
    'text ~ "\ud800"',
    'text ~ "🚪 AND"',
    'text ~ "AND OR NOT"',
    'text ~ "- + !"',
    'text ~ "\\u0000"',
    "project = ",
    "~",
    "'",
    "in",
    "x" * 100_000,
    "text ~ (a, b)",
    "project = currentUser()",
    "order by order by",
    "status CHANGED AFTER startOfDay(-5d",
]


@pytest.mark.parametrize("query", ODD, ids=range(len(ODD)))
def test_odd_queries_are_answered(sample_site, query):
    assert search_jira(sample_site, query).status_code in (200, 400)
    if "\ud800" not in query and len(query) < 50_000:
        assert search_confluence(sample_site, query).status_code in (200, 400)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/rest/api/3/issue/" + "9" * 5000, 404),
        ("/rest/api/3/issue/%00", 404),
        ("/rest/api/3/issue/a%2Fb/comment", 404),
        ("/rest/api/3/search/jql?jql=project=GATE&maxResults=" + "9" * 5000, 400),
        ("/rest/api/3/search/jql?jql=project=GATE&nextPageToken=é", 400),
        ("/wiki/api/v2/pages/" + "9" * 5000, 400),
        ("/wiki/api/v2/pages/²", 400),
        ("/wiki/api/v2/spaces?limit=²", 400),
        ("/wiki/rest/api/search?cql=type=page&limit=" + "9" * 5000, 404),
        ("/wiki/rest/api/search?cql=type=page&cursor=é", 400),
        ("/wiki/", 404),
        ("/ex/jira", 404),
        ("/ex/confluence/x/y/z", 404),
        ("//", 404),
    ],
)
def test_odd_paths_are_answered(sample_site, path, status):
    assert call(sample_site, path).status_code == status


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b'"x"', b"\xff", b"[" * 100_000])
def test_odd_bodies_are_answered(sample_site, body):
    for path in (
        "/rest/api/3/search/jql",
        "/rest/api/3/jql/parse",
        "/rest/api/3/changelog/bulkfetch",
        "/wiki/api/v2/users-bulk",
    ):
        assert call(sample_site, path, method="POST", data=body).status_code == 400


def test_a_description_of_any_depth_can_be_searched(sample_site):
    document: list | dict = {"type": "text", "text": "bottomless"}
    for _ in range(400):
        document = {"type": "blockquote", "content": [document]}
    sample_site.add_issue("DEEP-1", description=document)

    assert search_jira(sample_site, "text ~ bottomless").json()["issues"]


def test_every_document_can_be_served_in_both_formats_and_searched(sample_site):
    documents, pages = sorted(DOCUMENTS.glob("adf/*.json")), sorted(DOCUMENTS.glob("storage/*.xml"))
    assert min(len(documents), len(pages)) > 10
    for path in documents:
        document = json.loads(path.read_text(encoding="utf-8"))
        issue = sample_site.add_issue(f"DOC-{len(sample_site.dataset.issues)}", description=document)
        page = sample_site.add_page(path.stem, adf=document)
        served = call(sample_site, f"/rest/api/3/issue/{issue.key}?fields=description").json()
        assert served["fields"]["description"] == document
        _both_formats(sample_site, page.id)
    for path in pages:
        page = sample_site.add_page(path.stem, storage=path.read_text(encoding="utf-8"))
        _both_formats(sample_site, page.id)
    assert search_confluence(sample_site, "text ~ the").status_code == 200
    assert search_jira(sample_site, "text ~ the").status_code == 200


def _both_formats(site, page_id):
    for form in ("storage", "atlas_doc_format"):
        answer = call(site, f"/wiki/api/v2/pages/{page_id}?body-format={form}")
        assert isinstance(answer.json()["body"][form]["value"], str)
