"""The server in front of Django, over real sockets: no client keeps it from the others."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from dev.attacks.slow_readers import slow_reader
from tests.running_server import get, running_server

THREADS = 2
ENDED = b""
HALF_A_CALL = b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def server(data):
    with running_server(data, "tests.config.impatient_gunicorn", MEMORY_CORE_THREADS=str(THREADS)) as port:
        yield port


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """A server that can hold some 26 connections."""
    data = tmp_path_factory.mktemp("few")
    with running_server(data, "tests.config.few_files_gunicorn", MEMORY_CORE_THREADS=str(THREADS)) as port:
        yield port


@contextmanager
def clients(port: int, count: int, sent: bytes) -> Iterator[list[socket.socket]]:
    """Clients that have sent this much, and leave their side open."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20)) for _ in range(count)]
        for client in sockets:
            client.sendall(sent)
        yield sockets


def request(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()


def read_all(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65_536), ENDED))


def test_clients_that_ask_to_close_and_leave_their_side_open_delay_nobody(server):
    with clients(server, 45, request("/nothing", "Connection: close")) as lingering:
        assert get(server, "/nothing", timeout=10)[0] == 404
        assert all(read_all(client).startswith(b"HTTP/1.1 404") for client in lingering)


def test_a_client_that_stalls_in_the_middle_is_dismissed_while_others_linger(server):
    with (
        clients(server, 1, b"GET /nothing HTTP/1.1\r\n") as [stalled],
        clients(server, 45, request("/nothing", "Connection: close")),
    ):
        read_all(stalled)


def test_a_client_that_sends_nothing_holds_no_thread_and_is_dismissed(server):
    with clients(server, 10 * THREADS, b"") as silent:
        assert get(server, "/nothing")[0] == 404
        assert [read_all(client) for client in silent] == [b""] * len(silent)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_is_answered_while_every_thread_is_taken(server, path):
    with clients(
        server, 10 * THREADS, b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
    ) as stalled:
        answered = get(server, path)
        still_held = [client for client in stalled if not is_ended(client)]

    assert answered[0] in (200, 503)  # without migrations it is alive, and not ready
    assert len(still_held) > THREADS


def test_half_a_probe_does_not_take_the_thread_of_probes(server):
    with clients(server, 3, b"GET /healthz HTTP/1.1\r\n") as halves:
        assert get(server, "/healthz")[0] == 200
        assert not all(is_ended(client) for client in halves)


