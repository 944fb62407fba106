"""
Connections to Atlassian, kept open and shared by all threads and accounts: they carry no identity of their own.

One TLS context serves them all, since one of its own would cost each connection 700 KB and 20 ms of CPU. Through a
proxy the same context, certificates and deadline hold as without.
"""

import socket
import ssl
import threading
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import certifi
import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from atlassian.upstream.addresses import connected
from atlassian.upstream.deadline import BoundSocket

MAX_POOLS = 64  # hosts whose connections are kept open


class Adapter(HTTPAdapter):
    """Sends what is prepared, over bound sockets and by one TLS context, directly or through the operator's proxy."""

    def __init__(self, *, context: ssl.SSLContext) -> None:
        self.context = context
        super().__init__(pool_connections=MAX_POOLS, pool_maxsize=settings.THREADS)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self.context, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        manager = super().proxy_manager_for(
            proxy, ssl_context=self.context, proxy_ssl_context=self.context, **proxy_kwargs
        )
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """The context holds the certificates already; requests would load its own again for each connection."""

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        host = _host_of(request.url)
        proxy = (proxies or {}).get(host["scheme"])
        return (self.proxy_manager_for(proxy) if proxy else self.poolmanager).connection_from_host(**host)

    def request_url(self, request: Any, proxies: Any) -> str:
        """The path alone: only https goes through a proxy, and there within a tunnel."""
        _, _, path = str(request.url).partition("://")[2].partition("/")
        return "/" + path.partition("#")[0]

    def build_response(self, req: Any, resp: Any) -> requests.Response:
        """Status, headers and the stream: the rest, cookies among it, nobody here looks at."""
        response = requests.Response()
        response.status_code, response.headers, response.raw = resp.status, resp.headers, resp
        response.request, response.url = req, req.url
        return response


def adapter() -> Adapter:
    """The one of this process, for the certificates that the settings name."""
    with _lock:
        return _adapter_for(settings.CA_BUNDLE, settings.CLIENT_CERT)


@lru_cache(maxsize=1)
def _adapter_for(ca_bundle: str, client_cert: str) -> Adapter:
    return Adapter(context=tls_context(ca_bundle, client_cert))


_lock = threading.Lock()


def tls_context(ca_bundle: str = "", client_cert: str = "") -> ssl.SSLContext:
    """Trusts the public authorities and those of ca_bundle; shows client_cert, if any, to who asks for one."""
    context = _SharedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(certifi.where())
    if ca_bundle:
        context.load_verify_locations(ca_bundle)
    if client_cert:
        context.load_cert_chain(client_cert, password=_no_password)
    return context


class _SharedContext(ssl.SSLContext):
    def set_alpn_protocols(self, alpn_protocols: Any) -> None:
        """Nothing: urllib3 sets HTTP/1.1 anew for each connection, while other threads are using the context."""


def _no_password() -> str:
    raise ValueError("the key is protected by a password")


@lru_cache(maxsize=MAX_POOLS)
def _host_in(scheme: str, netloc: str) -> dict[str, Any]:
    parts = urlsplit(f"{scheme}://{netloc}")
    return {"scheme": scheme, "host": parts.hostname, "port": parts.port}


def _host_of(url: str) -> dict[str, Any]:
    scheme, _, rest = url.partition("://")
    return _host_in(scheme, rest.partition("/")[0])


class _Bound:
    """What urllib3 does to connect, within the deadline of the call; look-ups and the talk with a proxy included."""

    def _new_conn(self: Any) -> Any:
        try:
            return connected(self._dns_host, self.port, self.timeout, self.socket_options or ())
        except OSError as exc:
            raise _as_urllib3(self, exc) from exc

    def _tunnel(self: Any) -> None:
        raw = self.sock
        self.sock = BoundSocket(raw)
        try:
            super()._tunnel()  # type: ignore[misc]  # of the connection that this is mixed into
        finally:
            if self.sock is not None:  # a proxy that refuses has it closed
                self.sock = raw

    def connect(self: Any) -> None:
        super().connect()  # type: ignore[misc]  # likewise
        self.sock = BoundSocket(self.sock)


def _as_urllib3(connection: Any, exc: OSError) -> Exception:
    if isinstance(exc, socket.gaierror):
        return NameResolutionError(connection.host, connection, exc)
    if isinstance(exc, TimeoutError):
        return ConnectTimeoutError(connection, f"Connection to {connection.host} timed out.")
    return NewConnectionError(connection, f"Failed to establish a new connection: {exc}")


class _BoundHTTPConnection(_Bound, HTTPConnection):  # type: ignore[misc]  # overrides connect() of its base
    pass


class _BoundHTTPSConnection(_Bound, HTTPSConnection):  # type: ignore[misc]  # likewise
    pass


class _BoundHTTPPool(HTTPConnectionPool):
    ConnectionCls = _BoundHTTPConnection


class _BoundHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _BoundHTTPSConnection


_POOLS: dict[str, Any] = {"http": _BoundHTTPPool, "https": _BoundHTTPSPool}
