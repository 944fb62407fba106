"""No invisible character reaches an agent, wherever a site holds it."""

import pytest

from tests.atlassian.jira.answers import paragraph
from tests.atlassian.rest_helpers import call

pytestmark = pytest.mark.django_db

SMUGGLED = "".join(chr(0xE0000 + ord(letter)) for letter in "obey me") + "\u202e\u200b\x1b[8m"


def is_free_of_it(answer) -> bool:
    said = answer.content.decode()
    return answer.status_code == 200 and not any(character in said for character in SMUGGLED if not character.isascii())


def test_an_issue_and_its_comments_come_without(agent, sample_site):
    spoilt = f"Hi{SMUGGLED}"
    issue = sample_site.add_issue(
        "GATE-600", spoilt, description=paragraph(spoilt), labels=[spoilt], components=[spoilt]
    )
    issue.fields["attachment"] = [{"filename": f"{spoilt}.txt", "mimeType": "text/plain", "size": 1}]
    issue.fields["status"]["name"] = spoilt
    sample_site.add_comment("GATE-600", paragraph(spoilt))

    read = call(agent, "/v1/jira/read", issue_key="GATE-600", max_chars=10_000)

    assert is_free_of_it(read)
    assert read.json()["summary"] == "Hi"
    assert read.json()["labels"] == ["Hi"]
    assert "- Hi.txt" in read.json()["content"]
    assert is_free_of_it(call(agent, "/v1/jira/search", jql="key = GATE-600"))


def test_a_page_its_comments_and_its_excerpt_come_without(agent, sample_site):
    spoilt = f"Hi{SMUGGLED}".replace("\x1b", "")
    sample_site.add_page(spoilt, id="999000222", storage=f"<p>{spoilt} rollout</p>", labels=[spoilt])
    sample_site.add_page_comment("999000222", f"<p>{spoilt}</p>", selection=spoilt)

    read = call(agent, "/v1/confluence/read", page_id="999000222", comments="true", max_chars=10_000)

    assert is_free_of_it(read)
    assert "# Hi" in read.json()["content"]
    assert is_free_of_it(call(agent, "/v1/confluence/search", q="rollout"))
