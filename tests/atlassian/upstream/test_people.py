"""Names that cannot be had cost nothing but themselves, and are said to be missing."""

import responses

from atlassian.upstream.people import MAX_IDS, Names
from tests.atlassian.factories import SIGNED, SITE, make_client

USERS = SITE + "/rest/api/3/user/bulk"


def names():
    return Names(make_client())


@responses.activate
def test_a_call_that_fails_is_told_and_not_repeated_for_a_minute():
    responses.get(USERS, status=501)
    first, second = names(), names()

    assert (first.find(["a"]), first.is_incomplete) == ({}, True)
    assert (second.find(["a", "b"]), second.is_incomplete) == ({}, True)

    assert responses.assert_call_count(USERS + "?accountId=a&maxResults=1", 1)
    assert len(responses.calls) == 1


@responses.activate
def test_who_has_no_name_is_not_missing_one():
    responses.get(USERS, json={"values": [{"accountId": "a", "displayName": "Ann"}]}, headers=SIGNED)
    asked = names()

    assert (asked.find(["a", "b"]), asked.is_incomplete) == ({"a": "Ann"}, False)
    assert (names().find(["a", "b"]), len(responses.calls)) == ({"a": "Ann"}, 1)


@responses.activate
def test_those_that_are_wanted_come_before_those_that_are_not_and_the_rest_is_said():
    responses.get(USERS, json={"values": []}, headers=SIGNED)
    asked = names()

    asked.find([f"wanted-{n}" for n in range(MAX_IDS + 1)], optional=["optional"])

    assert "optional" not in responses.calls[0].request.url
    assert asked.is_incomplete
