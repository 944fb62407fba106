"""What real sites have answered, from agents' calls down to the record: each reading of it is right."""

import pytest

from audit.models import AuditLog
from dev.sample_site.accounts import READER
from integrations.models import Integration
from tests.atlassian.mcp import calls as mcp_calls
from tests.atlassian.rest_helpers import FOUR, call, connect, error
from tests.factories import make_api_key
from workspaces.models import Role

pytestmark = pytest.mark.django_db

PRODUCTS = pytest.mark.parametrize("provider", ["jira", "confluence"])
READS = [each for each in FOUR if each[2].endswith("read")]
SEARCHES = [each for each in FOUR if each[2].endswith("search")]
SCOPED = {"jira": "sample-reader-jira", "confluence": "sample-reader-confluence"}


@pytest.fixture
def admin(client_for, sample_site):
    connect(sample_site)
    return client_for(make_api_key(Role.ADMIN))


def save(client, site, provider, token="sample-reader"):
    config = {"base_url": site.url, "email": READER.email, "api_token": token}
    body = {"workspace_key": "acme", "provider": provider, "config": config}
    return client.put("/v1/integrations", body, format="json").json()["integration"]


def report_of(client, provider):
    return client.post("/v1/integrations/test", {"workspace_key": "acme", "provider": provider}, format="json").json()


def message(answer):
    return answer.json()["error"]["message"]


def asked(site, prefix):
    return [request.path for request in site.received(prefix)]


class TestAnAccountWhoseIdHoldsAColon:
    @pytest.mark.parametrize(("path", "params", "action"), FOUR)
    @pytest.mark.parametrize("scoped", [False, True])
    def test_is_read_as_after_save_and_test(self, admin, sample_site, path, params, action, scoped):
        provider = action.split(".")[0]
        save(admin, sample_site, provider, SCOPED[provider] if scoped else "sample-reader")
        assert report_of(admin, provider)["ok"]
        assert ":" in Integration.objects.get(provider=provider).account_id

        assert call(admin, path, **params).status_code == 200
        assert mcp_calls.call(admin, action.replace(".", "_"), **params)["isError"] is False

    @PRODUCTS
    @pytest.mark.parametrize("sent", ["712020%3", "somebody-else", "712020%253A5f0c", "a, b"])
    def test_is_read_as_whatever_stands_in_the_header_and_asked_about_once(self, admin, sample_site, provider, sent):
        save(admin, sample_site, provider)
        sample_site.faults.add("headers", "/", headers={"X-AAccountId": sent})
        sample_site.requests.clear()
        path, params, _ = next(each for each in FOUR if each[2] == f"{provider}.read")

        statuses = [call(admin, path, **params).status_code for _ in range(3)]

        assert statuses == [200, 200, 200]
        assert len(asked(sample_site, "/rest/api/3/myself") + asked(sample_site, "/wiki/rest/api/user/current")) == 1
        assert report_of(admin, provider)["ok"]


class TestATokenThatBelongsToAnotherAccountNow:
    def test_is_refused_in_words_that_lead_to_the_test_which_mends_it(self, admin, sample_site):
        save(admin, sample_site, "jira")
        Integration.objects.update(account_id="5c8f1e7ab2d94f0c3e6a9b12")

        refused = call(admin, "/v1/jira/read", issue_key="GATE-7")
        report = report_of(admin, "jira")

        assert error(refused) == (502, "upstream_auth_failed")
        assert READER.account_id in message(refused)
        assert "Test connection" in message(refused)
        assert report["ok"]
        assert call(admin, "/v1/jira/read", issue_key="GATE-7").status_code == 200


class TestASiteThatIsGone:
    @pytest.mark.parametrize(("path", "params", "action"), FOUR)
    @pytest.mark.parametrize("answer", ["gone", "gone_page"])
    def test_is_never_a_missing_issue_or_page(self, admin, sample_site, path, params, action, answer):
        sample_site.faults.add(answer, "/")

        got = call(admin, path, **params)

        assert error(got) == (502, "upstream_error")
        assert "suspended, was deleted or renamed" in message(got)
        assert AuditLog.objects.latest("id").error_code == "upstream_error"

    @PRODUCTS
    @pytest.mark.parametrize("answer", ["gone", "gone_page"])
    def test_fails_the_connection_test(self, admin, sample_site, provider, answer):
        sample_site.faults.add(answer, "/")

        assert report_of(admin, provider)["ok"] is False

    @pytest.mark.parametrize(("path", "params", "action"), SEARCHES)
    def test_is_not_what_a_search_that_alone_is_missing_is_called_either(
        self, admin, sample_site, path, params, action
    ):
        sample_site.faults.add("gone_page", "/rest/api/3/search")
        sample_site.faults.add("gone_page", "/wiki/rest/api/search")

        assert error(call(admin, path, **params)) == (502, "upstream_error")
        assert report_of(admin, action.split(".")[0])["ok"] is False


