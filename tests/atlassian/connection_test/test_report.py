import socket
import ssl
from datetime import date

import pytest
import requests
import responses

from atlassian.confluence.reader import Confluence
from atlassian.connection_test import report as connection
from atlassian.errors import UpstreamFailure
from atlassian.jira.reader import Jira
from dev.demo.servers import own_port
from dev.sample_site.accounts import CONTRACTOR, NEWCOMER, READER, SERVICE, UNLICENSED
from tests.atlassian.confluence.answers import V2
from tests.atlassian.factories import ME, SITE, make_credentials

CLOUD_ID = "11223344-a1b2-3b33-c444-def123456789"
BOTH = pytest.mark.parametrize("provider", ["jira", "confluence"])


@pytest.fixture
def check(sample_site, settings):
    """The report on an account of the sample site, whose gateway stands in for Atlassian's."""
    settings.ATLASSIAN_GATEWAY_URL = sample_site.gateway_url

    def report(provider, account, token="", **fields):
        token = token or account.tokens[0].value
        values = {"base_url": sample_site.url, "email": account.email, "api_token": token} | fields
        return connection.check_connection(make_credentials(provider, **values))

    return report


def failed(report):
    return [step.name for step in report.steps if not step.ok]


def step(report, name):
    return next(step for step in report.steps if step.name == name)


