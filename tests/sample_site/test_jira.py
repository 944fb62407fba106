"""Jira's routes: what is found, what is refused, and in which shape."""

import pytest

from dev.sample_site import MINA
from tests.sample_site.calls import call, keys, search_jira

COMMENTS = "/rest/api/3/issue/OPS-14/comment"
FIELD = "/rest/api/3/field"


@pytest.mark.parametrize(
    ("jql", "found"),
    [
        ('text ~ "opening hours" AND project = GATE', ["GATE-11", "GATE-8", "GATE-2", "GATE-7"]),
        ('text ~ "HOURS opening" AND issuetype = Bug', ["GATE-7"]),
        ('text ~ "\\"in front of the turnstile\\""', []),
        ('text ~ "\\"refused at the turnstile\\""', ["GATE-7"]),
        ('text ~ "turnst*" AND project in ("OPS")', ["OPS-12"]),
        ('summary ~ "한글"', ["GATE-16"]),
        ('comment ~ "재현"', ["GATE-7"]),
        ('text ~ "c\\\\+\\\\+"', ["GATE-21"]),
        ('text ~ "font OR clickers"', ["OPS-12", "GATE-16"]),
        ('project in ("OPS", 10012) AND NOT status = Resolved', ["PEOPLE-4", "PEOPLE-3", "OPS-17", "OPS-14"]),
        ("key in (gate-7, OPS-5)", ["GATE-15", "GATE-7"]),
        ('project = "GATE" AND (status = "Backlog" OR labels = firmware)', ["GATE-21", "GATE-19"]),
        ("assignee = currentUser()", []),
        ("project = GATE AND summary !~ hours AND issuetype = Bug ORDER BY created", ["GATE-15", "GATE-16", "GATE-21"]),
    ],
)
def test_jql_finds(sample_site, jql, found):
    assert keys(search_jira(sample_site, jql)) == found


@pytest.mark.parametrize(
    ("jql", "told"),
    [
        ("", "Unbounded"),
        ("order by updated", "Unbounded"),
        ('project = "NOPE"', "The value 'NOPE' does not exist for the field 'project'."),
        ('project in ("GATE", "NOPE")', "'NOPE'"),
        ("key = GATE-999", "An issue with key 'GATE-999' does not exist for field 'key'."),
        ('text ~ ""', "empty string"),
        ('text ~ "*hours"', "Unable to parse the text"),
        ('text ~ "(hours"', "Unable to parse the text"),
        ('text ~ "\\"hours"', "Unable to parse the text"),
        ('text ~ "a\\-b"', "illegal JQL escape sequence"),
        ('text ~ "hours', "has not been completed"),
        ("project = IF", "reserved JQL word"),
        ("assignee = mia@example.com", "reserved JQL character"),
        ("colour = red", "Field 'colour' does not exist"),
        ("key ~ GATE", "operator '~' is not supported"),
        ("(project = GATE", "Expecting ')'"),
        ("project = GATE) OR (project = PEOPLE", "Expecting either 'OR' or 'AND'"),
        ("project = GATE status = Done", "Expecting either"),
        ("created >= yesterday", "Date value"),
        ("project = GATE order by a1, created", "'a1'"),
        ("project = GATE order by " + ", ".join(["created"] * 8), "7 fields"),
    ],
)
def test_jql_refuses(sample_site, jql, told):
    answer = search_jira(sample_site, jql)

    assert answer.status_code == 400
    assert told in answer.json()["errorMessages"][0]


def test_and_binds_tighter_than_or_so_that_a_wrapped_query_can_escape(sample_site):
    from_outside = "project = PEOPLE) OR (key = GATE-7"

    escaped = search_jira(sample_site, f"({from_outside}) AND (project = GATE) ORDER BY key")
    refused = search_jira(sample_site, f"project = GATE AND {from_outside}")

    assert keys(escaped) == ["GATE-7", "PEOPLE-3", "PEOPLE-4"]
    assert refused.status_code == 400


def test_search_gives_ids_alone_unless_fields_are_named(sample_site):
    answer = search_jira(sample_site, "project = OPS", fields=[])

    assert answer.json() == {"issues": [{"id": "20112"}, {"id": "20111"}, {"id": "20110"}], "isLast": True}


def test_the_pages_of_a_search_follow_each_other_by_token(sample_site):
    seen, token = [], {}
    for _ in range(3):
        answer = search_jira(sample_site, "project = GATE ORDER BY key", maxResults=3, **token).json()
        seen += [issue["key"] for issue in answer["issues"]]
        token = {"nextPageToken": answer["nextPageToken"]} if "nextPageToken" in answer else {}

    assert seen == ["GATE-2", "GATE-7", "GATE-8", "GATE-11", "GATE-15", "GATE-16", "GATE-19", "GATE-21"]
    assert answer["isLast"] is True
    assert set(answer) == {"issues", "isLast"}


