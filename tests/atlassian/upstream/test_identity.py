"""Whose account Atlassian took us for, and what it means that it refuses, at the client that search and read use."""

import json
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from types import SimpleNamespace

import pytest
import responses
from django.core.cache import cache

from atlassian.errors import (
    NothingThere,
    UpstreamAuthFailed,
    UpstreamFailure,
    UpstreamForbidden,
    UpstreamRateLimited,
    UpstreamScopeMissing,
)
from atlassian.upstream import identity
from tests.atlassian.confluence.answers import BARE_404, missing
from tests.atlassian.factories import GATEWAY, ME, SIGNED, SITE, STRANGER, make_client, make_credentials

PATH = "/rest/api/3/issue/{key}"
ISSUE = SITE + "/rest/api/3/issue/ABC-1"
SEARCH = SITE + "/rest/api/3/search/jql"
MYSELF = SITE + "/rest/api/3/myself"
PAGE = SITE + "/wiki/api/v2/pages/7"
FIND = SITE + "/wiki/rest/api/search"
MINE = SITE + "/wiki/rest/api/user/current"
COLON = "712020:3e28cdb0-6f6e-3e8a-4c7d-822c09640618"
PERCENT = "712020%3A3e28cdb0-6f6e-3e8a-4c7d-822c09640618"
GONE = {"errorMessage": "Site temporarily unavailable", "errorCode": "OTHER"}
NO_WIKI = {"statusCode": 403, "message": "Current user not permitted to use Confluence"}


def read_issue(**fields):
    return make_client(**fields).get(PATH, key="ABC-1")


def read_page(**fields):
    return make_client("confluence", **fields).get("/wiki/api/v2/pages/{id}", id="7")


def find_pages(**fields):
    return make_client("confluence", **fields).get("/wiki/rest/api/search", {"cql": 'text ~ "a"'})


def unverified(ask, **fields):
    return ask(verified=False, **fields)


def a_minute_later(provider, **fields):
    """What was found out holds for a minute; that it was found out, for ten."""
    credentials = make_credentials(provider, **fields)
    for reason in (identity.NO_DOUBT, identity.FAILED_LOGIN, identity.OTHER_NAME):
        cache.delete(identity._key(credentials, reason))


pytestmark = pytest.mark.usefixtures("unverified")


class TestTheNameInTheHeader:
    @pytest.mark.parametrize(
        ("sent", "stored"),
        [
            (PERCENT, COLON),
            (PERCENT.replace("%3A", "%3a"), COLON),
            (COLON, COLON),
            (PERCENT.upper(), COLON),
            (f"{PERCENT}, {PERCENT}", COLON),
            (f"{PERCENT}, {COLON},", COLON),
            (ME, ME),
            ("557058%3Aa%20b%2Fc%C3%A9", "557058:a b/cé"),
            (PERCENT, ""),
        ],
    )
    @responses.activate
    def test_the_account_that_is_stored_is_recognised_without_a_call(self, sent, stored):
        responses.get(ISSUE, json={"key": "ABC-1"}, headers={"X-AAccountId": sent})

        assert unverified(read_issue, account_id=stored) == {"key": "ABC-1"}

        assert len(responses.calls) == 1

    @pytest.mark.parametrize("sent", ["somebody-else", "712020%", "712020%3", "%zz", "%FF", "-", f"{PERCENT}, other"])
    @responses.activate
    def test_an_odd_one_refuses_nothing_and_is_asked_about_once_a_minute(self, sent):
        responses.get(ISSUE, json={"key": "ABC-1"}, headers={"X-AAccountId": sent})
        responses.get(MYSELF, json={"accountId": COLON})

        for _ in range(5):
            assert read_issue(account_id=COLON) == {"key": "ABC-1"}

        assert responses.assert_call_count(MYSELF, 1)

    @pytest.mark.parametrize("told", [COLON.upper(), PERCENT])
    @responses.activate
    def test_the_account_that_is_stored_is_recognised_however_jira_writes_it_when_asked(self, told):
        responses.get(ISSUE, json={"key": "ABC-1"})
        responses.get(MYSELF, json={"accountId": told})

        assert unverified(read_issue, account_id=COLON) == {"key": "ABC-1"}

    @responses.activate
    def test_another_account_is_refused_in_words_that_lead_somewhere_and_asked_about_once(self):
        responses.get(ISSUE, json={"key": "ABC-1"}, headers={"X-AAccountId": "other"})
        responses.get(MYSELF, json={"accountId": "other"})

        for _ in range(3):
            with pytest.raises(UpstreamAuthFailed, match=rf"account other.*connected as {COLON}.*Test connection"):
                unverified(read_issue, account_id=COLON)

        assert responses.assert_call_count(MYSELF, 1)

    @responses.activate
    def test_none_at_all_is_asked_about_once_a_minute(self):
        responses.get(ISSUE, json={"key": "ABC-1"})
        responses.get(MYSELF, json={"accountId": COLON})

        for _ in range(3):
            unverified(read_issue, account_id=COLON)
        a_minute_later("jira")
        unverified(read_issue, account_id=COLON)

        assert responses.assert_call_count(MYSELF, 2)


