"""Every field of an issue, by the name that people see: one line a kind."""

import json

import pytest
import responses

from tests.atlassian.jira.answers import (
    SIGNED,
    TYPES,
    calls,
    codes,
    connected,
    issue_url,
    make_issue,
    paragraph,
    person,
    read,
    serve,
    with_field,
)

pytestmark = pytest.mark.django_db

GREENHOPPER = "com.pyxis.greenhopper.jira:"
DESK = "com.atlassian.servicedesk:"
DEVELOPMENT = "com.atlassian.jira.plugins.jira-development-integration-plugin:devsummarycf"
SPRINTS = [
    {"id": 1, "name": "Tide 1", "state": "closed", "endDate": "2026-10-30T15:00:00.000Z"},
    {"id": 2, "name": "Tide 2", "state": "active", "endDate": "2026-11-22T15:00:00.000Z"},
    {"id": 3, "name": "Tide 3", "state": "future"},
]
CACHED = (
    "{build={dataType=build, state=FAILED, stateCount=2}, json={"
    '"cachedValue":{"summary":{"build":{"overall":{"count":2,"state":"FAILED"}},'
    '"deployment-environment":{"overall":{"count":1,"state":"SUCCESSFUL"}}}},"isStale":false}}'
)
RUNNING = {"breachTime": {"iso8601": "2026-11-26T12:00:00+0900"}, "breached": False, "paused": False}