class TestAtTheSampleSite:
    @BOTH
    def test_good_credentials_pass_every_step_and_say_whose_they_are(self, check, sample_site, provider):
        report = check(provider, READER)

        assert (report.ok, failed(report), report.warnings, report.problem) == (True, [], (), "")
        assert (report.account_name, report.account_id) == (READER.name, READER.account_id)
        assert (report.scoped, report.cloud_id) == (False, sample_site.cloud_id)
        assert [step.name for step in report.steps][:2] == ["site", "account"]
        assert all(step.proves and not step.problem and not step.remedy for step in report.steps)

    def test_hidden_fields_are_no_fault_of_the_connection(self, check):
        report = check("jira", READER, hidden_fields=("Created", "Updated", "Summary", "Key", "Status", "Salary"))

        assert (report.ok, failed(report), report.warnings) == (True, [], ())

    @BOTH
    def test_a_bad_or_expired_token_is_told_from_everything_else(self, check, provider):
        report = check(provider, READER, "expired")

        assert (report.ok, failed(report), len(report.steps)) == (False, ["account"], 2)
        assert "expired or was revoked." in report.problem
        assert "https://id.atlassian.com/manage-profile/security/api-tokens" in report.problem
        assert READER.email in report.problem
        assert report.account_id == ""

    @BOTH
    def test_a_scoped_token_is_found_out_at_the_gateway(self, check, sample_site, provider):
        report = check(provider, SERVICE, f"sample-service-{provider}")

        assert (report.ok, report.scoped, report.cloud_id) == (True, True, sample_site.cloud_id)
        assert report.account_name == SERVICE.name

    @BOTH
    def test_a_token_that_was_scoped_once_is_found_out_anew(self, check, provider):
        report = check(provider, READER, scoped=True, cloud_id="another", account_id="another")

        assert (report.ok, report.scoped) == (True, False)
        assert report.warnings == (
            f"From now on reads go as {READER.name} ({READER.account_id}); they were connected as another.",
        )

    @pytest.mark.parametrize(
        ("provider", "token", "step_name", "scope"),
        [
            ("jira", "sample-reader-jira-no-work", "projects", "read:jira-work"),
            ("jira", "sample-reader-jira-no-work", "search", "read:jira-work"),
            ("jira", "sample-reader-confluence", "account", "read:jira-user"),
            ("confluence", "sample-reader-confluence-no-search", "search", "read:content-details:confluence"),
            ("confluence", "sample-reader-confluence-no-page", "pages", "read:page:confluence"),
            ("confluence", "sample-reader-jira", "account", "read:confluence-user"),
            ("confluence", "sample-reader-jira", "spaces", "read:space:confluence"),
        ],
    )
    def test_a_missing_scope_is_named(self, check, provider, token, step_name, scope):
        report = check(provider, READER, token)

        refused = step(report, step_name)
        assert not refused.ok
        assert scope in refused.problem
        assert "create a new API token" in refused.remedy
        assert report.scoped

    def test_scopes_that_only_something_lesser_needs_are_warned_of(self, check):
        report = check("confluence", READER, "sample-reader-jira")

        assert [warning.split(".")[0] for warning in report.warnings] == [
            "Pages cannot be read with their comments",
            "Authors and people mentioned may be shown by account id instead of name",
        ]
        assert "read:comment:confluence" in report.warnings[0]
        assert "read:user:confluence" in report.warnings[1]

    def test_an_account_without_a_licence_for_confluence_is_no_bad_token(self, check):
        report = check("confluence", UNLICENSED)

        assert failed(report) == ["account"]
        assert "has no licence for Confluence" in report.problem
        assert "An Atlassian admin" in report.problem
        assert check("jira", UNLICENSED).ok

    @pytest.mark.parametrize(("provider", "noun"), [("jira", "project"), ("confluence", "space")])
    def test_an_account_that_sees_nothing_is_told_so(self, check, provider, noun):
        report = check(provider, NEWCOMER)

        assert failed(report) == [f"{noun}s"]
        assert report.problem.startswith(f"The account sees no {noun}. A {provider.title()} admin")

    @pytest.mark.parametrize(
        ("provider", "noun", "seen"), [("jira", "project", "GATE"), ("confluence", "space", "ENG")]
    )
    def test_keys_of_the_allowlist_that_the_account_does_not_see_are_named(self, check, provider, noun, seen):
        report = check(provider, CONTRACTOR, allowlist=(seen, "NOPE", "NADA"))

        assert failed(report) == ["allowlist"]
        assert f"{noun} NOPE, NADA." in report.problem
        assert f"{noun}_keys" in report.problem

    @pytest.mark.parametrize(("provider", "seen"), [("jira", "gate"), ("confluence", "eng")])
    def test_an_allowlist_that_the_account_sees_passes_in_any_case(self, check, provider, seen):
        report = check(provider, CONTRACTOR, allowlist=(seen,))

        assert step(report, "allowlist").ok

    def test_a_long_list_of_unknown_keys_is_named_in_part(self, check):
        report = check("jira", READER, allowlist=tuple(f"NOPE{number}" for number in range(120)))

        assert "NOPE9 and 110 more." in report.problem

    @BOTH
    def test_an_account_that_has_to_answer_a_captcha_is_told_so_and_that_its_token_may_be_good(
        self, check, sample_site, provider
    ):
        denied = {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=/login.jsp"}
        sample_site.faults.add("status", "/rest/api/3", status=401, headers=denied)
        sample_site.faults.add("status", "/wiki/", status=401, headers=denied)

        report = check(provider, READER)

        assert failed(report) == ["account"]
        assert "answered a CAPTCHA" in report.problem
        assert "wrong" not in report.problem

    @BOTH
    def test_a_limit_says_when_to_test_again(self, check, sample_site, provider):
        sample_site.faults.add("status", "/rest/api/3", status=429, headers={"Retry-After": "40"})
        sample_site.faults.add("status", "/wiki/", status=429, headers={"Retry-After": "40"})

        report = check(provider, READER)

        assert failed(report) == ["account"]
        assert report.problem == "Atlassian limits how often it may be asked. Test again in 40 s."

    @BOTH
    def test_an_answer_that_is_no_json_fails_the_step_alone(self, check, sample_site, provider):
        sample_site.faults.add("broken_json", "/rest/api/3/project")
        sample_site.faults.add("broken_json", "/wiki/api/v2/spaces")

        report = check(provider, READER)

        assert failed(report) == ["projects" if provider == "jira" else "spaces"]
        assert "not readable JSON" in report.problem


@pytest.mark.parametrize(
    ("provider", "path", "agents_call"),
    [
        ("jira", "/rest/api/3/search/jql", lambda credentials: Jira(credentials).search("turnstile")),
        ("jira", "/rest/api/3/jql/parse", lambda credentials: Jira(credentials).search(jql="project = GATE")),
        ("jira", "/rest/api/3/issue/", lambda credentials: Jira(credentials).read("GATE-7")),
        ("confluence", "/wiki/rest/api/search", lambda credentials: Confluence(credentials).search("doors")),
        ("confluence", "/wiki/api/v2/pages/", lambda credentials: Confluence(credentials).read("420000002")),
    ],
)
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 401},
        {"kind": "status", "status": 403, "body": "{}"},
        {"kind": "status", "status": 404, "body": "<html>", "headers": {"content-type": "text/html"}},
        {"kind": "status", "status": 410},
        {"kind": "html"},
        {"kind": "broken_json"},
    ],
    ids=str,
)
def test_what_fails_for_agents_fails_in_the_test(check, sample_site, provider, path, agents_call, fault):
    sample_site.faults.add(path=path, **fault)

    with pytest.raises(UpstreamFailure):
        agents_call(make_credentials(provider, base_url=sample_site.url, email=READER.email, api_token="sample-reader"))
    report = check(provider, READER)

    if path.endswith("/jql/parse"):
        assert report.warnings[0].startswith("Searches in JQL do not work.")
    else:
        assert not report.ok
        assert report.problem