class TestTheReasonInTheHeader:
    @pytest.mark.parametrize("status", [200, 400, 404])
    @responses.activate
    def test_an_answer_to_a_failed_login_is_no_answer_though_the_token_was_good_a_moment_ago(self, status):
        responses.get(ISSUE, status=status, json={"issues": []}, headers=STRANGER)
        responses.get(MYSELF, status=401)
        responses.get(f"{SITE}/_edge/tenant_info", status=404)

        with pytest.raises(UpstreamAuthFailed):
            read_issue()

    @pytest.mark.parametrize("reason", ["OK", "", "OK, OK", "ok"])
    @responses.activate
    def test_a_good_one_is_none(self, reason):
        responses.get(ISSUE, json={"key": "ABC-1"}, headers=SIGNED | {"X-Seraph-LoginReason": reason})

        assert unverified(read_issue) == {"key": "ABC-1"}

    @pytest.mark.parametrize("reason", ["AUTHENTICATED_FAILED", "OUT", "OK, AUTHENTICATION_DENIED", "soon"])
    @responses.activate
    def test_an_odd_one_refuses_nothing_and_is_asked_about_once_a_minute(self, reason):
        responses.get(ISSUE, json={"key": "ABC-1"}, headers=SIGNED | {"X-Seraph-LoginReason": reason})
        responses.get(MYSELF, json={"accountId": ME})

        for _ in range(4):
            assert read_issue(account_id=ME) == {"key": "ABC-1"}

        assert responses.assert_call_count(MYSELF, 1)


