"""Confluence from search to page against a real server, with the accounts and traps that it has."""

import pytest
from rest_framework.exceptions import ValidationError

from atlassian.confluence.addresses import tiny_code
from atlassian.confluence.reader import Confluence
from atlassian.errors import NothingThere, UpstreamAuthFailed, UpstreamForbidden, UpstreamRejectedQuery
from dev.sample_site.accounts import CONTRACTOR, READER, UNLICENSED
from tests.atlassian.factories import make_credentials

RUNBOOK, DECISION, RELEASE = "420000002", "410000003", "410000005"
TRASHED, ARCHIVED, DRAFT, WHITEBOARD, FOLDER = "410000007", "410000008", "410000009", "410000010", "410000002"
ENGINEERING = "410000001"


@pytest.fixture
def confluence(sample_site, settings):
    settings.ATLASSIAN_GATEWAY_URL = sample_site.gateway_url

    def make(account=READER, token="", **fields):
        values = {"base_url": sample_site.url, "email": account.email, "api_token": token or account.tokens[0].value}
        return Confluence(make_credentials("confluence", **(values | fields)))

    return make


def test_what_a_search_finds_can_be_read_in_one_call_each_and_one_for_what_stands_above(confluence, sample_site):
    found = confluence().search("turnstile", 50).pages

    for page in found:
        sample_site.requests.clear()
        read = confluence().read(page.url)
        assert (read.title, read.url, read.space, read.type) == (page.title, page.url, page.space, page.type)
        assert len(sample_site.requests) - len(sample_site.received("/wiki/api/v2/users-bulk")) <= 2

    assert {page.type for page in found} == {"page", "blogpost", "database"}


def test_pages_of_hits_follow_each_other_without_a_gap(confluence):
    whole = [page.id for page in confluence().search("the", 50).pages]

    pieces, cursor = [], ""
    while cursor is not None:
        piece = confluence().search("the", 2, cursor=cursor)
        pieces += [page.id for page in piece.pages]
        cursor = piece.next_cursor

    assert pieces == whole
    assert len(whole) > 4


@pytest.mark.parametrize(
    ("path", "page_id"),
    [
        ("/spaces/RUN/pages/{0}/Runbook+doors+stay+shut", RUNBOOK),
        ("/spaces/RUN/pages/edit-v2/{0}", RUNBOOK),
        ("/pages/viewpage.action?pageId={0}", RUNBOOK),
        ("/spaces/ENG/blog/2026/11/19/{0}/Release", RELEASE),
        ("/display/RUN/Runbook%3A+doors+stay+shut", RUNBOOK),
        ("/display/RUN/runbook%3A+DOORS+stay+shut", RUNBOOK),
        ("/spaces/ENG", "410000001"),
        ("/spaces/RUN/overview", "420000001"),
        (f"/x/{tiny_code(int(RUNBOOK))}", RUNBOOK),
    ],
)
def test_every_address_of_a_page_leads_to_it(confluence, sample_site, path, page_id):
    assert confluence().read(f"{sample_site.url}/wiki{path.format(page_id)}").id == page_id


@pytest.mark.parametrize("content_id", [TRASHED, DRAFT, "999999999"])
def test_what_cannot_be_read_is_not_there(confluence, content_id):
    with pytest.raises(NothingThere):
        confluence().read(content_id)


def test_an_archived_page_can_be_read(confluence):
    assert confluence().read(ARCHIVED).status == "archived"


def test_a_page_hidden_from_the_account_is_not_there(confluence):
    with pytest.raises(NothingThere):
        confluence(CONTRACTOR).read(RUNBOOK)


def test_the_allowlist_holds_for_search_and_read_whatever_is_asked(confluence, sample_site):
    bound = confluence(allowlist=("ENG",))

    for found in (
        bound.search("the", 50),
        bound.search(cql="type = page", limit=50),
        bound.search(cql='space = RUN or space = "HR"', limit=50),
        bound.search("the", 50, spaces=["RUN", "ENG"]),
    ):
        assert {page.space_key for page in found.pages} <= {"ENG"}
    for reference in (RUNBOOK, f"{sample_site.url}/wiki/display/RUN/Runbooks", f"{sample_site.url}/wiki/spaces/HR"):
        with pytest.raises(NothingThere):
            bound.read(reference)
    assert bound.read(DECISION).space_key == "ENG"


def test_a_korean_page_is_found_by_its_words(confluence):
    assert confluence().search("이번 주").pages[0].title == "이번 주 메모"


@pytest.mark.parametrize(
    "query",
    [
        'a" or type=page',
        "doors (",
        "C++ [x] {y} ^ ~ * ? : / - && ||",
        'doors "stay',
        "AND OR NOT doors",
        "doors\x00",
        "🙂 doors",
    ],
)
def test_no_query_is_one_that_confluence_rejects(confluence, query):
    confluence().search(query)


@pytest.mark.parametrize("query", ['"', "+-&&||", "🙂", "..."])
def test_a_query_without_a_word_asks_nobody(confluence, sample_site, query):
    with pytest.raises(ValidationError):
        confluence().search(query)
    assert sample_site.requests == []


def test_a_field_that_does_not_exist_is_told_in_confluences_words(confluence):
    with pytest.raises(UpstreamRejectedQuery) as failure:
        confluence().search(cql="status = current")
    assert "status" in str(failure.value.detail)


@pytest.mark.parametrize("cursor", ["nonsense", "_t_bm90LWEtY3Vyc29y"])
def test_a_cursor_that_confluence_does_not_know_is_refused(confluence, cursor):
    with pytest.raises(UpstreamRejectedQuery):
        confluence().search("doors", cursor=cursor)


def test_a_dead_token_is_never_nothing_found(confluence):
    for call in (lambda: confluence(token="dead").search("doors"), lambda: confluence(token="dead").read(RUNBOOK)):
        with pytest.raises(UpstreamAuthFailed):
            call()


def test_an_account_without_a_licence_is_told_so(confluence):
    for call in (lambda: confluence(UNLICENSED).search("doors"), lambda: confluence(UNLICENSED).read(RUNBOOK)):
        with pytest.raises(UpstreamForbidden):
            call()


def test_a_scoped_token_searches_and_reads_through_the_gateway_and_shows_the_sites_links(confluence, sample_site):
    scoped = {"token": "sample-reader-confluence", "scoped": True, "cloud_id": sample_site.cloud_id}

    found = confluence(**scoped).search("doors").pages[0]
    page = confluence(**scoped).read(found.url, comments=True)

    assert found.url.startswith(f"{sample_site.url}/wiki/")
    assert page.url == found.url
    assert {request.path.split("/")[1] for request in sample_site.requests} == {"ex"}


def test_a_page_with_comments_shows_footer_and_inline_comments_with_their_replies(confluence):
    page = confluence().read(RUNBOOK, comments=True, max_chars=100_000)

    assert page.comment_count == 7
    for words in (
        "## Comments (7)",
        "(open)",
        "(resolved)",
        "> Replace the certificate",
        "#### Tomás Rivera",
        "(reply to Ada Lindqvist)",
    ):
        assert words in page.content
