import json
import re

import pytest
import responses

from atlassian.confluence.reader import Confluence
from tests.atlassian.confluence.answers import BULK, MINE, V2, make_comment, make_page, missing
from tests.atlassian.factories import ME, make_credentials

NEXT = {"next": "/wiki/api/v2/pages/123/footer-comments?cursor=more"}


def commented(foot=(), text=(), replies=None, kind="page", next_at_foot=None):
    """A page with these comments; replies by the id of the comment that they answer."""
    responses.get(f"{V2}/{kind}s/123", json=make_page())
    responses.get(f"{V2}/{kind}s/123/footer-comments", json={"results": list(foot), "_links": next_at_foot or {}})
    responses.get(f"{V2}/{kind}s/123/inline-comments", json={"results": list(text), "_links": {}})
    for comment_id, rows in (replies or {}).items():
        responses.get(re.compile(rf".*-comments/{comment_id}/children"), json={"results": rows, "_links": {}})
    responses.get(re.compile(r".*-comments/\d+/children"), json={"results": []})
    people = [{"accountId": ME, "displayName": "Mia"}, {"accountId": "ann", "displayName": "Ann Lee"}]
    responses.post(BULK, json={"results": people})


def read(reference="123", **arguments):
    arguments = {"comments": True, "max_chars": 100_000} | arguments
    return Confluence(make_credentials("confluence")).read(reference, **arguments)


def section(page):
    return page.content[page.content.index("## Comments") :]


@responses.activate
def test_comments_stand_below_the_page_newest_first_with_their_replies():
    older = make_comment("1", "Stage chart moved.", "2026-08-15T10:00:00.000Z")
    newer = make_comment(
        "2",
        "Which chart?",
        "2026-08-16T11:30:00.000Z",
        by="ann",
        resolutionStatus="open",
        properties={"inlineMarkerRef": "0c3a", "inlineOriginalSelection": "Helm\nchart"},
    )
    commented([older], [newer], {"2": [make_comment("3", "The outer one.", "2026-08-16T12:00:00.000Z")]})

    page = read()

    assert page.comment_count == 3
    assert section(page) == (
        "## Comments (3)\n"
        "\n"
        "### Ann Lee, 2026-08-16 11:30 UTC (open)\n"
        "\n"
        "On the words:\n"
        "\n"
        "> Helm chart\n"
        "\n"
        "Which chart?\n"
        "\n"
        "#### Mia, 2026-08-16 12:00 UTC (reply)\n"
        "\n"
        "The outer one.\n"
        "\n"
        "### Mia, 2026-08-15 10:00 UTC\n"
        "\n"
        "Stage chart moved."
    )


@responses.activate
def test_a_page_nobody_commented_says_so():
    commented()

    page = read()

    assert page.comment_count == 0
    assert section(page) == "## Comments (0)"


@responses.activate
def test_comments_are_not_asked_for_unless_wanted():
    responses.get(f"{V2}/pages/123", json=make_page())

    assert read(comments=False).comment_count is None
    assert len(responses.calls) == 1


@responses.activate
def test_the_newest_comments_are_asked_for_with_their_bodies():
    commented([make_comment("1", "x")])

    read()

    assert responses.calls[1].request.params == {"body-format": "storage", "sort": "-created-date", "limit": "100"}


@responses.activate
def test_comments_of_a_blog_post_are_those_of_a_blog_post():
    commented([make_comment("1", "Good news.")], kind="blogpost")

    page = read("https://acme.atlassian.net/wiki/spaces/TEAM/blog/2026/08/14/123/News")

    assert "Good news." in section(page)


@responses.activate
def test_replies_are_asked_for_where_their_comment_stands():
    commented([make_comment("1", "x")], [make_comment("2", "y")])

    read()

    children = [
        call.request.url.split("?")[0].removeprefix(V2) for call in responses.calls if "children" in call.request.url
    ]
    assert sorted(children) == ["/footer-comments/1/children", "/inline-comments/2/children"]


