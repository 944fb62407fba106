import json

import pytest
import responses
from rest_framework.exceptions import ValidationError

from atlassian.confluence.finding import NO_SUCH_PAGE
from atlassian.confluence.reader import Confluence
from atlassian.errors import NothingThere, UpstreamAuthFailed, UpstreamFailure, UpstreamForbidden, UpstreamRateLimited
from tests.atlassian.confluence.answers import (
    BARE_404,
    BULK,
    MINE,
    SEARCH,
    V2,
    make_confluence,
    make_hits,
    make_page,
    make_row,
    make_space,
    missing,
)
from tests.atlassian.factories import GATEWAY, ME, SITE, make_credentials

MENTION = '<p>Ask <ac:link><ri:user ri:account-id="{}" /></ac:link></p>'


def read(reference="123", allowlist=(), **arguments):
    return make_confluence(allowlist=allowlist).read(reference, **arguments)


def nothing_by_search():
    responses.get(SEARCH, json=make_hits())


def asked():
    return [call.request.url.split("?")[0].removeprefix(SITE) for call in responses.calls]


@responses.activate
def test_a_page_given_its_id_is_read_in_one_call():
    responses.get(f"{V2}/pages/123", json=make_page())

    page = read()

    assert (page.id, page.title, page.type, page.status) == ("123", "Night deploys", "page", "current")
    assert page.url == f"{SITE}/wiki/spaces/TEAM/pages/123/Night+deploys"
    assert (page.last_edited_time, page.version, page.labels) == ("2026-08-14T09:31:22.118Z", 7, ("runbook",))
    assert (page.space, page.space_key, page.author) == ("TEAM", "TEAM", ME)
    assert (page.truncated, page.next_offset, page.comment_count) == (False, None, None)
    assert page.content_chars == len(page.content)
    assert asked() == ["/wiki/api/v2/pages/123"]
    assert responses.calls[0].request.params == {"body-format": "storage", "include-labels": "true"}


@responses.activate
def test_a_page_reads_as_title_standing_labels_and_body():
    responses.get(SEARCH, json=make_hits(make_row()))
    responses.get(f"{V2}/pages/123", json=make_page())
    make_confluence().search("deploys")

    assert read().content == (
        "# Night deploys\n"
        "\n"
        "Page in Team Space (TEAM) · version 7 · edited 2026-08-14 09:31 UTC by Mia\n"
        "\n"
        "Labels: runbook\n"
        "\n"
        "Deploys happen at night."
    )


@responses.activate
def test_a_search_makes_author_and_space_of_its_pages_known_to_a_read():
    responses.get(SEARCH, json=make_hits(make_row()))
    responses.get(f"{V2}/pages/123", json=make_page())
    make_confluence().search("deploys")

    page = read()

    assert (page.author, page.space) == ("Mia", "Team Space")
    assert asked() == ["/wiki/rest/api/search", "/wiki/api/v2/pages/123"]


@responses.activate
def test_what_one_account_learnt_is_not_told_to_another():
    responses.get(SEARCH, json=make_hits(make_row()))
    responses.get(f"{V2}/pages/123", json=make_page())
    make_confluence().search("deploys")

    page = Confluence(make_credentials("confluence", email="other@acme.example.com")).read("123")

    assert (page.author, page.space) == (ME, "TEAM")


@responses.activate
def test_what_markdown_would_read_into_a_title_is_escaped():
    responses.get(f"{V2}/pages/123", json=make_page(title="<b> *all* `x`\n# y", labels={"results": [{"name": "a*b*"}]}))

    content = read().content

    assert content.startswith("# \\<b> \\*all\\* \\`x\\` # y\n")
    assert "Labels: a\\*b\\*" in content


@responses.activate
def test_a_blog_post_is_found_when_no_page_has_the_id():
    responses.get(f"{V2}/pages/123", status=404, json=missing("page", "123"))
    responses.get(f"{V2}/blogposts/123", json=make_page())

    page = read()

    assert page.type == "blogpost"
    assert "Blog post in TEAM · version 7" in page.content
    assert asked() == ["/wiki/api/v2/pages/123", "/wiki/api/v2/blogposts/123"]


