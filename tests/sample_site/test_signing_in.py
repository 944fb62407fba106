"""The traps of ATLASSIAN's sign-in: which failures look like an empty but honest answer."""

import base64

import pytest

from dev.sample_site import CONTRACTOR, NEWCOMER, READER, SERVICE, UNLICENSED, Account, Token
from tests.sample_site.calls import call, raw, search_jira

WRONG = Account("nobody", "Nobody", "nobody@lantern.example", (Token("wrong"),))
SEARCH = "/rest/api/3/search/jql?jql=created%20is%20not%20EMPTY"
ISSUE = "/rest/api/3/issue/GATE-7"
PAGE = "/wiki/api/v2/pages/420000002"


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_a_good_answer_names_the_account(sample_site):
    answer = call(sample_site, "/rest/api/3/myself")

    assert answer.json()["accountId"] == READER.account_id
    assert answer.headers["x-aaccountid"] == READER.account_id.replace(":", "%3A")
    assert answer.headers["x-ratelimit-limit"] == "350"
    assert answer.headers["atl-traceid"]
    assert "x-seraph-loginreason" not in answer.headers


@pytest.mark.parametrize("prefix", ["", "/ex/confluence/CLOUD"])
def test_no_answer_of_confluence_names_the_account(sample_site, prefix):
    answer = call(sample_site, prefix.replace("CLOUD", sample_site.cloud_id) + PAGE)

    assert answer.status_code == 200
    assert "x-aaccountid" not in answer.headers


def test_the_gateway_names_the_account_as_the_site_does(sample_site):
    answer = call(sample_site, f"/ex/jira/{sample_site.cloud_id}{ISSUE}")

    assert answer.headers["x-aaccountid"] == READER.account_id.replace(":", "%3A")


@pytest.mark.parametrize(
    ("path", "status"),
    [(SEARCH, 200), ("/rest/api/3/project/search", 200), (ISSUE, 404), ("/rest/api/3/myself", 401)],
)
def test_a_wrong_token_falls_back_to_an_anonymous_caller_in_jira(sample_site, path, status):
    answer = call(sample_site, path, WRONG)

    assert answer.status_code == status
    assert answer.headers["x-seraph-loginreason"] == "AUTHENTICATED_FAILED"
    assert "x-aaccountid" not in answer.headers
    assert "x-ratelimit-limit" not in answer.headers


@pytest.mark.parametrize("authorization", [None, "Basic !!!", basic("no colon"), basic(":secret"), "bearer abc"])
def test_a_malformed_header_is_silently_anonymous_in_jira(sample_site, authorization):
    answer = raw(sample_site, SEARCH, authorization)

    assert (answer.status_code, answer.json()) == (200, {"issues": [], "isLast": True})
    assert "x-seraph-loginreason" not in answer.headers
    assert "x-aaccountid" not in answer.headers


def test_a_dead_token_makes_every_project_unknown(sample_site):
    assert search_jira(sample_site, 'project = "GATE"', WRONG).status_code == 400


def test_bearer_on_the_site_is_refused_by_jira(sample_site):
    answer = raw(sample_site, ISSUE, "Bearer abc")

    assert (answer.status_code, answer.json()) == (
        403,
        {"error": "Failed to parse Connect Session Auth Token"},
    )


@pytest.mark.parametrize("account", [WRONG, UNLICENSED])
def test_confluence_refuses_a_stranger_and_an_account_without_licence_alike(sample_site, account):
    search = call(sample_site, "/wiki/rest/api/search?cql=type=page", account)
    user = call(sample_site, "/wiki/rest/api/user/current", account)
    page = call(sample_site, PAGE, account)

    assert (search.status_code, user.status_code, page.status_code) == (403, 403, 404)
    assert search.json()["message"] == "Current user not permitted to use Confluence"
    assert "caller cannot access Confluence" in user.json()["message"]
    assert page.json()["errors"][0]["title"] == "Not Found"


