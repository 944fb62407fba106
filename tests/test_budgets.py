"""What a whole call may cost, from the middleware to the last byte: counted, not timed, so that it holds anywhere."""

import pytest
from django.db import connection

from tests.atlassian.mcp import calls as mcp
from tests.atlassian.rest_helpers import call, connect
from tests.counted_calls import counted_calls
from tests.factories import make_api_key
from workspaces.models import Role

pytestmark = pytest.mark.django_db

ENVELOPE = 250  # Python calls that MCP may take more than REST for the same answer
DRIVERS = 1.3  # times as many calls: the libraries of PostgreSQL and Redis are Python as well

# Path, arguments → statements, requests to Atlassian, Python calls, bytes of the answer; with room for a small change.
BUDGETS = [
    ("/v1/jira/search", {"q": "turnstile"}, 4, 1, 2_300, 2_000),
    ("/v1/jira/read", {"issue_key": "GATE-7"}, 4, 1, 4_700, 5_000),
    ("/v1/jira/read", {"issue_key": "GATE-7", "attachment": "turnstile-trace.txt"}, 4, 2, 3_200, 5_500),
    ("/v1/confluence/search", {"q": "doors"}, 4, 1, 2_700, 5_000),
    ("/v1/confluence/read", {"page_id": "420000002"}, 4, 1, 3_150, 2_500),
]


def with_drivers(calls: int) -> float:
    return calls if connection.vendor == "sqlite" else calls * DRIVERS


@pytest.mark.parametrize(("path", "arguments", "statements", "requests", "calls", "size"), BUDGETS)
def test_a_call_keeps_to_its_budget(
    client_for, sample_site, django_assert_max_num_queries, path, arguments, statements, requests, calls, size
):
    connect(sample_site)
    client = client_for(make_api_key(Role.MEMBER))
    call(client, path, **arguments)  # names, proofs and sessions are there from the second call on
    asked_before = len(sample_site.requests)

    with django_assert_max_num_queries(statements):
        answer = call(client, path, **arguments)
    asked = len(sample_site.requests) - asked_before
    made = counted_calls(lambda: call(client, path, **arguments))

    assert answer.status_code == 200
    assert asked <= requests
    assert made.total() <= with_drivers(calls)
    assert len(answer.content) <= size


@pytest.mark.parametrize(("path", "arguments"), [(path, arguments) for path, arguments, *_ in BUDGETS])
def test_a_call_by_mcp_costs_what_it_costs_by_rest_and_the_envelope(client_for, sample_site, path, arguments):
    connect(sample_site)
    client = client_for(make_api_key(Role.MEMBER))
    tool = path.removeprefix("/v1/").replace("/", "_")
    by_rest, by_mcp = (lambda: call(client, path, **arguments)), (lambda: mcp.call(client, tool, **arguments))
    counts = []

    for do in (by_rest, by_mcp):
        do()  # names, proofs and serializers are there from the second call on
        counts.append(counted_calls(do).total())

    assert counts[1] <= counts[0] + with_drivers(ENVELOPE)