@responses.activate
def test_the_address_of_a_blog_post_is_asked_for_as_one_at_once():
    responses.get(f"{V2}/blogposts/123", json=make_page())

    assert read(f"{SITE}/wiki/spaces/TEAM/blog/2026/08/14/123/News").type == "blogpost"
    assert len(responses.calls) == 1


@responses.activate
@pytest.mark.parametrize("status", ["trashed", "draft", "deleted", "historical", "anything"])
def test_a_page_in_the_bin_or_not_yet_published_is_not_there_though_it_answers(status):
    responses.get(f"{V2}/pages/123", json=make_page(status=status))
    responses.get(f"{V2}/blogposts/123", status=404, json=missing("blog post", "123"))
    nothing_by_search()

    with pytest.raises(NothingThere) as failure:
        read()
    assert str(failure.value.detail) == NO_SUCH_PAGE


@responses.activate
def test_an_archived_page_is_read_and_says_so():
    responses.get(f"{V2}/pages/123", json=make_page(status="archived"))

    page = read()

    assert page.status == "archived"
    assert "This page is archived: it may be out of date." in page.content


@responses.activate
def test_what_is_absent_hidden_binned_or_outside_the_allowlist_is_refused_in_the_same_words_after_the_same_calls():
    responses.get(f"{V2}/pages/1", status=404, json=missing("page", "1"))
    responses.get(f"{V2}/pages/2", json=make_page("2", "SECRET", spaceId="12"))
    responses.get(f"{V2}/pages/3", json=make_page("3", "TEAM", status="trashed"))
    responses.get(f"{V2}/pages/4", status=404, json=BARE_404)
    responses.get(f"{V2}/blogposts/4", json=make_page("4", "SECRET", spaceId="12"))
    for content_id in "123":
        responses.get(f"{V2}/blogposts/{content_id}", status=404, json=missing("blog post", content_id))
    responses.get(SEARCH, json=make_hits(make_row("2", "SECRET"), make_row("4", "SECRET"), make_row("5", "SECRET")))
    responses.get(f"{V2}/pages/5", status=404, json=missing("page", "5"))
    responses.get(f"{V2}/blogposts/5", status=404, json=missing("blog post", "5"))
    responses.get(MINE, json={"type": "known", "accountId": ME})

    refusals, calls = [], []
    for reference in "12345":
        before = len(responses.calls)
        with pytest.raises(NothingThere) as failure:
            read(reference, allowlist=("TEAM",))
        refusals.append(str(failure.value.detail))
        calls.append([path.replace(f"/{reference}", "") for path in asked()[before:] if "user/current" not in path])

    assert set(refusals) == {NO_SUCH_PAGE}
    assert calls == [["/wiki/api/v2/pages", "/wiki/api/v2/blogposts", "/wiki/rest/api/search"]] * 5


@responses.activate
@pytest.mark.parametrize("failing", [{"status": 500}, {"status": 404, "body": "<html>"}, {"status": 429}])
def test_what_is_known_not_to_be_there_stays_so_whatever_the_further_calls_come_to(failing):
    responses.get(f"{V2}/pages/1", status=404, json=missing("page", "1"))
    responses.get(f"{V2}/blogposts/1", status=404, json=missing("blog post", "1"))
    responses.get(f"{V2}/pages/2", json=make_page("2", status="trashed"))
    responses.get(f"{V2}/blogposts/2", **failing)
    responses.get(SEARCH, **failing)

    for reference in "12":
        with pytest.raises(NothingThere):
            read(reference)


@responses.activate
def test_a_blog_post_that_cannot_be_asked_for_is_not_said_to_be_absent():
    responses.get(f"{V2}/pages/1", status=404, json=missing("page", "1"))
    responses.get(f"{V2}/blogposts/1", status=500)

    with pytest.raises(UpstreamFailure) as failure:
        read("1")
    assert failure.type is UpstreamFailure


@responses.activate
def test_a_page_within_the_allowlist_costs_no_further_call():
    responses.get(f"{V2}/pages/123", json=make_page(key="team"))

    assert read(allowlist=("TEAM",)).space_key == "team"
    assert len(responses.calls) == 1


@responses.activate
def test_the_key_in_an_address_given_does_not_make_a_page_allowed():
    responses.get(f"{V2}/pages/123", json=make_page(key="SECRET"))
    responses.get(f"{V2}/blogposts/123", status=404, json=missing("blog post", "123"))
    responses.get(SEARCH, json=make_hits(make_row("123", "SECRET")))

    with pytest.raises(NothingThere):
        read(f"{SITE}/wiki/spaces/TEAM/pages/123", allowlist=("TEAM",))


