import json
import random

import pytest
from rest_framework.exceptions import ValidationError

from atlassian.confluence.addresses import ContentId, ContentTitle, SpaceHome, tiny_code
from atlassian.confluence.references import find_urls, parse
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
        (f"{SITE}/wiki/pages/viewpreviousversions.action?pageId=123", ContentId("123")),
        (f"{SITE}/wiki/pages/diffpagesbyversion.action?pageId=123&selectedPageVersions=5", ContentId("123")),
        (f"{SITE}/wiki/pages/viewpageattachments.action?pageId=123&preview=%2F1", ContentId("123")),
        (f"{SITE}/wiki/pages/viewpage.action?pageID=123", ContentId("123")),
        (f"{SITE}/wiki/pages/viewpage.action?pageId=123&pageVersion=4", ContentId("123", "", 4)),
        (f"{SITE}/wiki/pages/viewpage.action?focusedCommentId=9&amp;pageId=123", ContentId("123")),
        (f"{SITE}/wiki/plugins/viewsource/viewpagesrc.action?pageId=123", ContentId("123")),
        (f"{SITE}/wiki/plugins/servlet/mobile?contentId=123#content/view/123", ContentId("123")),
        (f"{SITE}/wiki/spaces/flyingpdf/pdfpageexport.action?pageId=123", ContentId("123")),
        (f"{SITE}/wiki/exportword?pageId=123", ContentId("123")),
        (f"{SITE}/wiki/pages/tinyurl.action?urlIdentifier=Fc1bBw", ContentId("123456789")),
        (f"{SITE}/wiki/spaces/TEAM/history/123", ContentId("123", "page")),
        (f"{SITE}/wiki/spaces/TEAM/pages/123/Deploys?pageVersion=4", ContentId("123", "page", 4)),
        (f"{SITE}/wiki/spaces/TEAM/folder/123?atlOrigin=x", ContentId("123", "folder")),
        (f"{SITE}/wiki/spaces/TEAM/whiteboard/123", ContentId("123", "whiteboard")),
        (f"{SITE}/wiki/spaces/TEAM/database/123", ContentId("123", "database")),
        (f"{SITE}/wiki/spaces/TEAM/embed/123", ContentId("123", "embed")),
        (f"{SITE}/wiki/api/v2/folders/123", ContentId("123", "folder")),
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
        (f"{SITE}/wiki/rest/api/content/123/child/comment", ContentId("123")),
        (f"{SITE}/wiki/api/v2/pages/123/footer-comments", ContentId("123", "page")),
        (f"{SITE}/wiki/download/attachments/123/plan.png?version=1", ContentId("123")),
        (f"{SITE}/wiki/download/thumbnails/123/plan.png", ContentId("123")),
        ("HTTPS://ACME.atlassian.net:443/wiki/spaces/TEAM/pages/123", ContentId("123", "page")),
        (
            f"https://api.atlassian.com/ex/confluence/{CLOUD_ID}/wiki/spaces/TEAM/pages/123",
            ContentId("123", "page"),
        ),
    ],
)
def test_an_id_or_an_address_of_the_site_names_its_page(reference, named):
    assert parse(reference, CREDENTIALS) == named


URL = f"{SITE}/wiki/spaces/TEAM/pages/123/Deploys"


@pytest.mark.parametrize(
    "pasted",
    [
        f"<{URL}>",
        f"<{URL}|Deploys at night>",
        f"[Deploys at night]({URL})",
        f"[Deploys [draft]]({URL})",
        f'[Deploys]({URL} "at night")',
        f"[Deploys at night|{URL}]",
        f'<a href="{URL}">Deploys at night</a>',
        f"Deploys at night - {URL}",
        f'"{URL}"',
        f"`{URL}`",
        f"“{URL}”",
        f"({URL}).",
        f"{URL},",
        f"{SITE}/wiki/spaces/TEAM/pages/123.",
        f"\ufeff{URL}\u200b",
        f"\u00a0{URL}\r\n",
        "acme.atlassian.net/wiki/spaces/TEAM/pages/123",
        "ACME.atlassian.net/wiki/spaces/TEAM/pages/123",
        "//acme.atlassian.net/wiki/spaces/TEAM/pages/123",
        "http://acme.atlassian.net/wiki/spaces/TEAM/pages/123",
        "/wiki/spaces/TEAM/pages/123",
        "wiki/spaces/TEAM/pages/123",
        "/spaces/TEAM/pages/123/Deploys",
        "ari:cloud:confluence:11223344-a1b2-3b33-c444-def123456789:page/123",
    ],
)
def test_a_reference_is_taken_as_people_paste_it(pasted):
    assert parse(pasted, CREDENTIALS) == ContentId("123", "page")


@pytest.mark.parametrize(
    "pasted",
    ["12 3", "\u00a0123\u00a0", "id 123", "pageId=123", "ID: 123", "page 123", "#123", "<123>", '"123"', "/x/ew"],
)
def test_an_id_is_taken_as_people_paste_it(pasted):
    assert parse(pasted, CREDENTIALS) == ContentId("123")


def test_the_addresses_within_a_text_are_found_and_foreign_ones_are_not():
    text = f"see {URL}, or <{SITE}/wiki/display/TEAM/Night+shift> and https://evil.example/wiki/x/ewA a/b 24/7"

    assert list(find_urls(text, CREDENTIALS).values()) == [
        ContentId("123", "page"),
        ContentTitle("TEAM", "Night shift"),
    ]


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
        "ftp://acme.atlassian.net/wiki/spaces/TEAM/pages/123",
        "file:///wiki/spaces/TEAM/pages/123",
        "javascript:alert(1)//acme.atlassian.net/wiki/spaces/TEAM/pages/123",
        "http://acme.atlassian.net.evil.example/wiki/spaces/TEAM/pages/123",
        "//evil.example/wiki/spaces/TEAM/pages/123",
        "/wikipedia/spaces/TEAM/pages/123",
        "/wiki/../spaces/TEAM/pages/123",
        "Night deploys",
        "ari:cloud:confluence:another:page/123",
        "ari:cloud:jira:11223344-a1b2-3b33-c444-def123456789:issue/123",
        f"{SITE}/wiki/pages/tinyurl.action?urlIdentifier=Fc1bBwA",
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


def test_a_short_link_at_the_root_of_the_site_says_what_it_is():
    with pytest.raises(ValidationError) as refusal:
        parse(f"{SITE}/l/cp/abc", CREDENTIALS)

    assert "the URL the browser shows" in str(refusal.value.detail["page_id"])


def test_a_title_is_told_to_be_searched_for():
    with pytest.raises(ValidationError) as refusal:
        parse("Night deploys", CREDENTIALS)

    assert "If it is a title, find its page by a search." in str(refusal.value.detail["page_id"])


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