class TestAnAccountThatHasToAnswerACaptcha:
    @pytest.mark.parametrize("status", [401, 403])
    @pytest.mark.parametrize(
        "headers",
        [
            {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://acme.atlassian.net/login.jsp"},
            {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"},
        ],
    )
    @responses.activate
    def test_is_told_to_and_not_that_its_token_is_wrong(self, status, headers):
        responses.get(re.compile(SITE), status=status, headers=headers, body="<html>", content_type="text/html")

        for ask in (read_issue, read_page, find_pages):
            with pytest.raises(UpstreamAuthFailed, match="answered a CAPTCHA"):
                unverified(ask)


class TestASiteThatIsOpenToThePublic:
    @pytest.mark.parametrize("kind", ["anonymous", "unknown"])
    @responses.activate
    def test_what_everybody_may_see_is_not_passed_on_as_the_accounts(self, kind):
        responses.get(FIND, json={"results": [{"title": "Public"}]})
        responses.get(MINE, json={"type": kind, "displayName": "Anonymous", "accountId": None})
        responses.get(f"{SITE}/_edge/tenant_info", status=404)

        with pytest.raises(UpstreamAuthFailed):
            unverified(find_pages)

    @responses.activate
    def test_the_question_is_repeated_after_a_minute_however_full_the_answers_are(self):
        responses.get(PAGE, json={"id": "7", "title": "Public"})
        responses.get(MINE, json={"type": "known", "accountId": ME})
        responses.get(MINE, json={"type": "anonymous"})
        responses.get(f"{SITE}/_edge/tenant_info", status=404)

        unverified(read_page)
        unverified(read_page)
        a_minute_later("confluence")

        with pytest.raises(UpstreamAuthFailed):
            unverified(read_page)

    @pytest.mark.parametrize("trouble", [{"status": 500}, {"status": 410}, {"status": 429}, {"json": {"new": "shape"}}])
    @responses.activate
    def test_an_answer_is_not_lost_while_nobody_can_say_who_we_are_for_some_minutes(self, trouble):
        responses.get(PAGE, json={"id": "7"})
        responses.get(MINE, json={"type": "known", "accountId": ME})
        responses.get(MINE, **trouble)

        unverified(read_page)
        a_minute_later("confluence")

        assert unverified(read_page) == {"id": "7"}

    @pytest.mark.parametrize("trouble", [{"status": 500}, {"json": {"new": "shape"}}, {"body": "<html>"}])
    @responses.activate
    def test_nothing_is_passed_on_before_anybody_has_ever_said_it(self, trouble):
        responses.get(PAGE, json={"id": "7"})
        responses.get(MINE, **trouble)

        with pytest.raises(UpstreamFailure, match="did not confirm"):
            unverified(read_page)

    @responses.activate
    def test_a_token_without_the_scope_to_ask_is_a_known_one(self):
        gateway = f"{GATEWAY}/ex/confluence/c/wiki"
        responses.get(f"{gateway}/api/v2/pages/7", json={"id": "7"})
        mismatch = {"code": 401, "message": "Unauthorized; scope does not match"}
        responses.get(f"{gateway}/rest/api/user/current", status=401, json=mismatch)

        assert unverified(read_page, scoped=True, cloud_id="c", account_id=COLON) == {"id": "7"}


class TestNotFound:
    @pytest.mark.parametrize("status", [400, 404])
    @responses.activate
    def test_one_that_names_no_account_is_verified_first(self, status):
        responses.get(ISSUE, status=status, json={})
        responses.get(MYSELF, status=401, body="Client must be authenticated", content_type="text/html")
        responses.get(f"{SITE}/_edge/tenant_info", status=404)

        with pytest.raises(UpstreamAuthFailed):
            unverified(read_issue)

    @responses.activate
    def test_one_that_names_the_account_is_believed(self):
        responses.get(ISSUE, status=404, json={}, headers=SIGNED)

        with pytest.raises(NothingThere):
            unverified(read_issue, account_id=ME)

    @responses.activate
    def test_one_stays_open_while_nobody_can_say_who_we_are(self):
        responses.get(ISSUE, status=404, json={})
        responses.get(MYSELF, status=500)

        with pytest.raises(UpstreamFailure) as caught:
            unverified(read_issue)

        assert type(caught.value) is UpstreamFailure

    @pytest.mark.parametrize(
        "answer",
        [
            {"json": GONE, "content_type": "application/json;charset=UTF-8"},
            {
                "body": "<html><title>Atlassian Cloud Notifications - Page Unavailable</title>",
                "content_type": "text/html",
            },
            {"body": "", "content_type": "text/html"},
            {"body": "Not found", "content_type": "text/plain"},
            {"json": {"code": 404, "message": "Not Found"}},
            {"json": ["gone"]},
            {"json": {"timestamp": 1, "status": 404, "error": "Not Found", "path": "/rest"}},
            {"json": {"title": "Not Found", "status": 404}, "content_type": "application/problem+json"},
        ],
    )
    @responses.activate
    def test_a_site_that_is_gone_says_nothing_about_the_issue(self, answer):
        responses.get(re.compile(SITE), status=404, **answer)

        for ask in (read_issue, read_page, find_pages):
            with pytest.raises(UpstreamFailure, match="suspended, was deleted or renamed") as caught:
                ask()
            assert caught.value.get_codes() == "upstream_error"

    @responses.activate
    def test_a_site_whose_form_nobody_knows_is_gone_where_even_who_we_are_is_not_found(self):
        responses.get(re.compile(SITE), status=404, json={"gone": True})

        with pytest.raises(UpstreamFailure, match="says nothing about the issue"):
            unverified(read_issue)

    @pytest.mark.parametrize("body", [json.dumps({"errorMessages": ["x"], "errors": {}}), "<html>", "{}", ""])
    @responses.activate
    def test_a_search_cannot_be_missing(self, body):
        responses.get(SEARCH, status=404, body=body, content_type="application/json", headers=SIGNED)

        with pytest.raises(UpstreamFailure) as caught:
            make_client().get("/rest/api/3/search/jql", {"jql": "x"})

        assert caught.value.get_codes() == "upstream_error"

    @responses.activate
    def test_a_purged_page_is_missing_once_the_credentials_are_verified(self):
        responses.get(PAGE, status=404, json=BARE_404)
        responses.get(MINE, json={"type": "known", "accountId": ME})

        with pytest.raises(NothingThere):
            unverified(read_page)

    @responses.activate
    def test_a_bare_one_from_the_edge_may_be_load_and_says_so(self):
        headers = {"x-cache": "Error from cloudfront"}
        responses.get(PAGE, status=404, json=BARE_404, headers=headers)

        with pytest.raises(UpstreamFailure, match="Try again in a minute; if it says so still, it is gone") as caught:
            read_page()

        assert (caught.value.get_codes(), caught.value.wait) == ("upstream_error", 60)

    @responses.activate
    def test_one_that_names_the_page_is_missing_also_from_the_edge(self):
        responses.get(PAGE, status=404, json=missing("page", "7"), headers={"x-cache": "Error from cloudfront"})

        with pytest.raises(NothingThere):
            read_page()


class TestForbidden:
    @pytest.mark.parametrize(
        ("mine", "myself", "kind"),
        [
            (200, 200, UpstreamForbidden),  # signed in, and not permitted this
            (403, 200, UpstreamForbidden),  # known to the site, no licence
            (403, 401, UpstreamAuthFailed),
            (403, 404, UpstreamAuthFailed),  # a site without Jira
            (401, 200, UpstreamAuthFailed),
        ],
    )
    @responses.activate
    def test_who_we_are_tells_apart_what_confluence_does_not(self, mine, myself, kind):
        responses.get(PAGE, status=403, json={"statusCode": 403, "message": "No permission to view content"})
        responses.get(MINE, status=mine, json={"accountId": "me", "type": "known", "statusCode": mine})
        responses.get(MYSELF, status=myself, json={"accountId": "me"})
        responses.get(f"{SITE}/_edge/tenant_info", status=404)

        with pytest.raises(UpstreamFailure) as caught:
            read_page()

        assert type(caught.value) is kind

    @pytest.mark.parametrize("ask", [read_page, find_pages])
    @responses.activate
    def test_an_account_that_is_known_and_yet_not_permitted_to_use_confluence_waits_a_minute(self, ask):
        responses.get(
            re.compile(f"{PAGE}|{FIND}"), status=403, json=NO_WIKI, headers={"x-cache": "Error from cloudfront"}
        )
        responses.get(MINE, json={"type": "known", "accountId": ME})

        with pytest.raises(UpstreamFailure, match=r"accepts the account.*Try again in a minute") as caught:
            ask()

        assert (type(caught.value), caught.value.wait) == (UpstreamFailure, 60)

    @pytest.mark.parametrize(("path", "mine"), [(ISSUE, MYSELF), (PAGE, MINE)])
    @responses.activate
    def test_a_page_of_html_is_a_firewalls_and_no_word_about_the_account(self, path, mine):
        responses.get(path, status=403, body="<html>Access denied by policy</html>", content_type="text/html")
        responses.get(mine, json={"type": "known", "accountId": ME})

        with pytest.raises(UpstreamForbidden, match=r"a firewall or proxy on the way.*does accept the credentials"):
            read_issue() if path is ISSUE else read_page()

    @pytest.mark.parametrize("ask", [read_issue, read_page])
    @responses.activate
    def test_a_firewall_before_the_whole_site_is_one_too(self, ask):
        responses.get(re.compile(SITE), status=403, body="<html>no</html>", content_type="text/html")

        with pytest.raises(UpstreamForbidden, match="firewall or proxy") as caught:
            ask()

        assert "does accept" not in str(caught.value.detail)

    @responses.activate
    def test_a_site_that_lets_nobody_in_from_here_is_not_said_to_lack_a_licence(self):
        responses.get(PAGE, status=403, json={"statusCode": 403, "message": "not from this address"})
        responses.get(MINE, status=403, json={})
        responses.get(MYSELF, status=403, json={})

        with pytest.raises(UpstreamForbidden, match="only certain IP addresses"):
            read_page()

    @responses.activate
    def test_where_jira_cannot_decide_both_causes_are_named(self):
        responses.get(re.compile(".*/wiki/.*"), status=403, json=NO_WIKI)
        responses.get(MYSELF, status=404)
        responses.get(f"{SITE}/_edge/tenant_info", status=404)

        for fields in ({}, {"scoped": True, "cloud_id": "c"}):
            with pytest.raises(UpstreamAuthFailed, match=r"expired.*no Confluence licence"):
                find_pages(**fields)

    @pytest.mark.parametrize(("myself", "kind"), [(200, UpstreamForbidden), (401, UpstreamAuthFailed)])
    @responses.activate
    def test_a_bare_404_is_a_missing_licence_where_jira_knows_the_account(self, myself, kind):
        responses.get(PAGE, status=404, json=BARE_404)
        responses.get(MINE, status=403, json={"statusCode": 403, "message": "caller cannot access Confluence"})
        responses.get(MYSELF, status=myself, json={"accountId": "me"})
        responses.get(f"{SITE}/_edge/tenant_info", status=404)

        with pytest.raises(UpstreamFailure) as caught:
            unverified(read_page)

        assert type(caught.value) is kind


class TestUnauthorized:
    @responses.activate
    def test_a_stray_401_is_asked_again_on_the_site_and_nothing_changes(self):
        responses.get(ISSUE, status=401, json={"errorMessages": ["Not authenticated."]})
        responses.get(ISSUE, json={"key": "ABC-1"}, headers=SIGNED)
        responses.get(MYSELF, json={"accountId": ME})

        assert read_issue() == {"key": "ABC-1"}

        assert [call.request.url for call in responses.calls] == [ISSUE, MYSELF, ISSUE]

    @responses.activate
    def test_one_that_stays_although_the_account_is_known_is_no_dead_token(self):
        responses.get(ISSUE, status=401)
        responses.get(MYSELF, json={"accountId": ME})

        with pytest.raises(UpstreamFailure, match="accepts the account") as caught:
            read_issue()

        assert type(caught.value) is UpstreamFailure

    @responses.activate
    def test_a_stray_401_to_who_we_are_kills_no_token(self):
        responses.get(PAGE, json={"id": "7"})
        responses.get(MINE, status=401)
        responses.get(MINE, json={"type": "known", "accountId": ME})

        assert unverified(read_page) == {"id": "7"}

    @responses.activate
    def test_a_missing_scope_is_named_with_the_scopes_to_give(self):
        mismatch = {"code": 401, "message": "Unauthorized; scope does not match"}
        responses.get(re.compile(GATEWAY), status=401, json=mismatch)

        with pytest.raises(UpstreamScopeMissing, match="read:jira-work and read:jira-user"):
            read_issue(scoped=True, cloud_id="c")

    @responses.activate
    def test_a_dead_token_of_the_environment_is_the_operators_to_renew(self):
        responses.get(re.compile(SITE), status=401)

        with pytest.raises(UpstreamAuthFailed, match="MEMORY_CORE_JIRA_API_TOKEN"):
            read_issue(source="environment")


NOW = 1_800_000_000.0


def http_date(seconds):
    return format_datetime(datetime.fromtimestamp(NOW + seconds, UTC), usegmt=True)


def iso(seconds, form="%Y-%m-%dT%H:%M:%SZ"):
    return datetime.fromtimestamp(NOW + seconds, UTC).strftime(form)


class TestWaits:
    @pytest.fixture(autouse=True)
    def _now(self, monkeypatch):
        monkeypatch.setattr("atlassian.upstream.waits.time", SimpleNamespace(time=lambda: NOW))

    @pytest.mark.parametrize(
        ("headers", "wait"),
        [
            ({"Retry-After": "95"}, 95),
            ({"Retry-After": " 95 "}, 95),
            ({"Retry-After": http_date(95)}, 95),
            ({"Retry-After": "95", "X-RateLimit-Reset": iso(600)}, 95),
            ({"X-RateLimit-Reset": iso(960, "%Y-%m-%dT%H:%MZ")}, 960),
            ({"X-Ratelimit-Reset": iso(900, "%Y-%m-%dT%H:%M:%S+00:00")}, 900),
            ({"X-RateLimit-Reset": iso(900, "%Y-%m-%dT%H:%M:%S.000Z")}, 900),
            ({"X-RateLimit-Reset": iso(900, "%Y-%m-%dT%H:%M:%S")}, 900),
            ({"X-RateLimit-Reset": str(int(NOW) + 900)}, 900),
            ({"X-RateLimit-Reset": str(int(NOW + 900) * 1000)}, 900),
            ({"X-RateLimit-Reset": "95"}, 95),
            ({"Retry-After": "soon", "X-RateLimit-Reset": iso(900)}, 900),
            ({"Retry-After": "0", "X-RateLimit-Reset": iso(900)}, 900),
            ({"Retry-After": "95", "X-Beta-RateLimit-Reset": iso(900)}, 95),
            ({"Retry-After": iso(95)}, 95),
            ({"Retry-After": "10, 95"}, 95),
            ({"Retry-After": "94.2"}, 95),
            ({"RateLimit": '"jira-burst-based";r=0;t=95', "RateLimit-Policy": '"jira-burst-based";q=100;w=1'}, 95),
            ({"RateLimit": '"tenant-app-quota";r=7;t=2107', "Beta-Retry-After": "95"}, 95),
            ({"RateLimit-Reset": "95"}, 95),
            ({"X-Beta-RateLimit-Reset": iso(900, "%Y-%m-%dT%H:%MZ")}, 900),
        ],
    )
    @responses.activate
    def test_a_limit_is_asked_once_and_its_end_told(self, headers, wait):
        responses.get(ISSUE, status=429, json={"code": 429}, headers=headers)

        with pytest.raises(UpstreamRateLimited) as caught:
            read_issue()

        assert (caught.value.wait, len(responses.calls)) == (wait, 1)

    @pytest.mark.parametrize("header", ["soon", "-5", "", "1e9", "９", "2026-13-45T99:99Z"])
    @responses.activate
    def test_what_nobody_can_read_is_no_wait_and_the_tries_keep_their_distance(self, header, pauses):
        responses.get(ISSUE, status=429, headers={"Retry-After": header, "X-RateLimit-Reset": header})

        with pytest.raises(UpstreamRateLimited) as caught:
            read_issue()

        assert caught.value.wait == 30
        assert len(responses.calls) == 3
        assert pauses[0] >= 0.25
        assert pauses[1] >= 0.5

    @pytest.mark.parametrize("headers", [{"Retry-After": "0"}, {"Retry-After": http_date(-50)}, {}])
    @pytest.mark.parametrize("status", [429, 502, 503, 504])
    @responses.activate
    def test_no_pause_or_one_that_is_over_is_still_a_pause(self, status, headers, pauses):
        responses.get(ISSUE, status=status, headers=headers)

        with pytest.raises(UpstreamFailure):
            read_issue()

        assert len(responses.calls) == 3
        assert pauses[0] >= 0.25
        assert pauses[1] >= 0.5

    @responses.activate
    def test_a_short_wait_is_kept_to(self, pauses):
        responses.get(ISSUE, status=503, headers={"Retry-After": "4"})
        responses.get(ISSUE, json={"key": "ABC-1"}, headers=SIGNED)

        assert read_issue() == {"key": "ABC-1"}
        assert pauses == [4.0]

    @pytest.mark.parametrize(
        ("status", "headers"),
        [
            (500, {"Retry-After": "600"}),
            (503, {"Retry-After": "600"}),
            (503, {"X-RateLimit-Reset": iso(600)}),
            (503, {"X-RateLimit-Reset": str(int(NOW) + 600)}),
            (503, {"Retry-After": "0", "X-RateLimit-Reset": iso(600)}),
        ],
    )
    @responses.activate
    def test_the_wait_of_a_site_that_is_down_is_told(self, status, headers):
        responses.get(ISSUE, status=status, body="<!DOCTYPE html>", headers=headers)

        with pytest.raises(UpstreamFailure, match="Try again in 600 s") as caught:
            read_issue()

        assert (caught.value.wait, caught.value.status_code, len(responses.calls)) == (600, 502, 1)

    @responses.activate
    def test_an_error_of_another_kind_has_no_wait_for_the_headers_that_every_answer_has(self):
        responses.get(ISSUE, status=500, headers={"X-RateLimit-Reset": iso(600)})

        with pytest.raises(UpstreamFailure) as caught:
            read_issue()

        assert caught.value.wait is None
