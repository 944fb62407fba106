"""Confluence's routes: the search of version 1, and what version 2 gives and refuses."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from dev.sample_site import CONTRACTOR, MINA
from tests.sample_site.calls import call, search_confluence, titles

DOORS = "/wiki/api/v2/pages/420000002"
SHUT = "Runbook: doors stay shut"
CERTIFICATE = "Runbook: rotate the certificate of the hours service"


@pytest.mark.parametrize(
    ("cql", "found"),
    [
        ('text ~ "certificate renew" AND type = page', [CERTIFICATE]),
        ('siteSearch ~ "doors" AND text ~ "doors" AND type in (page, blogpost) AND space in ("RUN", "nope")', None),
        ('title ~ "doors shut"', [SHUT, f"Re: {SHUT}"]),
        (f'title = "{SHUT.upper()}"', [SHUT]),
        ('text ~ "개찰구" AND type = page AND creator = currentUser()', []),
        ('text ~ "개찰구" AND space = ENG', ["체크인 용어집"]),
        ("id in (420000003, 410000008, 410000002)", ["Decisions", CERTIFICATE]),
        ("parent = 420000001 order by title", [SHUT, "Runbook: restore the ticket database & check the count"]),
        ("type = space AND NOT space in (ENG, RUN, HR)", ["서민아 (Mina Seo)"]),
        ("ancestor = 420000001 AND label = certificate", [CERTIFICATE]),
        ('text ~ "\\"manual key\\"" AND type = page', [SHUT]),
        ('text ~ "box office printed"', []),
        ('title = "Check-in by phone call"', []),
        ('title = "Turnstile firmware 4 (not published)"', []),
    ],
)
def test_cql_finds(sample_site, cql, found):
    shown = titles(search_confluence(sample_site, cql))

    if found is None:
        assert shown
    else:
        assert list(dict.fromkeys(shown)) == found


@pytest.mark.parametrize(
    ("cql", "status", "told"),
    [
        ("", 400, "cql query parameter is required"),
        ('title = "x" and status = current', 400, "No field exists with the name: 'status'"),
        ("type = novel", 400, "Unknown type"),
        ('text ~ "a', 400, "Could not parse cql"),
        ("type = page and", 400, "Could not parse cql"),
        ('text ~ "a [b"', 400, "Could not parse cql"),
        ('text ~ "*a"', 400, "Could not parse cql"),
        ('title = ""', 400, "empty"),
        ('siteSearch ~ ""', 500, "NullPointerException"),
        ("space > 1", 400, "not supported"),
    ],
)
def test_cql_refuses(sample_site, cql, status, told):
    answer = search_confluence(sample_site, cql)

    assert answer.status_code == status
    assert told in answer.json()["message"]


def test_an_unknown_space_is_no_error_and_no_hit(sample_site):
    assert search_confluence(sample_site, 'type = page AND space in ("NOPE")').json()["results"] == []


def test_site_search_in_the_middle_of_three_clauses_is_lost(sample_site):
    middle = 'type = page AND siteSearch ~ "nonsense" AND space = RUN'
    first = 'siteSearch ~ "nonsense" AND type = page AND space = RUN'

    assert len(titles(search_confluence(sample_site, middle))) == 4
    assert titles(search_confluence(sample_site, first)) == []


def test_site_search_ranks_and_text_does_not(sample_site):
    ranked = titles(search_confluence(sample_site, 'siteSearch ~ "certificate" AND type in (page, blogpost)'))

    assert ranked[0] == CERTIFICATE
    assert len(ranked) == 3


def test_a_row_is_marked_and_escaped_and_names_its_page_in_content(sample_site):
    row = search_confluence(
        sample_site, 'title ~ "database" AND type = page', expand="content.space,content.version"
    ).json()["results"][0]

    assert row["content"]["title"] == "Runbook: restore the ticket database & check the count"
    assert "@@@hl@@@database@@@endhl@@@ &amp; check" in row["title"]
    assert row["content"]["space"]["key"] == "RUN"
    assert row["content"]["version"]["number"] == 6
    assert row["url"] == row["content"]["_links"]["webui"]


def test_bare_expansions_are_passed_over(sample_site):
    row = search_confluence(sample_site, "id = 420000002", expand="space,version,history").json()["results"][0]

    assert not {"space", "version", "history"} & set(row["content"])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("none", ""),
        ("bogus", ""),
        ("highlight", "&quot;on the standby&quot;"),
        ("highlight_unescaped", '"on the standby"'),
    ],
)
def test_excerpts_come_in_several_kinds(sample_site, kind, expected):
    sample_site.add_page("Quoted", storage='<p>"on the standby"</p>', labels=["quoted"])
    row = search_confluence(sample_site, "label = quoted", excerpt=kind).json()["results"][0]

    assert row["excerpt"].strip() == expected


def test_an_excerpt_shows_dates_and_states_as_a_reader_sees_them_and_breaks_emoji(sample_site):
    sample_site.add_page(
        "Shown",
        storage='<p><ac:structured-macro ac:name="status"><ac:parameter ac:name="title">DONE</ac:parameter>'
        '<ac:parameter ac:name="colour">Green</ac:parameter></ac:structured-macro> <time datetime="2026-11-06"/> '
        '<ac:emoticon ac:name="x" ac:emoji-fallback="🎉"/></p>',
        labels=["shown"],
    )

    row = search_confluence(sample_site, "label = shown").json()["results"][0]

    assert row["excerpt"].strip() == "DONE 2026-11-06 \ufffd\ufffd"


def test_a_space_row_has_no_content(sample_site):
    row = search_confluence(sample_site, "type = space AND space = ENG").json()["results"][0]

    assert "content" not in row
    assert row["space"]["key"] == "ENG"
    assert row["entityType"] == "space"


def test_search_is_paged_by_the_cursor_of_next_alone(sample_site):
    cql, seen, cursor = "type in (page, blogpost) AND space = ENG order by created", [], {}
    for _ in range(4):
        answer = search_confluence(sample_site, cql, limit=2, start=4, excerpt="none", **cursor).json()
        seen += [row["content"]["id"] for row in answer["results"]]
        following = answer["_links"].get("next")
        cursor = {"cursor": parse_qs(urlsplit(following).query)["cursor"][0]} if following else {}
        if not following:
            break
        assert following.startswith("/rest/api/search?next=true&cursor=")
        assert "excerpt" not in following

    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize(("query", "status"), [("limit=-1", 400), ("limit=abc", 404), ("cursor=junk", 400)])
def test_search_refuses_bad_paging(sample_site, query, status):
    answer = call(sample_site, f"/wiki/rest/api/search?cql=type=page&{query}")

    assert answer.status_code == status
    assert status == 400 or answer.content == b""


def test_archived_spaces_are_searched_when_asked_for(sample_site):
    cql = 'title ~ "box office" AND type = page'

    assert titles(search_confluence(sample_site, cql)) == []
    assert titles(search_confluence(sample_site, cql, includeArchivedSpaces="true"))


def test_the_personal_space_is_found_by_its_quoted_key(sample_site):
    assert titles(search_confluence(sample_site, f'space in ("~{MINA.account_id}") AND type = page')) == [
        "이번 주 메모"
    ]


def test_a_page_comes_in_storage_and_in_adf_one_at_a_time(sample_site):
    bare = call(sample_site, DOORS).json()
    storage = call(sample_site, f"{DOORS}?body-format=storage&include-labels=true").json()
    adf = call(sample_site, f"{DOORS}?body-format=atlas_doc_format").json()

    assert "body" not in bare
    assert "labels" not in bare
    assert list(storage["body"]) == ["storage"]
    assert 'ac:name="warning"' in storage["body"]["storage"]["value"]
    assert [label["name"] for label in storage["labels"]["results"]] == ["runbook", "turnstile"]
    document = json.loads(adf["body"]["atlas_doc_format"]["value"])
    assert [node["type"] for node in document["content"]][:4] == ["panel", "paragraph", "heading", "codeBlock"]


def test_every_page_can_be_read_in_both_formats(sample_site):
    for page in list(sample_site.dataset.pages.values()):
        plural = {"page": "pages", "blogpost": "blogposts"}.get(page.type)
        for form in ("storage", "atlas_doc_format", "view") if plural else ():
            answer = call(sample_site, f"/wiki/api/v2/{plural}/{page.id}?body-format={form}")
            assert answer.json()["body"][form]["value"], page.title


def test_the_tiny_link_of_a_page_is_its_id_in_swapped_base64(sample_site):
    for page_id, code in (
        ("123456789", "Fc1bBw"),
        ("258531176", "aN9oDw"),
        ("764478330", "egORLQ"),
        ("724765432", "_AozKw"),
    ):
        sample_site.add_page("Tiny", id=page_id, storage="<p/>")
        assert call(sample_site, f"/wiki/api/v2/pages/{page_id}").json()["_links"]["tinyui"] == f"/x/{code}"


@pytest.mark.parametrize(
    ("page_id", "status"), [("410000007", "trashed"), ("410000008", "archived"), ("410000009", "draft")]
)
def test_a_page_that_is_not_current_is_answered_all_the_same(sample_site, page_id, status):
    answer = call(sample_site, f"/wiki/api/v2/pages/{page_id}?body-format=storage")

    assert (answer.status_code, answer.json()["status"]) == (200, status)


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("pages/999999999999", 404, "Cannot find a page with id [999999999999]"),
        ("pages/410000004", 404, "Cannot find a page with id [410000004]"),
        ("blogposts/420000002", 404, "Cannot find a blog post with id [420000002]"),
        ("folders/420000002", 404, "Cannot find a folder"),
        ("pages/abc", 400, "not the correct type"),
        ("pages/..%2Fspaces", 400, "not the correct type"),
        ("pages/99999999999999999999", 400, "not the correct type"),
        ("pages/420000002?body-format=pdf", 400, "body-format"),
        ("pages?limit=0", 400, "limit"),
        ("pages?cursor=!!", 400, "cursor"),
        ("spaces/1", 404, "Cannot find a space"),
    ],
)
def test_what_version_2_refuses(sample_site, path, status, told):
    answer = call(sample_site, f"/wiki/api/v2/{path}")

    assert answer.status_code == status
    assert told in answer.json()["errors"][0]["title"]


def test_pages_are_found_by_exact_title_and_space_in_any_case(sample_site):
    path = "/wiki/api/v2/pages"
    found = call(sample_site, path, params={"space-id": "65602", "title": SHUT.lower()}).json()["results"]
    elsewhere = call(sample_site, path, params={"space-id": "65601", "title": SHUT}).json()["results"]
    archived = call(sample_site, path, params={"title": "Check-in API 1.0"}).json()["results"]

    assert [page["id"] for page in found] == ["420000002"]
    assert elsewhere == []
    assert archived[0]["status"] == "archived"


def test_spaces_are_found_by_key_in_any_case(sample_site):
    answer = call(sample_site, "/wiki/api/v2/spaces?keys=eng,RUN,NOPE").json()

    assert [space["key"] for space in answer["results"]] == ["ENG", "RUN"]
    assert call(sample_site, "/wiki/api/v2/spaces/65602").json()["homepageId"] == "420000001"


def test_a_home_page_has_no_id_in_its_address(sample_site):
    assert call(sample_site, "/wiki/api/v2/pages/410000001").json()["_links"]["webui"] == "/spaces/ENG/overview"


def test_lists_are_paged_by_a_path_on_this_host(sample_site):
    first = call(sample_site, "/wiki/api/v2/pages?limit=2&body-format=storage")
    following = first.json()["_links"]["next"]
    second = call(sample_site, following).json()

    assert following.startswith("/wiki/api/v2/pages?")
    assert first.headers["link"] == f'<{following}>; rel="next"'
    assert "body" in second["results"][0]
    assert first.json()["results"][0]["id"] != second["results"][0]["id"]


def test_comments_are_roots_with_their_replies_apart(sample_site):
    footer = call(sample_site, f"{DOORS}/footer-comments?body-format=storage").json()["results"]
    inline = call(sample_site, f"{DOORS}/inline-comments?sort=-created-date").json()["results"]
    still_open = call(sample_site, f"{DOORS}/inline-comments?resolution-status=open").json()["results"]
    replies = call(sample_site, f"/wiki/api/v2/footer-comments/{footer[0]['id']}/children").json()["results"]

    assert len(footer) == 2
    assert "manual key" in footer[0]["body"]["storage"]["value"]
    assert [comment["resolutionStatus"] for comment in inline] == ["open", "resolved"]
    assert [comment["properties"]["inlineOriginalSelection"] for comment in still_open] == ["Replace the certificate"]
    assert [reply["parentCommentId"] for reply in replies] == [footer[0]["id"]]


def test_what_has_no_body_is_answered_by_its_own_route(sample_site):
    for path in ("folders/410000002", "whiteboards/410000010", "databases/410000011"):
        answer = call(sample_site, f"/wiki/api/v2/{path}").json()
        assert answer["_links"]["webui"] == f"/spaces/ENG/{answer['type']}/{answer['id']}"


def test_names_are_given_for_account_ids(sample_site):
    body = {"accountIds": [MINA.account_id, "unknown"]}
    found = call(sample_site, "/wiki/api/v2/users-bulk", method="POST", json=body).json()["results"]
    one = call(sample_site, f"/wiki/rest/api/user?accountId={MINA.account_id}").json()

    assert [person["displayName"] for person in found] == [one["displayName"]] == [MINA.name]


def test_a_migrated_page_has_no_author(sample_site):
    assert call(sample_site, "/wiki/api/v2/pages/410000012").json()["version"]["authorId"] is None


def test_an_account_finds_its_own_spaces_only(sample_site):
    found = search_confluence(sample_site, "type = page", CONTRACTOR, expand="content.space").json()["results"]

    assert {row["content"]["space"]["key"] for row in found} == {"ENG"}


def test_links_are_those_of_the_site_through_the_gateway_too(sample_site):
    path = f"/ex/confluence/{sample_site.cloud_id}/wiki/rest/api/search?cql=type=page"
    answer = call(sample_site, path, token="sample-reader-confluence").json()

    assert answer["_links"]["base"] == f"{sample_site.url}/wiki"


def test_the_title_of_a_panel_and_its_text_are_words_apart(sample_site):
    excerpt = search_confluence(sample_site, "id = 420000002", excerpt="highlight").json()["results"][0]["excerpt"]

    assert "People are waiting\nIf the doors" in excerpt
