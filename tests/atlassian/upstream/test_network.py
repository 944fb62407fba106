"""The way out: through proxies, with certificates of one's own, past names that nobody resolves; over real sockets."""

import logging
import socket
import ssl
import threading

import pytest

from atlassian.connection_test.report import check_connection
from atlassian.errors import UpstreamFailure, UpstreamTimeout
from atlassian.upstream import addresses
from dev.demo.servers import own_port
from tests.atlassian.factories import TOKEN, make_client, make_credentials
from tests.atlassian.upstream.authority import Authority
from tests.atlassian.upstream.proxy import running_proxy
from tests.atlassian.upstream.raw_http_server import answer, listening

PATH = "/rest/api/3/issue/ABC-1"


@pytest.fixture
def authority(tmp_path, settings):
    """Trusted as the operator's own."""
    authority = Authority(tmp_path)
    settings.CA_BUNDLE = str(authority.bundle)
    return authority


def one(connection, done):
    connection.sendall(answer(b"[1]"))


def drip(connection, done):
    connection.sendall(answer(b" " * 1000)[:-1000])
    while not done.wait(0.02):
        connection.sendall(b" ")


def get(origin, seconds=5.0):
    return make_client(base_url=origin, seconds=seconds).get(PATH)


def problem(origin):
    return check_connection(make_credentials(base_url=origin)).problem


class TestThroughAProxy:
    def test_a_call_goes_through_and_the_proxy_sees_nothing_of_it(self, authority, settings):
        with listening(one, authority.server()) as origin, running_proxy() as proxy:
            settings.HTTPS_PROXIES = {"https": proxy.url}

            assert get(origin) == [1]

        assert proxy.tunnels == [origin.removeprefix("https://")]
        assert b"ABC-1" not in b"".join(proxy.heads)
        assert b"Authorization: Basic" not in b"".join(proxy.heads).replace(b"Proxy-Authorization", b"")

    def test_a_proxy_is_signed_in_to(self, authority, settings):
        with listening(one, authority.server()) as origin, running_proxy(sign_in="ann:p@ss/word") as proxy:
            settings.HTTPS_PROXIES = {"https": proxy.url.replace("://", "://ann:p%40ss%2Fword@")}

            assert get(origin) == [1]

        assert len(proxy.tunnels) == 1

    def test_a_proxy_that_speaks_tls_itself_is_spoken_to(self, authority, settings):
        with listening(one, authority.server()) as origin, running_proxy(authority.server()) as proxy:
            settings.HTTPS_PROXIES = {"https": proxy.url}

            assert get(origin) == [1]

    def test_a_connection_through_it_is_kept_open(self, authority, settings):
        def keep_alive(connection, done):
            connection.sendall(answer(b"[1]"))
            while connection.recv(65536):
                connection.sendall(answer(b"[1]"))

        with listening(keep_alive, authority.server()) as origin, running_proxy() as proxy:
            settings.HTTPS_PROXIES = {"https": proxy.url}
            for _ in range(3):
                get(origin)

        assert len(proxy.tunnels) == 1

    def test_the_deadline_holds_for_what_comes_through_it(self, authority, settings):
        with listening(drip, authority.server()) as origin, running_proxy() as proxy:
            settings.HTTPS_PROXIES = {"https": proxy.url}

            with pytest.raises(UpstreamTimeout):
                get(origin, seconds=0.4)

    def test_the_deadline_holds_for_the_proxy_itself(self, authority, settings):
        with running_proxy(dripping=True) as proxy:
            settings.HTTPS_PROXIES = {"https": proxy.url}

            with pytest.raises(UpstreamTimeout):
                get("https://127.0.0.1:9", seconds=0.4)

    def test_the_size_is_bounded(self, authority, settings):
        with (
            listening(lambda c, d: c.sendall(answer(b"[" + b" " * 21_000_000 + b"]")), authority.server()) as origin,
            running_proxy() as proxy,
        ):
            settings.HTTPS_PROXIES = {"https": proxy.url}

            with pytest.raises(UpstreamFailure, match="20 MB"):
                get(origin, seconds=20)

    @pytest.mark.parametrize(
        ("kwargs", "expected"),
        [
            ({"sign_in": "ann:other"}, "wants another sign-in than it got, or any at all (407). The operator"),
            ({"refusal": b"HTTP/1.1 403 Forbidden\r\n\r\n"}, "refuses to connect to https://127.0.0.1:9 (403)."),
            (
                {"refusal": b"HTTP/1.1 502 Bad Gateway\r\n\r\n"},
                "(502). Whoever runs the proxy lets this server through",
            ),
        ],
    )
    def test_what_it_refuses_is_told_with_who_mends_it_and_without_the_password(
        self, settings, caplog, kwargs, expected
    ):
        caplog.set_level(logging.DEBUG)
        with running_proxy(**kwargs) as proxy:
            settings.HTTPS_PROXIES = {"https": proxy.url.replace("://", "://ann:s3cret-word@")}
            with pytest.raises(UpstreamFailure, match=r"The proxy 127\.0\.0\.1:\d+ did not let the call") as caught:
                get("https://127.0.0.1:9")
            told = problem("https://127.0.0.1:9")

        assert expected in told
        assert "s3cret" not in told + str(caught.value) + caplog.text
        assert len(proxy.heads) <= 4

    def test_one_that_is_not_there_is_named(self, settings):
        settings.HTTPS_PROXIES = {"https": f"http://127.0.0.1:{own_port()}"}

        assert "cannot be reached, or breaks off. The operator checks MEMORY_CORE_HTTPS_PROXY" in problem(
            "https://127.0.0.1:9"
        )

    def test_a_site_on_loopback_without_tls_is_called_directly(self, settings):
        settings.HTTPS_PROXIES = {"https": "http://127.0.0.1:9"}

        with listening(one) as origin:
            assert get(origin) == [1]


