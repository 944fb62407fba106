"""What can be read of a page besides its text: at the door, against a real server, counting calls."""

import pytest

from audit.models import AuditLog
from dev.sample_site.accounts import CONTRACTOR
from integrations.models import Integration
from tests.atlassian.rest_helpers import call, connect, error
from tests.factories import make_api_key
from workspaces.models import Membership, Role

pytestmark = pytest.mark.django_db

ENGINEERING, FOLDER, DECISION, WHITEBOARD, DATABASE = (
    "410000001", "410000002", "410000003", "410000010", "410000011",
)  # fmt: skip
RUNBOOK, CERTIFICATE = "420000002", "420000003"
TOMAS = "5c8f1e7ab2d94f0c3e6a9c20"
READ, SEARCH = "/v1/confluence/read", "/v1/confluence/search"


def read(agent, page_id, **params):
    answer = call(agent, READ, page_id=page_id, **params)
    assert answer.status_code == 200, answer.content
    return answer.json()


def calls(site):
    """Paths that were asked for since they were last counted, without those for the names of people."""
    paths = [request.path.removeprefix("/wiki") for request in site.requests]
    site.requests.clear()
    return [path for path in paths if not path.endswith("/users-bulk")]


def codes(page):
    return [warning["code"] for warning in page["warnings"]]


def test_a_page_says_where_it_stands_for_one_more_call_and_its_siblings_for_none(agent, sample_site):
    page = read(agent, DECISION)
    first = calls(sample_site)
    again = read(agent, DECISION, version=2)

    assert "Page in Engineering (ENG) › Engineering › Decisions · version 4" in page["content"]
    assert page["ancestors"] == [
        {"id": ENGINEERING, "title": "Engineering", "type": "page"},
        {"id": FOLDER, "title": "Decisions", "type": "folder"},
    ]
    assert first == [f"/api/v2/pages/{DECISION}", "/rest/api/search"]
    assert again["ancestors"] == page["ancestors"]
    assert calls(sample_site) == [f"/api/v2/pages/{DECISION}"] * 2


def test_a_page_at_the_top_of_its_space_costs_one_call(agent, sample_site):
    page = read(agent, ENGINEERING)

    assert page["ancestors"] == []
    assert calls(sample_site) == [f"/api/v2/pages/{ENGINEERING}"]


@pytest.mark.parametrize(
    ("include", "path", "heading"),
    [
        ("children", "/rest/api/search", "Children (1):"),
        ("attachments", f"/api/v2/pages/{RUNBOOK}/attachments", "Attachments (1):"),
        ("history", f"/api/v2/pages/{RUNBOOK}/versions", "History (1):"),
    ],
)
def test_each_part_costs_one_more_call_and_one_that_fails_is_missed_and_takes_nothing_with_it(
    agent, sample_site, include, path, heading
):
    read(agent, RUNBOOK)
    calls(sample_site)

    whole = read(agent, RUNBOOK, include=include, max_chars=100_000)
    asked = calls(sample_site)
    sample_site.faults.add("status", f"/wiki{path}", status=500)
    without = read(agent, RUNBOOK, include=include, max_chars=100_000)

    assert heading in whole["content"]
    assert codes(whole) == []
    assert asked == [f"/api/v2/pages/{RUNBOOK}", path]
    assert heading not in without["content"]
    assert "## 4. Afterwards" in without["content"]
    assert codes(without) == [f"{include}_unavailable"]


def test_parts_are_asked_for_together_and_an_unknown_one_is_refused_by_name(agent):
    page = read(agent, RUNBOOK, include=["children", "attachments", "history"], max_chars=100_000)
    refused = call(agent, READ, page_id=RUNBOOK, include="comments")

    order = [page["content"].index(word) for word in ("Labels:", "Children (", "Attachments (", "History (", "## 1.")]
    assert order == sorted(order)
    assert error(refused) == (400, "validation_error")
    assert "children, attachments, history" in str(refused.json())


def test_children_are_listed_to_the_depth_asked_for_and_what_lies_deeper_is_counted(agent, sample_site):
    third = sample_site.add_page("Third", space="ENG", parent=DECISION)
    sample_site.add_page("Fourth | *x*", space="ENG", parent=third.id)

    one = read(agent, ENGINEERING, include="children", max_chars=100_000)["content"]
    two = read(agent, ENGINEERING, include="children", depth=2, max_chars=100_000)["content"]
    three = read(agent, ENGINEERING, include="children", depth=9, max_chars=100_000)["content"]

    assert "Children (5):\n\n- Decisions (folder, id 410000002)\n- Museums and their turnstiles (database" in one
    assert (
        "- Decisions (folder, id 410000002)\n  - Decision: push the opening hours (id 410000003, 2 more below)" in two
    )
    assert f"    - Third (id {third.id}, 1 more below)" in three


def test_a_depth_without_children_is_refused_by_name(agent):
    refused = call(agent, READ, page_id=RUNBOOK, depth=2)

    assert error(refused) == (400, "validation_error")
    assert "include=children" in str(refused.json())


