import re

import pytest
import responses
from rest_framework.exceptions import ValidationError

from atlassian.confluence.search.results import PageSummary
from atlassian.errors import UpstreamAuthFailed, UpstreamFailure, UpstreamForbidden, UpstreamRejectedQuery
from tests.atlassian.confluence.answers import MINE, SEARCH, make_confluence, make_hits, make_row
from tests.atlassian.factories import GATEWAY, SITE

KINDS = "type in (page, blogpost, folder, whiteboard, database, embed, slide)"


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
        "cql": 'siteSearch ~ "night deploys" AND text ~ "night deploys" AND ' + KINDS,
        "limit": "5",
        "excerpt": "highlight",
        "expand": "content.space,content.version,content.metadata.labels",
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
@pytest.mark.parametrize("following", ["same", "x" * 4001, "%EC%83%88", ""])
def test_more_that_cannot_be_gone_on_to_is_said(following):
    answering(make_row())
    responses.replace("GET", SEARCH, json=make_hits(make_row()) | {"_links": {"next": f"/x?cursor={following}"}})

    found = make_confluence().search("deploys", cursor="same")

    assert found.next_cursor is None
    assert [warning.code for warning in found.warnings] == ["more_unreachable"]


@responses.activate
def test_the_last_hits_have_no_warning():
    answering(make_row())

    assert make_confluence().search("deploys").warnings == ()


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
        make_row("7", type="whiteboard"),
    )

    found = make_confluence().search("deploys").pages

    assert [(page.id, page.type) for page in found] == [("5", "blogpost"), ("6", "page"), ("7", "whiteboard")]


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
    assert sent()["cql"] == f'(space = SECRET) AND {KINDS} AND space in ("TEAM") ORDER BY created'


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

    assert make_confluence().search("deploys").pages[0].excerpt == 'a b<c> "d"🙂 &amp;'


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


MANY = [f"~{number:0254}" for number in range(50)]


def clauses_sent():
    return [re.findall(r'"(~\d+)"', call.request.params["cql"]) for call in responses.calls]


@responses.activate
def test_spaces_too_many_for_one_question_are_all_searched_one_part_after_the_other():
    answering()

    cursor, pages = "", 0
    while cursor is not None:
        found = make_confluence(allowlist=MANY).search("deploys", cursor=cursor)
        cursor, pages = found.next_cursor, pages + 1

    assert sorted(key for keys in clauses_sent() for key in keys) == sorted(MANY)
    assert all(clauses_sent())
    assert pages == 2  # of five parts, four of them in one search because they held nothing
    assert [warning.code for warning in found.warnings] == ["searched_in_parts"]


@responses.activate
def test_a_part_that_has_hits_is_read_to_its_end_before_the_next_begins():
    answering(make_row("1", MANY[0]), cursor="more")
    first = make_confluence(allowlist=MANY).search("deploys")
    answering(make_row("2", MANY[1]))
    responses.remove("GET", SEARCH)
    answering(make_row("2", MANY[1]))

    second = make_confluence(allowlist=MANY).search("deploys", cursor=first.next_cursor)
    third = make_confluence(allowlist=MANY).search("deploys", cursor=second.next_cursor)

    cursors = [call.request.params.get("cursor", "") for call in responses.calls]
    assert cursors == ["", "more", ""]
    assert clauses_sent()[0] == clauses_sent()[1] != clauses_sent()[2]
    assert third.next_cursor


@responses.activate
@pytest.mark.parametrize("length", [3990, 3991])
def test_no_cursor_is_handed_out_that_would_be_refused(length):
    answering(make_row("1", MANY[0]), cursor="x" * length)
    first = make_confluence(allowlist=MANY).search("deploys")

    make_confluence(allowlist=MANY).search("deploys", cursor=first.next_cursor)

    said = [warning.code for warning in first.warnings]
    assert said == (["searched_in_parts"] if length == 3990 else ["more_unreachable", "searched_in_parts"])


@pytest.mark.parametrize("cursor", ["more", "in99.", "in5.more"])
def test_a_cursor_of_another_search_is_refused_by_name(cursor):
    with pytest.raises(ValidationError) as refusal:
        make_confluence(allowlist=MANY).search("deploys", cursor=cursor)

    assert list(refusal.value.detail) == ["cursor"]


@responses.activate
def test_an_emoji_that_the_index_broke_is_mended_or_left_out():
    spelled = r"\uD83D\uDDD3\uFE0F Date @@@hl@@@x@@@endhl@@@ \uD83D end \ufe0f \u00e9 C:\users"
    answering(
        make_row() | {"excerpt": spelled},
        make_row() | {"excerpt": "features \ufffd\ufffd\ufe0f next &#55357;&#56787; \\uD83"},
    )

    excerpts = [page.excerpt for page in make_confluence().search("deploys").pages]

    assert excerpts == ["🗓\ufe0f" r" Date x end \ufe0f \u00e9 C:\users", "features next"]


@responses.activate
def test_labels_of_a_hit_are_told_but_not_somebodys_own():
    rows = [{"name": "runbook", "prefix": "global"}, {"name": "favourite", "prefix": "my"}, {"name": "ops"}, None]
    answering(make_row(metadata={"labels": {"results": rows}}))

    assert make_confluence().search("deploys").pages[0].labels == ("runbook", "ops")


