import base64
import gzip
import logging
import re
import threading

import pytest
import responses
from requests.exceptions import ConnectionError, SSLError

from atlassian.errors import (
    NothingThere,
    UpstreamAuthFailed,
    UpstreamFailure,
    UpstreamForbidden,
    UpstreamRateLimited,
    UpstreamRejectedQuery,
    UpstreamTimeout,
)
from tests.atlassian.factories import GATEWAY, SIGNED, SITE, TOKEN, make_client, make_credentials
from tests.atlassian.upstream.raw_http_server import answer, certified, listening

PATH = "/rest/api/3/issue/ABC-1"
MYSELF = SITE + "/rest/api/3/myself"
MINE = SITE + "/wiki/rest/api/user/current"
PAGE = SITE + "/wiki/api/v2/pages/7"
AT_ONCE = {"Retry-After": "0"}


def get(**fields):
    return make_client(**fields).get("/rest/api/3/issue/{key}", key="ABC-1")


@responses.activate
def test_a_call_is_signed_speaks_english_and_asks_for_json():
    responses.get(SITE + PATH, json={"key": "ABC-1"})

    assert get() == {"key": "ABC-1"}

    headers = responses.calls[0].request.headers
    pair = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
    assert pair == f"bot@acme.example.com:{TOKEN}"
    assert (headers["Accept"], headers["Accept-Language"]) == ("application/json", "en")
    assert (headers["X-Force-Accept-Language"], headers["User-Agent"]) == ("true", "memory-core")


@responses.activate
def test_a_scoped_token_calls_the_gateway_while_links_stay_those_of_the_site():
    responses.get(f"{GATEWAY}/ex/jira/cloud-1{PATH}", json={})

    client = make_client(scoped=True, cloud_id="cloud-1")
    client.get(PATH)

    assert client.site_url == SITE


@responses.activate
def test_what_fills_a_path_cannot_leave_it():
    responses.get(re.compile(re.escape(SITE) + ".*"), json={})

    make_client().get("/rest/api/3/issue/{key}", key="A/../../user?x=1#y")

    assert responses.calls[0].request.url == SITE + "/rest/api/3/issue/A%2F..%2F..%2Fuser%3Fx%3D1%23y"
    with pytest.raises(ValueError, match="dotted"):
        make_client().get("/rest/api/3/issue/{key}", key="..")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, UpstreamRejectedQuery),
        (401, UpstreamAuthFailed),
        (403, UpstreamForbidden),
        (404, NothingThere),
        (410, UpstreamFailure),
        (418, UpstreamFailure),
        (500, UpstreamFailure),
        (503, UpstreamFailure),
        (204, UpstreamFailure),
    ],
)
@responses.activate
def test_a_status_becomes_the_error_that_says_what_to_do(status, kind):
    responses.get(SITE + PATH, status=status, json={}, headers=SIGNED | AT_ONCE)

    with pytest.raises(UpstreamFailure) as caught:
        get()

    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"errorMessages": ["No such field."], "errors": {"jql": "Line 1."}}, "No such field. Line 1."),
        ({"errors": [{"status": 400, "title": "Bad cursor"}]}, "Bad cursor"),
        ({"statusCode": 400, "message": "com.atlassian.api.BadRequestException: No field: 'x'"}, "No field: 'x'"),
        ({"type": "about:blank", "detail": "Failed to convert"}, "Failed to convert"),
        ({"errors": None}, "Atlassian rejected the query and did not say why."),
        ([], "Atlassian rejected the query and did not say why."),
    ],
)
@responses.activate
def test_a_rejected_query_is_told_in_atlassians_sentence(body, sentence):
    responses.get(SITE + PATH, status=400, json=body, headers=SIGNED)

    with pytest.raises(UpstreamRejectedQuery) as caught:
        get()

    assert str(caught.value.detail) == sentence


