"""Whatever shape Atlassian's JSON has, it ends as an answer of ours or as an error with a name."""

import string

import pytest
import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import APIException

from atlassian.confluence.reader import Confluence
from atlassian.confluence.references import parse
from tests.atlassian.confluence.answers import (
    BULK,
    MINE,
    SEARCH,
    V2,
    make_comment,
    make_hits,
    make_page,
    make_row,
    make_space,
)
from tests.atlassian.factories import SITE, make_credentials

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)
OFTEN = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@st.composite
def spoilt(draw, answer):
    """answer with something else where some of its fields were."""
    if draw(st.integers(0, 9)) == 0:
        return draw(JSON)
    if isinstance(answer, dict):
        return {name: draw(spoilt(value)) for name, value in answer.items() if draw(st.integers(0, 19))}
    if isinstance(answer, list):
        return [draw(spoilt(value)) for value in answer]
    return answer


def confluence(allowlist):
    return Confluence(make_credentials("confluence", allowlist=allowlist))


ALLOWLISTS = st.sampled_from([(), ("TEAM",)])


@OFTEN
@given(spoilt(make_hits(make_row("1"), make_row("2", "OTHER"), cursor="more")), ALLOWLISTS)
def test_a_search_survives_any_answer(answer, allowlist):
    with responses.RequestsMock() as site:
        site.get(SEARCH, json=answer)
        try:
            found = confluence(allowlist).search("deploys")
        except APIException:
            return
    assert all(isinstance(page.title, str) and page.id.isdigit() for page in found.pages)
    assert not allowlist or {page.space_key for page in found.pages} <= {"TEAM"}


MENTION = '<p>Ask <ac:link><ri:user ri:account-id="ann" /></ac:link></p>'


@OFTEN
@given(
    spoilt(make_page(body=MENTION)),
    spoilt({"results": [make_comment("1", "x"), make_comment("2", "y", by="ann")]}),
    spoilt({"results": [{"accountId": "ann", "displayName": "Ann"}]}),
    spoilt(make_space()),
    ALLOWLISTS,
)
def test_a_read_survives_any_answer(page, comments, people, space, allowlist):
    with responses.RequestsMock(assert_all_requests_are_fired=False) as site:
        site.get(f"{V2}/pages/123", json=page)
        site.get(f"{V2}/spaces/11", json=space)
        site.add("GET", f"{V2}/pages/123/footer-comments", json=comments)
        site.add("GET", f"{V2}/pages/123/inline-comments", json=comments)
        for comment_id in ("1", "2"):
            for place in ("footer", "inline"):
                site.get(f"{V2}/{place}-comments/{comment_id}/children", json={"results": []})
        site.post(BULK, json=people)
        site.get(MINE, json={"type": "known", "accountId": "me"})
        try:
            read = confluence(allowlist).read("123", comments=True)
        except APIException:
            return
    assert read.content.startswith("# ")


def refused_parameters(reference):
    try:
        parse(reference, make_credentials("confluence"))
    except APIException as refusal:
        return list(refusal.detail)
    return []


@OFTEN
@given(st.text(max_size=60) | st.text(string.ascii_letters + string.digits + "/.:?#%&=+@~-_\\ ", max_size=80))
def test_a_reference_is_understood_or_refused(text):
    for reference in (text, f"{SITE}/{text}", f"{SITE}/wiki/{text}", f"{SITE}/wiki/display/{text}", f"https://{text}"):
        assert refused_parameters(reference) in ([], ["page_id"])


@pytest.mark.parametrize(
    "link", ["http://[", "?cursor=", "?cursor=%00", "?cursor=a%20b", "?x=1", "?cursor=" + "x" * 9000]
)
@responses.activate
def test_a_next_link_without_a_usable_cursor_is_no_next_page(link):
    responses.get(SEARCH, json={"results": [], "_links": {"next": link}})

    assert confluence(()).search("deploys").next_cursor is None
