#!/usr/bin/env python3
"""
memory-core-mcp: MCP over stdio, for programs that start their servers, passed on to a memory-core over HTTP.

One file of the standard library alone, for Python 3.9 or newer: a laptop needs nothing else of the project. It
reads MEMORY_CORE_URL, MEMORY_CORE_API_KEY and, where wanted, MEMORY_CORE_WORKSPACE_KEY, MEMORY_CORE_HTTPS_PROXY and
MEMORY_CORE_CA_BUNDLE. stdin and stdout carry one JSON-RPC message a line; what a person should know goes to stderr.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import ssl
import sys
import threading
from collections.abc import Iterable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 55  # clients give up after 60
CALLS_AT_ONCE = 16
LOOPBACK = ("localhost", "127.0.0.1", "::1")
REVISION = "io.modelcontextprotocol/protocolVersion"

UNREADABLE = -32700
FAILED = -32000


class BridgeError(Exception):
    """What is the matter, in a sentence for the person in front of the client."""


class Server:
    """Where memory-core is, and the key to it, as the environment says. Raises BridgeError."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.url = environ.get("MEMORY_CORE_URL", "").strip().rstrip("/")
        if self.url.endswith("/mcp"):
            self.url = self.url[: -len("/mcp")]
        self.host, self.port, self.is_https, self.path = _parts(self.url)
        if not (self.is_https or self.host in LOOPBACK or environ.get("MEMORY_CORE_ALLOW_HTTP") == "1"):
            raise BridgeError(
                f"MEMORY_CORE_URL={self.url} would send the API key over the network unencrypted. Give an https URL, "
                f"or set MEMORY_CORE_ALLOW_HTTP=1 if you mean it."
            )
        key = environ.get("MEMORY_CORE_API_KEY", "").strip()
        if not (key.startswith("mc_") and key.isascii() and key.isprintable()):
            what = "is not set" if not key else "is not an API key of memory-core, which begins with mc_"
            raise BridgeError(f"MEMORY_CORE_API_KEY {what}.")
        self.headers = {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
        }
        if workspace := environ.get("MEMORY_CORE_WORKSPACE_KEY", "").strip():
            self.headers["X-Workspace-Key"] = _header_value(workspace)

        self._tls = _tls(environ.get("MEMORY_CORE_CA_BUNDLE", "").strip()) if self.is_https else None
        self.proxy = Proxy(environ.get("MEMORY_CORE_HTTPS_PROXY", "").strip()) if self.is_https else None

    def connect(self) -> HTTPConnection:
        if self._tls is None:
            return HTTPConnection(self.host, self.port, timeout=TIMEOUT_SECONDS)
        if not self.proxy:
            return HTTPSConnection(self.host, self.port, timeout=TIMEOUT_SECONDS, context=self._tls)
        connection = HTTPSConnection(self.proxy.host, self.proxy.port, timeout=TIMEOUT_SECONDS, context=self._tls)
        connection.set_tunnel(self.host, self.port, self.proxy.headers)
        return connection


class Proxy:
    """What the way to memory-core leads through; false where nothing. Raises BridgeError, without the password."""

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url if "://" in url or not url else f"http://{url}")
            self.host, self.port = parts.hostname or "", parts.port or 80
        except ValueError:
            parts, self.host = urlsplit(""), ""
        if url and (parts.scheme != "http" or not self.host):
            raise BridgeError("MEMORY_CORE_HTTPS_PROXY is not an address like http://proxy.example.com:3128.")
        self.headers = {}
        if parts.username:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
            self.headers["Proxy-Authorization"] = "Basic " + base64.b64encode(pair).decode()

    def __bool__(self) -> bool:
        return bool(self.host)


