"""Where the bytes of a file come from, and what happens where they do not come."""

import logging

import pytest

from atlassian.upstream import transport
from dev.sample_site import media
from tests.atlassian.rest_helpers import call, connect, error, only_record
from tests.factories import make_api_key

pytestmark = pytest.mark.django_db

JIRA, CONFLUENCE = "/v1/jira/read", "/v1/confluence/read"
ISSUE, PAGE = {"issue_key": "GATE-7"}, {"page_id": "420000002"}
BOTH = pytest.mark.parametrize(("path", "owner"), [(JIRA, ISSUE), (CONFLUENCE, PAGE)])
LOG = b"09:20 queue 41\n"


@pytest.fixture
def agent(client_for, sample_site, settings):
    connect(sample_site, attachments="images")
    sample_site.always_redirects = True
    return client_for(make_api_key())


def attach(site, owner, data=LOG, name="queue.log", **more):
    return site.attach(next(iter(owner.values())), name, data, **more)


def route_of(path, file_id):
    if path == JIRA:
        return f"/rest/api/3/attachment/content/{file_id}"
    return f"/wiki/rest/api/content/420000002/child/attachment/{file_id}/download"


def message(answer) -> str:
    return answer.json()["error"]["message"]


@BOTH
def test_a_redirect_to_the_media_host_is_followed_without_our_sign_in(agent, sample_site, path, owner):
    file_id = attach(sample_site, owner)

    answer = call(agent, path, attachment="queue.log", **owner)

    assert "queue 41" in answer.json()["content"]
    [fetched] = sample_site.received(f"{media.PREFIX}{file_id}")
    assert fetched.headers["host"].startswith("localhost:")
    assert not {"authorization", "cookie", "x-force-accept-language"} & set(fetched.headers)
    [asked] = sample_site.received(route_of(path, file_id))
    assert "authorization" in asked.headers


@BOTH
def test_the_address_at_the_media_host_stands_in_no_log(agent, sample_site, caplog, path, owner):
    file_id = attach(sample_site, owner)
    caplog.set_level(logging.DEBUG, "atlassian")

    call(agent, path, attachment="queue.log", **owner)

    secret = media.token(sample_site, file_id)
    assert "(signed address)" in caplog.text
    assert secret not in caplog.text
    assert secret not in str(only_record().target)


LOCATIONS = [
    "https://evil.example/file/1/binary?token=t0k3n",
    "http://169.254.169.254/latest/meta-data?token=t0k3n",
    "https://api.media.atlassian.com.evil.example/file?token=t0k3n",
    "https://user:pw@api.media.atlassian.com/file?token=t0k3n",
    "https://api.media.atlassian.com@evil.example/file?token=t0k3n",
    "https://api.media.atlassian.com\\@evil.example/file?token=t0k3n",
    "file:///etc/passwd",
    "//evil.example/file?token=t0k3n",
    "/login.jsp?token=t0k3n",
    "",
]


@BOTH
@pytest.mark.parametrize("location", LOCATIONS)
@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_redirect_leads_nowhere_else(agent, sample_site, settings, path, owner, location, status):
    settings.ATLASSIAN_MEDIA_ORIGINS = frozenset({"https://api.media.atlassian.com"})
    file_id = attach(sample_site, owner)
    sample_site.answer("GET", route_of(path, file_id), status, {"location": location})

    answer = call(agent, path, attachment="queue.log", **owner)

    assert error(answer) == (502, "upstream_error")
    assert "ATLASSIAN_MEDIA_URL" in message(answer)
    assert "t0k3n" not in answer.content.decode()


@BOTH
def test_a_second_redirect_is_not_followed(agent, sample_site, path, owner):
    file_id = attach(sample_site, owner)
    address = media.address(sample_site, file_id, "queue.log")
    sample_site.answer("GET", f"{media.PREFIX}{file_id}/binary", 302, {"location": address})

    answer = call(agent, path, attachment="queue.log", **owner)

    assert error(answer) == (502, "upstream_error")
    assert "302" in message(answer)
    assert len(sample_site.received(media.PREFIX)) == 1


