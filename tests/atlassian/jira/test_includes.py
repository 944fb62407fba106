"""What a read includes on request: each costs one more call at most and never the read."""

from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from tests.atlassian.jira.answers import (
    API,
    SEARCH,
    SIGNED,
    calls,
    codes,
    connected,
    issue_url,
    make_issue,
    paragraph,
    person,
    read,
    serve,
)
from tests.factories import SITE, make_integration

pytestmark = pytest.mark.django_db

BULK_CHANGES = API + "/changelog/bulkfetch"


def asked(number: int = 0) -> dict[str, list[str]]:
    return parse_qs(urlsplit(responses.calls[number].request.url).query)


def change(number, field="status", before="To do", after="Doing", created="2026-11-02T08:00:00.000+0000", **more):
    item = {"field": field, "fieldtype": "jira", "fieldId": field, "fromString": before, "toString": after} | more
    return {"id": str(number), "author": person("Ann"), "created": created, "items": [item]}


def with_changes(*changes, total=None, **fields):
    log = {"startAt": 0, "maxResults": 100, "total": len(changes) if total is None else total, "histories": changes}
    return make_issue(**fields) | {"changelog": log}


class TestHistory:
    @responses.activate
    def test_it_comes_with_the_read_newest_first_and_says_the_time_in_each_status(self, client_for):
        serve(
            with_changes(
                change(2, before="Doing", after="Open", created="2026-11-04T10:00:00.000+0000"),
                change(3, "Sprint", "Tide 1", "", created="2026-11-04T10:00:00.000+0000"),
                change(1, created="2026-11-02T17:00:00.000+0900"),
            )
        )

        answer = read(connected(client_for), include="history")

        assert asked()["expand"] == ["names,schema,changelog"]
        assert calls() == ["GET /rest/api/3/issue/OPS-1"]
        assert answer["content"].partition("## History (3)\n\n")[2] == (
            "Time in status: To do 1 d · Doing 2 d 2 h · Open since 2026-11-04 10:00 UTC\n\n"
            "- 2026-11-04 10:00 UTC, Ann: Sprint: Tide 1 → nothing\n"
            "- 2026-11-04 10:00 UTC, Ann: status: Doing → Open\n"
            "- 2026-11-02 08:00 UTC, Ann: status: To do → Doing"
        )

    @responses.activate
    def test_long_texts_have_only_changed(self, client_for):
        serve(with_changes(change(1, "description", "h2. old\nlines", "h2. new " * 100)))

        assert "Ann: description changed" in read(connected(client_for), include="history")["content"]

    @responses.activate
    def test_beyond_what_jira_gives_along_the_changes_of_status_are_fetched_whole(self, client_for):
        serve(with_changes(change(9, "Sprint", "1", "2"), total=250))
        moment = 1793606400000  # 2026-11-02 08:00 UTC
        row = change(1, created=moment)
        responses.post(
            BULK_CHANGES, json={"issueChangeLogs": [{"issueId": "10101", "changeHistories": [row]}]}, headers=SIGNED
        )

        answer = read(connected(client_for), include="history")

        assert len(calls()) == 2
        assert "Only the newest 1 of 250 changes are here." in answer["content"]
        assert "Time in status: To do 1 d · Doing since 2026-11-02 08:00 UTC" in answer["content"]

    @responses.activate
    def test_where_they_cannot_be_had_the_rest_stands_and_no_time_is_made_up(self, client_for):
        serve(with_changes(change(9), total=250))
        responses.post(BULK_CHANGES, status=403, headers=SIGNED)

        answer = read(connected(client_for), include="history")

        assert "## History (250)" in answer["content"]
        assert "Time in status" not in answer["content"]
        assert codes(answer) == ["time_in_status_unavailable"]

    @responses.activate
    def test_an_answer_without_it_loses_nothing_else(self, client_for):
        serve(make_issue(description=paragraph("Body.")))

        answer = read(connected(client_for), include="history")

        assert "Body." in answer["content"]
        assert codes(answer) == ["history_unavailable"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("Link", "This issue is blocked by SECRET-4"),
            ("IssueParentAssociation", "SECRET-4"),
            ("parent", "SECRET-4"),
            ("Key", "SECRET-4"),
            ("project", "Layoffs"),
        ],
    )
    @responses.activate
    def test_what_names_an_issue_outside_the_allowlist_has_only_changed(self, client_for, field, value):
        serve(with_changes(change(1, field, "", value, fieldId="parent" if field == "parent" else None)))

        content = read(connected(client_for, allowed_keys=["OPS"]), include="history")["content"]

        assert f"Ann: {field} changed" in content
        assert value not in content

    @responses.activate
    def test_an_epic_link_is_a_custom_field_that_names_an_issue(self, client_for):
        epic = {"fieldtype": "custom", "fieldId": "customfield_10014"}
        note = {"fieldtype": "custom", "fieldId": "customfield_10099"}
        serve(
            with_changes(change(1, "Epic Link", "", "SECRET-4", **epic), change(2, "Note", "", "like SECRET-4", **note))
        )

        content = read(connected(client_for, allowed_keys=["OPS"]), include="history")["content"]

        assert "Epic Link changed" in content
        assert "Note: nothing → like SECRET-4" in content

    @pytest.mark.parametrize("value", ["OPS-2 SECRET-4", "OPS-2, SECRET-4", "SECRET-4: Layoffs", "SECRET-4 - Layoffs"])
    @responses.activate
    def test_what_begins_with_the_keys_of_issues_names_them(self, client_for, value):
        serve(with_changes(change(1, "Epic Child", "", value, fieldtype="custom", fieldId="customfield_10014")))

        content = read(connected(client_for, allowed_keys=["OPS"]), include="history")["content"]

        assert "Epic Child changed" in content
        assert "SECRET" not in content

    @pytest.mark.parametrize("field", ["RemoteIssueLink", "RemoteWorkItemLink"])
    @responses.activate
    def test_a_page_that_was_linked_is_named_only_where_titles_of_any_space_are_shown(self, client_for, field):
        page, web = 'This issue links to "Layoffs (Confluence)"', 'This issue links to "GitLab (Web Link)"'
        serve(with_changes(change(1, field, "", page), change(2, field, "", web)))
        agent = connected(client_for)
        before = read(agent, include="history")["content"]
        make_integration("confluence", allowed_keys=["OPS"])

        after = read(agent, include="history")["content"]

        assert "Layoffs" in before
        assert "Layoffs" not in after
        assert "GitLab" in after

    @responses.activate
    def test_a_status_that_looks_like_a_key_is_one(self, client_for):
        serve(with_changes(change(1, "status", "QA-1", "QA-2")))

        content = read(connected(client_for, allowed_keys=["OPS"]), include="history")["content"]

        assert "Time in status: QA-1 1 d · QA-2 since" in content

    @responses.activate
    def test_texts_that_only_look_like_keys_stay(self, client_for):
        serve(with_changes(change(1, "summary", "About UTF-8", "About UTF-16")))

        content = read(connected(client_for, allowed_keys=["OPS"]), include="history")["content"]

        assert "summary: About UTF-8 → About UTF-16" in content


