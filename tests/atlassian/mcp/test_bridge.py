"""The stdio bridge against stand-ins; test_clients.py has it between the official client and the real server."""

import ast
import io
import ipaddress
import json
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from atlassian.mcp import bridge
from tests.atlassian.mcp.stub_server import result_of, stub_server
from tests.atlassian.upstream.authority import Authority
from tests.atlassian.upstream.proxy import running_proxy

BRIDGE = Path(bridge.__file__)
KEY = "mc_" + "k" * 43
LIST = {"jsonrpc": "2.0", "id": 7, "method": "tools/list"}
MODERN = {
    "jsonrpc": "2.0",
    "id": "a",
    "method": "tools/call",
    "params": {"name": "jira_read", "arguments": {}, "_meta": {bridge.REVISION: "2026-07-28"}},
}


def environment(url: str, **more: str) -> dict[str, str]:
    return {"MEMORY_CORE_URL": url, "MEMORY_CORE_API_KEY": KEY} | more


def start(environ: dict[str, str]) -> subprocess.Popen:
    """As an IDE does: a program with an environment of its own, apart from the project."""
    return subprocess.Popen(
        [sys.executable, "-I", str(BRIDGE)],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run(environ: dict[str, str], *messages: Any) -> tuple[list[Any], str, int]:
    """(answers, stderr, exit code) of one run that ends with stdin."""
    lines = b"".join(
        message if isinstance(message, bytes) else json.dumps(message).encode() + b"\n" for message in messages
    )
    program = start(environ)
    out, err = program.communicate(lines, timeout=60)
    return [json.loads(line) for line in out.splitlines()], err.decode(), program.returncode


@contextmanager
def bridge_to(url: str) -> Iterator[Callable[[Any], bytes]]:
    """The bridge in this process: message → what it would write."""
    passing = bridge.Bridge(bridge.Server(environment(url)), io.BytesIO())
    yield lambda message: passing.answer(json.dumps(message).encode()) or b""
    passing.close()


def sentence(answer: bytes) -> str:
    return json.loads(answer)["error"]["message"]


def test_a_request_is_passed_on_with_the_key_and_answered_under_its_id():
    with stub_server(lambda message: result_of(message, tools=[])) as server:
        answers, err, code = run(environment(server.url, MEMORY_CORE_WORKSPACE_KEY="acme"), LIST)

    assert (answers, err, code) == ([{"jsonrpc": "2.0", "id": 7, "result": {"tools": []}}], "", 0)
    headers = server.headers_seen[0]
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["x-workspace-key"] == "acme"
    assert json.loads(server.bodies_seen[0]) == LIST


def test_without_a_workspace_none_is_named():
    with stub_server(result_of) as server:
        run(environment(server.url), LIST)

    assert "x-workspace-key" not in server.headers_seen[0]


def test_after_the_handshake_each_request_names_the_revision_that_was_agreed():
    initialize = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2024-11-05"}}

    def agree(message):
        return result_of(message, protocolVersion="2025-11-25")

    with stub_server(agree) as server, bridge_to(server.url) as answer:
        for message in (initialize, LIST, initialize):
            answer(message)

    assert [seen.get("mcp-protocol-version") for seen in server.headers_seen] == [None, "2025-11-25", None]


def test_a_stateless_request_has_its_headers_agree_with_its_body():
    with stub_server(result_of) as server, bridge_to(server.url) as answer:
        answer(MODERN)

    headers = server.headers_seen[0]
    assert headers["mcp-protocol-version"] == "2026-07-28"
    assert (headers["mcp-method"], headers["mcp-name"]) == ("tools/call", "jira_read")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("jëra", "=?base64?asOrcmE=?="),
        ("a\r\nb", "=?base64?YQ0KYg==?="),
        ("=?base64?x?=", "=?base64?PT9iYXNlNjQ/eD89?="),
    ],
)
def test_what_cannot_stand_in_a_header_is_encoded(name, header):
    message = MODERN | {"params": MODERN["params"] | {"name": name}}

    assert bridge.mirrored_headers(message)["Mcp-Name"] == header


def test_a_notification_is_passed_on_and_never_answered():
    with stub_server(lambda message: (401, {}, b"no") if "id" not in message else result_of(message)) as server:
        answers, err, _ = run(environment(server.url), {"jsonrpc": "2.0", "method": "notifications/initialized"}, LIST)

    assert [answer["id"] for answer in answers] == [7]
    assert len(server.bodies_seen) == 2
    assert "HTTP 401" in err


def test_calls_run_side_by_side():
    both = threading.Barrier(2, timeout=30)

    def answer(message):
        both.wait()
        return result_of(message)

    with stub_server(answer) as server:
        answers, _, _ = run(environment(server.url), LIST, LIST | {"id": 8})

    assert sorted(answer["id"] for answer in answers) == [7, 8]