SHOWN = [
    (TYPES + "textfield", "Lot 7 *a*", r"Lot 7 \*a\*"),
    (TYPES + "url", "https://runbooks.example.com/a_b", "https://runbooks.example.com/a_b"),
    (TYPES + "readonlyfield", "copied", "copied"),
    (TYPES + "importid", 1234567, "1234567"),
    (TYPES + "float", 5.0, "5"),
    (TYPES + "float", 0, "0"),
    (TYPES + "exactnumber", 2.5, "2.5"),
    (TYPES + "datepicker", "2026-11-03", "2026-11-03"),
    (TYPES + "datetime", "2026-11-03T00:30:00.000+0900", "2026-11-02 15:30 UTC"),
    (TYPES + "daterange", {"start": "2026-11-03", "end": "2026-11-09"}, "2026-11-03 to 2026-11-09"),
    (TYPES + "datetimerange", {"start": "2026-11-03T08:00:00.000+0000", "end": None}, "2026-11-03 08:00 UTC to …"),
    (TYPES + "select", {"self": "x", "value": "Severe", "id": "1"}, "Severe"),
    (TYPES + "radiobuttons", {"value": "No", "id": "2"}, "No"),
    (TYPES + "multiselect", [{"value": "Oslo"}, {"value": "Seoul"}], "Oslo, Seoul"),
    (TYPES + "multicheckboxes", [{"value": "Impediment", "id": "10019"}], "Impediment"),
    (TYPES + "cascadingselect", {"value": "Door", "child": {"value": "Left"}}, "Door → Left"),
    (TYPES + "userpicker", person("Ann"), "Ann"),
    (TYPES + "userpicker", {"accountId": "712020:hidden"}, "a person without a name"),
    (TYPES + "multiuserpicker", [person("Ann"), person("Bo")], "Ann, Bo"),
    (TYPES + "people", [person("Ann")], "Ann"),
    (TYPES + "grouppicker", {"name": "gate-team", "groupId": "9"}, "gate-team"),
    (TYPES + "multigrouppicker", [{"name": "a"}, {"name": "b"}], "a, b"),
    (TYPES + "labels", ["red", "blue"], "red, blue"),
    (TYPES + "version", {"name": "4.2", "released": True}, "4.2"),
    (TYPES + "multiversion", [{"name": "4.2"}, {"name": "4.3"}], "4.2, 4.3"),
    (TYPES + "project", {"id": "1", "key": "OPS", "name": "Operations"}, "Operations"),
    (TYPES + "atlassian-team", {"id": "36", "name": "Gate team", "isVisible": True}, "Gate team"),
    ("com.atlassian.teams:rm-teams-custom-field-team", {"id": "4", "title": "Old team"}, "Old team"),
    (GREENHOPPER + "gh-sprint", SPRINTS, "Tide 2 (active, until 2026-11-22), Tide 3 (future), Tide 1 (closed)"),
    (GREENHOPPER + "gh-sprint", ["c.a.g.Sprint@1f[id=1,state=ACTIVE,name=Tide, 9,goal=]"], "Tide, 9 (active)"),
    (GREENHOPPER + "gh-epic-link", "OPS-9", "OPS-9"),
    ("an.app:checklist", [{"name": "Plan", "checked": True}, {"name": "Do", "checked": False}], "[x] Plan, [ ] Do"),
    (GREENHOPPER + "gh-epic-label", "Doors", "Doors"),
    (GREENHOPPER + "jsw-story-points", 8.0, "8"),
    ("com.atlassian.jpo:jpo-custom-field-baseline-start", "2026-12-01", "2026-12-01"),
    ("com.atlassian.jpo:jpo-custom-field-parent", {"showField": True, "data": {"key": "OPS-9"}}, "OPS-9"),
    (DEVELOPMENT, CACHED, "2 builds failed, 1 deployment environment successful (as Jira has cached it)"),
    (
        DEVELOPMENT,
        "{pullrequest={dataType=pullrequest, state=OPEN, stateCount=3}, json={torn",
        "3 pull requests open (as Jira has cached it)",
    ),
    ("com.atlassian.jira.ext.charting:firstresponsedate", "2026-11-03T00:30:00.000+0000", "2026-11-03 00:30 UTC"),
    (
        DESK + "vp-origin",
        {"requestType": {"id": "25", "name": "Report a fault"}, "currentStatus": {}},
        "Report a fault",
    ),
    (DESK + "sd-sla-field", {"ongoingCycle": RUNNING}, "due 2026-11-26 03:00 UTC, not breached"),
    (
        DESK + "sd-sla-field",
        {"ongoingCycle": RUNNING | {"paused": True}},
        "due 2026-11-26 03:00 UTC, not breached, paused",
    ),
    (
        DESK + "sd-sla-field",
        {"completedCycles": [{"stopTime": {"iso8601": "2026-11-02T10:00:00+0000"}, "breached": True}]},
        "done 2026-11-02 10:00 UTC, breached",
    ),
    (DESK + "sd-request-participants", [person("Ann")], "Ann"),
    (DESK + "sd-customer-organizations", [{"id": "3", "name": "Harbour museum"}], "Harbour museum"),
    (DESK + "sd-request-feedback", {"rating": 4}, "4"),
    (DESK + "sd-request-language", "de", "de"),
    (
        "com.atlassian.servicedesk.approvals-plugin:sd-approvals",
        [{"id": "1", "name": "Budget", "finalDecision": "approved", "approvers": []}],
        "Budget (approved)",
    ),
    ("com.atlassian.jira.plugins.cmdb:cmdb-object-cftype", [{"id": "ws:88", "objectId": "88"}], "Assets object 88"),
    ("jira.polaris:rating", 3, "3"),
    ("jira.polaris:interval", '{"start":"2026-11-01","end":"2026-11-30"}', "2026-11-01 to 2026-11-30"),
    ("com.atlassian.plugins.atlassian-connect-plugin:io.tempo.jira__account", {"id": 1, "value": "Museums"}, "Museums"),
    ("ari:cloud:ecosystem::extension/1/2/static/mood", {"name": "Calm"}, "Calm"),
    ("an.unheard-of:kind", [{"value": "kept"}, {"weight": {}}, True], "kept, yes"),
    ("", {"displayName": "Ann", "avatarUrls": {"16x16": "https://x.example/a.png"}}, "Ann"),
]


@pytest.mark.parametrize(("kind", "value", "shown"), SHOWN)
@responses.activate
def test_a_field_of_each_kind_is_a_fact(client_for, kind, value, shown):
    serve(with_field(value, kind))

    answer = read(connected(client_for))

    assert f"A field: {shown}" in answer["content"].split("\n\n")
    assert list(answer["fields"]) == ["A field"]
    assert answer["warnings"] == []


