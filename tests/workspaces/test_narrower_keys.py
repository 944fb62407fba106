"""A key that may less than its member: at the door, down to what Atlassian is asked and the record."""

import pytest

from audit.models import AuditLog
from dev.sample_site import READER
from integrations.models import Provider
from tests.atlassian.mcp.calls import call, said
from tests.factories import make_api_key, make_integration, make_member
from workspaces.models import ApiKey, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(sample_site, settings):
    settings.ATLASSIAN_ORIGINS = frozenset({sample_site.url})
    settings.ATLASSIAN_GATEWAY_URL = sample_site.gateway_url
    return sample_site


def connected(site, provider: str = Provider.JIRA, **fields):
    make_integration(provider, base_url=site.url, email=READER.email, api_token=READER.tokens[0].value, **fields)


def error_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    ("actions", "may", "may_not"),
    [
        (["jira.*"], ["jira/search?q=x"], ["confluence/search?q=x", "integrations", "audit-logs"]),
        (["*.search"], ["jira/search?q=x", "confluence/search?q=x"], ["jira/read?issue_key=GATE-7"]),
        (["confluence.read"], [], ["confluence/search?q=x", "jira/search?q=x"]),
    ],
)
def test_a_key_does_only_the_actions_it_is_narrowed_to_whatever_its_members_role(
    client_for, site, actions, may, may_not
):
    connected(site), connected(site, Provider.CONFLUENCE)
    client = client_for(make_api_key(Role.OWNER, actions=actions))

    assert [client.get(f"/v1/{path}").status_code for path in may] == [200] * len(may)
    assert [error_of(client.get(f"/v1/{path}")) for path in may_not] == [(403, "role_required")] * len(may_not)
    assert AuditLog.objects.filter(outcome="denied").count() == len(may_not)


@pytest.mark.parametrize(
    "narrowing", [{"project_keys": ["OPS"]}, {"space_keys": ["RUN"]}, {"calls_per_minute": 60}, {"actions": ["*.read"]}]
)
def test_a_key_that_is_narrowed_in_any_way_neither_administers_nor_makes_a_wider_one(client_for, narrowing):
    client = client_for(make_api_key(Role.OWNER, **narrowing))
    make_member(Role.MEMBER)
    of_another = {"label": "wider", "email": "member@acme.example.com"}
    wide = {"provider": "jira", "config": {"project_keys": None}}

    refused = [
        client.post("/v1/api-keys", {"label": "wider"}, format="json"),
        client.post("/v1/api-keys", of_another, format="json"),
        client.put("/v1/integrations", wide, format="json"),
        client.get("/v1/audit-logs"),
    ]

    assert [error_of(answer) for answer in refused] == [(403, "role_required")] * len(refused)
    assert ApiKey.objects.count() == 1
    assert set(AuditLog.objects.values_list("outcome", flat=True)) == {"denied"}


def test_mcp_refuses_a_narrowed_key_as_rest_does(client_for, site):
    connected(site)
    client = client_for(make_api_key(actions=["confluence.*"]))

    assert "role_required" in said(call(client, "jira_search", q="museum"))


@pytest.mark.parametrize("allowed", [[], ["GATE", "OPS"]])
def test_a_key_sees_only_its_projects_whatever_is_searched_or_read(client_for, site, allowed):
    connected(site, allowed_keys=allowed)
    client = client_for(make_api_key(project_keys=["OPS"]))

    found = client.get("/v1/jira/search", {"jql": "project in (GATE, OPS) order by key", "limit": 50}).json()["issues"]

    assert {issue["project_key"] for issue in found} == {"OPS"}
    assert error_of(client.get("/v1/jira/read", {"issue_key": "GATE-7"})) == (404, "not_found")
    assert "not_found" in said(call(client, "jira_read", issue_key="GATE-7"))


def test_a_key_whose_projects_the_workspace_no_longer_allows_sees_nothing_instead_of_all(client_for, site):
    connected(site, allowed_keys=["GATE"])
    client = client_for(make_api_key(project_keys=["OPS"]))

    assert error_of(client.get("/v1/jira/search", {"q": "museum"})) == (403, "key_sees_nothing")
    assert site.requests == []


def test_a_key_calls_so_often_a_minute_as_it_may_and_others_are_left_alone(client_for, site):
    connected(site)
    slow, other = (client_for(make_api_key(calls_per_minute=2)) for _ in range(2))  # of one member, of one label

    codes = [slow.get("/v1/jira/search", {"q": "museum"}).status_code for _ in range(3)]

    assert codes == [200, 200, 429]
    assert other.get("/v1/jira/search", {"q": "museum"}).status_code == 200


def test_the_operators_limit_holds_where_a_key_says_more(client_for, site, settings):
    settings.RATE_LIMIT_PER_MINUTE = 1
    connected(site)
    client = client_for(make_api_key(calls_per_minute=5))

    assert [client.get("/v1/jira/search", {"q": "museum"}).status_code for _ in range(2)] == [200, 429]


def test_a_key_implies_its_workspace_and_one_that_is_named_must_agree(client_for, site):
    connected(site)
    client = client_for(make_api_key())

    assert client.get("/v1/jira/search", {"q": "museum"}).status_code == 200
    answer = client.get("/v1/jira/search", {"q": "museum", "workspace_key": "globex"})
    assert error_of(answer) == (403, "workspace_access_denied")