class TestWorklog:
    @staticmethod
    def entry(name="Ann", seconds=3600, started="2026-11-03T01:00:00.000+0900", **more):
        return {"author": person(name), "started": started, "timeSpentSeconds": seconds} | more

    @responses.activate
    def test_up_to_twenty_entries_come_with_the_read(self, client_for):
        entries = [
            self.entry(comment=paragraph("Read the trace")),
            self.entry("Bo", 5400, "2026-11-04T00:00:00.000+0000", visibility={"type": "role", "value": "Leads"}),
            self.entry("Tempo", 60, "2026-11-01T00:00:00.000+0000") | {"author": person("Tempo", accountType="app")},
        ]
        serve(make_issue(worklog={"total": 3, "maxResults": 20, "worklogs": entries}))

        answer = read(connected(client_for), include="worklog")

        assert asked()["fields"] == ["*all"]
        assert len(calls()) == 1
        assert answer["content"].partition("## Work log (3)\n\n")[2] == (
            "2 h 31 min in all: Bo 1 h 30 min, Ann 1 h, Tempo (app) 1 min.\n\n"
            "- 2026-11-04 00:00 UTC, Bo, 1 h 30 min (restricted to: Leads)\n"
            "- 2026-11-02 16:00 UTC, Ann, 1 h: Read the trace\n"
            "- 2026-11-01 00:00 UTC, Tempo (app), 1 min"
        )

    @responses.activate
    def test_more_are_one_more_call(self, client_for):
        serve(make_issue(worklog={"total": 32, "worklogs": [self.entry()]}))
        responses.get(
            issue_url() + "/worklog", json={"total": 2, "worklogs": [self.entry(), self.entry("Bo")]}, headers=SIGNED
        )

        answer = read(connected(client_for), include="worklog")

        assert "## Work log (2)\n\n2 h in all: Ann 1 h, Bo 1 h." in answer["content"]
        assert len(calls()) == 2

    @responses.activate
    def test_where_that_fails_the_sums_are_said_to_be_of_a_part(self, client_for):
        serve(make_issue(worklog={"total": 32, "worklogs": [self.entry()]}))
        responses.get(issue_url() + "/worklog", status=404, json={}, headers=SIGNED)

        answer = read(connected(client_for), include="worklog")

        assert "Only 1 of 32 entries are here, and the sums are theirs." in answer["content"]
        assert codes(answer) == ["worklog_incomplete"]