def test_a_connection_is_kept_for_the_next_call():
    with stub_server(result_of) as server, bridge_to(server.url) as answer:
        for _ in range(3):
            answer(LIST)

    assert server.connections == 1


def test_a_kept_connection_that_was_closed_meanwhile_is_opened_anew():
    def answer_and_hang_up(message):
        status, _, body = result_of(message)
        return status, {"X-Stub": "hang up"}, body

    with stub_server(answer_and_hang_up) as server, bridge_to(server.url) as answer:
        answers = [json.loads(answer(LIST)) for _ in range(2)]

    assert [each["result"] for each in answers] == [{}, {}]
    assert server.connections == 2


def test_a_redirect_is_not_followed_and_says_what_to_do():
    with stub_server(result_of) as other:
        moved = (308, {"Location": other.url + "/mcp"}, b"")
        with stub_server(lambda message: moved) as server, bridge_to(server.url) as answer:
            said = sentence(answer(LIST))

    assert other.headers_seen == []
    assert f"redirects to {other.url}/mcp" in said
    assert "MEMORY_CORE_URL" in said


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_refusal_is_told_in_the_words_of_the_server_under_the_id_of_the_request(status):
    body = {"jsonrpc": "2.0", "id": None, "error": {"code": -32000, "message": "This API key is not valid."}}
    with stub_server(lambda message: (status, {}, json.dumps(body).encode())) as server:
        answers, _, code = run(environment(server.url), LIST)

    assert (answers[0]["id"], code) == (7, 0)
    assert answers[0]["error"]["message"].startswith("This API key is not valid.")


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"", b"[]", b"\xff", b'{"ok": true}', b"[" * 100_000])
@pytest.mark.parametrize("status", [200, 202, 404, 502])
def test_an_answer_that_is_no_mcp_says_so(status, body):
    with stub_server(lambda message: (status, {}, body)) as server, bridge_to(server.url) as answer:
        said = answer(LIST)

    assert json.loads(said)["id"] == 7
    assert f"HTTP {status}, and nothing of MCP" in sentence(said)


def test_a_server_that_is_not_there_is_named():
    answers, err, code = run(environment("http://127.0.0.1:9"), LIST)

    assert "cannot be reached at http://127.0.0.1:9" in answers[0]["error"]["message"]
    assert "cannot be reached" in err
    assert code == 0