@responses.activate
def test_a_search_below_a_page_is_of_it_and_all_below_it():
    answering()

    make_confluence(allowlist=("TEAM",)).search("deploys", under=f"{SITE}/wiki/spaces/TEAM/pages/77/Home")

    assert sent()["cql"].endswith(f'AND {KINDS} AND (ancestor = 77 OR id = 77) AND space in ("TEAM")')


def test_what_is_no_page_to_search_below_is_refused_by_name():
    with pytest.raises(ValidationError) as refusal:
        make_confluence().search("deploys", under="no page")

    assert list(refusal.value.detail) == ["under"]


@responses.activate
@pytest.mark.parametrize(
    ("q", "asked"),
    [
        (f"{SITE}/wiki/spaces/TEAM/pages/123/Night+deploys", "(id = 123)"),
        (f"<{SITE}/wiki/x/ew>", "(id = 123)"),
        ("acme.atlassian.net/wiki/pages/viewpage.action?pageId=123", "(id = 123)"),
        (f"{SITE}/wiki/display/TEAM/Night+deploys", '((space = "TEAM" AND title = "Night deploys"))'),
        (f"{SITE}/wiki/spaces/TEAM/overview", '(space = "TEAM")'),
        (f"see {SITE}/wiki/x/ew, please", '(id = 123 OR (text ~ "see please"))'),
        ("12345", '(id = 12345 OR (text ~ "12345"))'),
    ],
)
def test_an_address_or_id_searched_for_finds_its_page(q, asked):
    answering(make_row("9"), make_row("123"))

    found = make_confluence().search(q)

    assert sent()["cql"] == f"{asked} AND {KINDS}"
    if "id = 123 " in asked or "id = 123)" in asked:
        assert found.pages[0].id == "123"


@responses.activate
@pytest.mark.parametrize("q", ["2026", "and/or", "https://evil.example/wiki/x/ew", "a/b/c deploy"])
def test_what_names_no_page_of_the_site_is_searched_for_by_its_words(q):
    answering()

    make_confluence().search(q)

    assert "text ~" in sent()["cql"]
    assert ("id =" in sent()["cql"]) == (q == "2026")


@responses.activate
def test_words_that_are_too_many_are_named():
    answering()

    found = make_confluence().search(" ".join(f"word{number}" for number in range(14)))

    assert [(each.code, each.message) for each in found.warnings] == [
        ("words_left_out", "Too many words: searched without word12, word13.")
    ]


@pytest.mark.parametrize("raw", ["type = attachment", "type in (comment, user)", 'space = A and type = "space"'])
def test_a_raw_query_for_what_is_not_searched_is_refused_and_says_where_it_is_found(raw):
    with pytest.raises(ValidationError) as refusal:
        make_confluence().search(cql=raw)

    assert "are searched, not" in str(refusal.value.detail["cql"])
    assert "include=attachments" in str(refusal.value.detail["cql"])


@responses.activate
def test_kinds_left_out_beside_those_that_are_searched_are_named():
    answering(make_row())

    found = make_confluence().search(cql="type in (page, comment)")

    assert len(found.pages) == 1
    assert "Not searched: comment." in found.warnings[0].message


@responses.activate
def test_a_site_that_does_not_know_a_kind_is_asked_for_those_that_every_site_knows():
    message = "BadRequestException: Unknown type 'slide'. Did you mean one of : space, user, page"
    responses.get(SEARCH, status=400, json={"statusCode": 400, "message": message})
    responses.get(SEARCH, json=make_hits(make_row()))
    responses.get(SEARCH, json=make_hits(make_row()))
    responses.get(MINE, json={"type": "known", "accountId": "me"})

    found = [make_confluence().search("deploys") for _ in range(2)]

    assert [(len(each.pages), [notice.code for notice in each.warnings]) for each in found] == [
        (1, ["kinds_left_out"])
    ] * 2
    assert "folders and others are left out" in found[0].warnings[0].message
    asked = [call.request.params["cql"] for call in responses.calls if call.request.url.startswith(SEARCH)]
    assert [question.endswith("type in (page, blogpost)") for question in asked] == [False, True, True]


@responses.activate
@pytest.mark.parametrize(
    ("path", "what"), [("wiki/search?text=foo", "This is a search"), ("wiki/external/abc", "This is a public link")]
)
def test_an_address_of_the_site_that_names_no_page_says_so(path, what):
    answering(make_row())

    (notice,) = make_confluence().search(f"{SITE}/{path}").warnings

    assert notice.code == "addresses_searched_as_text"
    assert path in notice.message
    assert what in notice.message


@responses.activate
def test_hits_that_do_not_say_what_they_are_are_counted():
    odd = [{"title": "What?"}, {"content": {"type": "page", "id": None}, "entityType": "content"}]
    others = [{"space": {"key": "TEAM"}, "entityType": "space"}, {"user": {}, "entityType": "user"}]
    others += [make_row(type="comment"), make_row(status="trashed")]
    answering(make_row(), *odd, *others)

    found = make_confluence().search("deploys")

    assert [page.id for page in found.pages] == ["123"]
    assert [(each.code, "Left out: 2 hits" in each.message) for each in found.warnings] == [("hits_unreadable", True)]


@responses.activate
@pytest.mark.parametrize("following", [{"href": "/rest/api/search?cursor=abc"}, ["/rest/api/search?cursor=abc"], True])
def test_that_there_is_more_is_said_whatever_the_shape_of_what_says_so(following):
    responses.get(SEARCH, json=make_hits(make_row()) | {"_links": {"next": following}})

    assert [each.code for each in make_confluence().search("deploys").warnings] == ["more_unreachable"]
