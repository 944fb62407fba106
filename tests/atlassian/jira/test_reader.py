import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from rest_framework.exceptions import ValidationError

from atlassian.errors import BadArgument, NothingThere, UpstreamAuthFailed, UpstreamFailure, UpstreamRejectedQuery
from atlassian.jira.reader import Jira
from tests.atlassian.factories import SIGNED, SITE, make_credentials

SEARCH = SITE + "/rest/api/3/search/jql"
PARSE = SITE + "/rest/api/3/jql/parse"
PROJECTS = SITE + "/rest/api/3/project/search"
MYSELF = SITE + "/rest/api/3/myself"
USERS = SITE + "/rest/api/3/user/bulk"
WHERE = {"where": {"field": {"name": "status"}}}


def make_jira(**fields):
    return Jira(make_credentials(**fields), lambda: "712020:own")


def issue_url(key):
    return f"{SITE}/rest/api/3/issue/{key}"


def make_issue(key="ABC-1", **fields):
    project = {"key": key.rpartition("-")[0]}
    values = {"summary": f"About {key}", "status": {"name": "Open"}, "project": project, "updated": "2026-09-18"}
    return {"key": key, "fields": values | fields}


def make_comments(*numbers, total=None):
    comments = [{"author": {"displayName": "Ann"}, "created": f"2026-09-{n:02}T10:00:00.000+0000"} for n in numbers]
    return {"comments": comments, "total": len(comments) if total is None else total, "startAt": 0}


def found(*keys, **more):
    return {"issues": [make_issue(key) for key in keys], "isLast": "nextPageToken" not in more} | more


def comments_in(issue):
    """The headings of its comments, in their order."""
    return re.findall(r"^### (.*)$", issue.content, re.MULTILINE)


def keys_of(page):
    return [issue.key for issue in page.issues]


def asked(number=-1):
    """The parameters of a call, first values only."""
    return {name: values[0] for name, values in parse_qs(urlsplit(responses.calls[number].request.url).query).items()}


class TestSearch:
    @responses.activate
    def test_a_search_is_one_call_that_names_its_fields(self):
        responses.get(SEARCH, json=found("ABC-1", "ABC-2"))

        page = make_jira().search("order flow", 10)

        assert keys_of(page) == ["ABC-1", "ABC-2"]
        assert page.next_cursor is None
        assert len(responses.calls) == 1
        assert asked()["jql"] == 'text ~ "order flow" ORDER BY updated DESC'
        assert asked()["fields"] == "summary,status,issuetype,project,priority,assignee,updated"
        assert asked()["maxResults"] == "10"

    @responses.activate
    def test_a_hit_is_told_in_our_words_with_a_link_to_the_site(self):
        fields = {"issuetype": {"name": "Bug"}, "priority": {"name": "High"}, "assignee": {"displayName": "Ann Lee"}}
        responses.get(SEARCH, json={"issues": [make_issue(**fields)]})

        [issue] = make_jira().search("order", 10).issues

        assert vars(issue) == {
            "key": "ABC-1",
            "summary": "About ABC-1",
            "status": "Open",
            "url": SITE + "/browse/ABC-1",
            "updated": "2026-09-18",
            "assignee": "Ann Lee",
            "issue_type": "Bug",
            "project_key": "ABC",
            "priority": "High",
        }

    @responses.activate
    def test_the_cursor_is_atlassians_token_and_leads_on(self):
        responses.get(SEARCH, json=found("ABC-1", nextPageToken="token-2"))
        responses.get(SEARCH, json=found("ABC-2"))

        first = make_jira().search("order", 1)
        second = make_jira().search("order", 1, cursor=first.next_cursor)

        assert asked()["nextPageToken"] == "token-2"
        assert (keys_of(second), second.next_cursor) == (["ABC-2"], None)

    @pytest.mark.parametrize(
        "more", [{"nextPageToken": "same", "isLast": False}, {"nextPageToken": "other", "isLast": True}]
    )
    @responses.activate
    def test_a_repeated_token_or_a_last_page_ends_the_search(self, more):
        responses.get(SEARCH, json=found("ABC-1") | more)

        assert make_jira().search("order", 1, cursor="same").next_cursor is None

    @pytest.mark.parametrize("cursor", ["x" * 8001, "\x00", "\n", "\ud800"])
    @responses.activate
    def test_what_cannot_be_a_cursor_is_refused_without_a_call(self, cursor):
        with pytest.raises(BadArgument) as caught:
            make_jira().search("order", 10, cursor=cursor)

        assert "cursor" in caught.value.detail

    @responses.activate
    def test_a_query_without_words_is_refused_without_a_call(self):
        with pytest.raises(ValidationError) as caught:
            make_jira().search('"?!" --', 10)

        assert "q" in caught.value.detail

    @responses.activate
    def test_a_query_too_long_for_a_url_goes_by_post(self):
        responses.post(SEARCH, json=found("ABC-1"))

        page = make_jira().search("긴" * 900, 10)

        question = json.loads(responses.calls[0].request.body)
        assert keys_of(page) == ["ABC-1"]
        assert question["fields"][0] == "summary"
        assert set(question) == {"jql", "maxResults", "fields"}

    @pytest.mark.usefixtures("unverified")
    @responses.activate
    def test_nothing_found_is_believed_of_proven_credentials_only(self):
        responses.get(SEARCH, json=found())
        responses.get(MYSELF, status=401)

        with pytest.raises(UpstreamAuthFailed):
            make_jira().search("order", 10)

    @responses.activate
    def test_nothing_found_for_the_account_is_one_call(self):
        responses.get(SEARCH, json=found(), headers=SIGNED)

        assert make_jira().search("order", 10).issues == ()
        assert len(responses.calls) == 1

    @pytest.mark.parametrize("answer", [[], {}, {"issues": None}, {"issues": {}}, "text", 7, None, {"issues": [{}]}])
    @responses.activate
    def test_an_answer_of_another_shape_is_an_upstream_error(self, answer):
        responses.get(SEARCH, json=answer, headers=SIGNED)

        with pytest.raises(UpstreamFailure) as caught:
            make_jira().search("order", 10)

        assert caught.value.status_code == 502