class Bridge:
    """Passes each line on and writes its answer, many at once, over connections that are kept."""

    def __init__(self, server: Server, out: BinaryIO) -> None:
        self.server = server
        self._out = out
        self._writing = threading.Lock()
        self._calls = threading.BoundedSemaphore(CALLS_AT_ONCE)
        self._idle: list[HTTPConnection] = []
        self._negotiated: dict[str, str] = {}

    def run(self, lines: Iterable[bytes]) -> None:
        """Returns when lines end and every answer is written."""
        running: list[threading.Thread] = []
        for line in lines:
            if line.strip():
                self._calls.acquire()
                running = [thread for thread in running if thread.is_alive()]
                running.append(threading.Thread(target=self._serve, args=(line.strip(),), daemon=True))
                running[-1].start()
        for thread in running:
            thread.join()
        self.close()

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _serve(self, line: bytes) -> None:
        try:
            answer = self.answer(line)
            if answer is not None:
                write(self._out, self._writing, answer)
        finally:
            self._calls.release()

    def answer(self, line: bytes) -> bytes | None:
        """What is said to one line; None to a notification."""
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return error(None, UNREADABLE, "This line is not JSON.")
        try:
            body = self._passed_on(line, message)
        except BridgeError as exc:
            log(str(exc))
            body = error(_id(message), FAILED, str(exc))
        return body if is_request(message) else None

    def _passed_on(self, line: bytes, message: Any) -> bytes:
        response, body = self._posted(line, self._headers(message))
        if response.status == 202 and not is_request(message):
            return b""
        answer = _json_object(body)
        if "jsonrpc" not in answer or response.status in (401, 403):
            raise BridgeError(self._refusal(response, answer))
        if isinstance(message, dict) and message.get("method") == "initialize":
            self._remember_revision(answer)
        if answer.get("id") is None:  # refused before it was read; the client waits under its own
            answer["id"] = _id(message)
        return json.dumps(answer).encode()

    def _headers(self, message: Any) -> dict[str, str]:
        if isinstance(message, dict) and message.get("method") == "initialize":
            return self.server.headers
        return self.server.headers | (mirrored_headers(message) or self._negotiated)

    def _remember_revision(self, answer: dict[str, Any]) -> None:
        result = answer.get("result")
        if isinstance(result, dict) and isinstance(result.get("protocolVersion"), str):
            self._negotiated = {"MCP-Protocol-Version": _header_value(result["protocolVersion"])}

    def _posted(self, line: bytes, headers: dict[str, str]) -> tuple[HTTPResponse, bytes]:
        url = self.server.url
        try:
            return self._sent(line, headers)
        except TimeoutError:
            raise BridgeError(f"memory-core at {url} did not answer within {TIMEOUT_SECONDS} s. Try again.") from None
        except ssl.SSLCertVerificationError as exc:
            raise BridgeError(
                f"The certificate of {url} is not trusted ({exc.verify_message}). If your company has its own "
                f"authority, let MEMORY_CORE_CA_BUNDLE name its file."
            ) from None
        except OSError as exc:
            if self.server.proxy:
                raise BridgeError(_of_proxy(self.server.proxy, url, exc)) from None
            raise BridgeError(
                f"memory-core cannot be reached at {url} ({exc.strerror or exc}). Does it run, and is MEMORY_CORE_URL "
                f"right?"
            ) from None
        except HTTPException:
            raise BridgeError(f"What listens at {url} does not speak HTTP. Is MEMORY_CORE_URL right?") from None

    def _sent(self, line: bytes, headers: dict[str, str]) -> tuple[HTTPResponse, bytes]:
        """A connection that was kept may have been closed meanwhile: then once more over a new one."""
        try:
            return self._exchange(self._idle.pop(), line, headers)
        except (IndexError, ConnectionError, HTTPException):
            return self._exchange(self.server.connect(), line, headers)

    def _exchange(self, connection: HTTPConnection, line: bytes, headers: dict[str, str]) -> tuple[HTTPResponse, bytes]:
        try:
            connection.request("POST", self.server.path + "/mcp", line, headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, HTTPException):
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            self._idle.append(connection)
        return response, body

    def _refusal(self, response: HTTPResponse, answer: dict[str, Any]) -> str:
        where = f"{self.server.url}/mcp"
        if 300 <= response.status < 400:
            return (
                f"{where} redirects to {response.headers.get('Location', 'elsewhere')}. That is not followed, or the "
                f"API key would go there too: set MEMORY_CORE_URL to where memory-core is."
            )
        said = answer.get("error")
        if isinstance(said, dict) and isinstance(said.get("message"), str):
            return f"{said['message']} (HTTP {response.status} from {where})"
        return f"{where} answered HTTP {response.status}, and nothing of MCP. Is MEMORY_CORE_URL right?"


