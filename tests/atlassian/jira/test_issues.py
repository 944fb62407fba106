import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlassian.errors import UpstreamFailure
from atlassian.jira.fields.system import SHOWN_ELSEWHERE, SYSTEM
from atlassian.jira.issues import IssueSource, issue_of
from atlassian.jira.text import IssueText
from tests.atlassian.factories import SITE
from tests.atlassian.jira.answers import paragraph

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.just("\ud800\x00"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["key", "name", "value", "comments", "total", "displayName", "fields", "type", "inwardIssue"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
FIELDS = st.dictionaries(st.sampled_from([*SHOWN_ELSEWHERE, *SYSTEM, "customfield_10001"]), JSON, max_size=8)


def make_issue(**fields) -> IssueSource:
    return issue_of({"key": "ABC-1", "fields": fields}, SITE, lambda project: True)


def text_of(issue: IssueSource) -> str:
    return IssueText(issue, SITE).markdown()


@settings(max_examples=150, deadline=None)
@given(FIELDS)
def test_whatever_stands_in_the_fields_an_issue_can_be_read_and_stored(fields):
    issue = make_issue(**fields)

    text = text_of(issue)

    fields = IssueText(issue, SITE).fields(str)
    json.dumps([issue.facts.summary, issue.facts.labels, fields, text], ensure_ascii=False).encode()


@settings(deadline=None)
@given(JSON.filter(lambda answer: not (isinstance(answer, dict) and isinstance(answer.get("key"), str))))
def test_whatever_is_no_issue_is_an_upstream_error(answer):
    with pytest.raises(UpstreamFailure):
        issue_of(answer, SITE, lambda project: True)


NO_KEYS = ["..", "/", "../user", "A-1/comment", "A-1 ", "-1", "A-²", "É-1", "K" * 300 + "-1", "A-" + "1" * 30, 1]


@pytest.mark.parametrize("key", NO_KEYS)
def test_what_is_no_key_goes_neither_into_a_path_nor_into_a_record(key):
    with pytest.raises(UpstreamFailure, match="has no key"):
        issue_of({"key": key}, SITE, lambda project: True)


def test_an_issue_reads_facts_description_comments_attachments_links():
    issue = make_issue(
        issuetype={"name": "Bug"},
        status={"name": "In Progress"},
        priority={"name": "High"},
        assignee={"displayName": "Ann Lee"},
        updated="2026-09-18T11:02:44.512+0000",
        description=paragraph("It breaks."),
        comment={
            "total": 120,
            "comments": [
                {
                    "author": {"displayName": "Bo"},
                    "created": "2026-08-21T14:05:00.000+0900",
                    "body": paragraph("First."),
                    "visibility": {"value": "Developers"},
                },
                {
                    "author": {"displayName": "Ann *Lee*"},
                    "created": "2026-08-22T14:05:00.000+0000",
                    "body": "Plain text.",
                    "jsdPublic": False,
                },
            ],
        },
        attachment=[{"filename": "a.png", "mimeType": "image/png", "size": 4187}, {"filename": "b"}, {"size": 3}],
        parent={"key": "ABC-0", "fields": {"summary": "Epic", "status": {"name": "Open"}}},
        issuelinks=[
            {"type": {"inward": "is blocked by"}, "inwardIssue": {"key": "ABC-2", "fields": {"summary": "Cause"}}},
            {"type": {"inward": "is blocked by"}},
        ],
    )

    assert text_of(issue) == (
        "Bug · In Progress · priority High · assigned to Ann Lee · updated 2026-09-18 11:02 UTC\n\n"
        "It breaks.\n\n"
        "## Comments (120)\n\n"
        "Only the newest 2 are here; read again with comments_before=119 for older ones.\n\n"
        "### Ann \\*Lee\\*, 2026-08-22 14:05 UTC (internal)\n\n"
        "Plain text.\n\n"
        "### Bo, 2026-08-21 05:05 UTC (restricted to: Developers)\n\n"
        "First.\n\n"
        "## Attachments\n\n"
        "- a.png (image/png, 4.2 KB)\n- b\n\n"
        "## Links\n\n"
        "- parent ABC-0: Epic (Open)\n- is blocked by ABC-2: Cause"
    )


def test_a_text_in_the_place_of_what_has_a_name_is_its_name():
    issue = make_issue(
        issuetype="Bug",
        status="In Progress",
        priority="High",
        resolution="Done",
        assignee="Ann Lee",
        reporter="Bo",
        components=["Doors", {"name": "Hours"}, 3],
        fixVersions=["2026.11"],
        comment={"comments": [{"author": "Cy", "body": "First."}]},
        parent={"key": "ABC-0", "fields": {"summary": "Epic", "status": "Open"}},
        issuelinks=[{"type": "blocks", "outwardIssue": {"key": "ABC-2", "fields": {"summary": "Cause"}}}],
    )

    assert (issue.facts.components, issue.facts.fix_versions) == (("Doors", "Hours"), ("2026.11",))
    assert (issue.facts.resolution, issue.facts.reporter) == ("Done", "Bo")
    written = text_of(issue)
    assert written.startswith("Bug · In Progress · priority High · assigned to Ann Lee")
    assert "### Cy" in written
    assert "- parent ABC-0: Epic (Open)\n- blocks ABC-2: Cause" in written


@pytest.mark.parametrize("value", ["", " ", 3, True, [], ["Open"], {"id": "3"}, {"name": 1.5}])
def test_what_is_no_name_is_not_told_as_one(value):
    issue = make_issue(status=value, priority=value, resolution=value)

    assert (issue.facts.status, issue.facts.priority, issue.facts.resolution) == ("", None, None)


def test_what_jira_does_not_tell_is_no_statement():
    assert text_of(make_issue()) == ""
    assert text_of(make_issue(assignee=None)) == "unassigned"
    assert text_of(make_issue(assignee={"accountId": "712020:x"})) == "assigned to a person without a name"


def test_a_name_cannot_break_out_of_its_line():
    issue = make_issue(comment={"comments": [{"author": {"displayName": "Eve\n\n# Owned"}, "created": "soon\n# x"}]})

    assert "\n# " not in text_of(issue)