class TestKeysInASearch:
    @responses.activate
    def test_an_issue_named_by_key_comes_first_and_once(self):
        responses.get(issue_url("ABC-7"), json=make_issue("ABC-7"))
        responses.get(SEARCH, json=found("ABC-1", "ABC-7"))

        page = make_jira().search("abc-7 broken", 10)

        assert keys_of(page) == ["ABC-7", "ABC-1"]
        assert asked()["jql"] == r'text ~ "broken" AND text ~ "\"abc 7\"" ORDER BY updated DESC'
        assert asked()["maxResults"] == "9"

    @responses.activate
    def test_what_only_looks_like_a_key_is_searched_as_text(self):
        responses.get(issue_url("UTF-8"), status=404, json={}, headers=SIGNED)
        responses.get(SEARCH, json=found("ABC-1"))

        assert keys_of(make_jira().search("UTF-8", 10)) == ["ABC-1"]

    @responses.activate
    def test_a_limit_filled_by_keys_leads_on_to_the_search_itself(self):
        responses.get(issue_url("ABC-7"), json=make_issue("ABC-7"))
        responses.get(SEARCH, json=found("ABC-7", "ABC-8"))

        first = make_jira().search("ABC-7", 1)
        second = make_jira().search("ABC-7", 1, cursor=first.next_cursor)

        assert keys_of(first) == ["ABC-7"]
        assert keys_of(second) == ["ABC-8"]
        assert "nextPageToken" not in asked()

    @responses.activate
    def test_keys_beyond_the_limit_come_on_the_next_pages(self):
        for key in ("ABC-7", "ABC-8", "ABC-9"):
            responses.get(issue_url(key), json=make_issue(key))
        responses.get(SEARCH, json=found("ABC-7", "ABC-1"))
        pages, cursor = [], ""

        while cursor is not None:
            page = make_jira().search("ABC-7 ABC-8 ABC-9", 2, cursor=cursor)
            pages, cursor = [*pages, keys_of(page)], page.next_cursor

        assert pages == [["ABC-7", "ABC-8"], ["ABC-9", "ABC-1"]]

    @responses.activate
    def test_a_key_that_moved_outside_the_allowlist_is_not_shown(self):
        responses.get(issue_url("ABC-7"), json=make_issue("SECRET-3"))
        responses.get(SEARCH, json=found("ABC-1"))

        assert keys_of(make_jira(allowlist=("ABC",)).search("ABC-7", 10)) == ["ABC-1"]

    @pytest.mark.usefixtures("unverified")
    @responses.activate
    def test_a_dead_token_is_told_and_not_taken_for_a_missing_issue(self):
        responses.get(issue_url("ABC-7"), status=404, json={})
        responses.get(MYSELF, status=401)

        with pytest.raises(UpstreamAuthFailed):
            make_jira().search("ABC-7", 10)