def test_children_beyond_what_one_call_gives_are_said_to_be_missing(agent, sample_site):
    for number in range(260):
        sample_site.add_page(f"Child {number:03}", space="RUN", parent=CERTIFICATE)

    page = read(agent, CERTIFICATE, include="children", max_chars=100_000)

    assert "Children (at least 250):" in page["content"]


def test_children_that_the_answer_places_in_another_space_are_not_shown(agent, sample_site):
    sample_site.add_page("Foreign", space="HR", parent=CERTIFICATE)

    assert "Children: none." in read(agent, CERTIFICATE, include="children")["content"]


def test_attachments_of_one_name_are_told_apart_by_their_ids(agent, sample_site):
    page = sample_site.add_page("Files", space="ENG", storage="<p>x</p>")
    for number in (1, 2):
        page.attachments.append(
            {"id": f"att{number}", "status": "current", "title": "a·b.png", "mediaType": "image/png", "fileSize": 999}
        )
    page.attachments.append({"id": "att3", "status": "trashed", "title": "gone.png"})

    content = read(agent, page.id, include="attachments")["content"]

    assert "Attachments (2):" in content
    assert "- a·b.png (id att1) · image/png · 999 bytes" in content
    assert "gone.png" not in content


def test_history_is_newest_first_with_who_when_and_what_they_said(agent):
    content = read(agent, DECISION, include="history")["content"]

    assert (
        "History (3):\n\n"
        "- version 4 · 2026-11-17 09:31 UTC · Tomás Rivera · Settled in the weekly\n"
        "- version 3 · 2026-11-10 09:05 UTC · Ada Lindqvist · Costs added · minor edit\n"
        "- version 2 · 2026-11-06 12:10 UTC · Tomás Rivera\n"
    ) in content


def test_an_old_version_is_read_for_one_more_call_and_says_that_it_is_old(agent, sample_site):
    read(agent, DECISION)
    calls(sample_site)

    page = read(agent, DECISION, version=3)

    assert (page["version"], page["author"], page["last_edited_time"]) == (
        3,
        "Ada Lindqvist",
        "2026-11-10T09:05:00.000Z",
    )
    assert "· version 3 of 4 · edited 2026-11-10 09:05 UTC by Ada Lindqvist" in page["content"]
    assert "This is an old version: the newest is version 4." in page["content"]
    assert "[PROPOSED]" in page["content"]
    assert len(calls(sample_site)) == 2


def test_the_address_of_an_old_version_reads_that_version(agent, sample_site):
    page = read(agent, f"{sample_site.url}/wiki/pages/viewpage.action?pageId={DECISION}&pageVersion=3")

    assert page["version"] == 3


def test_a_version_that_confluence_does_not_keep_is_not_there_and_one_to_come_is_refused(agent):
    gone = call(agent, READ, page_id=DECISION, version=1)
    to_come = call(agent, READ, page_id=DECISION, version=5)

    assert error(gone) == (404, "not_found")
    assert "include=history lists those" in gone.json()["error"]["message"]
    assert error(to_come) == (400, "validation_error")
    assert "The newest version is 4." in str(to_come.json())


def test_what_changed_is_a_diff_that_names_the_sections_for_one_more_call(agent, sample_site):
    read(agent, DECISION)
    calls(sample_site)

    page = read(agent, DECISION, since=2)

    assert len(calls(sample_site)) == 2
    assert "Changes from version 2 to version 4, in: Decision, Ways not taken\n\n```diff\n@@ " in page["content"]
    assert "\n-[PROPOSED] on 2026-11-06" in page["content"]
    assert "\n+[DECIDED] on 2026-11-06" in page["content"]
    assert "@@ Ways not taken\n" in page["content"]
    assert "Consequences\n\n- [x]" not in page["content"]


def test_two_old_versions_can_be_compared(agent):
    content = read(agent, DECISION, since=2, version=3)["content"]

    assert "Changes from version 2 to version 3, in: Ways not taken" in content
    assert "DECIDED" not in content


def test_a_version_with_the_same_text_says_so(agent, sample_site):
    page = sample_site.add_page("Same", space="ENG", storage="<p>x</p>", version=2)
    sample_site.add_page_version(page.id, 1, "<p>x</p>")

    assert "The text is the same as in version 1." in read(agent, page.id, since=1)["content"]


def test_a_difference_that_cannot_be_had_leaves_the_text_and_is_missed(agent):
    page = read(agent, DECISION, since=1)

    assert "[DECIDED] on 2026-11-06" in page["content"]
    assert codes(page) == ["version_unavailable"]


@pytest.mark.parametrize("since", [4, 5, 0])
def test_since_must_be_an_earlier_version(agent, since):
    assert error(call(agent, READ, page_id=DECISION, since=since)) == (400, "validation_error")


