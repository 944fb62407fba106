import re

import pytest
import responses

from atlassian.errors import UpstreamAuthFailed, UpstreamFailure
from atlassian.jira.reader import Jira
from atlassian.upstream.gateway import discover_account
from atlassian.upstream.transport import Transport
from dev.sample_site.accounts import READER, SERVICE
from integrations.credentials import Credentials
from integrations.discovery import AccountDiscovery
from tests.atlassian.factories import make_credentials


@pytest.fixture
def gateway(sample_site, settings):
    settings.ATLASSIAN_GATEWAY_URL = sample_site.gateway_url
    return f"/ex/jira/{sample_site.cloud_id}"


def credentials_at(site, account=READER, token="sample-reader", provider="jira", **fields) -> Credentials:
    return make_credentials(provider, base_url=site.url, email=account.email, api_token=token, **fields)


def paths(site):
    return [request.path for request in site.requests]


def test_a_token_without_scopes_is_found_on_the_site(sample_site, gateway):
    found = discover_account(Transport(credentials_at(sample_site)))

    assert found == AccountDiscovery(False, sample_site.cloud_id, READER.account_id, READER.name)


@pytest.mark.parametrize(
    ("account", "token", "provider"),
    [
        (READER, "sample-reader-jira", "jira"),
        (READER, "sample-reader-confluence", "confluence"),
        (SERVICE, "sample-service-jira", "jira"),
    ],
)
def test_a_token_with_scopes_is_found_at_the_gateway(sample_site, gateway, account, token, provider):
    found = discover_account(Transport(credentials_at(sample_site, account, token, provider)))

    assert found == AccountDiscovery(True, sample_site.cloud_id, account.account_id, account.name)


def test_a_dead_token_is_found_nowhere(sample_site, gateway):
    with pytest.raises(UpstreamAuthFailed, match="refuses the stored credentials"):
        discover_account(Transport(credentials_at(sample_site, token="revoked")))


def test_a_token_of_the_other_product_lacks_a_scope(sample_site, gateway):
    with pytest.raises(UpstreamAuthFailed, match="lacks a scope"):
        discover_account(Transport(credentials_at(sample_site, token="sample-reader-confluence")))


def test_a_server_that_is_no_jira_is_told_so(sample_site, gateway):
    sample_site.faults.add("status", "/rest/api/3/myself", status=404)

    with pytest.raises(UpstreamFailure, match="There is no Jira at"):
        discover_account(Transport(credentials_at(sample_site)))


def test_a_call_refused_by_the_site_goes_on_at_the_gateway_and_the_next_goes_there_at_once(sample_site, gateway):
    credentials = credentials_at(sample_site, token="sample-reader-jira")

    first = Jira(credentials).search("turnstile", 5)
    calls = len(sample_site.requests)
    second = Jira(credentials).search("turnstile", 5)

    assert first == second
    assert first.issues[0].url.startswith(sample_site.url + "/browse/")
    assert paths(sample_site)[calls:] == [gateway + "/rest/api/3/search/jql"]


@pytest.mark.parametrize("account_id", ["", READER.account_id])
def test_a_stray_401_moves_nothing_to_the_gateway(sample_site, gateway, account_id):
    sample_site.faults.add("status", "/rest/api/3/search", status=401, body='{"errorMessages": ["No."]}', times=1)

    for _ in range(2):
        assert Jira(credentials_at(sample_site, account_id=account_id)).search("turnstile", 5).issues

    assert not any(path.startswith("/ex/") for path in paths(sample_site))


def test_a_stray_401_while_a_token_is_looked_at_does_not_make_it_one_of_the_gateway(sample_site, gateway):
    sample_site.faults.add("status", "/rest/api/3/myself", status=401, times=1)

    assert discover_account(Transport(credentials_at(sample_site))).scoped is False


def test_who_was_sent_to_the_gateway_comes_back_when_only_the_site_knows_the_token(sample_site, gateway):
    credentials = credentials_at(sample_site)
    sample_site.faults.add("status", "/rest/api/3/", status=401, times=4)
    Jira(credentials).search("turnstile", 5)
    assert gateway + "/rest/api/3/search/jql" in paths(sample_site)

    sample_site.faults.add("status", "/ex/jira/", status=401, body='{"code": 401, "message": "Unauthorized"}')

    assert Jira(credentials).search("turnstile", 5).issues
    sample_site.requests.clear()
    Jira(credentials).search("turnstile", 5)
    assert paths(sample_site) == ["/rest/api/3/search/jql"]