@pytest.mark.parametrize(
    "body",
    [
        {"startAt": 0},
        {"total": 1},
        {"maxResults": "ten"},
        {"expand": ["names"]},
        {"maxResults": 0},
        {"maxResults": 5001},
        {"nextPageToken": "bogus"},
        {"nextPageToken": "MjphYmNkZWYwMQ=="},
    ],
)
def test_search_refuses_a_body_that_it_does_not_know(sample_site, body):
    assert search_jira(sample_site, "project = GATE", **body).status_code == 400


def test_search_by_get_takes_the_same_parameters(sample_site):
    path = "/rest/api/3/search/jql"
    answer = call(sample_site, path, params={"jql": "project = OPS", "fields": "summary,status", "maxResults": 1})

    issue = answer.json()["issues"][0]
    assert set(issue["fields"]) == {"summary", "status"}
    assert answer.headers["x-ratelimit-limit"] == "350"
    assert call(sample_site, path, params={"jql": "project = OPS", "maxResults": "x"}).status_code == 400


@pytest.mark.parametrize("asked", ["GATE-7", "gate-7", "20101"])
def test_an_issue_is_read_by_key_in_any_case_and_by_id(sample_site, asked):
    answer = call(sample_site, f"/rest/api/3/issue/{asked}")

    assert answer.json()["key"] == "GATE-7"
    assert answer.headers["x-ratelimit-limit"] == "400"


def test_an_issue_names_those_it_hangs_together_with(sample_site):
    fields = call(sample_site, "/rest/api/3/issue/GATE-7?fields=parent,subtasks,issuelinks").json()["fields"]

    assert (fields["parent"]["key"], fields["parent"]["fields"]["issuetype"]["name"]) == ("GATE-2", "Epic")
    assert [(each["key"], each["fields"]["status"]["name"]) for each in fields["subtasks"]] == [("GATE-8", "Done")]
    assert fields["issuelinks"][0]["outwardIssue"]["fields"]["summary"].startswith("Doors at the Maritime")
    assert fields["issuelinks"][1]["inwardIssue"]["key"] == "PEOPLE-3"


@pytest.mark.parametrize(("asked", "now"), [("OPS-5", "GATE-15"), ("gate-5", "PEOPLE-4")])
def test_a_moved_key_leads_to_the_issue_under_its_present_one(sample_site, asked, now):
    answer = call(sample_site, f"/rest/api/3/issue/{asked}?fields=project")

    assert answer.json()["key"] == now
    assert answer.json()["fields"]["project"]["key"] == now.split("-")[0]


@pytest.mark.parametrize("asked", ["GATE-99", "NOPE-1", "..%2Fmyself", "x", "%F0%9F%9A%AA"])
def test_an_unknown_issue_is_not_found(sample_site, asked):
    answer = call(sample_site, f"/rest/api/3/issue/{asked}")

    assert answer.status_code == 404
    assert answer.json()["errorMessages"] == ["Issue does not exist or you do not have permission to see it."]


def test_reading_gives_the_fields_that_are_named_or_all_of_them(sample_site):
    some = call(sample_site, "/rest/api/3/issue/GATE-7?fields=summary,status&fields=labels,nonsense").json()
    every = call(sample_site, "/rest/api/3/issue/GATE-7").json()
    without = call(sample_site, "/rest/api/3/issue/GATE-7?fields=-comment").json()

    assert set(some["fields"]) == {"summary", "status", "labels"}
    assert {"description", "comment", "attachment", "subtasks", "issuelinks"} <= set(every["fields"])
    assert set(every["fields"]) - set(without["fields"]) == {"comment"}


def test_the_comments_in_an_issue_end_at_a_hundred_and_lose_the_oldest(sample_site):
    page = call(sample_site, "/rest/api/3/issue/OPS-14?fields=comment").json()["fields"]["comment"]

    assert (page["total"], page["maxResults"], len(page["comments"])) == (120, 100, 100)
    assert page["comments"][0]["id"].endswith("021")


@pytest.mark.parametrize(
    ("query", "first", "count"),
    [
        ("", "001", 100),
        ("?orderBy=-created&maxResults=2", "120", 2),
        ("?orderBy=%2Bcreated&startAt=5&maxResults=2", "006", 2),
        ("?maxResults=0", "001", 1),
        ("?maxResults=-1", "001", 1),
        ("?maxResults=500", "001", 100),
        ("?startAt=120", None, 0),
    ],
)
def test_comments_are_paged_and_ordered(sample_site, query, first, count):
    page = call(sample_site, COMMENTS + query).json()

    assert (page["total"], len(page["comments"])) == (120, count)
    assert first is None or page["comments"][0]["id"].endswith(first)


def test_comments_refuse_another_order_before_they_look_for_the_issue(sample_site):
    assert call(sample_site, "/rest/api/3/issue/NOPE-1/comment?orderBy=bogus").status_code == 400
    assert call(sample_site, "/rest/api/3/issue/NOPE-1/comment").status_code == 404


