import pytest

from atlassian.errors import BadArgument
from atlassian.jira.references import issue_key
from tests.atlassian.factories import GATEWAY, SITE, make_credentials

CREDENTIALS = make_credentials(cloud_id="cloud-1")


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        ("ABC-123", "ABC-123"),
        ("  abc-123\n", "ABC-123"),
        ("A2_B-1", "A2_B-1"),
        ("<ABC-1>", "ABC-1"),
        ("ABC-1:", "ABC-1"),
        ("ABC-1: Doors stay shut", "ABC-1"),
        ("[ABC-1] Doors stay shut", "ABC-1"),
        ("#ABC-1", "ABC-1"),
        ("(ABC-1).", "ABC-1"),
        ("`ABC-1`,", "ABC-1"),
        ("10042", "10042"),
        (f"<{SITE}/browse/ABC-1>", "ABC-1"),
        (f"<{SITE}/browse/ABC-1|ABC-1>", "ABC-1"),
        (f"[ABC-1]({SITE}/browse/ABC-1)", "ABC-1"),
        (f"{SITE}/browse/ABC-1.", "ABC-1"),
        ("acme.atlassian.net/browse/ABC-1", "ABC-1"),
        ("/browse/ABC-1", "ABC-1"),
        (f"{SITE}/browse/ABC-1?filter=-1#icft=ABC-1", "ABC-1"),
        (f"{SITE}/jira/servicedesk/projects/ABC/queues/issue/ABC-4", "ABC-4"),
        (f"{SITE}/servicedesk/customer/portal/1/ABC-4?created=true", "ABC-4"),
        (f"{SITE}/rest/agile/1.0/issue/ABC-4", "ABC-4"),
        (f"{SITE}/browse/abc-1", "ABC-1"),
        (f"{SITE}/browse/ABC-1/", "ABC-1"),
        (f"{SITE}/browse/ABC-1?focusedCommentId=10#comment-10", "ABC-1"),
        (f"{SITE.upper()}/browse/ABC-1", "ABC-1"),
        (f"{SITE}:443/browse/ABC-1", "ABC-1"),
        (f"{SITE}/jira/software/projects/ABC/boards/3?selectedIssue=ABC-9", "ABC-9"),
        (f"{SITE}/jira/software/c/projects/ABC/boards/3/backlog?selectedIssue=ABC-9&x=1", "ABC-9"),
        (f"{SITE}/browse/ABC-1?selectedIssue=ABC-9", "ABC-9"),
        (f"{SITE}/jira/software/c/projects/ABC/issues/ABC-4", "ABC-4"),
        (f"{SITE}/jira/core/projects/ABC/issues/ABC-4", "ABC-4"),
        (f"{SITE}/jira/servicedesk/projects/ABC/queues/custom/5/ABC-4", "ABC-4"),
        (f"{SITE}/projects/ABC/issues/ABC-4", "ABC-4"),
        (f"{SITE}/projects/ABC/queues/custom/5/ABC-4", "ABC-4"),
        (f"{SITE}/issues/ABC-4", "ABC-4"),
        (f"{SITE}/issues/?selectedIssue=ABC-4", "ABC-4"),
        (f"{SITE}/servicedesk/customer/portal/2/ABC-4", "ABC-4"),
        (f"{SITE}/rest/api/3/issue/10002", "10002"),
        (f"{SITE}/rest/api/latest/issue/ABC-4/comment", "ABC-4"),
        (f"{GATEWAY}/ex/jira/cloud-1/rest/api/3/issue/10002", "10002"),
        ("ari:cloud:jira:cloud-1:issue/10002", "10002"),
        ("ari:cloud:jira::issue/10002", "10002"),
        ("feature/ABC-1-stay-shut", "ABC-1"),
        ("ABC\u20111", "ABC-1"),
        ("origin/bugfix/abc-1_doors", "ABC-1"),
        ("ABC-1 - Doors stay shut", "ABC-1"),
        (f"[ABC-1|{SITE}/browse/ABC-1]", "ABC-1"),
        (f"[Doors [draft]]({SITE}/browse/ABC-1)", "ABC-1"),
        (f'[Doors]({SITE}/browse/ABC-1 "Doors stay shut")', "ABC-1"),
        (f"{SITE}/secure/ViewIssue.jspa?key=ABC-1", "ABC-1"),
        (f"{SITE}/jira/software/c/projects/ABC/boards/1/backlog?issueKey=ABC-1", "ABC-1"),
    ],
)
def test_an_issue_is_named_by_key_or_by_any_url_a_browser_shows(reference, key):
    assert issue_key(reference, CREDENTIALS) == key


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "foo",
        "123",
        "ABC-0",
        "ABC-1/../../user",
        "../user/current",
        "ABC-1?x",
        "ABC-1#",
        "ABC-\u0661",
        "ÄBC-1",
        "АВС-1",
        "ABC-1\x00",
        "ABC-1 ABC-2",
        "A" * 10_000 + "-1",
        f"{SITE}/browse/" + "A" * 10_000,
        f"{SITE}/browse/",
        f"{SITE}/wiki/spaces/ABC",
        f"{SITE}/rest/api/3/user?accountId=ABC-1",
        f"{SITE}/browse/ABC-1%2F..%2Fuser",
        f"{SITE}/issues/?selectedIssue=../user",
        f"{SITE}\\@evil.example.com/browse/ABC-1",
        f"{SITE}@evil.example.com/browse/ABC-1",
        "https://user:pass@acme.atlassian.net/browse/ABC-1",
        "https://acme.atlassian.net.evil.example.com/browse/ABC-1",
        "https://acme.atlassian.net:8443/browse/ABC-1",
        "https://acme.atlassian.net:port/browse/ABC-1",
        "https://[::1/browse/ABC-1",
        "http://acme.atlassian.net/browse/ABC-1",
        "https://other.atlassian.net/browse/ABC-1",
        "//acme.atlassian.net/browse/ABC-1",
        "file:///browse/ABC-1",
        "javascript:alert(1)//ABC-1",
        "ftp://acme.atlassian.net/browse/ABC-1",
        f"{GATEWAY}/ex/jira/cloud-2/rest/api/3/issue/10002",
        f"{GATEWAY}/ex/confluence/cloud-1/rest/api/3/issue/10002",
        f"{GATEWAY}/rest/api/3/issue/10002",
        "ari:cloud:jira:cloud-2:issue/10002",
        "ari:cloud:confluence:cloud-1:page/10002",
        "[ABC-1|https://other.atlassian.net/browse/ABC-1]",
        "\ud800",
    ],
)
def test_what_is_no_issue_of_the_connected_site_is_refused_by_name(reference):
    with pytest.raises(BadArgument) as caught:
        issue_key(reference, CREDENTIALS)

    sentence = caught.value.detail["issue_key"][0]
    assert SITE in sentence
    assert len(sentence) < 200
    sentence.encode()


def test_the_gateway_is_no_address_while_the_cloud_id_is_unknown():
    with pytest.raises(BadArgument):
        issue_key(f"{GATEWAY}/ex/jira//rest/api/3/issue/1", make_credentials())