class TestChildren:
    @staticmethod
    def child(key, status="new", **fields):
        return make_issue(key, status={"name": status, "statusCategory": {"key": status}}, **fields)

    @responses.activate
    def test_they_are_one_search_with_how_many_are_done(self, client_for):
        serve(make_issue())
        rows = [self.child("OPS-2", "done", assignee=person("Bo")), self.child("OPS-3")]
        responses.get(SEARCH, json={"issues": rows, "isLast": True}, headers=SIGNED)

        answer = read(connected(client_for), include="children")

        assert asked(1)["jql"] == ['parent = "OPS-1" ORDER BY created ASC']
        assert answer["content"].partition("## Children (1 of 2 done)\n\n")[2] == (
            "- OPS-2 [done] About OPS-2 (Bo)\n- OPS-3 [new] About OPS-3"
        )
        assert len(calls()) == 2

    @responses.activate
    def test_those_outside_the_allowlist_are_neither_asked_for_nor_shown(self, client_for):
        serve(make_issue())
        rows = [self.child("OPS-2"), self.child("SECRET-3")]
        responses.get(SEARCH, json={"issues": rows, "nextPageToken": "more"}, headers=SIGNED)

        content = read(connected(client_for, allowed_keys=["OPS"]), include="children")["content"]

        assert asked(1)["jql"] == ['parent = "OPS-1" AND project in ("OPS") ORDER BY created ASC']
        assert "## Children (0 of 1 done)\n\nOnly the first 1 are here." in content
        assert "SECRET" not in content


class TestLinks:
    @staticmethod
    def serve_links(*links):
        serve(make_issue())
        responses.get(issue_url() + "/remotelink", json=links, headers=SIGNED)

    @staticmethod
    def page_link(url=SITE + "/wiki/pages/viewpage.action?pageId=4001", title="Page"):
        application = {"type": "com.atlassian.confluence", "name": "Wiki"}
        page = {"url": url, "title": title}
        link = {"application": application, "relationship": "mentioned in", "object": page}
        return link | {"globalId": "appId=1&pageId=4001"}

    @responses.activate
    def test_links_are_named_by_title_with_their_relation(self, client_for):
        case = {
            "url": "https://help.example.com/7",
            "title": "Case 7",
            "summary": "Doors",
            "status": {"resolved": True},
        }
        self.serve_links({"relationship": "causes", "object": case}, self.page_link())

        answer = read(connected(client_for), include="links")

        assert answer["content"].partition("## Web links (2)\n\n")[2] == (
            "- causes: [Case 7](https://help.example.com/7) – Doors (resolved)\n"
            f"- mentioned in: [Confluence page 4001]({SITE}/wiki/pages/viewpage.action?pageId=4001)"
        )
        assert len(calls()) == 2

    @pytest.mark.parametrize(
        ("url", "shown"),
        [
            (SITE + "/wiki/spaces/OPS/pages/4001/Doors", "[Doors]"),
            (SITE + "/wiki/spaces/HR/pages/4001/Layoffs", "[Confluence page 4001]"),
            (SITE + "/wiki/pages/viewpage.action?pageId=4001", "[Confluence page 4001]"),
            (SITE + "/wiki/spaces/OPS/../HR/pages/4001/Layoffs", "[Confluence page 4001]"),
            (SITE.upper() + "/wiki/spaces/HR/pages/4001/Layoffs", "[Confluence page 4001]"),
        ],
    )
    @responses.activate
    def test_a_page_is_named_only_where_its_space_may_be_read(self, client_for, url, shown):
        link = self.page_link(url, "Doors" if "OPS/pages" in url else "Layoffs")
        if "OPS/pages" not in url:
            link["object"]["summary"] = "About the Layoffs"
        self.serve_links(link, {"object": link["object"]})
        make_integration("confluence", allowed_keys=["OPS"])

        content = read(connected(client_for), include="links")["content"]

        assert shown in content
        assert "Layoffs" not in content

    @pytest.mark.parametrize("path", ["browse/SECRET-4", "browse/secret-4?focusedId=7", "browse/SECRET"])
    @responses.activate
    def test_an_issue_outside_the_allowlist_is_an_address_without_words(self, client_for, path):
        outside = {"url": f"{SITE}/{path}", "title": "Layoffs", "summary": "Layoffs in May"}
        inside = {"url": f"{SITE}/browse/OPS-2", "title": "Doors"}
        self.serve_links({"object": outside}, {"object": inside})

        content = read(connected(client_for, allowed_keys=["OPS"]), include="links")["content"]

        assert "Layoffs" not in content
        assert f"[Doors]({SITE}/browse/OPS-2)" in content

    @responses.activate
    def test_an_address_that_could_run_is_no_link(self, client_for):
        self.serve_links({"object": {"url": "javascript:alert(1)", "title": "Click"}})

        assert "javascript" not in read(connected(client_for), include="links")["content"]


