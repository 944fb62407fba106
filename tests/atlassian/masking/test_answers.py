"""Secrets in what Atlassian answers, at both doors of all four reads, down to the record."""

import json

import pytest
import responses

from audit.models import AuditLog
from integrations.models import Integration
from tests.atlassian.confluence.answers import SEARCH as PAGE_SEARCH
from tests.atlassian.confluence.answers import V2, make_hits, make_page, make_row
from tests.atlassian.factories import ME, SIGNED, SITE
from tests.atlassian.mcp.calls import call as call_tool
from tests.atlassian.mcp.calls import said
from tests.factories import make_api_key, make_integration

pytestmark = pytest.mark.django_db

TOKEN = "ghp_" + "aB3dE6gH9" * 4
MASK = "[masked: GitHub token]"


@pytest.fixture
def agent(client_for):
    make_integration("jira")
    make_integration("confluence")
    return client_for(make_api_key())


def with_secret(text: str = "") -> str:
    return f"{text} {TOKEN}".strip()


def make_issue(key: str = "ABC-1") -> dict:
    """A secret in every text that a person could have written."""
    person = {"accountId": ME, "displayName": with_secret("Mia")}
    related = {"key": "ABC-2", "fields": {"summary": with_secret(), "status": {"name": with_secret("Open")}}}
    return {
        "key": key,
        "fields": {
            "summary": with_secret("Turnstile"),
            "status": {"name": with_secret("Open")},
            "issuetype": {"name": with_secret("Bug")},
            "priority": {"name": with_secret("High")},
            "resolution": {"name": with_secret("Done")},
            "project": {"key": "ABC"},
            "assignee": person,
            "reporter": person,
            "labels": [TOKEN],
            "components": [{"name": with_secret("Door")}],
            "fixVersions": [{"name": with_secret("1.0")}],
            "parent": related,
            "subtasks": [related],
            "issuelinks": [{"type": {"inward": with_secret("blocks")}, "inwardIssue": related}],
            "attachment": [{"id": "1", "filename": with_secret() + ".txt", "mimeType": "text/plain", "size": 3}],
            "updated": "2026-09-18",
            "created": "2026-09-18",
            "description": with_secret("Use"),
            "comment": {"comments": [{"id": "1", "author": person, "body": with_secret("No, use")}], "total": 1},
        },
    }


def serve() -> None:
    responses.get(f"{SITE}/rest/api/3/issue/ABC-1", json=make_issue(), headers=SIGNED)
    responses.get(f"{SITE}/rest/api/3/search/jql", json={"issues": [make_issue()]}, headers=SIGNED)
    row = make_row(title=with_secret("Deploys"), space={"id": 11, "key": "TEAM", "name": with_secret("Team")})
    row |= {"excerpt": with_secret("Stage"), "title": with_secret("Deploys")}
    responses.get(PAGE_SEARCH, json=make_hits(row), headers=SIGNED)
    body = f"<p>Use <code>{TOKEN}</code></p><table><tr><th>Key</th><td>{TOKEN}</td></tr></table>"
    labels = {"results": [{"id": "1", "name": TOKEN, "prefix": "global"}]}
    page = make_page(body=body, title=with_secret("Deploys"), labels=labels)
    responses.get(f"{V2}/pages/123", json=page, headers=SIGNED)


READS = [
    ("jira", "search", {"q": "turnstile"}),
    ("jira", "read", {"issue_key": "ABC-1"}),
    ("confluence", "search", {"q": "deploys"}),
    ("confluence", "read", {"page_id": "123"}),
]


@responses.activate
@pytest.mark.parametrize(("provider", "action", "arguments"), READS)
def test_no_text_of_an_answer_shows_a_secret(agent, provider, action, arguments):
    serve()

    rest = agent.get(f"/v1/{provider}/{action}", {"workspace_key": "acme"} | arguments)
    mcp = said(call_tool(agent, f"{provider}_{action}", **arguments))

    assert rest.status_code == 200, rest.content
    for answer in (rest.content.decode(), mcp):
        assert MASK in answer
        assert TOKEN[4:] not in answer
    records = list(AuditLog.objects.all())
    assert [record.target["masked"].keys() for record in records] == [{"GitHub token"}] * 2
    assert TOKEN not in json.dumps([record.target for record in records])


@responses.activate
def test_the_record_counts_what_was_masked_and_what_several_texts_repeat_once(agent):
    other = "ghp_" + "Zy8xW5vU2" * 4
    body = f"<h2>Keys</h2><p>{TOKEN}, {other}</p><p>Password: hunter2x</p>"
    responses.get(f"{V2}/pages/123", json=make_page(body=body, title=with_secret("Deploys")), headers=SIGNED)

    agent.get("/v1/confluence/read", {"workspace_key": "acme", "page_id": "123"})

    # the title stands in the text as well
    assert AuditLog.objects.get().target["masked"] == {"GitHub token": 3, "password": 1}


@responses.activate
def test_a_workspace_may_do_without(agent):
    responses.get(f"{V2}/pages/123", json=make_page(body=f"<p>{TOKEN}</p>"), headers=SIGNED)
    Integration.objects.filter(provider="confluence").update(mask_secrets=False)

    answer = agent.get("/v1/confluence/read", {"workspace_key": "acme", "page_id": "123"})

    assert TOKEN in answer.json()["content"]
    assert "masked" not in AuditLog.objects.get().target


@responses.activate
def test_a_secret_at_a_cut_is_masked_in_both_pieces_and_offsets_count_the_masked_text(agent):
    body = "".join(f"<p>Line {number} of the page. {TOKEN}</p>" for number in range(60))
    responses.get(f"{V2}/pages/123", json=make_page(body=body), headers=SIGNED)
    arguments = {"workspace_key": "acme", "page_id": "123"}
    whole = agent.get("/v1/confluence/read", arguments | {"max_chars": 100_000}).json()

    offset = 0
    while offset is not None:
        piece = agent.get("/v1/confluence/read", arguments | {"max_chars": 150, "offset": offset}).json()
        assert piece["content"].startswith(whole["content"][offset : piece["next_offset"]])
        assert TOKEN[-12:] not in piece["content"]
        assert "ghp_" not in piece["content"]
        offset = piece["next_offset"]


@responses.activate
def test_a_cursor_comes_back_as_it_is(agent):
    cursor = "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + "zdWIiOiIxMjM0In0" + ".abcdefghij"
    responses.get(
        f"{SITE}/rest/api/3/search/jql",
        json={"issues": [make_issue()], "nextPageToken": cursor, "isLast": False},
        headers=SIGNED,
    )

    answer = agent.get("/v1/jira/search", {"workspace_key": "acme", "q": "turnstile"})

    assert answer.json()["next_cursor"] == cursor