@pytest.mark.parametrize(
    ("value", "plain"),
    [(5.0, 5), (2.5, 2.5), (True, True), ("text", "text"), (["a", "b"], ["a", "b"]), ({"value": "S2"}, "S2")],
)
@responses.activate
def test_json_has_plain_values(client_for, value, plain):
    serve(with_field(value))

    assert read(connected(client_for))["fields"] == {"A field": plain}


NOISE = [
    (GREENHOPPER + "gh-lexo-rank", "0|i0077b:"),
    (GREENHOPPER + "gh-global-rank", "12"),
    (GREENHOPPER + "gh-epic-color", "ghx-label-14"),
    (GREENHOPPER + "gh-epic-status", {"value": "To Do"}),
    (GREENHOPPER + "jsw-issue-color", "dark_orange"),
    ("com.atlassian.jira.ext.charting:timeinstatus", "3_*:*_1_*:*_0"),
    ("com.atlassian.jpo:jpo-custom-field-parent", {"showField": False, "nonEditableReason": {"message": "Premium"}}),
    ("com.atlassian.jira.plugins.proforma-managed-fields:forms-open-field-cftype", 2),
    (DEVELOPMENT, "{}"),
    (TYPES + "textfield", None),
    (TYPES + "textfield", ""),
    (TYPES + "labels", []),
    (TYPES + "select", {}),
]


@pytest.mark.parametrize(("kind", "value"), NOISE)
@responses.activate
def test_what_is_written_by_programs_for_programs_stays_out_by_its_kind(client_for, kind, value):
    serve(with_field(value, kind))

    answer = read(connected(client_for))

    assert (answer["fields"], answer["warnings"]) == ({}, [])
    assert "A field" not in answer["content"]


@responses.activate
def test_what_has_no_readable_text_is_said_to_be_there(client_for):
    serve(with_field({"weights": [{"of": {}}]}, "an.unheard-of:kind", "Scores"))

    answer = read(connected(client_for))

    assert answer["fields"] == {}
    assert codes(answer) == ["fields_unreadable"]
    assert "Scores" in answer["warnings"][0]["message"]


@responses.activate
def test_two_fields_of_one_name_are_told_apart(client_for):
    names = dict.fromkeys(("customfield_10028", "customfield_10128"), "Story points")
    serve(make_issue(names=names, customfield_10028=3.0, customfield_10128=5.0))

    answer = read(connected(client_for))

    assert answer["fields"] == {"Story points (10028)": 3, "Story points (10128)": 5}


@responses.activate
def test_long_texts_are_sections_and_cut_in_json_alone(client_for):
    serve(
        make_issue(
            names={
                "environment": "Environment",
                "customfield_10034": "Acceptance criteria",
                "customfield_10035": "Log",
            },
            environment=paragraph("Firmware 4.2"),
            customfield_10034=paragraph("x" * 1500),
            customfield_10035="first\nsecond # not a heading",
            description=None,
        )
    )

    answer = read(connected(client_for), max_chars=100_000)

    assert "## Environment\n\nFirmware 4.2" in answer["content"]
    assert "## Acceptance criteria\n\n" + "x" * 1500 in answer["content"]
    assert "## Log\n\nfirst" in answer["content"]
    assert answer["fields"]["Environment"] == "Firmware 4.2"
    assert answer["fields"]["Acceptance criteria"].endswith("… (1,000 of 1,500 characters; content has all)")
    assert len(calls()) == 1


@responses.activate
def test_system_fields_that_people_see_are_facts(client_for):
    serve(
        make_issue(
            names={"versions": "Affects versions", "security": "Security Level", "timetracking": "Time tracking"},
            versions=[{"name": "4.2"}],
            security={"name": "Gate team only", "description": "x"},
            timetracking={"originalEstimate": "2d", "remainingEstimate": "1d", "timeSpent": "1d"},
            progress={"progress": 0, "total": 0},
            votes={"votes": 0},
            watches={"watchCount": 3, "isWatching": True},
            aggregatetimespent=7200,
            subtasks=[],
            workratio=-1,
            lastViewed="2026-11-18T15:22:40.000+0000",
            issuerestriction={"issuerestrictions": {}, "shouldDisplay": False},
            reporter=person("Ann"),
            creator=person("Ann"),
            statusCategory={"name": "To Do"},
        )
    )

    assert read(connected(client_for))["fields"] == {
        "Affects versions": ["4.2"],
        "Security Level": "Gate team only",
        "Time tracking": "estimated 2d, spent 1d, remaining 1d",
        "Watchers": 3,
    }