def _of_proxy(proxy: Proxy, url: str, exc: OSError) -> str:
    """What kept us from memory-core on the way through a proxy."""
    where = f"the proxy {proxy.host}:{proxy.port} (MEMORY_CORE_HTTPS_PROXY)"
    said = str(exc)
    if "407" in said:
        return f"{where} wants another sign-in than it got, or any at all: http://user:password@host:port."
    if "Tunnel connection failed" in said:
        return f"{where} does not connect to {url} ({said})."
    return f"memory-core cannot be reached at {url} by {where} ({exc.strerror or said})."


def mirrored_headers(message: Any) -> dict[str, str]:
    """The headers that revision 2026-07-28 wants to see agree with the body; older ones say nothing in the body."""
    params = _object(message, "params")
    revision = _object(params, "_meta").get(REVISION)
    method = message.get("method") if isinstance(message, dict) else None
    if not (isinstance(revision, str) and isinstance(method, str)):
        return {}
    headers = {"MCP-Protocol-Version": _header_value(revision), "Mcp-Method": _header_value(method)}
    name = params.get("name", params.get("uri"))
    if isinstance(name, str):
        headers["Mcp-Name"] = _header_value(name)
    return headers


def is_request(message: Any) -> bool:
    """Whether an answer is awaited; also to what is no message at all, so that nobody waits in vain."""
    return not isinstance(message, dict) or "id" in message or "method" not in message


def error(request_id: Any, code: int, sentence: str) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": request_id, "error": {"code": code, "message": sentence}}).encode()


def refuse_all(lines: Iterable[bytes], out: BinaryIO, sentence: str) -> None:
    """Says to each request why nothing can be done, until the client gives up."""
    for line in lines:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if is_request(message):
            write(out, threading.Lock(), error(_id(message), FAILED, sentence))


def write(out: BinaryIO, lock: threading.Lock, answer: bytes) -> None:
    with lock:
        try:
            out.write(answer.strip() + b"\n")
            out.flush()
        except (BrokenPipeError, ValueError):  # nobody listens any more
            os._exit(0)


def log(sentence: str) -> None:
    sys.stderr.write(f"memory-core-mcp: {sentence}\n")
    sys.stderr.flush()


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    lines, out = sys.stdin.buffer, sys.stdout.buffer
    try:
        server = Server(os.environ)
    except BridgeError as exc:
        log(str(exc))
        refuse_all(lines, out, str(exc))
        return 1
    Bridge(server, out).run(lines)
    return 0


def _tls(ca_bundle: str) -> ssl.SSLContext:
    """Trusts a company's own authority besides, which SSL_CERT_FILE and SSL_CERT_DIR may name as well."""
    context = ssl.create_default_context()
    if ca_bundle:
        try:
            context.load_verify_locations(ca_bundle)
        except OSError as exc:
            raise BridgeError(
                f"MEMORY_CORE_CA_BUNDLE={ca_bundle} is no readable file of certificates: {exc}."
            ) from None
    return context


def _parts(url: str) -> tuple[str, int, bool, str]:
    """(host, port, whether https, path)"""
    if not url:
        raise BridgeError(
            "MEMORY_CORE_URL is not set. It is where memory-core runs, like https://memory-core.example.com."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    is_plain = url.isascii() and url.isprintable() and " " not in url and not parts.query and not parts.fragment
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or not is_plain:
        raise BridgeError("MEMORY_CORE_URL is not a URL like https://memory-core.example.com.")
    is_https = parts.scheme == "https"
    return parts.hostname, port or (443 if is_https else 80), is_https, parts.path


def _header_value(value: str) -> str:
    """value where it can stand in a header as it is, else encoded as the revision says."""
    stands = all(" " <= character <= "~" for character in value) and value == value.strip()
    if stands and not (value.startswith("=?base64?") and value.endswith("?=")):
        return value
    return f"=?base64?{base64.b64encode(value.encode(errors='replace')).decode()}?="


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _object(value: Any, name: str) -> dict[str, Any]:
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def _id(message: Any) -> Any:
    given = message.get("id") if isinstance(message, dict) else None
    return given if isinstance(given, (str, int)) and not isinstance(given, bool) else None


if __name__ == "__main__":
    sys.exit(main())