class TestAllowlist:
    @responses.activate
    def test_it_stands_in_the_query_and_over_what_comes_back(self):
        responses.get(SEARCH, json={"issues": [make_issue("ABC-1"), make_issue("SECRET-1"), {"key": "ABC-2"}]})

        page = make_jira(allowlist=("ABC", "DEF")).search("order", 10)

        assert asked()["jql"] == 'text ~ "order" AND project in ("ABC", "DEF") ORDER BY updated DESC'
        assert keys_of(page) == ["ABC-1"]

    @responses.activate
    def test_a_wanted_project_narrows_it_and_never_widens_it(self):
        responses.get(SEARCH, json=found("ABC-1", "DEF-1"))

        page = make_jira(allowlist=("ABC", "DEF")).search("order", 10, projects=["abc", "SECRET"])

        assert 'project in ("ABC")' in asked()["jql"]
        assert keys_of(page) == ["ABC-1"]

    @responses.activate
    def test_a_wanted_project_outside_it_finds_nothing_and_asks_nothing(self):
        assert make_jira(allowlist=("ABC",)).search("order", 10, projects=["SECRET"]).issues == ()

    @pytest.mark.parametrize("project", ["", "a b", 'A" OR "B', "../x", "프로젝트", "1AB"])
    @responses.activate
    def test_what_cannot_be_a_project_is_refused_without_a_call(self, project):
        with pytest.raises(BadArgument) as caught:
            make_jira().search("order", 10, projects=[project])

        assert "project" in caught.value.detail

    @responses.activate
    def test_a_project_that_jira_does_not_know_is_left_out_once_and_for_a_while(self):
        unknown = {"errorMessages": ["The value 'GONE' does not exist for the field 'project'."]}
        responses.get(SEARCH, status=400, json=unknown, headers=SIGNED)
        responses.get(SEARCH, json=found("ABC-1"))
        responses.get(PROJECTS, json={"values": [{"key": "ABC"}]})

        pages = [make_jira(allowlist=("ABC", "GONE")).search("order", 10) for _ in range(2)]

        assert [keys_of(page) for page in pages] == [["ABC-1"], ["ABC-1"]]
        assert parse_qs(urlsplit(responses.calls[1].request.url).query)["keys"] == ["ABC", "GONE"]
        assert 'project in ("ABC")' in asked()["jql"]
        assert len(responses.calls) == 4

    @pytest.mark.parametrize("values", [[], [{"key": "ABC"}]])
    @responses.activate
    def test_a_rejection_that_leaving_out_does_not_mend_is_told(self, values):
        responses.get(SEARCH, status=400, json={"errorMessages": ["No."]}, headers=SIGNED)
        responses.get(PROJECTS, json={"values": values}, headers=SIGNED)

        with pytest.raises(UpstreamRejectedQuery, match=r"No\."):
            make_jira(allowlist=("ABC",)).search("order", 10)

        assert len(responses.calls) == 2

    @responses.activate
    def test_a_read_outside_it_is_as_if_there_were_nothing(self):
        responses.get(issue_url("ABC-1"), json=make_issue("SECRET-9"))
        responses.get(issue_url("ABC-2"), status=404, json={}, headers=SIGNED)
        responses.get(issue_url("ABC-3"), json={"key": "ABC-3", "fields": {"project": None}})

        refusals = []
        for key in ("ABC-1", "ABC-2", "ABC-3"):
            with pytest.raises(NothingThere) as caught:
                make_jira(allowlist=("ABC",)).read(key)
            refusals.append(str(caught.value.detail))

        assert len(set(refusals)) == 1

    @responses.activate
    def test_issues_outside_it_are_not_even_named(self):
        inside, outside = (
            {"key": "ABC-5", "fields": {"summary": "in"}},
            {"key": "SECRET-5", "fields": {"summary": "out"}},
        )
        links = [{"type": {"outward": "blocks"}, "outwardIssue": issue} for issue in (inside, outside)]
        fields = {"parent": outside, "subtasks": [inside, outside], "issuelinks": links}
        responses.get(issue_url("ABC-1"), json=make_issue(**fields))

        issue = make_jira(allowlist=("ABC",)).read("ABC-1")

        assert issue.parent is None
        assert [related.key for related in (*issue.subtasks, *issue.links)] == ["ABC-5", "ABC-5"]