@responses.activate
def test_a_space_whose_address_was_changed_is_allowed_by_its_key_and_remembered():
    responses.get(f"{V2}/pages/123", json=make_page(key="newname"))
    responses.get(f"{V2}/blogposts/123", status=404, json=missing("blog post", "123"))
    responses.get(SEARCH, json=make_hits(make_row("123", "TEAM")))

    first = read(allowlist=("TEAM",))
    calls = len(responses.calls)
    again = read(allowlist=("TEAM",))

    assert (first.space_key, again.space_key) == ("TEAM", "TEAM")
    assert len(responses.calls) == calls + 1


@responses.activate
def test_a_page_whose_address_has_no_space_is_placed_by_its_spaces_id():
    responses.get(f"{V2}/pages/123", json=make_page(_links={"webui": "/pages/viewpage.action?pageId=123"}))
    responses.get(f"{V2}/spaces/11", json=make_space())

    assert [read().space_key, read().space_key] == ["TEAM", "TEAM"]
    assert asked().count("/wiki/api/v2/spaces/11") == 1


@responses.activate
def test_a_page_of_unknown_space_is_refused_where_there_is_an_allowlist_and_read_where_there_is_none():
    responses.get(f"{V2}/pages/123", json=make_page(_links=None, spaceId=None))
    responses.get(f"{V2}/blogposts/123", status=404, json=missing("blog post", "123"))
    nothing_by_search()

    assert read().space_key == ""
    with pytest.raises(NothingThere):
        read(allowlist=("TEAM",))


@pytest.mark.usefixtures("unverified")
@responses.activate
def test_a_404_is_not_believed_before_the_credentials_are_proven():
    responses.get(f"{V2}/pages/123", status=404, json=BARE_404)
    responses.get(MINE, status=403, json={"statusCode": 403, "message": "caller cannot access Confluence"})
    responses.get(f"{SITE}/rest/api/3/myself", status=401)

    with pytest.raises(UpstreamAuthFailed):
        read()


@pytest.mark.usefixtures("unverified")
@responses.activate
def test_a_404_of_a_site_that_takes_us_for_anybody_is_a_refusal_of_the_credentials():
    responses.get(f"{V2}/pages/123", status=404, json=BARE_404)
    responses.get(MINE, json={"type": "anonymous", "displayName": "Anonymous"})

    with pytest.raises(UpstreamAuthFailed):
        read()


@pytest.mark.usefixtures("unverified")
@responses.activate
def test_a_404_for_an_account_without_a_licence_says_so():
    responses.get(f"{V2}/pages/123", status=404, json=BARE_404)
    responses.get(MINE, status=403, json={"statusCode": 403, "message": "caller cannot access Confluence"})
    responses.get(f"{SITE}/rest/api/3/myself", json={"accountId": ME})

    with pytest.raises(UpstreamForbidden):
        read()


@pytest.mark.usefixtures("unverified")
@responses.activate
def test_proven_credentials_are_believed_for_a_while():
    for kind in ("pages", "blogposts"):
        responses.get(f"{V2}/{kind}/123", status=404, json=BARE_404)
    nothing_by_search()
    responses.get(MINE, json={"type": "known", "accountId": ME})

    for _ in range(2):
        with pytest.raises(NothingThere):
            read()

    assert asked().count("/wiki/rest/api/user/current") == 1


@responses.activate
def test_mentioned_people_are_named_by_one_call_which_names_the_author_too():
    responses.get(f"{V2}/pages/123", json=make_page(body=MENTION.format("abc-1") + MENTION.format("abc-2")))
    people = [{"accountId": "abc-1", "displayName": "Ann"}, {"accountId": ME, "displayName": "Mia"}]
    responses.post(BULK, json={"results": people})

    page = read()
    again = read()

    assert "Ask @Ann" in page.content
    assert "Ask @abc-2" in page.content
    assert page.author == "Mia"
    assert again == page
    assert asked().count("/wiki/api/v2/users-bulk") == 1
    assert set(json.loads(responses.calls[1].request.body)["accountIds"]) == {ME, "abc-1", "abc-2"}