@pytest.mark.parametrize("authorization", ["Basic !!!", basic("no colon"), basic("a:"), basic("a:b:c")])
def test_confluence_answers_a_malformed_header_with_html(sample_site, authorization):
    answer = raw(sample_site, "/wiki/rest/api/user/current", authorization)

    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["www-authenticate"].startswith("OAuth realm=")


@pytest.mark.parametrize(
    ("path", "token"),
    [
        ("/rest/api/3/myself", "sample-reader-jira"),
        (SEARCH, "sample-reader-jira"),
        ("/wiki/rest/api/user/current", "sample-reader-confluence"),
        (PAGE, "sample-reader-confluence"),
    ],
)
def test_a_scoped_token_works_at_the_gateway_only(sample_site, path, token):
    product = "confluence" if path.startswith("/wiki") else "jira"
    through = f"/ex/{product}/{sample_site.cloud_id}{path}"

    assert call(sample_site, path, token=token).status_code == 401
    assert call(sample_site, through, token=token).status_code == 200
    assert call(sample_site, through).status_code == 200, "a token without scopes works on both"


@pytest.mark.parametrize(
    ("path", "token"),
    [
        (f"/ex/jira/CLOUD{SEARCH}", "sample-reader-jira-no-work"),
        ("/ex/jira/CLOUD/rest/api/3/myself", "sample-reader-confluence"),
        ("/ex/confluence/CLOUD/wiki/rest/api/search?cql=type=page", "sample-reader-confluence-no-search"),
        (f"/ex/confluence/CLOUD{PAGE}", "sample-reader-confluence-no-page"),
        (f"/ex/confluence/CLOUD{PAGE}", "sample-reader-jira"),
    ],
)
def test_a_missing_scope_is_named_as_such(sample_site, path, token):
    answer = call(sample_site, path.replace("CLOUD", sample_site.cloud_id), token=token)

    assert (answer.status_code, answer.json()["message"]) == (401, "Unauthorized; scope does not match")
    assert answer.headers["x-failure-category"] == "FAILURE_CLIENT_SCOPE_CHECK"


def test_the_gateway_refuses_a_wrong_token_and_an_unknown_site(sample_site):
    good = f"/ex/jira/{sample_site.cloud_id}/rest/api/3/myself"

    assert call(sample_site, good, WRONG).status_code == 401
    assert call(sample_site, "/ex/jira/another-cloud/rest/api/3/myself").status_code == 404


def test_a_service_account_signs_in_with_basic_and_with_bearer_at_the_gateway(sample_site):
    path = f"/ex/jira/{sample_site.cloud_id}/rest/api/3/myself"

    assert call(sample_site, path, SERVICE).json()["accountId"] == SERVICE.account_id
    assert raw(sample_site, path, "Bearer sample-service-jira").status_code == 200
    assert raw(sample_site, path, "Bearer sample-reader-jira").status_code == 404


def test_a_bearer_caller_finds_the_old_content_route_gone(sample_site):
    path = f"/ex/confluence/{sample_site.cloud_id}/wiki/rest/api/content/420000002"
    sample_site.accounts.append(Account("svc", "svc", "svc@lantern.example", (Token("wide"),), service=True))

    answer = raw(sample_site, path, "Bearer wide")
    sample_site.accounts.pop()

    assert answer.status_code == 410


def test_an_account_sees_its_own_projects_only(sample_site):
    assert call(sample_site, "/rest/api/3/project/search", NEWCOMER).json()["total"] == 0
    assert call(sample_site, ISSUE, NEWCOMER).status_code == 404
    assert call(sample_site, ISSUE, CONTRACTOR).status_code == 200
    assert call(sample_site, "/rest/api/3/issue/OPS-12", CONTRACTOR).status_code == 404
    assert call(sample_site, PAGE, CONTRACTOR).status_code == 404


def test_the_cloud_id_needs_no_credentials(sample_site):
    assert raw(sample_site, "/_edge/tenant_info", None).json() == {"cloudId": sample_site.cloud_id}