@responses.activate
def test_replies_to_replies_stand_in_their_thread_and_say_whose_words_they_answer():
    commented(
        [make_comment("1", "Which chart?")],
        replies={
            "1": [make_comment("2", "The outer one.", by="ann"), make_comment("5", "Any.")],
            "2": [make_comment("3", "Why that?")],
            "3": [make_comment("4", "It is newer.", by="ann")],
        },
    )

    page = read()

    assert page.comment_count == 5
    assert re.findall("^#.*", section(page), re.MULTILINE) == [
        "## Comments (5)",
        "### Mia, 2026-08-15 10:00 UTC",
        "#### Ann Lee, 2026-08-15 10:00 UTC (reply)",
        "#### Mia, 2026-08-15 10:00 UTC (reply to Ann Lee)",
        "#### Ann Lee, 2026-08-15 10:00 UTC (reply to Mia)",
        "#### Mia, 2026-08-15 10:00 UTC (reply)",
    ]


@responses.activate
def test_a_read_with_comments_makes_a_bounded_number_of_calls_and_says_what_it_leaves_out():
    foot = [
        make_comment(str(number), f"Comment {number}.", f"2026-08-{number:02}T10:00:00.000Z") for number in range(1, 21)
    ]
    commented(foot, next_at_foot=NEXT)

    page = read()

    assert len(responses.calls) == 1 + 2 + 16 + 1  # the page, two lists, replies, names
    assert section(page).startswith(
        "## Comments (at least 20)\n"
        "\n"
        "Only the newest comments are shown: Confluence has more.\n"
        "\n"
        "Replies to the older of these comments, or to their replies, are not shown.\n"
        "\n"
        "### Mia, 2026-08-20 10:00 UTC\n"
    )


@responses.activate
def test_a_thread_without_end_is_cut_and_says_so():
    rows = {str(number): [make_comment(str(number + 1), "Deeper.")] for number in range(1, 40)}
    commented([make_comment("1", "Deep.")], replies=rows)

    page = read()

    assert section(page).startswith("## Comments (at least 17)\n\nReplies to the older of these comments, or to")


@responses.activate
def test_comments_at_the_foot_have_no_state_whatever_confluence_says():
    commented([make_comment("1", "x", resolutionStatus="open")], [make_comment("2", "y", resolutionStatus="dangling")])

    assert "(open)" not in section(read())
    assert "(dangling)" in section(read())


@responses.activate
def test_a_comment_that_was_edited_says_so():
    commented(
        [make_comment("1", "x") | {"version": {"number": 2, "authorId": ME, "createdAt": "2026-08-15T10:00:00Z"}}]
    )

    assert "### Mia, 2026-08-15 10:00 UTC (edited)" in section(read())


@responses.activate
def test_a_comment_without_text_and_one_whose_text_did_not_come_are_told_apart():
    commented([make_comment("1", "") | {"body": {"storage": {"value": ""}}}, make_comment("2", "") | {"body": {}}])

    assert "This comment has no text." in section(read())
    assert "Atlassian sent no text of this comment." in section(read())


@responses.activate
def test_people_are_named_by_one_call_for_all_comments_together():
    commented([make_comment("1", "x", by="ann"), make_comment("2", "y"), make_comment("3", "z", by="gone")])

    page = read()

    bulk = [call for call in responses.calls if call.request.url == BULK]
    assert [json.loads(call.request.body) for call in bulk] == [{"accountIds": [ME, "ann", "gone"]}]
    assert "### gone, 2026-08-15 10:00 UTC" in section(page)


@responses.activate
def test_a_comment_deleted_while_the_page_is_read_does_not_make_the_page_vanish():
    responses.get(re.compile(r".*/footer-comments/1/children"), status=404, json=missing("comment", "1"))
    commented([make_comment("1", "Still seen.")])

    assert "Still seen." in section(read())


@responses.activate
def test_deleted_comments_are_left_out():
    commented([make_comment("1", "Seen."), make_comment("2", "Unseen.", status="trashed")])

    assert "Unseen" not in section(read())