@responses.activate
@pytest.mark.parametrize(
    "failing",
    [
        {"status": 401, "json": {"code": 401, "message": "Unauthorized; scope does not match"}},
        {"status": 403, "json": {"message": "no"}},
        {"status": 404, "json": BARE_404},
        {"status": 500, "body": "<html>"},
        {"status": 200, "json": []},
        {"status": 200, "json": {"results": [None, {"accountId": 5}, {"accountId": "other", "displayName": "X"}]}},
        {"status": 200, "body": "not json"},
    ],
)
def test_a_read_does_not_fail_because_people_cannot_be_named(failing):
    responses.get(f"{V2}/pages/123", json=make_page(body=MENTION.format("abc-1")))
    responses.post(BULK, **failing)
    responses.get(MINE, json={"type": "known", "accountId": ME})

    pages = [read(), read()]

    assert [page.content.endswith("Ask @abc-1") for page in pages] == [True, True]
    failed = failing["status"] != 200 or "body" in failing
    assert [warning.code for warning in pages[0].warnings] == (["names_unavailable"] if failed else [])
    assert asked().count("/wiki/api/v2/users-bulk") == 1


@responses.activate
def test_labels_beyond_those_that_came_along_are_missed_and_personal_ones_are_not_shown():
    rows = [{"name": "runbook", "prefix": "global"}, {"name": "favourite", "prefix": "my"}]
    responses.get(f"{V2}/pages/123", json=make_page(labels={"results": rows, "meta": {"hasMore": True}}))

    page = read()

    assert page.labels == ("runbook",)
    assert [warning.code for warning in page.warnings] == ["labels_incomplete"]


@responses.activate
def test_a_body_that_comes_as_adf_is_read_as_adf():
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": "Deploys happen at night."}]}
    document = json.dumps({"type": "doc", "version": 1, "content": [paragraph]})
    responses.get(f"{V2}/pages/123", json=make_page() | {"body": {"atlas_doc_format": {"value": document}}})

    assert read().content.endswith("\n\nDeploys happen at night.")


@responses.activate
@pytest.mark.parametrize("document", ["{", "[" * 100_000, "NaN1"])
def test_adf_that_is_no_json_is_an_unreadable_answer(document):
    responses.get(f"{V2}/pages/123", json=make_page() | {"body": {"atlas_doc_format": {"value": document}}})

    with pytest.raises(UpstreamFailure) as failure:
        read()
    assert failure.type is UpstreamFailure


@responses.activate
@pytest.mark.parametrize("body", [None, {}, [], {"storage": None}, {"storage": {"value": 5}}])
def test_a_body_that_did_not_come_is_not_taken_for_an_empty_one(body):
    responses.get(f"{V2}/pages/123", json=make_page() | {"body": body})

    page = read()

    assert page.content.endswith("Atlassian sent no text of this page, which need not mean that it has none.")
    assert [warning.code for warning in page.warnings] == ["body_missing"]


@responses.activate
@pytest.mark.parametrize("body", ["", "  ", "<p />", "<p>&nbsp;</p>"])
def test_a_page_without_text_says_so(body):
    responses.get(f"{V2}/pages/123", json=make_page(body=body))

    page = read()

    assert page.content.endswith("This page has no text.")
    assert page.warnings == ()


@responses.activate
@pytest.mark.parametrize(
    "fields",
    [
        {"title": None, "version": None, "labels": None, "_links": None, "spaceId": None, "authorId": None},
        {"title": 7, "version": {"number": "7", "authorId": None, "createdAt": 5}, "labels": {"results": [None, 1]}},
        {"version": {"number": True, "createdAt": "yesterday"}, "labels": [], "spaceId": {}, "_links": {"webui": 1}},
        {"version": {"number": 1, "createdAt": "0001-01-01T00:00:00+14:00"}},
        {"spaceId": 10**300, "_links": {}, "version": {"number": 10**300}},
        {"status": None, "title": [], "version": [], "createdAt": None, "_links": {"webui": "nowhere"}},
    ],
)
def test_fields_that_are_missing_or_of_the_wrong_type_are_blank(fields):
    responses.get(f"{V2}/pages/123", json=make_page() | fields)
    responses.get(f"{V2}/spaces/11", json=make_space())

    assert "Deploys happen at night." in read().content