@pytest.mark.parametrize(("include", "path"), [("links", issue_url() + "/remotelink"), ("children", SEARCH)])
@pytest.mark.parametrize(
    "failure", [{"status": 404, "json": {}}, {"status": 500}, {"json": {"odd": 1}}, {"body": "<p>"}]
)
@responses.activate
def test_an_include_that_fails_is_said_and_takes_nothing_with_it(client_for, include, path, failure):
    serve(make_issue(description=paragraph("Body.")))
    responses.get(path, headers=SIGNED, **failure)

    answer = read(connected(client_for), include=include)

    assert "Body." in answer["content"]
    assert codes(answer) == [f"{include}_unavailable"]


@responses.activate
def test_nothing_is_asked_about_an_issue_outside_the_allowlist(client_for):
    serve(make_issue() | make_issue("SECRET-1") | {"key": "OPS-1"})
    agent = connected(client_for, allowed_keys=["OPS"])

    answer = agent.get("/v1/jira/read", {"issue_key": "OPS-1", "include": ["links", "children", "worklog", "history"]})

    assert (answer.status_code, len(calls())) == (404, 1)


@responses.activate
def test_an_unknown_include_is_refused_by_name(client_for):
    answer = connected(client_for).get("/v1/jira/read", {"issue_key": "OPS-1", "include": "everything"})

    assert answer.status_code == 400
    assert "history, worklog, links, children" in answer.json()["error"]["message"]


class TestOlderComments:
    @staticmethod
    def comments(*numbers, total):
        rows = [
            {"author": person("Ann"), "created": f"2026-09-{n:02}T10:00:00.000+0000", "body": paragraph(f"c{n}")}
            for n in numbers
        ]
        return {"comments": rows, "total": total, "startAt": 0}

    @responses.activate
    def test_the_text_says_how_to_go_on_and_the_next_read_does(self, client_for):
        serve(make_issue(comment=self.comments(1, total=103)))
        page = self.comments(*range(4, 24), total=103)
        responses.get(issue_url() + "/comment", json=page, headers=SIGNED)
        responses.get(issue_url() + "/comment", json=self.comments(1, 2, 3, total=103), headers=SIGNED)
        agent = connected(client_for)

        first = read(agent, max_chars=100_000)["content"]
        older = read(agent, comments_before=4)["content"]

        assert "Only the newest 20 are here; read again with comments_before=84 for older ones." in first
        assert asked(3) == {"orderBy": ["created"], "startAt": ["0"], "maxResults": ["3"]}
        assert "Only the comments 1 to 3 are here, counted from the oldest." in older
        assert older.index("c3") < older.index("c1")
        assert len(calls()) == 4

    @responses.activate
    def test_a_hundred_at_a_time(self, client_for):
        serve(make_issue(comment=self.comments(1, total=350)))
        responses.get(issue_url() + "/comment", json=self.comments(7, 8, total=350), headers=SIGNED)

        content = read(connected(client_for), comments_before=251)["content"]

        assert asked(1) == {"orderBy": ["created"], "startAt": ["150"], "maxResults": ["100"]}
        assert "Only the comments 151 to 152 are here" in content
        assert "read again with comments_before=151 for older ones." in content