@responses.activate
def test_numbers_that_no_answer_could_repeat_are_absent():
    responses.get(
        SITE + PATH, body='{"a": NaN, "b": [-Infinity, 1e999], "c": 1.5, "d": 1e30}', content_type="application/json"
    )

    assert get() == {"a": None, "b": [None, None], "c": 1.5, "d": 1e30}


@pytest.mark.parametrize("location", ["https://id.atlassian.com/login", "https://[", "", "//[v1.x]/"])
@responses.activate
def test_a_redirect_is_not_followed(location):
    responses.get(SITE + PATH, status=302, headers={"Location": location})

    with pytest.raises(UpstreamFailure, match="redirected"):
        get()

    assert len(responses.calls) == 1


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("https://new.atlassian.net/rest/api/3/myself", "It may be https://new.atlassian.net now"),
        ("https://id.atlassian.com/login?continue=x", "a page to sign in"),
        ("/login.jsp?permissionViolation=true", "a page to sign in"),
        ("https://elsewhere.example/", "Check base_url"),
        ("http://[::1", "Check base_url"),
        ("", "Check base_url"),
    ],
)
@responses.activate
def test_where_a_redirect_leads_decides_what_to_do_about_it(location, said):
    responses.get(SITE + PATH, status=302, headers={"Location": location})

    with pytest.raises(UpstreamFailure, match=re.escape(said)):
        get()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (407, "MEMORY_CORE_HTTPS_PROXY"),
        (408, r"Try again"),
        (410, "installs a newer version"),
        (414, "Ask for less"),
        (418, r"refused \(418\) in a way that is not Jira's own"),
        (500, r"no usable answer \(500\). Try again"),
    ],
)
@responses.activate
def test_a_status_says_whether_another_try_may_help(status, said):
    responses.get(SITE + PATH, status=status, headers=SIGNED)

    with pytest.raises(UpstreamFailure, match=said) as caught:
        get()

    assert (caught.value.get_codes(), caught.value.wait) == ("upstream_error", None)


@pytest.mark.parametrize("body", ["<html>Bad Request</html>", ""])
@responses.activate
def test_a_400_that_is_not_the_products_own_is_no_word_about_the_query(body):
    responses.get(SITE + PATH, status=400, body=body, content_type="text/html", headers=SIGNED)

    with pytest.raises(UpstreamFailure) as caught:
        get()

    assert type(caught.value) is UpstreamFailure


@responses.activate
def test_a_get_is_asked_again_while_atlassian_is_busy():
    for status in (429, 503):
        responses.get(SITE + PATH, status=status, headers=AT_ONCE)
    responses.get(SITE + PATH, json={"key": "ABC-1"})

    assert get() == {"key": "ABC-1"}


@responses.activate
def test_asking_again_ends_after_three_tries():
    responses.get(SITE + PATH, status=429, headers=AT_ONCE)

    with pytest.raises(UpstreamRateLimited):
        get()

    assert len(responses.calls) == 3


@pytest.mark.parametrize("status", [408, 500])
@responses.activate
def test_a_get_is_asked_once_more_where_atlassian_stumbled(status):
    responses.get(SITE + PATH, status=status)
    responses.get(SITE + PATH, json={"key": "ABC-1"})

    assert get() == {"key": "ABC-1"}


@pytest.mark.parametrize(("status", "tries"), [(408, 2), (500, 2), (501, 1), (503, 3)])
@responses.activate
def test_a_status_that_stays_costs_no_more_than_its_tries(status, tries):
    responses.get(SITE + PATH, status=status, headers=AT_ONCE)

    with pytest.raises(UpstreamFailure):
        get()

    assert len(responses.calls) == tries


@pytest.mark.parametrize("status", [500, 503])
@responses.activate
def test_a_question_by_post_is_asked_once(status):
    responses.post(SITE + "/rest/api/3/jql/parse", status=status, headers=AT_ONCE)

    with pytest.raises(UpstreamFailure):
        make_client().post_query("/rest/api/3/jql/parse", {"queries": ["a = b"]})

    assert len(responses.calls) == 1