def test_restricted_comments_are_shown_to_their_group_and_say_so(sample_site):
    path = "/rest/api/3/issue/OPS-12/comment"
    reader, mina = call(sample_site, path).json(), call(sample_site, path, MINA).json()

    assert (reader["total"], mina["total"]) == (3, 4)
    assert reader["comments"][2]["visibility"]["value"] == "Developers"
    assert [comment["jsdPublic"] for comment in reader["comments"]] == [True, False, False]


def test_projects_are_listed_by_key_and_page(sample_site):
    path = "/rest/api/3/project/search"
    some = call(sample_site, f"{path}?keys=GATE&keys=NOPE").json()
    paged = call(sample_site, f"{path}?maxResults=1").json()

    assert [project["key"] for project in some["values"]] == ["GATE"]
    assert (paged["total"], paged["isLast"]) == (3, False)
    assert paged["nextPage"].endswith("startAt=1&maxResults=1")


def test_parse_gives_the_structure_of_a_query_and_its_order(sample_site):
    jql = "summary ~ test AND (labels in (a, b) OR assignee = currentUser()) ORDER BY updated DESC"
    answer = call(sample_site, "/rest/api/3/jql/parse", method="POST", json={"queries": [jql]})

    shown = answer.json()["queries"][0]["structure"]
    assert shown["orderBy"]["fields"] == [{"field": {"name": "updated", "encodedName": "updated"}, "direction": "desc"}]
    assert [clause["operator"] for clause in shown["where"]["clauses"]] == ["~", "or"]


@pytest.mark.parametrize(
    ("jql", "level", "member"),
    [
        ("project = GATE) OR (project = OPS", "none", "errors"),
        ("project = NOPE", "strict", "errors"),
        ("project = NOPE", "warn", "warnings"),
        ("project = NOPE", "none", "structure"),
    ],
)
def test_parse_reports_what_is_wrong_as_strictly_as_it_is_asked_to(sample_site, jql, level, member):
    path = f"/rest/api/3/jql/parse?validation={level}"
    answer = call(sample_site, path, method="POST", json={"queries": [jql]})

    assert answer.status_code == 200
    assert member in answer.json()["queries"][0]


def test_the_smaller_routes_answer(sample_site):
    def post(path, body):
        return call(sample_site, f"/rest/api/3/{path}", method="POST", json=body).json()

    [log] = post("changelog/bulkfetch", {"issueIdsOrKeys": ["GATE-7"], "fieldIds": ["status"]})["issueChangeLogs"]
    assert [row["items"][0]["toString"] for row in log["changeHistories"]] == ["To Do", "In Progress"]
    assert call(sample_site, "/rest/api/3/issue/GATE-7/worklog").json()["total"] == 2
    assert len(call(sample_site, "/rest/api/3/issue/GATE-7/remotelink").json()) == 2
    people = call(sample_site, f"/rest/api/3/groupuserpicker?query={MINA.email}").json()["users"]["users"]
    assert [each["accountId"] for each in people] == [MINA.account_id]
    assert {"cf[10028]", "Story points"} in [set(row["clauseNames"]) for row in call(sample_site, FIELD).json()]
    assert call(sample_site, "/rest/api/3/serverInfo").json()["deploymentType"] == "Cloud"
    assert call(sample_site, "/rest/api/3/attachment/content/601").status_code == 303
    assert call(sample_site, "/rest/api/3/search?jql=x").status_code == 410
    assert call(sample_site, "/rest/api/3/issue/GATE-7", method="DELETE").status_code == 405


def test_errors_are_in_the_language_of_the_account_unless_english_is_forced(sample_site):
    path, english = "/rest/api/3/issue/NOPE-1", {"X-Force-Accept-Language": "true", "Accept-Language": "en"}
    own = call(sample_site, path, MINA)
    unforced = call(sample_site, path, MINA, headers={"Accept-Language": "en"})
    forced = call(sample_site, path, MINA, headers=english)

    assert (
        own.json() == unforced.json() == {"errorMessages": ["이슈가 없거나 이슈를 볼 권한이 없습니다."], "errors": {}}
    )
    assert forced.json()["errorMessages"][0].startswith("Issue does not exist")


def test_an_issue_comes_with_the_names_and_kinds_of_exactly_its_fields(sample_site):
    path = "/rest/api/3/issue/GATE-7?fields=*all,-worklog&expand=names,schema,changelog"

    issue = call(sample_site, path).json()

    assert issue["fields"].keys() == issue["names"].keys() == issue["schema"].keys()
    assert "worklog" not in issue["fields"]
    assert issue["fields"]["customfield_10021"] is None
    assert issue["names"]["customfield_10034"] == "Acceptance criteria"
    assert issue["fields"]["customfield_10034"]["type"] == "doc"
    assert [each["items"][0]["field"] for each in issue["changelog"]["histories"]] == ["Sprint", "status", "status"]