class TestCertificates:
    def test_an_authority_of_ones_own_is_trusted_beside_the_public_ones(self, authority):
        from atlassian.upstream.connections import adapter

        with listening(one, authority.server()) as origin:
            assert get(origin) == [1]

        assert len(adapter().context.get_ca_certs()) > 50

    @pytest.mark.parametrize(
        ("certificate", "expected"),
        [
            ({"days": -1}, "has expired, or is not valid yet. Whoever runs what answers there renews it"),
            ({"name": "jira.example.com"}, "is one for another name. Check base_url"),
        ],
    )
    def test_what_is_wrong_with_a_certificate_is_told_apart(self, authority, certificate, expected):
        with listening(one, authority.server(**certificate)) as origin:
            assert expected in problem(origin)

    def test_an_authority_that_nobody_knows_leads_to_the_setting(self, tmp_path):
        with listening(one, Authority(tmp_path).server()) as origin:
            assert "names a file with that authority's certificate in MEMORY_CORE_CA_BUNDLE" in problem(origin)

    def test_certificates_are_loaded_once_however_many_connections_fail(self, tmp_path, settings, monkeypatch):
        settings.CA_BUNDLE = str(Authority(tmp_path).bundle)
        loaded, load = [], ssl.SSLContext.load_verify_locations
        monkeypatch.setattr(
            ssl.SSLContext,
            "load_verify_locations",
            lambda *args, **kwargs: [loaded.append(args), load(*args, **kwargs)],
        )
        stranger = tmp_path / "stranger"
        stranger.mkdir()

        with listening(one, Authority(stranger).server()) as origin:
            for _ in range(5):
                with pytest.raises(UpstreamFailure):
                    get(origin)

        assert len(loaded) == 2  # the public authorities, and one's own

    def test_a_client_certificate_is_shown_to_who_asks(self, authority, settings):
        with listening(one, authority.server(wants_client=True)) as origin:
            settings.CLIENT_CERT = str(authority.issue("memory-core.example.com"))

            assert get(origin) == [1]

    def test_one_that_is_missing_leads_to_the_setting(self, authority):
        with listening(one, authority.server(wants_client=True)) as origin:
            assert "MEMORY_CORE_CLIENT_CERT" in problem(origin)

    def test_a_client_certificate_is_shown_through_a_proxy_too(self, authority, settings):
        settings.CLIENT_CERT = str(authority.issue("memory-core.example.com"))
        with listening(one, authority.server(wants_client=True)) as origin, running_proxy() as proxy:
            settings.HTTPS_PROXIES = {"https": proxy.url}

            assert get(origin) == [1]


class TestNames:
    @pytest.fixture
    def silent(self, monkeypatch):
        """A resolver that never answers; the look-ups that it was asked for."""
        asked, released = [], threading.Event()
        resolve = socket.getaddrinfo

        def getaddrinfo(host, *args, flags=0, **kwargs):
            if flags & socket.AI_NUMERICHOST:
                return resolve(host, *args, flags=flags, **kwargs)
            asked.append(host)
            released.wait(30)
            raise socket.gaierror(socket.EAI_AGAIN, "late")

        monkeypatch.setattr("atlassian.upstream.addresses.socket.getaddrinfo", getaddrinfo)
        yield asked
        released.set()
        for thread in threading.enumerate():
            if thread.name == "dns":
                thread.join()

    def test_a_silent_resolver_is_waited_for_until_the_deadline(self, silent):
        with pytest.raises(UpstreamTimeout):
            get("https://silent.example.com", seconds=0.2)

        assert silent == ["silent.example.com"]

    def test_look_ups_that_nobody_answers_are_bounded(self, silent, monkeypatch):
        monkeypatch.setattr(addresses, "_lookups", threading.BoundedSemaphore(2))

        for _ in range(4):
            with pytest.raises(UpstreamTimeout):
                get("https://silent.example.com", seconds=0.1)

        assert len(silent) == 2

    def test_the_next_address_is_tried_where_the_first_refuses(self, monkeypatch):
        with listening(one) as origin:
            port = int(origin.rpartition(":")[2])
            kinds = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
            found = [(*kinds, ("127.0.0.1", own_port())), (*kinds, ("127.0.0.1", port))]

            def getaddrinfo(host, *args, flags=0, **kwargs):
                if flags & socket.AI_NUMERICHOST:
                    raise socket.gaierror(socket.EAI_NONAME, "no number")
                return found

            monkeypatch.setattr("atlassian.upstream.addresses.socket.getaddrinfo", getaddrinfo)

            assert get(f"http://somewhere.example.com:{port}") == [1]


def test_no_secret_of_ours_is_told_by_what_fails_on_the_way(settings, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(UpstreamFailure) as caught:
        get("https://127.0.0.1:1")

    assert TOKEN not in caplog.text + str(caught.value)