@responses.activate
@pytest.mark.parametrize(
    "row",
    [
        {"id": "1", "version": None, "body": None},
        {"id": 1, "version": {"authorId": 5, "createdAt": 7}, "body": {"storage": []}, "properties": "x"},
        {"id": "1", "version": [], "resolutionStatus": {}, "properties": {"inlineOriginalSelection": None}},
    ],
)
def test_fields_of_a_comment_that_are_missing_or_of_the_wrong_type_are_blank(row):
    commented([row, None, 5, {"id": "../9"}])

    assert read().comment_count == 1


UNUSABLE = [
    {"json": {}},
    {"status": 501},
    {"status": 403, "json": {}},
    {"status": 429, "headers": {"Retry-After": "60"}},
]


@responses.activate
@pytest.mark.parametrize("failing", UNUSABLE)
def test_comments_that_cannot_be_had_leave_the_page_standing_and_are_missed(failing):
    responses.get(f"{V2}/pages/123", json=make_page())
    responses.get(f"{V2}/pages/123/footer-comments", **failing)
    responses.get(f"{V2}/pages/123/inline-comments", json={"results": [make_comment("2", "Inline.")]})
    responses.get(f"{V2}/inline-comments/2/children", json={"results": []})
    responses.get(MINE, json={"type": "known", "accountId": ME})
    responses.post(BULK, json={"results": []})

    page = read()

    assert "Deploys happen at night." in page.content
    assert "Inline." in section(page)
    assert section(page).startswith("## Comments (at least 1)")
    assert [warning.code for warning in page.warnings] == ["comments_unavailable"]


@responses.activate
@pytest.mark.parametrize("failing", UNUSABLE)
def test_replies_that_cannot_be_had_leave_the_comments_standing_and_are_missed(failing):
    responses.get(re.compile(r".*-comments/1/children"), **failing)
    responses.get(MINE, json={"type": "known", "accountId": ME})
    commented([make_comment("1", "Seen.")])

    page = read()

    assert "Seen." in section(page)
    assert section(page).startswith("## Comments (at least 1)")
    assert [warning.code for warning in page.warnings] == ["replies_unavailable"]


@responses.activate
def test_a_missing_scope_for_comments_is_named():
    responses.get(f"{V2}/pages/123", json=make_page())
    for place in ("footer", "inline"):
        responses.get(
            f"{V2}/pages/123/{place}-comments",
            status=401,
            json={"code": 401, "message": "Unauthorized; scope does not match"},
        )

    page = read()

    assert "read:comment:confluence" in page.warnings[0].message
    assert "Deploys happen at night." in page.content


@responses.activate
def test_replies_that_lead_in_a_circle_are_told_once():
    commented(
        [make_comment("1", "Root.")], replies={"1": [make_comment("2", "Reply.")], "2": [make_comment("1", "Root.")]}
    )

    page = read()

    assert page.comment_count == 2
    assert section(page).count("Root.") == 1
    assert section(page).startswith("## Comments (2)")


@responses.activate
def test_that_confluence_has_more_comments_is_said_whatever_the_shape_of_what_says_so():
    responses.get(f"{V2}/pages/123", json=make_page())
    more = {"results": [make_comment("1", "Seen.")], "_links": {"next": {"href": "/x"}}}
    responses.get(f"{V2}/pages/123/footer-comments", json=more)
    responses.get(f"{V2}/pages/123/inline-comments", json={"results": []})
    responses.get(f"{V2}/footer-comments/1/children", json={"results": []})
    responses.post(BULK, json={"results": []})

    assert section(read()).startswith("## Comments (at least 1)")


@responses.activate
def test_comments_that_confluence_does_not_find_are_not_told_in_words_about_the_page():
    responses.get(f"{V2}/pages/123", json=make_page())
    responses.get(re.compile(r".*-comments$"), status=404, json=missing("page", "123"))
    responses.get(re.compile(r".*-comments\?"), status=404, json=missing("page", "123"))
    responses.get(MINE, json={"type": "known", "accountId": ME})

    messages = [each.message for each in read().warnings]

    assert all("Check the key" not in message and "could not be had" in message for message in messages)
    assert len(messages) == 2
