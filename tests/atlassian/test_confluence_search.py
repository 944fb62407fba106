import pytest
import responses
from rest_framework.exceptions import ValidationError

from atlassian.confluence.reader import Confluence
from atlassian.confluence.search_results import PageSummary
from atlassian.errors import UpstreamAuthFailed, UpstreamFailure, UpstreamForbidden, UpstreamRejectedQuery
from tests.atlassian.confluence_answers import MINE, SEARCH, make_hits, make_row
from tests.atlassian.factories import GATEWAY, SITE, make_credentials


def make_confluence(**fields):
    return Confluence(make_credentials("confluence", **fields))


def answering(*rows, cursor=""):
    return responses.get(SEARCH, json=make_hits(*rows, cursor=cursor))


def sent():
    return responses.calls[-1].request.params


@responses.activate
def test_a_page_is_found_in_one_call():
    answering(make_row())

    found = make_confluence().search("deploys")

    assert found.pages == (
        PageSummary(
            id="123",
            title="Night deploys",
            url=f"{SITE}/wiki/spaces/TEAM/pages/123/Night+deploys",
            last_edited_time="2026-08-14T09:31:22.118Z",
            space="Team Space",
            space_key="TEAM",
            type="page",
            excerpt="Stage deploys & synced",
        ),
    )
    assert found.next_cursor is None
    assert len(responses.calls) == 1


@responses.activate
def test_the_question_says_all_that_it_needs():
    answering()

    make_confluence().search("night deploys", 5)

    assert sent() == {
        "cql": 'siteSearch ~ "night deploys" AND text ~ "night deploys" AND type in (page, blogpost)',
        "limit": "5",
        "excerpt": "highlight",
        "expand": "content.space,content.version",
    }


@responses.activate
def test_the_next_page_is_asked_for_by_cursor_and_with_the_same_question():
    answering(make_row("1"), cursor="_t_WyJc%2B%3D")
    first = make_confluence().search("deploys")

    make_confluence().search("deploys", cursor=first.next_cursor)

    assert first.next_cursor == "_t_WyJc+="
    before, after = (call.request.params for call in responses.calls)
    assert after == before | {"cursor": "_t_WyJc+="}


@responses.activate
def test_a_cursor_that_repeats_itself_ends_the_search():
    answering(make_row(), cursor="same")

    assert make_confluence().search("deploys", cursor="same").next_cursor is None


@pytest.mark.parametrize("cursor", ["with blank", "새", "\x00", "x" * 4001])
def test_what_cannot_be_a_cursor_is_refused_by_name(cursor):
    with pytest.raises(ValidationError) as refusal:
        make_confluence().search("deploys", cursor=cursor)

    assert list(refusal.value.detail) == ["cursor"]


@responses.activate
def test_rows_that_are_no_page_are_left_out():
    answering(
        {"space": {"key": "EW"}, "title": "Engineering", "entityType": "space"},
        make_row("1", type="attachment"),
        make_row("2", type="comment"),
        make_row("3", status="trashed"),
        make_row("4", status="draft"),
        make_row("not-an-id"),
        make_row("5", type="blogpost"),
        make_row("6", status="archived"),
    )

    assert [page.id for page in make_confluence().search("deploys").pages] == ["5", "6"]


@responses.activate
def test_a_row_outside_the_allowlist_is_dropped_whatever_the_query_said():
    answering(make_row("1", "SECRET"), make_row("2", "TEAM"), make_row("3", "team"))

    found = make_confluence(allowlist=("TEAM",)).search("deploys")

    assert [page.id for page in found.pages] == ["2", "3"]
    assert 'space in ("TEAM")' in sent()["cql"]


@responses.activate
def test_raw_cql_is_held_to_the_allowlist_by_what_comes_back():
    answering(make_row("1", "SECRET"), make_row("2", "TEAM"))

    found = make_confluence(allowlist=("TEAM",)).search(cql="space = SECRET order by created")

    assert [page.id for page in found.pages] == ["2"]
    assert sent()["cql"] == ('(space = SECRET) AND type in (page, blogpost) AND space in ("TEAM") ORDER BY created')


@responses.activate
def test_a_row_whose_space_is_told_by_its_address_alone_is_held_to_the_allowlist():
    answering(make_row("1", "SECRET", space=None), make_row("2", "TEAM", space=None))

    found = make_confluence(allowlist=("TEAM",)).search("deploys")

    assert [(page.id, page.space_key, page.space) for page in found.pages] == [("2", "TEAM", "Team Space")]


@responses.activate
def test_a_row_of_unknown_space_is_dropped_where_there_is_an_allowlist():
    answering(make_row("1", space=None) | {"resultGlobalContainer": None})

    assert make_confluence(allowlist=("TEAM",)).search("deploys").pages == ()


@responses.activate
def test_a_page_of_hits_that_the_allowlist_empties_is_not_the_end():
    answering(make_row("1", "SECRET"), cursor="more")

    found = make_confluence(allowlist=("TEAM",)).search("deploys")

    assert (found.pages, found.next_cursor) == ((), "more")


@responses.activate
def test_a_search_is_narrowed_to_the_spaces_asked_for():
    answering(make_row("1", "OTHER"), make_row("2", "TEAM"))

    found = make_confluence().search("deploys", spaces=["team"])

    assert [page.id for page in found.pages] == ["2"]
    assert 'space in ("TEAM")' in sent()["cql"]