@BOTH
def test_odd_headers_fail_neither_the_test_nor_the_calls_after_it(check, sample_site, provider):
    for path in ("/rest/api/3/", "/wiki/"):
        sample_site.faults.add("headers", path, headers={"X-AAccountId": "712020%3", "X-Seraph-LoginReason": "SOON"})

    report = check(provider, READER)

    assert (report.ok, report.account_id) == (True, READER.account_id)
    values = {"base_url": sample_site.url, "email": READER.email, "api_token": "sample-reader"}
    credentials = make_credentials(provider, **values, account_id=report.account_id)
    assert Jira(credentials).read("GATE-7") if provider == "jira" else Confluence(credentials).read("420000002")


def report_on(provider="jira", **fields):
    return connection.check_connection(make_credentials(provider, **fields))


def tenant(**answer):
    responses.get(f"{SITE}/_edge/tenant_info", **(answer or {"json": {"cloudId": CLOUD_ID}}))


def caused_by(reason):
    failure = requests.ConnectionError("no connection")
    failure.__cause__ = reason
    return failure


class TestBeforeTheSiteIsReached:
    @responses.activate
    @pytest.mark.parametrize(
        ("failure", "problem", "remedy"),
        [
            (caused_by(socket.gaierror(-2, "unknown")), "cannot be resolved", "spelling of base_url"),
            (requests.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed")), "TLS certificate", "proxy"),
            (caused_by(ConnectionRefusedError()), "refuses the connection", "host and port"),
            (requests.ConnectionError("reset"), "cannot be reached", "firewall"),
            (requests.ReadTimeout(), "did not answer in time", "firewall"),
        ],
    )
    def test_what_keeps_us_from_it_is_told_apart(self, failure, problem, remedy):
        responses.get(f"{SITE}/_edge/tenant_info", body=failure)

        report = report_on()

        assert [(step.name, step.ok) for step in report.steps] == [("site", False)]
        assert problem in report.steps[0].problem
        assert SITE in report.steps[0].problem
        assert remedy in report.steps[0].remedy

    def test_a_port_where_nobody_listens_refuses_the_connection(self):
        assert "refuses the connection" in report_on(base_url=f"http://127.0.0.1:{own_port()}").problem

    @responses.activate
    @pytest.mark.parametrize(
        ("answer", "problem"),
        [
            ({"status": 404, "body": "<html>"}, "is not an Atlassian Cloud site"),
            ({"status": 200, "body": "<html>", "content_type": "text/html"}, "is not an Atlassian Cloud site"),
            ({"json": {"cloudId": "../../other"}}, "is not an Atlassian Cloud site"),
            ({"json": []}, "is not an Atlassian Cloud site"),
            ({"status": 302, "headers": {"Location": "https://login.example"}}, "redirects to another address"),
            ({"status": 500, "body": "x"}, "is in trouble (it answered 500)"),
            ({"status": 403, "body": "no"}, "IP allowlist"),
        ],
    )
    def test_what_is_no_site_is_told_from_a_site_in_trouble(self, answer, problem):
        tenant(**answer)
        responses.get(f"{SITE}/rest/api/3/myself", status=404)

        report = report_on()

        assert failed(report) == ["site"]
        assert problem in report.problem


class TestOnTheSite:
    @responses.activate
    def test_a_site_that_knows_the_account_is_one_though_it_names_no_cloud_id(self):
        tenant(status=404)
        responses.get(f"{SITE}/rest/api/3/myself", json={"accountId": ME, "displayName": "Mia"})
        responses.get(f"{SITE}/rest/api/3/project/search", json={"total": 1, "values": [{"key": "A"}]})
        responses.get(f"{SITE}/rest/api/3/search/jql", json={"issues": []})
        responses.post(
            f"{SITE}/rest/api/3/jql/parse", json={"queries": [{"structure": {"where": {"operator": "is not"}}}]}
        )

        report = report_on()

        assert (failed(report), report.account_name, report.cloud_id) == ([], "Mia", "")

    @responses.activate
    @BOTH
    def test_an_ip_allowlist_is_not_called_a_bad_token(self, provider):
        tenant()
        blocked = {"status": 403, "body": "<html>not from this address</html>", "content_type": "text/html"}
        responses.get(f"{SITE}/rest/api/3/myself", **blocked)
        responses.get(f"{SITE}/wiki/rest/api/user/current", **blocked)
        for product in ("jira/{}/rest/api/3/myself", "confluence/{}/wiki/rest/api/user/current"):
            responses.get(f"https://api.atlassian.com/ex/{product.format(CLOUD_ID)}", **blocked)

        report = report_on(provider)

        assert failed(report) == ["account"]
        assert "an IP allowlist does not admit this server" in report.problem
        assert "The token may well be good" in report.problem

    @responses.activate
    def test_a_site_open_to_the_public_that_takes_us_for_anybody_refuses_us(self):
        tenant()
        anybody = {"type": "anonymous", "displayName": "Anonymous"}
        responses.get(f"{SITE}/wiki/rest/api/user/current", json=anybody)
        responses.get(f"https://api.atlassian.com/ex/confluence/{CLOUD_ID}/wiki/rest/api/user/current", status=401)

        report = report_on("confluence")

        assert failed(report) == ["account"]
        assert "refuses the email and the API token, on the site and at the gateway" in report.problem

    @responses.activate
    def test_without_a_jira_to_ask_a_missing_licence_is_named_beside_a_bad_token(self):
        tenant()
        responses.get(f"{SITE}/wiki/rest/api/user/current", status=403, json={"statusCode": 403})
        responses.get(f"https://api.atlassian.com/ex/confluence/{CLOUD_ID}/wiki/rest/api/user/current", status=401)
        responses.get(f"{SITE}/rest/api/3/myself", status=404)

        report = report_on("confluence")

        assert failed(report) == ["account"]
        assert "revoked, or the account has no licence for Confluence" in report.problem

    @responses.activate
    def test_lists_of_the_wrong_type_are_empty(self):
        tenant()
        responses.get(f"{SITE}/wiki/rest/api/user/current", json={"type": "known", "accountId": ME})
        responses.get(f"{V2}/spaces", json={"results": "none"})
        responses.get(f"{SITE}/wiki/rest/api/search", json=[])

        responses.get(f"{V2}/pages/1", status=404)

        assert failed(report_on("confluence", allowlist=("TEAM",))) == ["spaces", "allowlist", "search"]

    @responses.activate
    def test_a_token_of_the_environment_is_the_operators_to_renew(self):
        tenant()
        responses.get(f"{SITE}/rest/api/3/myself", status=401)
        responses.get(f"https://api.atlassian.com/ex/jira/{CLOUD_ID}/rest/api/3/myself", status=401)

        assert "MEMORY_CORE_JIRA_API_TOKEN" in report_on(source="environment").problem


class TestExpiry:
    @pytest.mark.parametrize(
        ("expires_on", "warned"),
        [
            (date(2026, 12, 31), False),
            (date(2026, 12, 25), True),
            (date(2026, 12, 2), True),
            (date(2026, 11, 26), True),
            (date(2026, 11, 25), True),
            (date(2026, 11, 24), True),
            (None, False),
        ],
    )
    @responses.activate
    def test_a_token_that_expires_soon_is_warned_of(self, expires_on, warned):
        tenant(status=404)
        responses.get(f"{SITE}/rest/api/3/myself", status=404)

        report = connection.check_connection(
            make_credentials("jira", token_expires_on=expires_on), today=date(2026, 11, 25)
        )

        assert bool(report.warnings) is warned
        assert str(expires_on) in "".join(report.warnings) or not warned