@responses.activate
@pytest.mark.parametrize("answer", [[], None, "text", 5, {}, {"id": None}, {"id": "1 2"}, {"id": "9" * 300}])
def test_an_answer_that_is_no_page_is_unusable(answer):
    responses.get(f"{V2}/pages/123", json=answer)

    with pytest.raises(UpstreamFailure) as failure:
        read()
    assert failure.type is UpstreamFailure


@responses.activate
def test_a_version_that_nobody_signed_is_by_who_made_the_page():
    responses.get(f"{V2}/pages/123", json=make_page(version={"number": 1, "authorId": None}, authorId="maker"))

    assert read().author == "maker"


@responses.activate
def test_a_long_page_is_cut_and_read_on_from_where_it_stopped():
    body = "".join(f"<p>Paragraph {number} of a long page.</p>" for number in range(200))
    responses.get(f"{V2}/pages/123", json=make_page(body=body))

    first = read(max_chars=1000)
    second = read(max_chars=1000, offset=first.next_offset)

    assert first.truncated
    assert len(first.content) <= 1000
    assert first.content_chars == second.content_chars > 6000
    assert second.next_offset > first.next_offset


@responses.activate
def test_a_name_learnt_while_somebody_reads_on_does_not_shift_the_text():
    body = "".join(f"<p>Paragraph {number} of a long page.</p>" for number in range(200))
    responses.get(f"{V2}/pages/123", json=make_page(body=body))
    responses.get(SEARCH, json=make_hits(make_row()))
    whole = read(max_chars=100_000).content

    pieces = [read(max_chars=2000)]
    make_confluence().search("deploys")
    while pieces[-1].truncated:
        pieces.append(read(max_chars=2000, offset=pieces[-1].next_offset))

    assert whole.endswith(pieces[-1].content)
    assert {piece.content_chars for piece in pieces} == {len(whole)}
    assert read().author == "Mia"


@responses.activate
def test_an_old_address_is_looked_up_by_title():
    responses.get(f"{V2}/spaces", json={"results": [make_space()]})
    row = {"id": "123", "status": "current"}
    responses.get(
        f"{V2}/pages", json={"results": [{"id": "9", "status": "archived"}, {"id": "8", "status": "trashed"}, row]}
    )
    responses.get(f"{V2}/pages/123", json=make_page())

    assert read(f"{SITE}/wiki/display/TEAM/C%2B%2B+at+night").id == "123"
    assert [call.request.params for call in responses.calls][:2] == [
        {"keys": "TEAM", "limit": "5"},
        {"space-id": "11", "title": "C++ at night", "limit": "5"},
    ]


@responses.activate
def test_an_old_address_of_a_blog_post_is_looked_up_among_blog_posts():
    responses.get(f"{V2}/spaces", json={"results": [make_space()]})
    responses.get(f"{V2}/blogposts", json={"results": [{"id": "123", "status": "current"}]})
    responses.get(f"{V2}/blogposts/123", json=make_page())

    assert read(f"{SITE}/wiki/display/TEAM/2026/08/14/News").type == "blogpost"


@responses.activate
@pytest.mark.parametrize("path", ["display/TEAM", "spaces/TEAM", "spaces/team/overview"])
def test_the_address_of_a_space_reads_its_homepage(path):
    responses.get(f"{V2}/spaces", json={"results": [make_space()]})
    responses.get(f"{V2}/pages/77", json=make_page("77", _links={"webui": "/spaces/TEAM/overview"}))

    page = read(f"{SITE}/wiki/{path}")

    assert (page.id, page.space_key) == ("77", "TEAM")


@responses.activate
@pytest.mark.parametrize(
    ("spaces", "path"),
    [
        ([], "display/TEAM/Title"),
        ([make_space(key="OTHER")], "display/TEAM/Title"),
        ([make_space(homepageId=None)], "spaces/TEAM"),
        ([make_space()], "display/TEAM/Title"),
    ],
)
def test_a_title_or_space_that_names_nothing_is_not_there(spaces, path):
    responses.get(f"{V2}/spaces", json={"results": spaces})
    responses.get(f"{V2}/pages", json={"results": []})

    with pytest.raises(NothingThere) as failure:
        read(f"{SITE}/wiki/{path}")
    assert str(failure.value.detail) == NO_SUCH_PAGE


