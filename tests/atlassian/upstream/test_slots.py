"""Whoever is slow at Atlassian holds only a part of the threads, counted in the midst of calls."""

import pytest
import responses

from atlassian.errors import UpstreamBusy
from audit.models import AuditLog
from tests.atlassian.factories import SITE, make_client
from tests.atlassian.rest_helpers import call, connect
from tests.factories import make_api_key
from workspaces.models import Role

PATH = "/rest/api/3/issue/{key}"
STALLED = {"workspace": "acme", "base_url": "https://acme.atlassian.net", "email": "bot@acme.example.com"}
ELSEWHERE = {"workspace": "other", "base_url": "https://other.atlassian.net", "email": "other@acme.example.com"}


def read(**fields):
    return make_client(**fields).get(PATH, key="ABC-1")


def while_waiting(times, then):
    """Answers each of the first calls only after another has been made from within it."""
    left = [times]

    def answer(request):
        if left[0] > 0:
            left[0] -= 1
            then() if left[0] == 0 else read(**STALLED)
        return 200, {}, "{}"

    responses.add_callback(responses.GET, SITE + "/rest/api/3/issue/ABC-1", answer, content_type="application/json")
    responses.get("https://other.atlassian.net/rest/api/3/issue/ABC-1", json={})


@pytest.mark.parametrize(
    ("shared", "words"),
    [
        ("workspace", "This workspace has 4 calls waiting for Atlassian"),
        ("base_url", "4 calls wait for this Atlassian site"),
    ],
)
@responses.activate
def test_what_is_full_is_refused_at_once_and_the_others_are_served(settings, shared, words):
    settings.THREADS = 12
    seen = []

    def then():
        with pytest.raises(UpstreamBusy, match=words) as caught:
            read(**ELSEWHERE | {shared: STALLED[shared]})
        seen.append((caught.value.status_code, caught.value.wait, caught.value.get_codes()))
        seen.append(read(**ELSEWHERE))

    while_waiting(4, then)

    read(**STALLED)

    assert seen == [(503, 2, "upstream_busy"), {}]
    assert read(**STALLED) == {}  # all were given back


@responses.activate
def test_one_account_of_many_workspaces_is_bounded_too(settings):
    settings.THREADS = 6
    refused = []

    def then():
        with pytest.raises(UpstreamBusy) as caught:
            read(**STALLED | {"workspace": "third"})
        refused.append(caught.value)

    while_waiting(2, then)

    read(**STALLED)

    assert len(refused) == 1


@responses.activate
def test_some_threads_never_wait_for_atlassian(settings):
    settings.THREADS = 1

    def then():
        with pytest.raises(UpstreamBusy, match="all that this server can hold"):
            read(**ELSEWHERE)

    while_waiting(1, then)

    read(**STALLED)


@responses.activate
def test_a_call_that_has_begun_is_not_refused_half_way(settings):
    settings.THREADS = 3
    client = make_client(**STALLED)
    responses.get(SITE + "/first", json={})
    client.get("/first")

    while_waiting(1, lambda: client.get("/first"))

    assert read(**STALLED) == {}


@pytest.mark.django_db
def test_a_full_workspace_is_told_when_to_come_back_and_that_is_recorded(
    client_for, sample_site, settings, monkeypatch
):
    connect(sample_site)
    agent = client_for(make_api_key(Role.MEMBER))
    monkeypatch.setattr("atlassian.upstream.slots._waiting", {("workspace", "acme"): 99})

    answer = call(agent, "/v1/jira/search", q="turnstile")

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "upstream_busy")
    assert answer["Retry-After"] == "2"
    assert "This workspace has 99 calls waiting" in answer.json()["error"]["message"]
    assert AuditLog.objects.get().error_code == "upstream_busy"
