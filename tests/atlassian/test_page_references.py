import json
import random

import pytest
from rest_framework.exceptions import ValidationError

from atlassian.confluence.references import ContentId, ContentTitle, SpaceHome, parse, tiny_code
from tests.atlassian.factories import SITE, make_credentials

CLOUD_ID = "11223344-a1b2-3b33-c444-def123456789"
CREDENTIALS = make_credentials("confluence", cloud_id=CLOUD_ID)


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        ("123456789", ContentId("123456789")),
        ("  42\n", ContentId("42")),
        ("007", ContentId("7")),
        (str(2**63 - 1), ContentId(str(2**63 - 1))),
        (f"{SITE}/wiki/spaces/TEAM/pages/123/Deploys+at+night", ContentId("123", "page")),
        (f"{SITE}/wiki/spaces/TEAM/pages/123", ContentId("123", "page")),
        (f"{SITE}/wiki/spaces/TEAM/pages/123/", ContentId("123", "page")),
        (f"{SITE}/wiki/spaces/~7120abc/pages/123/Notes?focusedCommentId=9#Plan", ContentId("123", "page")),
        (f"{SITE}/wiki/spaces/%7E7120abc/pages/123", ContentId("123", "page")),
        (f"{SITE}/wiki/spaces/TEAM/pages/123/배포-안내", ContentId("123", "page")),
        (f"{SITE}/wiki/spaces/TEAM/pages/edit-v2/123?draftShareId=x", ContentId("123", "page")),
        (f"{SITE}/wiki/spaces/TEAM/blog/2026/08/14/223/Release+2.0", ContentId("223", "blogpost")),
        (f"{SITE}/wiki/spaces/TEAM/blog/edit-v2/223", ContentId("223", "blogpost")),
        (f"{SITE}/wiki/pages/viewpage.action?pageId=123", ContentId("123")),
        (f"{SITE}/wiki/pages/viewpage.action?spaceKey=TEAM&title=Night+shift", ContentTitle("TEAM", "Night shift")),
        (f"{SITE}/wiki/pages/resumedraft.action?draftId=123&draftShareId=x", ContentId("123")),
        (f"{SITE}/wiki/x/Fc1bBw", ContentId("123456789")),
        (f"{SITE}/wiki/display/TEAM/C%2B%2B+at+100%25", ContentTitle("TEAM", "C++ at 100%")),
        (f"{SITE}/wiki/display/~ann/Notes", ContentTitle("~ann", "Notes")),
        (f"{SITE}/wiki/display/TEAM/2026/08/14/Release", ContentTitle("TEAM", "Release", "blogpost")),
        (f"{SITE}/wiki/display/TEAM", SpaceHome("TEAM")),
        (f"{SITE}/wiki/spaces/TEAM", SpaceHome("TEAM")),
        (f"{SITE}/wiki/spaces/TEAM/overview", SpaceHome("TEAM")),
        (f"{SITE}/wiki/spaces/TEAM/overview?homepageId=77", ContentId("77", "page")),
        (f"{SITE}/wiki/spaces/viewspace.action?key=TEAM", SpaceHome("TEAM")),
        (f"{SITE}/wiki/api/v2/blogposts/223", ContentId("223", "blogpost")),
        (f"{SITE}/wiki/rest/api/content/123", ContentId("123")),
        ("HTTPS://ACME.atlassian.net:443/wiki/spaces/TEAM/pages/123", ContentId("123", "page")),
        (
            f"https://api.atlassian.com/ex/confluence/{CLOUD_ID}/wiki/spaces/TEAM/pages/123",
            ContentId("123", "page"),
        ),
    ],
)
def test_an_id_or_an_address_of_the_site_names_its_page(reference, named):
    assert parse(reference, CREDENTIALS) == named


