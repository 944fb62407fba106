"""Large answers are read one at a time, since each takes many times its size, and keep nobody else waiting."""

import json
import platform
import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import responses

from atlassian.errors import UpstreamBusy
from atlassian.rendering.slots import Turns
from atlassian.upstream import large_answers
from audit.models import AuditLog
from tests.atlassian.factories import SITE, make_client
from tests.atlassian.jira.answers import connected, make_issue, serve
from tests.atlassian.rest_helpers import call

LARGE = json.dumps("x" * (large_answers.LARGE_BYTES + 1))
OF_MANY_VALUES = json.dumps([0] * (large_answers.LARGE_VALUES + 2))
SMALL = json.dumps("x" * 100_000)
ISSUE = SITE + "/rest/api/3/issue/ABC-1"


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch):
    """Who would wait for a turn is refused, as after ten seconds."""
    monkeypatch.setattr(large_answers, "_of_one", Turns(1, 0, large_answers.ONE_BUSY))
    monkeypatch.setattr(large_answers, "_of_all", Turns(large_answers.MAX_AT_ONCE, 0, large_answers.ALL_BUSY))


def read(body, **fields):
    with responses.RequestsMock() as site:
        site.get(ISSUE, body=body, content_type="application/json")
        return make_client(**fields).get("/rest/api/3/issue/{key}", key="ABC-1")


def meanwhile(body, **fields):
    """By another call, which has a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(read, body, **fields).result()


@pytest.mark.parametrize("body", [LARGE, OF_MANY_VALUES], ids=["long", "of many values"])
def test_a_workspace_has_one_large_answer_at_a_time(body):
    with large_answers.one_call():
        read(LARGE, workspace="acme")
        read(body, workspace="acme")  # of the same call

        with pytest.raises(UpstreamBusy, match="is being read for this workspace"):
            meanwhile(body, workspace="acme")
        assert meanwhile(SMALL, workspace="acme")
        assert meanwhile(body, workspace="other")

    assert meanwhile(body, workspace="acme")


def test_all_workspaces_together_have_few():
    def hold(number):
        if number == large_answers.MAX_AT_ONCE:
            with pytest.raises(UpstreamBusy, match="are being read for other workspaces"):
                meanwhile(LARGE, workspace="acme")
            return
        with ThreadPoolExecutor(1) as pool:
            pool.submit(hold_one, number).result()

    def hold_one(number):
        with large_answers.one_call():
            read(LARGE, workspace=f"crowd{number}")
            hold(number + 1)

    hold(0)

    assert meanwhile(LARGE, workspace="acme")


def test_the_rest_of_a_large_answer_is_not_fetched_before_its_turn():
    taken = []

    def chunks():
        for chunk in (b"x" * large_answers.LARGE_BYTES, b"x", b"x" * large_answers.LARGE_BYTES):
            taken.append(len(chunk))
            yield chunk

    def answer():
        with large_answers.one_call():
            return b"".join(large_answers.in_turn(chunks(), "acme"))

    with large_answers.one_call(), ThreadPoolExecutor(1) as pool:
        read(LARGE, workspace="acme")
        with pytest.raises(UpstreamBusy):
            pool.submit(answer).result()

    assert taken == [large_answers.LARGE_BYTES, 1]


@responses.activate
@pytest.mark.django_db
def test_who_gets_no_turn_is_told_when_to_come_back_and_small_calls_are_served(client_for):
    agent = connected(client_for)
    serve(make_issue("OPS-1", description="word " * 300_000), make_issue("OPS-2"))
    with large_answers._of_one.turn("acme", 0):
        large, small = call(agent, "/v1/jira/read", issue_key="OPS-1"), call(agent, "/v1/jira/read", issue_key="OPS-2")

    assert (large.status_code, large.json()["error"]["code"], large["Retry-After"]) == (503, "upstream_busy", "2")
    assert small.status_code == 200
    assert [record.error_code for record in AuditLog.objects.order_by("id")] == ["upstream_busy", ""]
    for _ in range(2):  # each gives its turn back
        assert call(agent, "/v1/jira/read", issue_key="OPS-1").status_code == 200


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the others keep nothing back")
def test_what_memory_a_large_answer_took_is_given_back_at_its_end():
    with large_answers.one_call():
        read(LARGE)
        pieces = [b"x" * 10_000 for _ in range(10_000)]
        most = resident()
        living_on = pieces.pop()  # above all the others
        del pieces

    assert living_on
    assert resident() < most - 50_000_000