SLOW = {
    "head": b"GET /nothing HTTP/1.1\r\nHost: loc",
    "body": b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na=",
    "chunks": b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na=\r\n",
    "after 100": b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n",
}


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
def test_clients_that_send_slowly_hold_no_thread(server, sent):
    with clients(server, 10 * THREADS, sent) as slow:
        assert get(server, "/nothing")[0] == 404
        assert [read_all(client).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n") for client in slow] == [b""] * len(slow)


def test_a_kept_connection_that_goes_on_slowly_holds_no_thread(server):
    with clients(server, 10 * THREADS, request("/nothing")) as slow:
        for client in slow:
            answer = b""
            while not answer.endswith(b"}}"):
                answer += client.recv(65_536)
            client.sendall(SLOW["head"])
        assert get(server, "/nothing")[0] == 404
        assert [read_all(client) for client in slow] == [b""] * len(slow)


LARGE = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"


def test_clients_that_read_slowly_hold_no_thread_and_are_dismissed(server):
    with ExitStack() as stack:
        slow = [stack.enter_context(slow_reader(server)) for _ in range(10 * THREADS)]
        for client in slow:
            client.sendall(request(LARGE))
        assert [client.recv(12) for client in slow] == [b"HTTP/1.1 200"] * len(slow)
        assert get(server, "/nothing")[0] == 404
        for _ in range(2):  # which takes longer than an answer may
            with clients(server, 1, b"") as [silent]:
                read_all(silent)
        assert len(read_all(slow[0])) < 1_000_000


def test_what_is_read_slowly_arrives_whole_and_its_connection_serves_on(server):
    whole = get(server, LARGE)[1]
    with slow_reader(server) as client:
        client.sendall(request(LARGE))
        answer = b""
        while not answer.endswith(whole[-1000:]):
            answer += client.recv(4096)
        client.sendall(request("/nothing", "Connection: close"))
        after = read_all(client)

    assert answer.endswith(b"\r\n\r\n" + whole)
    assert after.startswith(b"HTTP/1.1 404")


def test_more_clients_than_connections_keep_nobody_out(few):
    with clients(few, 100, b"") as silent:
        assert get(few, "/nothing")[0] == 404
        assert is_ended(silent[0])


CHUNKED = b"POST /nothing HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"


@pytest.mark.parametrize("last", [b"0\r\n\r\n", b"0\r\nX-Sum: 7\r\nX-Other: 8\r\n\r\n", b"00;a=b\r\n\r\n"])
def test_chunks_are_whole_with_the_last_one(server, last):
    with clients(server, 1, CHUNKED) as [client]:
        client.sendall(last)
        assert client.recv(12) == b"HTTP/1.1 404"


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(server):
    with clients(server, 1, b"POST /nothing HTTP/1.1\r\nHost: localhost\r\n") as [client]:
        client.sendall(b"Connection: close\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        asked = client.recv(12)
        client.sendall(b"{}")
        assert (asked, b"HTTP/1.1 404" in read_all(client)) == (b"HTTP/1.1 100", True)


def test_a_request_in_pieces_and_one_behind_it_are_both_answered(server):
    whole = request("/nothing") + request("/nothing", "Connection: close")
    with clients(server, 1, b"") as [client]:
        for at in range(0, len(whole), 7):
            client.sendall(whole[at : at + 7])
        assert read_all(client).count(b"HTTP/1.1 404") == 2


SECRET = b"mc_" + b"s" * 43
UNREADABLE = [
    b"GET /v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization Bearer " + SECRET,
    b"GET /v1/me HTTP/1.1\r\nHost: localhost\r\n" + SECRET + b" x: y",
    b"GET /v1/jira/search?q=" + SECRET + b"\xe9 HTTP/1.1\r\nHost: localhost",
    b"GET /v1/jira/search?q=" + SECRET + b"\r\nHost: localhost",
    SECRET + b"\xff / HTTP/1.1\r\nHost: localhost",
]


@pytest.mark.parametrize("head", UNREADABLE)
def test_what_cannot_be_read_is_refused_and_leaves_nothing_of_itself_in_the_log(server, data, head):
    with clients(server, 1, head + b"\r\n\r\n") as [client]:
        answer = read_all(client)

    assert answer.startswith(b"HTTP/1.1 400")
    assert SECRET not in answer + (data / "server.log").read_bytes()


def test_a_request_has_one_line_in_the_log(server, data):
    get(server, "/nothing/of/this/name?q=secret")

    assert (data / "server.log").read_bytes().count(b"/nothing/of/this/name") == 1


def test_a_request_whose_body_turns_out_to_be_malformed_has_one_answer(server):
    chunked = b"POST /v1/me HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n"
    with clients(server, 1, chunked) as [client]:
        assert read_all(client).count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("name", ["Script_Name", "SCRIPT-NAME", "Path_Info"])
def test_no_header_makes_another_path_of_a_request(server, name):
    """A proxy may keep strangers from a path, and pass on any header."""
    with clients(server, 1, request("/x/v1/openapi.json", f"{name}: /x", "Connection: close")) as [client]:
        assert read_all(client).startswith(b"HTTP/1.1 404")


def test_a_probe_by_address_is_answered_whatever_hosts_are_allowed(server):
    status, _ = get(server, "/healthz", Host="10.1.2.3:8080")

    assert status == 200
    assert get(server, "/nothing", Host="10.1.2.3:8080")[0] == 400


def test_what_a_client_still_sends_does_not_take_its_answer_away(server):
    """Unread bytes make the kernel answer a close with a reset, which can overtake the answer."""
    with clients(server, 1, request("/nothing", "Connection: close") + b"x" * 200_000) as [client]:
        assert client.recv(12) == b"HTTP/1.1 404"


def is_ended(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        return client.recv(1, socket.MSG_PEEK) == ENDED
    except BlockingIOError:
        return False
    finally:
        client.settimeout(20)