def test_a_folder_reads_as_its_listing(agent, sample_site):
    page = read(agent, f"{sample_site.url}/wiki/spaces/ENG/folder/{FOLDER}")

    assert page["content"] == (
        "# Decisions\n\n"
        "Folder in Engineering (ENG) › Engineering · edited 2025-02-03 08:00 UTC by Ada Lindqvist\n\n"
        "Children (1):\n\n"
        "- Decision: push the opening hours (id 410000003)"
    )
    assert (page["type"], page["space_key"], page["version"]) == ("folder", "ENG", None)
    assert calls(sample_site) == ["/rest/api/search", "/rest/api/search"]


@pytest.mark.parametrize(("content_id", "kind"), [(WHITEBOARD, "whiteboard"), (DATABASE, "database")])
def test_what_has_no_text_says_what_it_is_where_it_stands_and_where_people_see_it(agent, content_id, kind):
    page = read(agent, content_id)

    assert page["type"] == kind
    assert f"{kind.capitalize()} in Engineering (ENG) › Engineering · edited " in page["content"]
    assert f"Confluence gives no text of a {kind}. People see it at <{page['url']}>." in page["content"]


def test_parts_that_what_has_no_text_cannot_have_are_missed(agent):
    page = read(agent, WHITEBOARD, include=["children", "attachments"], comments="true")

    assert "Children: none." in page["content"]
    assert page["warnings"] == [
        {"code": "parts_unavailable", "message": "Comments, files and versions of a whiteboard cannot be read."}
    ]


def test_what_has_no_text_has_no_versions_either(agent):
    assert error(call(agent, READ, page_id=WHITEBOARD, version=1)) == (400, "validation_error")


@pytest.mark.parametrize("reference", [WHITEBOARD, "/wiki/spaces/ENG/whiteboard/410000010", DECISION, "999999999"])
def test_nothing_outside_the_allowlist_is_told_of_whatever_its_kind(agent, sample_site, reference):
    Integration.objects.filter(provider="confluence").update(allowed_keys=["RUN"])
    reference = sample_site.url + reference if "/" in reference else reference

    answer = call(agent, READ, page_id=reference, include=["children", "attachments", "history"])

    assert error(answer) == (404, "not_found")
    assert answer.json()["error"]["message"].startswith("There is no such page or blog post, or the connected account")


def test_a_page_whose_parent_is_hidden_from_the_account_is_read_and_says_what_it_lacks(client_for, sample_site):
    connect(sample_site, email=CONTRACTOR.email, api_token=CONTRACTOR.tokens[0].value)
    agent = client_for(make_api_key(Role.MEMBER))
    page = sample_site.add_page("Below", space="ENG", storage="<p>x</p>", parent=RUNBOOK)

    answer = read(agent, page.id)

    assert answer["ancestors"] == []
    assert codes(answer) == ["ancestors_unavailable"]


def test_a_search_below_a_page_finds_it_and_what_lies_below_it(agent):
    found = call(agent, SEARCH, q="the", under=RUNBOOK, limit=50).json()["pages"]

    assert {page["id"] for page in found} <= {RUNBOOK, CERTIFICATE}
    assert found


@pytest.mark.parametrize("path", ["display/RUN/No+such+page", "display/HR/Salary+bands+2026", "spaces/NOPE/overview"])
def test_a_search_below_what_is_not_there_is_refused_by_name_and_in_the_same_words(agent, sample_site, path):
    Integration.objects.filter(provider="confluence").update(allowed_keys=["RUN"])

    refused = call(agent, SEARCH, q="the", under=f"{sample_site.url}/wiki/{path}")

    assert error(refused) == (400, "validation_error")
    assert refused.json()["error"]["details"]["issues"][0]["path"] == "under"
    assert "There is no such page or blog post" in str(refused.json())


def test_a_hit_tells_its_labels_and_its_kind(agent):
    pages = call(agent, SEARCH, cql="space = ENG", limit=50).json()["pages"]

    labels = {page["id"]: page["labels"] for page in pages}
    kinds = {page["type"] for page in pages}
    assert labels[DECISION] == ["decision", "turnstile"]
    assert {"page", "blogpost", "folder", "whiteboard", "database"} == kinds


def test_the_record_says_which_parts_were_asked_for(agent):
    read(agent, DECISION, include=["history", "children"], since=2, comments="true")

    target = AuditLog.objects.latest("pk").target
    assert (target["include"], target["since"], target["comments"]) == (["children", "history"], 2, True)


def test_the_current_user_of_a_query_is_the_member_whose_key_it_is(agent, sample_site):
    Membership.objects.update(atlassian_account_id=TOMAS)

    answer = call(agent, SEARCH, cql="creator = currentUser()", limit=50)

    assert DECISION in [page["id"] for page in answer.json()["pages"]]
    assert ENGINEERING not in [page["id"] for page in answer.json()["pages"]]
    (asked,) = [request.query["cql"] for request in sample_site.requests if request.path.endswith("/rest/api/search")]
    assert f'creator = "{TOMAS}"' in str(asked)


def test_a_member_whose_account_is_not_known_is_answered_for_nobody_else(agent, sample_site):
    answer = call(agent, SEARCH, cql="creator = currentUser()")

    assert error(answer) == (400, "own_account_unknown")
    assert [request for request in sample_site.requests if request.path.endswith("/rest/api/search")] == []