def test_nothing_is_posted_but_the_questions_that_change_nothing():
    with pytest.raises(ValueError, match="change nothing"):
        make_client().post_query("/rest/api/3/issue", {"fields": {}})


@pytest.mark.parametrize(
    ("header", "wait"), [("7200", 7200), ("31", 31), ("soon", 30), ("-5", 30), ("9" * 4_000, 21_600)]
)
@responses.activate
def test_a_long_wait_is_left_to_the_caller(header, wait):
    responses.get(SITE + PATH, status=429, headers={"Retry-After": header} | SIGNED)

    with pytest.raises(UpstreamRateLimited) as caught:
        make_client(seconds=0.2).get(PATH)

    assert caught.value.wait == wait
    assert len(responses.calls) == 1


@responses.activate
def test_nobody_is_kept_waiting_for_more_than_a_few_seconds():
    responses.get(SITE + PATH, status=429, headers={"Retry-After": "6"} | SIGNED)

    with pytest.raises(UpstreamRateLimited) as caught:
        get()

    assert (caught.value.wait, len(responses.calls)) == (6, 1)


@pytest.mark.parametrize("failure", [SSLError("bad certificate"), ConnectionError("no such host")])
@responses.activate
def test_an_unreachable_site_is_an_upstream_error_without_the_secret(failure):
    responses.get(SITE + PATH, body=failure)

    with pytest.raises(UpstreamFailure) as caught:
        get()

    assert TOKEN not in str(caught.value)
    assert (caught.value.status_code, caught.value.get_codes()) == (502, "upstream_error")


@responses.activate
def test_a_dropped_connection_is_tried_once_more():
    responses.get(SITE + PATH, body=ConnectionError("reset"))
    responses.get(SITE + PATH, json={"key": "ABC-1"})

    assert get() == {"key": "ABC-1"}


@responses.activate
def test_a_connection_dropped_while_atlassian_is_busy_is_tried_once_more_too():
    responses.get(SITE + PATH, status=503, headers=AT_ONCE)
    responses.get(SITE + PATH, body=ConnectionError("dropped"))
    responses.get(SITE + PATH, json={"key": "ABC-1"})

    assert get() == {"key": "ABC-1"}


@responses.activate
def test_a_connection_that_is_dropped_twice_is_given_up():
    responses.get(SITE + PATH, body=ConnectionError("dropped"))
    responses.get(SITE + PATH, status=503, headers=AT_ONCE)
    responses.get(SITE + PATH, body=ConnectionError("dropped"))

    with pytest.raises(UpstreamFailure, match="broke off"):
        get()

    assert len(responses.calls) == 3


@responses.activate
def test_a_question_whose_connection_was_closed_meanwhile_is_asked_once_more():
    responses.post(SITE + "/rest/api/3/jql/parse", body=ConnectionError("closed"))
    responses.post(SITE + "/rest/api/3/jql/parse", json={"queries": []})

    assert make_client().post_query("/rest/api/3/jql/parse", {"queries": ["a = b"]}) == {"queries": []}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<html>Log in</html>", "text/html"),
        (b"{}", "text/html"),
        (b'{"key": ', "application/json"),
        (b"", "application/json"),
        (b"\xff\xfe\xfa", "application/json"),
        (b"[" * 100_000 + b"]" * 100_000, "application/json"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "application/json"),
        (b"1" * 5_000, "application/json"),
    ],
)
@responses.activate
def test_an_answer_that_is_no_readable_json_is_an_upstream_error(body, content_type):
    responses.get(SITE + PATH, body=body, content_type=content_type)

    with pytest.raises(UpstreamFailure) as caught:
        get()

    assert type(caught.value) is UpstreamFailure


@pytest.mark.parametrize(
    "content_type", ["text/plain;charset=UTF-8", "application/octet-stream", "application/vnd.x", ""]
)
@responses.activate
def test_json_is_read_whatever_its_header_calls_it(content_type):
    responses.get(SITE + PATH, body=b'{"key": "ABC-1"}', content_type=content_type)

    assert get() == {"key": "ABC-1"}