@BOTH
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 500])
def test_what_the_media_host_refuses_is_said(agent, sample_site, path, owner, status):
    file_id = attach(sample_site, owner)
    sample_site.answer("GET", f"{media.PREFIX}{file_id}/binary", status, body="<html>no</html>")

    answer = call(agent, path, attachment="queue.log", **owner)

    assert error(answer) == (502, "upstream_error")
    assert f"status {status}" in message(answer)
    record = only_record()
    assert (record.outcome, record.target["attachment"], record.target["attachment_id"]) == (
        "failed",
        "queue.log",
        file_id,
    )


def test_a_media_host_that_cannot_be_reached_is_named_without_its_address(agent, sample_site, settings):
    file_id = attach(sample_site, ISSUE)
    settings.ATLASSIAN_MEDIA_ORIGINS = frozenset({"http://localhost:9"})
    location = {"location": "http://localhost:9/file/1/binary?token=t0k3n"}
    sample_site.answer("GET", route_of(JIRA, file_id), 303, location)

    answer = call(agent, JIRA, attachment="queue.log", **ISSUE)

    assert error(answer) == (502, "upstream_error")
    assert "http://localhost:9," in message(answer)
    assert "t0k3n" not in answer.content.decode()


@BOTH
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=utf-8", "<!DOCTYPE html><html><body>Log in</body></html>"),
        ("application/json", '{"error": "no"}'),
    ],
)
def test_a_login_page_is_not_taken_for_the_file(agent, sample_site, path, owner, kind, body):
    file_id = attach(sample_site, owner, name="panel.png")
    sample_site.answer("GET", f"{media.PREFIX}{file_id}/binary", 200, {"content-type": kind}, body)

    answer = call(agent, path, attachment="panel.png", **owner)

    assert error(answer) == (502, "upstream_error")
    assert "login page" in message(answer)


def test_a_page_of_html_that_was_attached_is_read(agent, sample_site):
    attach(sample_site, ISSUE, b"<html><body><p>Doors</p></body></html>", name="doors.html")

    assert call(agent, JIRA, attachment="doors.html", **ISSUE).json()["content"] == "Doors"


@BOTH
def test_a_file_that_is_listed_as_too_large_is_not_fetched(agent, sample_site, path, owner):
    attach(sample_site, owner, size=transport.MAX_RESPONSE_BYTES + 1)

    answer = call(agent, path, attachment="queue.log", **owner)

    assert error(answer) == (413, "attachment_too_large")
    assert not sample_site.received(media.PREFIX)


@BOTH
def test_a_file_that_turns_out_too_large_is_given_up(agent, sample_site, monkeypatch, path, owner):
    monkeypatch.setattr(transport, "MAX_RESPONSE_BYTES", 10_000)
    attach(sample_site, owner, b"x" * 20_000, size=10)

    assert error(call(agent, path, attachment="queue.log", **owner)) == (413, "attachment_too_large")


@BOTH
def test_a_file_that_is_gone_since_it_was_listed_is_not_there(agent, sample_site, path, owner):
    file_id = attach(sample_site, owner)
    gone = {"errorMessages": ["The attachment does not exist"], "errors": {}}
    sample_site.answer("GET", route_of(path, file_id), 404, body=gone)

    assert error(call(agent, path, attachment="queue.log", **owner)) == (404, "not_found")


@BOTH
def test_a_list_that_cannot_be_had_is_an_upstream_failure(agent, sample_site, path, owner):
    route = "/rest/api/3/issue/GATE-7" if path == JIRA else "/wiki/api/v2/pages/420000002/attachments"
    attach(sample_site, owner)
    sample_site.answer("GET", route, 500, body={"message": "down"})

    assert error(call(agent, path, attachment="queue.log", **owner)) == (502, "upstream_error")


@BOTH
def test_a_download_for_which_the_token_lacks_a_scope_names_the_scope(agent, sample_site, path, owner):
    file_id = attach(sample_site, owner)
    refusal = {"code": 401, "message": "Unauthorized; scope does not match"}
    sample_site.answer(
        "GET", route_of(path, file_id), 401, {"x-failure-category": "FAILURE_CLIENT_SCOPE_CHECK"}, refusal
    )

    answer = call(agent, path, attachment="queue.log", **owner)

    assert error(answer) == (502, "upstream_auth_failed")
    assert ("read:attachment:jira" if path == JIRA else "read:attachment:confluence") in message(answer)