class TestRawQuery:
    @responses.activate
    def test_it_is_parsed_alone_and_then_searched_in_brackets(self):
        responses.post(PARSE, json={"queries": [{"structure": WHERE}]})
        responses.get(SEARCH, json=found("ABC-1", "SECRET-1"))

        page = make_jira(allowlist=("ABC",)).search("", 10, jql="a = 1 OR b = 2")

        assert json.loads(responses.calls[0].request.body) == {"queries": ["a = 1 OR b = 2"]}
        assert asked()["jql"] == '(a = 1 OR b = 2) AND project in ("ABC") ORDER BY updated DESC'
        assert keys_of(page) == ["ABC-1"]

    @responses.activate
    def test_what_jira_does_not_accept_alone_is_never_searched(self):
        responses.post(PARSE, json={"queries": [{"errors": ["Expecting 'OR' but got ')'.", "Twice."]}]})

        with pytest.raises(UpstreamRejectedQuery, match=r"Expecting 'OR' but got '\)'\. Twice\."):
            make_jira(allowlist=("ABC",)).search("", 10, jql="a = 1) OR (project = SECRET")

    @pytest.mark.parametrize("structure", [None, {}, {"orderBy": {"fields": []}}])
    @responses.activate
    def test_one_that_restricts_nothing_is_refused(self, structure):
        responses.post(PARSE, json={"queries": [{"structure": structure}]})

        with pytest.raises(ValidationError) as caught:
            make_jira().search("", 10, jql="order by rank")

        assert "jql" in caught.value.detail

    @responses.activate
    def test_characters_that_nobody_can_send_are_left_out(self):
        responses.post(PARSE, json={"queries": [{"structure": WHERE}]})
        responses.get(SEARCH, json=found("ABC-1"))

        make_jira().search("", 10, jql="a = \ud8001\x00")

        assert asked()["jql"] == "a = 1 ORDER BY updated DESC"

    @responses.activate
    def test_a_key_in_it_is_not_looked_up(self):
        responses.post(PARSE, json={"queries": [{"structure": WHERE}]})
        responses.get(SEARCH, json=found("ABC-1"))

        make_jira().search("", 10, jql="key = ABC-1")

        assert len(responses.calls) == 2