@pytest.mark.parametrize(
    ("body", "charset", "name"),
    [
        ("Grüße".encode(), "ISO-8859-1", "Grüße"),
        ("Grüße".encode(), "no-such-charset", "Grüße"),
        ("Grüße".encode("latin-1"), "ISO-8859-1", "Grüße"),
        ("Grüße".encode("latin-1"), "UTF-8", "Gr\ufffd\ufffde"),
        ("Grüße".encode() + b"\xff", "UTF-8", "Grüße\ufffd"),
    ],
)
@responses.activate
def test_a_byte_that_is_not_utf_8_costs_a_character_and_not_the_answer(body, charset, name):
    responses.get(SITE + PATH, body=b'{"name": "' + body + b'"}', content_type=f"application/json;charset={charset}")

    assert get() == {"name": name}


class TestOnTheWire:
    def fetch(self, behave, seconds=5.0):
        with listening(behave) as origin:
            return make_client(base_url=origin, seconds=seconds).get(PATH)

    def test_a_stall_ends_with_the_deadline(self):
        with pytest.raises(UpstreamTimeout):
            self.fetch(lambda connection, done: done.wait(), seconds=0.2)

    @pytest.mark.parametrize("head", [answer(b" " * 1000)[:-1000], b"HTTP/1.1 200 OK\r\nX-Slow: "])
    def test_a_byte_now_and_then_does_not_put_off_the_deadline(self, head):
        def drip(connection, done):
            connection.sendall(head)
            while not done.wait(0.02):
                connection.sendall(b" ")

        with pytest.raises(UpstreamTimeout):
            self.fetch(drip, seconds=0.3)

    def test_a_connection_dropped_within_the_body_is_an_upstream_error(self):
        with pytest.raises(UpstreamFailure) as caught:
            self.fetch(lambda connection, done: connection.sendall(answer(b"{}" * 50)[:-20]))

        assert type(caught.value) is UpstreamFailure

    def test_a_connection_dropped_before_an_answer_is_an_upstream_error(self):
        with pytest.raises(UpstreamFailure) as caught:
            self.fetch(lambda connection, done: None)

        assert type(caught.value) is UpstreamFailure

    @pytest.mark.parametrize(
        "body",
        [
            answer(b"[" + b" " * 50_000_000 + b"]"),
            answer(gzip.compress(b" " * 100_000_000), "Content-Encoding: gzip"),
        ],
        ids=["plain", "compressed"],
    )
    def test_an_oversized_answer_is_given_up(self, body):
        with pytest.raises(UpstreamFailure, match="20 MB"):
            self.fetch(lambda connection, done: connection.sendall(body), seconds=20)

    @pytest.mark.parametrize(
        "sent",
        [
            b"\x00\xff garbage",
            b"HTTP/1.1 20x OK\r\n\r\n",
            b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
            b"HTTP/1.1 304 Not Modified\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n[1]",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n[1]",
            b"HTTP/1.1 200 OK\r\nContent-Encoding: " + b"gzip, " * 20 + b"gzip\r\n\r\n[1]",
            b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n[1]",
            b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 150 + b"\r\n[1]",
            b"HTTP/1.1 200 OK\r\nContent-Type: \xff\r\n\r\n[1]",
        ],
        ids=lambda sent: repr(sent[:40]),
    )
    def test_what_is_hardly_http_is_an_upstream_error(self, sent):
        with pytest.raises(UpstreamFailure) as caught:
            self.fetch(lambda connection, done: connection.sendall(sent))

        assert type(caught.value) is UpstreamFailure

    def test_a_compressed_answer_and_one_in_chunks_are_read(self):
        packed = answer(gzip.compress(b'{"key": "ABC-1"}'), "Content-Encoding: gzip")
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n[1,2\r\n3\r\n,3]\r\n0\r\n\r\n"

        assert self.fetch(lambda connection, done: connection.sendall(packed)) == {"key": "ABC-1"}
        assert self.fetch(lambda connection, done: connection.sendall(chunked)) == [1, 2, 3]

    def test_a_broken_compression_is_an_upstream_error(self):
        with pytest.raises(UpstreamFailure):
            self.fetch(lambda connection, done: connection.sendall(answer(b"not gzip", "Content-Encoding: gzip")))

    def test_no_cookie_is_kept_and_the_connection_is(self):
        requests_seen, connections = [], []

        def keep_alive(connection, done):
            connections.append(connection)
            while True:
                connection.sendall(answer(b"{}", "Set-Cookie: session=theirs; Path=/"))
                request = connection.recv(65536)
                if not request:
                    return
                requests_seen.append(request)

        with listening(keep_alive) as origin:
            for _ in range(3):
                make_client(base_url=origin).get(PATH)

        assert len(connections) == 1
        assert b"cookie" not in b"".join(requests_seen).lower()

    def test_an_untrusted_certificate_is_an_upstream_error(self, tmp_path):
        tls, _ = certified(tmp_path)
        served = []

        serving = listening(lambda connection, done: served.append(connection), tls)
        with serving as origin, pytest.raises(UpstreamFailure) as caught:
            make_client(base_url=origin).get(PATH)

        assert (type(caught.value), served) == (UpstreamFailure, [])

    def test_a_trusted_certificate_is_spoken_to_and_held_to_the_deadline(self, tmp_path, settings):
        tls, certificate = certified(tmp_path)
        settings.CA_BUNDLE = str(certificate)

        def drip(connection, done):
            connection.sendall(answer(b" " * 1000)[:-1000])
            while not done.wait(0.02):
                connection.sendall(b" ")

        with listening(lambda connection, done: connection.sendall(answer(b"[1]")), tls) as origin:
            assert make_client(base_url=origin).get(PATH) == [1]
        with listening(drip, tls) as origin, pytest.raises(UpstreamTimeout):
            make_client(base_url=origin, seconds=0.5).get(PATH)

    def test_one_session_serves_many_threads(self):
        results = []

        def work():
            results.append(make_client(base_url=origin).get(PATH))

        with listening(lambda connection, done: connection.sendall(answer(b"[1]"))) as origin:
            threads = [threading.Thread(target=work) for _ in range(16)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        assert results == [[1]] * 16


@responses.activate
def test_the_log_tells_the_call_without_query_key_or_secret(caplog):
    responses.get(SITE + PATH, json={"secret": "text"}, headers={"atl-traceid": "1728226505244e96"})

    with caplog.at_level(logging.DEBUG, logger="atlassian"):
        make_client().get("/rest/api/3/issue/{key}", {"fields": "summary"}, key="ABC-1")

    assert "GET /rest/api/3/issue/{key}: 200" in caplog.text
    assert "1728226505244e96" in caplog.text
    for hidden in (TOKEN, "ABC-1", "summary", "Basic", "text"):
        assert hidden not in caplog.text


def test_the_environment_of_the_process_changes_nothing(monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    requests_seen = []

    def keep_alive(connection, done):
        connection.sendall(answer(b"{}"))
        requests_seen.append(connection.recv(65536))
        connection.sendall(answer(b"{}"))

    with listening(keep_alive) as origin:
        for _ in range(2):
            assert make_client(base_url=origin).get(PATH) == {}

    pair = base64.b64encode(f"bot@acme.example.com:{TOKEN}".encode())
    assert b"Authorization: Basic " + pair in requests_seen[0]


def test_credentials_are_told_neither_by_client_nor_by_their_fingerprint():
    client = make_client()

    assert TOKEN not in repr(client) + repr(vars(client)) + client.credentials.fingerprint
    assert client.credentials.fingerprint != make_client(api_token="another").credentials.fingerprint
    assert TOKEN not in repr(make_credentials())