@responses.activate
def test_only_those_of_the_spaces_asked_for_that_are_allowed_are_searched():
    answering()

    make_confluence(allowlist=("OPS", "TEAM")).search("deploys", spaces=["team", "secret"])

    assert sent()["cql"].endswith('space in ("TEAM")')


@responses.activate
def test_a_search_of_spaces_outside_the_allowlist_finds_nothing_and_asks_nobody():
    found = make_confluence(allowlist=("TEAM",)).search("deploys", spaces=["SECRET"])

    assert (found.pages, found.next_cursor, len(responses.calls)) == ((), None, 0)


@responses.activate
def test_an_excerpt_is_one_line_of_plain_text():
    row = make_row() | {"excerpt": "a\n\n @@@hl@@@b&lt;c&gt;@@@endhl@@@ &quot;d&quot;&#x1F642;\t&#0;&amp;amp; \ud800"}
    answering(row)

    assert make_confluence().search("deploys").pages[0].excerpt == 'a b<c> "d"🙂 \ufffd&amp;'


@responses.activate
def test_a_title_is_the_pages_own_else_the_rows_without_its_marks():
    answering(make_row("1"), make_row("2", title=None) | {"title": "Base&#39;s @@@hl@@@Run@@@endhl@@@book"})

    assert [page.title for page in make_confluence().search("deploys").pages] == ["Night deploys", "Base's Runbook"]


@responses.activate
def test_a_link_is_that_of_the_site_also_when_the_call_goes_through_the_gateway():
    responses.get(f"{GATEWAY}/ex/confluence/cloud-1/wiki/rest/api/search", json=make_hits(make_row()))

    found = make_confluence(scoped=True, cloud_id="cloud-1").search("deploys")

    assert found.pages[0].url == f"{SITE}/wiki/spaces/TEAM/pages/123/Night+deploys"


@responses.activate
def test_a_page_without_an_address_is_linked_by_its_id():
    answering(make_row(_links=None))

    assert make_confluence().search("deploys").pages[0].url == f"{SITE}/wiki/pages/viewpage.action?pageId=123"


@responses.activate
@pytest.mark.parametrize(
    "content",
    [
        {"title": 7, "space": "TEAM", "version": [], "_links": "x"},
        {"title": None, "space": {"key": None, "name": 3}, "version": {"when": None, "by": 1}, "_links": {"webui": 1}},
        {"status": None, "space": [], "version": None},
    ],
)
def test_fields_of_the_wrong_type_are_blank(content):
    answering(make_row("123") | {"content": {"id": 123, "type": "page"} | content, "excerpt": 5, "title": {}})

    assert make_confluence().search("deploys").pages[0].id == "123"


@responses.activate
@pytest.mark.parametrize("answer", [[], "text", 5, None, {}, {"results": None}, {"results": {"a": 1}}])
def test_an_answer_without_hits_is_no_answer(answer):
    responses.get(SEARCH, json=answer)

    with pytest.raises(UpstreamFailure) as failure:
        make_confluence().search("deploys")
    assert failure.type is UpstreamFailure


@responses.activate
@pytest.mark.parametrize("rows", [[None, 5, "x", [], {}], [{"content": []}], [{"content": {"type": "page"}}]])
def test_rows_of_the_wrong_type_are_left_out(rows):
    responses.get(SEARCH, json={"results": rows, "_links": None})

    assert make_confluence().search("deploys").pages == ()


@responses.activate
def test_a_rejected_query_comes_back_in_confluences_sentence():
    message = "com.atlassian.confluence.api.service.exceptions.api.BadRequestException: No field exists: 'status'"
    responses.get(SEARCH, status=400, json={"statusCode": 400, "message": message})
    responses.get(MINE, json={"type": "known", "accountId": "me"})

    with pytest.raises(UpstreamRejectedQuery) as failure:
        make_confluence().search(cql="status = current")
    assert str(failure.value.detail) == "No field exists: 'status'"


@responses.activate
def test_a_403_that_jira_confirms_is_bad_credentials():
    refused = {"message": "Current user not permitted to use Confluence", "statusCode": 403}
    responses.get(SEARCH, status=403, json=refused)
    responses.get(MINE, status=403, json=refused)
    responses.get(f"{SITE}/rest/api/3/myself", status=401)

    with pytest.raises(UpstreamAuthFailed):
        make_confluence().search("deploys")


@responses.activate
def test_a_403_for_an_account_that_jira_knows_is_a_missing_licence():
    refused = {"message": "이 사용자는 Confluence를 사용할 수 없습니다", "statusCode": 403}
    responses.get(SEARCH, status=403, json=refused)
    responses.get(MINE, status=403, json=refused)
    responses.get(f"{SITE}/rest/api/3/myself", json={"accountId": "me", "displayName": "Mia"})

    with pytest.raises(UpstreamForbidden) as failure:
        make_confluence().search("deploys")
    assert "licence" in str(failure.value.detail)


@responses.activate
def test_a_space_asked_for_cannot_leave_its_quotes():
    answering()

    make_confluence().search("deploys", spaces=['A") or space in ("B'])

    assert sent()["cql"].endswith('space in ("A\\") OR SPACE IN (\\"B")')