class TestAWikiOpenToThePublic:
    def test_its_answers_to_a_dead_token_are_nobodys(self, client_for, sample_site):
        sample_site.public_spaces = ("ENG",)
        connect(sample_site, api_token="expired")
        agent = client_for(make_api_key(Role.MEMBER))

        for path, params, action in FOUR:
            if action.startswith("confluence"):
                assert error(call(agent, path, **params)) == (502, "upstream_auth_failed")

    def test_its_answers_to_a_good_token_are_passed_on(self, admin, sample_site):
        sample_site.public_spaces = ("ENG",)

        assert call(admin, "/v1/confluence/search", q="doors").json()["pages"]


class TestLoadThatPasses:
    @pytest.mark.parametrize(
        ("answer", "path", "params", "upstream"),
        [
            ("busy_404", "/v1/confluence/read", {"page_id": "420000002"}, "/wiki/api/v2/"),
            ("busy_403", "/v1/confluence/read", {"page_id": "420000002"}, "/wiki/api/v2/"),
            ("busy_403", "/v1/confluence/search", {"q": "doors"}, "/wiki/rest/api/search"),
        ],
    )
    def test_is_neither_absence_nor_a_missing_permission(self, admin, sample_site, answer, path, params, upstream):
        sample_site.faults.add(answer, upstream)

        got = call(admin, path, **params)

        assert error(got) == (502, "upstream_error")
        assert "Try again in a minute" in message(got)
        assert got["Retry-After"] == "60"

    def test_a_purged_page_is_missing(self, admin, sample_site):
        sample_site.faults.add("purged", "/wiki/api/v2/")

        assert error(call(admin, "/v1/confluence/read", page_id="420000002")) == (404, "not_found")

    @pytest.mark.parametrize(("path", "params", "action"), FOUR)
    def test_a_stray_401_is_passed_over_and_changes_nothing(self, admin, sample_site, path, params, action):
        upstream = {"jira.search": "/rest/api/3/search", "jira.read": "/rest/api/3/issue"}.get(action, "/wiki/")
        sample_site.faults.add("stray_401", upstream, times=1)

        assert call(admin, path, **params).status_code == 200
        assert asked(sample_site, "/ex/") == []


class TestWhatStandsBetween:
    @pytest.mark.parametrize(("path", "params", "action"), FOUR)
    def test_a_firewall_is_no_missing_licence(self, admin, sample_site, path, params, action):
        sample_site.faults.add("firewall", "/rest/api/3/search")
        sample_site.faults.add("firewall", "/rest/api/3/issue")
        sample_site.faults.add("firewall", "/wiki/api/v2/")
        sample_site.faults.add("firewall", "/wiki/rest/api/search")

        got = call(admin, path, **params)

        assert error(got) == (502, "upstream_forbidden")
        assert "a firewall or proxy on the way" in message(got)
        assert "licence" not in message(got)


class TestLimits:
    @pytest.mark.parametrize(("path", "params", "action"), FOUR)
    @pytest.mark.parametrize(
        ("answer", "headers", "wait"),
        [
            ("limited", {}, 89),
            ("limited_until", {"X-RateLimit-Reset": "95"}, 95),
            ("limited_page", {}, 30),
        ],
    )
    def test_each_form_tells_when_to_come_back(self, admin, sample_site, path, params, action, answer, headers, wait):
        sample_site.faults.add(answer, "/rest/api/3/", headers=headers)
        sample_site.faults.add(answer, "/wiki/", headers=headers)

        got = call(admin, path, **params)

        assert error(got) == (429, "upstream_rate_limited")
        assert got["Retry-After"] == str(wait)

    def test_a_site_that_is_down_tells_its_wait(self, admin, sample_site):
        sample_site.faults.add("down_page", "/rest/api/3/search", headers={"Retry-After": "600"})

        got = call(admin, "/v1/jira/search", q="turnstile")

        assert error(got) == (502, "upstream_error")
        assert got["Retry-After"] == "600"
        assert len(asked(sample_site, "/rest/api/3/search")) == 1