@responses.activate
def test_a_title_in_a_space_outside_the_allowlist_is_not_looked_for():
    responses.get(f"{V2}/spaces", json={"results": [make_space(key="SECRET", currentActiveAlias="SECRET")]})

    with pytest.raises(NothingThere):
        read(f"{SITE}/wiki/display/SECRET/Plans", allowlist=("TEAM",))
    assert asked() == ["/wiki/api/v2/spaces"]


@responses.activate
@pytest.mark.parametrize("reference", ["../user/current", "https://evil.example/wiki/x/Fc1bBw", "", "x" * 10_240])
def test_a_reference_that_is_refused_asks_nobody(reference):
    with pytest.raises(ValidationError):
        read(reference)
    assert len(responses.calls) == 0


@responses.activate
def test_an_address_of_the_gateway_is_read_where_the_cloud_id_is_known():
    responses.get(f"{GATEWAY}/ex/confluence/cloud-1/wiki/api/v2/pages/123", json=make_page())

    page = make_confluence(scoped=True, cloud_id="cloud-1").read(
        f"{GATEWAY}/ex/confluence/cloud-1/wiki/spaces/TEAM/pages/123"
    )

    assert page.url == f"{SITE}/wiki/spaces/TEAM/pages/123/Night+deploys"


@responses.activate
def test_what_confluence_suffers_from_reaches_the_caller_by_its_name():
    responses.get(f"{V2}/pages/123", status=429, headers={"Retry-After": "17"})

    with pytest.raises(UpstreamRateLimited) as failure:
        read()
    assert failure.value.wait == 17


@responses.activate
def test_a_version_that_comes_as_a_text_is_a_number_and_a_state_may_be_in_capitals():
    responses.get(f"{V2}/pages/123", json=make_page(version={"number": "7"}, status="ARCHIVED"))

    page = read()

    assert page.version == 7
    assert "This page is archived" in page.content


@responses.activate
@pytest.mark.parametrize("more", [{"meta": {"hasMore": True}}, {"_links": {"next": "/x?cursor=1"}}])
def test_labels_that_did_not_come_are_missed(more):
    labels = {"results": [{"name": "runbook", "prefix": "global"}]} | more
    responses.get(f"{V2}/pages/123", json=make_page(labels=labels))

    assert [each.code for each in read().warnings] == ["labels_incomplete"]


@responses.activate
def test_versions_without_a_number_are_left_out_and_their_list_is_not_whole():
    responses.get(f"{V2}/pages/123", json=make_page())
    rows = [{"number": "7"}, {"number": 6}, {"number": None}, {}]
    responses.get(f"{V2}/pages/123/versions", json={"results": rows})

    content = read(include=frozenset({"history"})).content

    assert "History (the newest 2):\n\n- version 7\n- version 6\n\n" in content


@responses.activate
def test_a_file_of_unknown_size_is_not_said_to_be_empty():
    responses.get(f"{V2}/pages/123", json=make_page())
    rows = [{"id": "att1", "title": "a.png"}, {"id": "att2", "title": "b.png", "fileSize": "12"}]
    responses.get(f"{V2}/pages/123/attachments", json={"results": rows})

    assert "- a.png\n- b.png · 12 bytes\n" in read(include=frozenset({"attachments"})).content


@responses.activate
@pytest.mark.parametrize(("kind", "how"), [("comment", "with its comments"), ("attachment", "with this file")])
def test_what_belongs_to_a_page_is_read_with_it(kind, how):
    for where in ("pages", "blogposts"):
        responses.get(f"{V2}/{where}/900", status=404, json=missing("page", "900"))
    responses.get(SEARCH, json=make_hits(make_row("900", type=kind)))

    content = read("900").content

    assert how in content
    assert "gives no text" not in content


@responses.activate
def test_what_the_answer_places_above_a_page_in_another_space_is_not_named():
    responses.get(f"{V2}/pages/123", json=make_page(parentId="55"))
    responses.get(SEARCH, json=make_hits(make_row("55", key="SECRET", title="Layoffs")))

    page = read(allowlist=("TEAM",))

    assert page.ancestors == ()
    assert "Layoffs" not in page.content
    assert [each.code for each in page.warnings] == ["ancestors_unavailable"]