def test_a_server_that_does_not_answer_in_time_is_named(monkeypatch):
    monkeypatch.setattr(bridge, "TIMEOUT_SECONDS", 0.05)
    released = threading.Event()

    def answer_late(message):
        released.wait(30)
        return result_of(message)

    with stub_server(answer_late) as server, bridge_to(server.url) as answer:
        said = answer(LIST)
        released.set()

    assert "did not answer within" in sentence(said)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """(certificate, key) of 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(address, critical=False)
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(certificate):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    with stub_server(result_of, tls) as server:
        answers, _, _ = run(environment(server.url), LIST)

    assert server.bodies_seen == []
    assert f"The certificate of {server.url} is not trusted" in answers[0]["error"]["message"]


def test_an_authority_of_ones_own_is_trusted_when_it_is_named(certificate):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    with stub_server(result_of, tls) as server:
        answers, _, _ = run(environment(server.url, SSL_CERT_FILE=str(certificate[0])), LIST)

    assert answers == [{"jsonrpc": "2.0", "id": 7, "result": {}}]


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({}, "MEMORY_CORE_URL is not set"),
        ({"MEMORY_CORE_URL": "https://mc.example.com"}, "MEMORY_CORE_API_KEY is not set"),
        (environment("memory-core.example.com"), "MEMORY_CORE_URL is not a URL"),
        (environment("https://user:secret@mc.example.com"), "MEMORY_CORE_URL is not a URL"),
        (environment("https://mc.example.com:port"), "MEMORY_CORE_URL is not a URL"),
        (environment("https://mc.example.com/\r\nX: y"), "MEMORY_CORE_URL is not a URL"),
        (environment("http://mc.example.com"), "unencrypted"),
        (environment("https://mc.example.com", MEMORY_CORE_API_KEY="${MEMORY_CORE_API_KEY}"), "begins with mc_"),
        (environment("https://mc.example.com", MEMORY_CORE_API_KEY="mc_a\r\nX: y"), "begins with mc_"),
    ],
)
def test_a_wrong_environment_is_one_line_on_stderr_and_an_error_to_each_request(environ, sentence):
    notification = {"jsonrpc": "2.0", "method": "notifications/initialized"}

    answers, err, code = run(environ, LIST, notification, b"no json\n", LIST | {"id": "b"})

    assert [answer["id"] for answer in answers] == [7, "b"]
    assert all(sentence in answer["error"]["message"] for answer in answers)
    assert len(err.splitlines()) == 1
    assert sentence in err
    assert "secret" not in err
    assert code == 1


def test_plain_http_beyond_this_machine_needs_to_be_asked_for():
    assert bridge.Server(environment("http://mc.internal:8080", MEMORY_CORE_ALLOW_HTTP="1")).port == 8080


@pytest.mark.parametrize(
    "url", ["https://mc.example.com/team", "https://mc.example.com/team/", "https://mc.example.com/team/mcp"]
)
def test_the_url_may_have_a_path_and_may_name_the_endpoint(url):
    server = bridge.Server(environment(url))

    assert (server.host, server.port, server.path) == ("mc.example.com", 443, "/team")


def test_lines_that_are_no_json_are_answered_and_blank_ones_are_not():
    with stub_server(result_of) as server:
        answers, _, code = run(environment(server.url), b"{\n", b"\n", b"[" * 100_000 + b"\n", b"\xff\n", LIST)

    codes = sorted(answer.get("error", {}).get("code", 0) for answer in answers)
    assert codes == [-32700, -32700, -32700, 0]
    assert code == 0


def test_it_ends_quietly_when_nobody_listens_any_more():
    with stub_server(lambda message: result_of(message, text="x" * 300_000)) as server:
        program = start(environment(server.url))
        program.stdout.close()
        program.stdin.write((json.dumps(LIST) + "\n").encode())
        program.stdin.close()
        code, err = program.wait(60), program.stderr.read()
        program.stderr.close()

    assert (code, err) == (0, b"")


def test_it_ends_quietly_when_told_to():
    reached, released = threading.Event(), threading.Event()

    def answer(message):
        reached.set()
        released.wait(30)
        return result_of(message)

    with stub_server(answer) as server:
        program = start(environment(server.url))
        program.stdin.write((json.dumps(LIST) + "\n").encode())
        program.stdin.flush()
        reached.wait(30)
        program.send_signal(signal.SIGTERM)
        out, err = program.communicate(timeout=60)
        released.set()

    assert (program.returncode, out, err) == (0, b"", b"")


def test_the_one_file_needs_nothing_but_the_standard_library_of_an_older_python():
    tree = ast.parse(BRIDGE.read_text(), feature_version=(3, 9))

    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }

    assert imported <= sys.stdlib_module_names


class TestThroughAProxy:
    @pytest.fixture
    def told(self, tmp_path):
        """The answer to a list of tools, and what stands on stderr, with these proxies on the way."""
        authority = Authority(tmp_path)

        def through(**proxy: Any) -> tuple[Any, str, Any]:
            with (
                stub_server(lambda message: result_of(message, tools=[]), authority.server()) as stub,
                running_proxy(**proxy) as running,
            ):
                address = running.url.replace("://", "://ann:p%40ss@")
                more = {"MEMORY_CORE_HTTPS_PROXY": address, "MEMORY_CORE_CA_BUNDLE": str(authority.bundle)}
                answers, err, _ = run(environment(stub.url, **more), LIST, LIST)
                return answers, err, running

        return through

    def test_calls_go_through_it_signed_in_and_by_one_connection(self, told):
        answers, err, proxy = told(sign_in="ann:p@ss")

        assert [answer["result"] for answer in answers] == [{"tools": []}] * 2
        assert err == ""
        assert 1 <= len(proxy.tunnels) <= 2
        assert KEY.encode() not in b"".join(proxy.heads)

    @pytest.mark.parametrize(
        ("proxy", "expected"),
        [
            ({"sign_in": "other:one"}, "wants another sign-in than it got"),
            ({"refusal": b"HTTP/1.1 403 Forbidden\r\n\r\n"}, "does not connect to https://127.0.0.1"),
        ],
    )
    def test_what_it_refuses_is_told_without_the_password(self, told, proxy, expected):
        answers, err, _ = told(**proxy)

        assert expected in answers[0]["error"]["message"]
        assert "MEMORY_CORE_HTTPS_PROXY" in err
        assert "p@ss" not in err + json.dumps(answers)
        assert "p%40ss" not in err + json.dumps(answers)

    @pytest.mark.parametrize(
        "proxy", ["https://ann:s3cret@proxy:1", "socks5://ann:s3cret@proxy", "http://ann:s3cret@:1"]
    )
    def test_what_is_no_proxy_is_refused_at_once_and_without_the_password(self, proxy):
        _, err, code = run(environment("https://127.0.0.1:1", MEMORY_CORE_HTTPS_PROXY=proxy), LIST)

        assert code == 1
        assert "MEMORY_CORE_HTTPS_PROXY is not an address like" in err
        assert "s3cret" not in err

    def test_a_file_without_certificates_is_refused_at_once(self, tmp_path):
        (tmp_path / "empty.pem").write_text("")

        _, err, code = run(environment("https://127.0.0.1:1", MEMORY_CORE_CA_BUNDLE=str(tmp_path / "empty.pem")), LIST)

        assert (code, "is no readable file of certificates" in err) == (1, True)