def test_looking_at_the_token_anew_sets_the_route_of_reads_right(sample_site, gateway):
    credentials = credentials_at(sample_site)
    sample_site.faults.add("status", "/rest/api/3/", status=401, times=4)
    Jira(credentials).search("turnstile", 5)

    discover_account(Transport(credentials))

    sample_site.requests.clear()
    Jira(credentials).search("turnstile", 5)
    assert paths(sample_site) == ["/rest/api/3/search/jql"]


def test_the_route_that_a_test_has_stored_is_not_left(sample_site, gateway):
    credentials = credentials_at(sample_site, token="sample-reader-jira", account_id=READER.account_id)

    with pytest.raises(UpstreamAuthFailed):
        Jira(credentials).search("turnstile", 5)

    assert not any(path.startswith("/ex/") for path in paths(sample_site))


def test_the_cloud_id_is_asked_for_without_our_credentials(sample_site, gateway):
    Jira(credentials_at(sample_site, token="sample-reader-jira")).search("turnstile", 5)

    [request] = [request for request in sample_site.requests if "tenant_info" in request.path]
    assert "authorization" not in {name.lower() for name in request.headers}


def test_a_dead_token_is_not_tried_at_the_gateway_with_every_call(sample_site, gateway):
    with pytest.raises(UpstreamAuthFailed):
        Jira(credentials_at(sample_site, token="revoked")).search("turnstile", 5)
    calls = len(sample_site.requests)
    with pytest.raises(UpstreamAuthFailed):
        Jira(credentials_at(sample_site, token="revoked")).search("turnstile", 5)

    assert any(path.startswith("/ex/") for path in paths(sample_site)[:calls])
    assert not any(path.startswith("/ex/") for path in paths(sample_site)[calls:])


def test_a_token_of_a_site_of_ones_own_never_goes_to_atlassians_gateway(sample_site, settings):
    settings.ATLASSIAN_GATEWAY_URL = "https://api.atlassian.com"

    with pytest.raises(UpstreamAuthFailed):
        Jira(credentials_at(sample_site, token="sample-reader-jira")).search("turnstile", 5)

    assert not any(path.startswith("/ex/") or "tenant_info" in path for path in paths(sample_site))


def test_a_missing_scope_is_named(sample_site, gateway):
    with pytest.raises(UpstreamAuthFailed, match="read:jira-work"):
        Jira(credentials_at(sample_site, token="sample-reader-jira-no-work")).search("turnstile", 5)


@responses.activate
def test_a_site_of_atlassians_goes_by_its_cloud_id_at_atlassians_gateway():
    site, at_gateway = "https://acme.atlassian.net", "https://api.atlassian.com/ex/jira/cloud-1/rest/api/3"
    responses.get(re.compile(site + "/rest/api/3/"), status=401)
    responses.get(site + "/_edge/tenant_info", json={"cloudId": "cloud-1"})
    responses.get(at_gateway + "/myself", json={"accountId": "me"})
    responses.get(at_gateway + "/issue/ABC-1", json={"key": "ABC-1", "fields": {"summary": "Doors"}})

    assert Jira(make_credentials()).read("ABC-1").url == site + "/browse/ABC-1"


@pytest.mark.parametrize("cloud_id", ["../../oauth", "a/b", "", None, 7.5, "x" * 65, "a?b", "é"])
@responses.activate
def test_what_cannot_be_a_cloud_id_leads_nowhere(cloud_id):
    responses.get(re.compile("https://acme.atlassian.net/rest/api/3/"), status=401)
    responses.get("https://acme.atlassian.net/_edge/tenant_info", json={"cloudId": cloud_id})

    with pytest.raises(UpstreamAuthFailed):
        Jira(make_credentials()).read("ABC-1")

    assert all(call.request.url.startswith("https://acme.atlassian.net/") for call in responses.calls)