class TestRead:
    @responses.activate
    def test_an_issue_with_its_comments_is_one_call(self):
        fields = {
            "comment": make_comments(1, 3, 2),
            "description": {"type": "doc", "content": []},
            "resolution": {"name": "Done"},
            "reporter": {"displayName": "Bo"},
            "labels": ["a", "b"],
            "components": [{"name": "API"}],
            "fixVersions": [{"name": "1.0"}],
            "attachment": [{"filename": "a.png", "mimeType": "image/png", "size": 2048}],
            "parent": {"key": "ABC-0", "fields": {"summary": "Epic"}},
            "duedate": "2026-12-01",
            "created": "2026-01-01",
        }
        responses.get(issue_url("ABC-1"), json=make_issue(**fields))

        issue = make_jira().read("abc-1")

        assert len(responses.calls) == 1
        assert asked() == {"fields": "*all,-worklog", "expand": "names,schema"}
        assert [heading[:15] for heading in comments_in(issue)] == [
            "Ann, 2026-09-03",
            "Ann, 2026-09-02",
            "Ann, 2026-09-01",
        ]
        assert (issue.resolution, issue.reporter, issue.labels) == ("Done", "Bo", ("a", "b"))
        assert (issue.components, issue.fix_versions, issue.due) == (("API",), ("1.0",), "2026-12-01")
        assert (issue.parent.key, issue.attachments[0].name, issue.comment_count) == ("ABC-0", "a.png", 3)

    @responses.activate
    def test_more_comments_than_were_given_along_are_fetched_newest_first_in_one_more_call(self):
        responses.get(issue_url("ABC-1"), json=make_issue(comment=make_comments(1, 2, total=130)))
        responses.get(issue_url("ABC-1") + "/comment", json=make_comments(9, 8, 7, total=131))

        issue = make_jira().read("ABC-1")

        assert asked() == {"orderBy": "-created", "maxResults": "100"}
        assert [heading[:15] for heading in comments_in(issue)] == [
            "Ann, 2026-09-09",
            "Ann, 2026-09-08",
            "Ann, 2026-09-07",
        ]
        assert (issue.comment_count, len(responses.calls)) == (131, 2)

    @pytest.mark.parametrize("comment", [{"comments": [{}, {}]}, [{}, {}], {"comments": [{}, {}], "total": "2"}])
    @responses.activate
    def test_comments_without_a_total_are_counted(self, comment):
        responses.get(issue_url("ABC-1"), json=make_issue(comment=comment))

        issue = make_jira().read("ABC-1")

        assert (issue.comment_count, len(comments_in(issue)), len(responses.calls)) == (2, 2, 1)

    @responses.activate
    def test_comments_across_a_change_of_the_clock_keep_their_order(self):
        earlier, later = "2026-10-25T02:50:00.000+0200", "2026-10-25T02:10:00.000+0100"
        comments = [{"created": created} for created in (earlier, later)]
        responses.get(issue_url("ABC-1"), json=make_issue(comment={"comments": comments, "total": 2}))

        heads = comments_in(make_jira().read("ABC-1"))

        assert heads == ["somebody, 2026-10-25 01:10 UTC", "somebody, 2026-10-25 00:50 UTC"]

    @responses.activate
    def test_a_restricted_and_an_internal_comment_say_so(self):
        comments = [
            {"visibility": {"type": "role", "value": "Administrators"}},
            {"jsdPublic": False},
            {"jsdPublic": True},
        ]
        responses.get(issue_url("ABC-1"), json=make_issue(comment={"comments": comments, "total": 3}))

        issue = make_jira().read("ABC-1")

        assert comments_in(issue) == ["somebody (restricted to: Administrators)", "somebody (internal)", "somebody"]

    @responses.activate
    def test_people_mentioned_without_a_name_are_named_by_one_call_that_may_fail(self):
        mention = {"type": "doc", "content": [{"type": "mention", "attrs": {"id": "account-1"}}]}
        responses.get(issue_url("ABC-1"), json=make_issue(description=mention))
        responses.get(USERS, status=403)
        responses.get(USERS, json={"values": [{"accountId": "account-1", "displayName": "Ann Lee"}]})

        assert "@Ann Lee" not in make_jira().read("ABC-1").content
        assert "@Ann Lee" in make_jira(email="other@acme.example.com").read("ABC-1").content

    @responses.activate
    def test_names_are_asked_once_for_a_while_and_never_for_those_known(self):
        mentions = [{"type": "mention", "attrs": {"id": account}} for account in ("account-1", "account-2")]
        assignee = {"accountId": "account-2", "displayName": "Bo"}
        document = {"type": "doc", "content": mentions}
        responses.get(issue_url("ABC-1"), json=make_issue(description=document, assignee=assignee))
        responses.get(USERS, json={"values": [{"accountId": "account-1", "displayName": "Ann Lee"}]})

        for _ in range(2):
            assert re.findall(r"@(?:Ann Lee|Bo)", make_jira().read("ABC-1").content) == ["@Ann Lee", "@Bo"]

        assert parse_qs(urlsplit(responses.calls[1].request.url).query)["accountId"] == ["account-1"]
        assert len(responses.calls) == 3

    @pytest.mark.parametrize("reference", ["../user/current", "https://evil.example.com/browse/ABC-1", "x" * 10_000])
    @responses.activate
    def test_what_names_no_issue_here_is_refused_without_a_call(self, reference):
        with pytest.raises(BadArgument):
            make_jira().read(reference)

    @pytest.mark.parametrize("answer", [[], {}, {"key": None}, {"key": []}, "ABC-1", None])
    @responses.activate
    def test_an_answer_without_a_key_is_an_upstream_error(self, answer):
        responses.get(issue_url("ABC-1"), json=answer)

        with pytest.raises(UpstreamFailure):
            make_jira().read("ABC-1")
