"""The heads of answers as they come over the wire, also from what stands between us and Atlassian."""

import pytest

from atlassian.errors import UpstreamFailure
from atlassian.upstream.deadline import Deadline
from atlassian.upstream.transport import Transport
from tests.atlassian.factories import make_credentials
from tests.atlassian.upstream.raw_http_server import listening

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def fetched(sent: bytes):
    with listening(lambda connection, done: connection.sendall(sent)) as origin:
        return Transport(make_credentials(base_url=origin), Deadline(5)).request("GET", "/x")


@pytest.mark.parametrize(
    "sent",
    [
        HEAD + b"Content-Length: 2\r\n\r\n[]",
        HEAD + b"content-length:2\r\n\r\n[] and more",
        HEAD + b"Content-Length: \t2 \r\n\r\n[]",
        HEAD + b"Content-Length: 2\n\n[]",
        HEAD + b"\r\n[]",  # up to the end of the connection
        HEAD + b"Content-Length: none\r\n\r\n[]",
        HEAD + b"Transfer-Encoding: Chunked\r\nContent-Length: 9\r\n\r\n2\r\n[]\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n[]",
        b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" + HEAD + b"Content-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n[]",
    ],
    ids=str,
)
def test_the_end_of_an_answer_is_where_its_head_says(sent):
    assert fetched(sent).body == b"[]"


def test_an_answer_without_content_has_no_body_whatever_its_head_says():
    answer = fetched(b"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n")

    assert (answer.status, answer.body) == (204, b"")


def test_a_header_is_found_in_any_case_as_often_as_it_is_sent_and_over_several_lines():
    headers = fetched(HEAD + b"X-A: one\r\n  and two\r\nx-a: three\r\nX-B: caf\xe9:x\r\nX-C:\r\n\r\n").headers

    assert headers["x-a"] == "one and two, three"
    assert (headers["X-B"], headers["X-C"]) == ("café:x", "")


@pytest.mark.parametrize(
    "line",
    [b"X", b": broken", b"Na me: x", b"Content-Length : 2", b"Caf\xe9: x", b"X: y\r\n" * 100, b"X: " + b"y" * 65_536],
)
def test_what_is_no_head_is_no_answer(line):
    with pytest.raises(UpstreamFailure) as caught:
        fetched(HEAD + b"Content-Length: 2\r\n" + line + b"\r\n\r\n[]")

    assert "cannot be reached, or broke off" in str(caught.value.detail)


@pytest.mark.parametrize("sent", [b"HTTP/2 200 OK\r\n\r\n[]", b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 x\r\n\r\n", b""])
def test_what_does_not_speak_http_1_is_no_answer(sent):
    with pytest.raises(UpstreamFailure):
        fetched(sent)