@responses.activate
def test_a_restriction_another_creator_and_the_sums_of_subtasks_are_told(client_for):
    serve(
        make_issue(
            subtasks=[{"key": "OPS-2", "fields": {"summary": "part"}}],
            aggregatetimespent=9000,
            aggregateprogress={"progress": 1, "total": 4},
            issuerestriction={"issuerestrictions": {"projectrole": [{}]}},
            reporter=person("Ann"),
            creator=person("Bo"),
            resolutiondate="2026-11-18T15:22:40.000+0900",
        )
    )

    assert read(connected(client_for))["fields"] == {
        "Creator": "Bo",
        "Resolved": "2026-11-18 06:22 UTC",
        "Restrict to": "only some may see it: projectrole",
        "Σ Progress": "25 %",
        "Σ Time Spent": "2.5 h",
    }


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (GREENHOPPER + "gh-epic-link", "SECRET-9"),
        ("com.atlassian.jpo:jpo-custom-field-parent", {"data": {"key": "SECRET-9", "summary": "hush"}}),
        (TYPES + "project", {"id": "7", "key": "SECRET", "name": "Layoffs"}),
        ("an.app:picker", [{"key": "SECRET-9", "name": "hush"}]),
        ("an.app:picker", [[{"key": "SECRET-9", "name": "hush"}], [{"key": "OPS-2", "name": "Doors"}]]),
        ("an.app:picker", {"value": "Blocked", "child": {"key": "secret-9", "value": "hush"}}),
    ],
)
@responses.activate
def test_a_field_that_names_something_outside_the_allowlist_is_left_out(client_for, kind, value):
    serve(with_field(value, kind))

    answer = read(connected(client_for, allowed_keys=["OPS"]))

    assert (answer["fields"], answer["warnings"]) == ({}, [])
    assert "hush" not in answer["content"]


@pytest.mark.parametrize(
    "value", ["[" * 600 + '"deep"' + "]" * 600, '{"value": "a", "child": ' * 600 + "1" + "}" * 600]
)
@responses.activate
def test_a_field_that_is_nested_as_none_is_costs_itself_and_not_the_issue(client_for, value):
    body = json.dumps(with_field("@")).replace('"@"', value)
    responses.get(issue_url(), body=body, content_type="application/json", headers=SIGNED)

    answer = read(connected(client_for))

    assert answer["summary"] == "About OPS-1"
    assert "deep" not in answer["content"]


@responses.activate
def test_the_epic_is_not_told_twice(client_for):
    serve(with_field("OPS-9", GREENHOPPER + "gh-epic-link", parent={"key": "OPS-9", "fields": {"summary": "Doors"}}))

    assert read(connected(client_for))["fields"] == {}


@responses.activate
def test_a_name_or_value_cannot_add_a_fact_or_a_line(client_for):
    names = {"customfield_1": "Colour · unassigned", "customfield_2": "Note"}
    serve(make_issue(names=names, customfield_1="red · assigned to Eve", customfield_2="a\n\n## Comments (9)"))

    content = read(connected(client_for))["content"]

    assert "Colour - unassigned: red - assigned to Eve" in content.split("\n\n")
    assert "\n## Comments" not in content


@responses.activate
def test_a_secret_at_the_cut_of_a_long_value_is_masked_before_it_is_cut(client_for):
    token = "ghp_" + "a1B2" * 9
    serve(with_field("x" * 980 + " " + token + " " + "y" * 200))

    assert token[:12] not in str(read(connected(client_for), max_chars=100_000))