@pytest.mark.parametrize(
    "reference",
    [
        "0",
        "00",
        "-1",
        "1.5",
        str(2**63),
        "9" * 31,
        "٣٤٥",
        "１２３",
        "abc",
        "페이지",
        "🙂",
        "",
        "   ",
        "12\x0034",
        "\ud800",
        "x" * 10_240,
        "7" * 10_240,
        f"{SITE}/wiki/spaces/TEAM/pages/123/{'x' * 10_240}",
        "../user/current",
        "123/../../user/current",
        "123?expand=body",
        "123#x",
        "%2e%2e%2fuser",
        "/wiki/spaces/TEAM/pages/123",
        "acme.atlassian.net/wiki/spaces/TEAM/pages/123",
        "//acme.atlassian.net/wiki/spaces/TEAM/pages/123",
        "http://acme.atlassian.net/wiki/spaces/TEAM/pages/123",
        "ftp://acme.atlassian.net/wiki/spaces/TEAM/pages/123",
        "file:///wiki/spaces/TEAM/pages/123",
        "javascript:alert(1)//acme.atlassian.net/wiki/spaces/TEAM/pages/123",
        "https://acme.atlassian.net:8443/wiki/spaces/TEAM/pages/123",
        "https://acme.atlassian.net:x/wiki/spaces/TEAM/pages/123",
        "https://acme.atlassian.net./wiki/spaces/TEAM/pages/123",
        "https://evil.example/wiki/spaces/TEAM/pages/123",
        "https://acme.atlassian.net.evil.example/wiki/spaces/TEAM/pages/123",
        "https://acme.atlassian.net@evil.example/wiki/spaces/TEAM/pages/123",
        "https://evil.example@acme.atlassian.net/wiki/spaces/TEAM/pages/123",
        "https://evil.example\\@acme.atlassian.net/wiki/spaces/TEAM/pages/123",
        "https://acme.atlassian.net\t/wiki/spaces/TEAM/pages/123",
        "https://[::1/wiki/spaces/TEAM/pages/123",
        "https://acmé.atlassian.net/wiki/spaces/TEAM/pages/123",
        f"{SITE}/wiki/spaces/TEAM/pages/../../../rest/api/user/current",
        f"{SITE}/wiki/spaces/TEAM/pages/%2e%2e/123",
        f"{SITE}/wiki/spaces/TEAM/pages/0",
        f"{SITE}/wiki/spaces/TEAM/pages/{2**63}",
        f"{SITE}/wiki/spaces/TEAM/pages/12x",
        f"{SITE}/wiki/spaces/TEAM/pages",
        f"{SITE}/wiki/spaces/TEAM/blog/2026/08/14",
        f"{SITE}/wiki/spaces/TE%00AM",
        f"{SITE}/wiki/spaces/TE%22AM",
        f"{SITE}/wiki/display/TEAM/%00",
        f"{SITE}/wiki/display/TEAM/+",
        f"{SITE}/wiki/display/",
        f"{SITE}/wiki/pages/viewpage.action?pageId=../user",
        f"{SITE}/wiki/pages/viewpage.action",
        f"{SITE}/wiki/spaces/viewspace.action",
        f"{SITE}/wiki/api/v2/pages/../users-bulk",
        f"{SITE}/wiki/api/v2/spaces/123",
        f"{SITE}/wiki/rest/api/user/current",
        f"{SITE}/wiki/x/",
        f"{SITE}/wiki/x/Fc1bBwAAAAAA",
        f"{SITE}/wiki/x/FcbB=",
        f"{SITE}/wiki",
        f"{SITE}/",
        SITE,
        f"{SITE}/browse/TEAM-1",
        "https://api.atlassian.com/wiki/spaces/TEAM/pages/123",
        f"https://api.atlassian.com/ex/jira/{CLOUD_ID}/wiki/spaces/TEAM/pages/123",
        "https://api.atlassian.com/ex/confluence/another/wiki/spaces/TEAM/pages/123",
    ],
)
def test_anything_else_is_refused_and_names_the_parameter(reference):
    with pytest.raises(ValidationError) as refusal:
        parse(reference, CREDENTIALS)

    assert list(refusal.value.detail) == ["page_id"]
    assert len(json.dumps(refusal.value.detail)) < 400


def test_an_address_of_the_gateway_is_refused_while_the_cloud_id_is_unknown():
    with pytest.raises(ValidationError):
        parse("https://api.atlassian.com/ex/confluence//wiki/spaces/TEAM/pages/123", make_credentials("confluence"))


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("spaces/TEAM/folder/123", "This is a folder, which has no text to read."),
        ("spaces/TEAM/whiteboard/123", "This is a whiteboard, which has no text to read."),
        ("spaces/TEAM/database/123", "This is a database, which has no text to read."),
        ("spaces/TEAM/embed/123", "This is a smart link, which has no text to read."),
        ("external/ODk3", "open it and give the page's own URL"),
        ("l/cp/abc", "the URL the browser shows"),
        ("search?text=deploy", "give its words as q"),
        ("home", "the start page of Confluence"),
    ],
)
def test_an_address_without_a_page_says_what_it_is(path, hint):
    with pytest.raises(ValidationError) as refusal:
        parse(f"{SITE}/wiki/{path}", CREDENTIALS)

    assert hint in str(refusal.value.detail["page_id"])


def test_a_refusal_names_the_connected_site():
    with pytest.raises(ValidationError) as refusal:
        parse("https://evil.example/wiki/x/Fc1bBw", CREDENTIALS)

    assert SITE in str(refusal.value.detail["page_id"])


@pytest.mark.parametrize(
    ("code", "content_id"),
    [("egORLQ", 764478330), ("N4CIO", 948469815), ("aN9oDw", 258531176), ("LIQHD", 201819180), ("_AozKw", 724765432)],
)
def test_tiny_codes_are_those_that_confluence_gives(code, content_id):
    assert tiny_code(content_id) == code
    assert parse(f"{SITE}/wiki/x/{code}", CREDENTIALS) == ContentId(str(content_id))


def test_every_id_comes_back_from_its_tiny_code():
    ids = [1, 2**63 - 1, *(random.Random(7).randrange(1, 2**63) for _ in range(2000))]

    assert [parse(f"{SITE}/wiki/x/{tiny_code(each)}", CREDENTIALS) for each in ids] == [
        ContentId(str(each)) for each in ids
    ]


def test_a_tiny_code_that_confluence_would_not_give_is_refused():
    with pytest.raises(ValidationError):
        parse(f"{SITE}/wiki/x/Fc1bBwA", CREDENTIALS)


def test_a_site_on_a_port_is_told_from_its_neighbours():
    local = make_credentials("confluence", base_url="http://127.0.0.1:8090")

    assert parse("http://127.0.0.1:8090/wiki/x/Fc1bBw", local) == ContentId("123456789")
    with pytest.raises(ValidationError):
        parse("http://127.0.0.1:8091/wiki/x/Fc1bBw", local)
