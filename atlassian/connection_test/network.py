"""What can be wrong between this server and Atlassian: names, ports, proxies and certificates, told apart."""

import re
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from urllib3.exceptions import ProxyError

NETWORK = "the operator checks that this server may reach the internet: its DNS, firewall and proxy."
UNREACHABLE: tuple[tuple[type[BaseException], str, str], ...] = (
    (
        socket.gaierror,
        "The name in {site} cannot be resolved.",
        f"Check the spelling of base_url; if it is right, {NETWORK}",
    ),
    (
        ConnectionRefusedError,
        "{site} refuses the connection.",
        f"Check host and port of base_url; if they are right, {NETWORK}",
    ),
    (OSError, "{site} cannot be reached, or breaks the connection off.", f"Test again; if it stays so, {NETWORK}"),
)
# OpenSSL's numbers for a certificate that is refused.
NOT_YET_VALID, EXPIRED, WRONG_NAME, WRONG_ADDRESS = 9, 10, 62, 64


def network_trouble(exc: BaseException, site: str) -> tuple[str, str] | None:
    """What is the matter, and who mends it; None for what is no trouble of the network's."""
    causes = list(_causes(exc))
    if any(isinstance(cause, ProxyError) for cause in causes):
        return _of_proxy(causes, site)
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return _of_certificate(cause, site)
    for kind, problem, remedy in UNREACHABLE:
        if any(isinstance(cause, kind) for cause in causes):
            return problem.format(site=site), remedy
    return None


def _of_proxy(causes: list[BaseException], site: str) -> tuple[str, str]:
    proxy = _shown_proxy()
    said = " ".join(str(cause) for cause in causes if "Tunnel connection failed" in str(cause))
    status = (re.findall(r"failed: ([0-9]{3})", said) or [""])[0]
    if status == "407":
        return (
            f"The proxy {proxy} wants another sign-in than it got, or any at all (407).",
            "The operator gives user and password in MEMORY_CORE_HTTPS_PROXY (http://user:password@host:port).",
        )
    if status:
        return (
            f"The proxy {proxy} refuses to connect to {site} ({status}).",
            f"Whoever runs the proxy lets this server through to {urlsplit(site).hostname} and to "
            f"{urlsplit(settings.ATLASSIAN_GATEWAY_URL).hostname}.",
        )
    return (
        f"The proxy {proxy} cannot be reached, or breaks off.",
        "The operator checks MEMORY_CORE_HTTPS_PROXY and that the proxy runs.",
    )


def _of_certificate(exc: ssl.SSLError, site: str) -> tuple[str, str]:
    code = getattr(exc, "verify_code", 0)
    if code in (EXPIRED, NOT_YET_VALID):
        return (
            f"The TLS certificate of {site} has expired, or is not valid yet.",
            "Whoever runs what answers there renews it; the operator checks this server's clock.",
        )
    if code in (WRONG_NAME, WRONG_ADDRESS):
        return (
            f"The TLS certificate that {site} shows is one for another name.",
            "Check base_url; something between this server and Atlassian may answer in its place.",
        )
    if code or isinstance(exc, ssl.SSLCertVerificationError):
        return (
            f"The TLS certificate of {site} is from an authority that this server does not trust.",
            "If a proxy of yours inspects TLS, or the site has a certificate of your own, the operator names a file "
            "with that authority's certificate in MEMORY_CORE_CA_BUNDLE; otherwise somebody may be listening.",
        )
    return (
        f"{site}, or a proxy before it, breaks off TLS: it may want a client certificate, or another one.",
        "The operator names a file with certificate and key in MEMORY_CORE_CLIENT_CERT, if one is wanted; else checks "
        "what answers there.",
    )


def _shown_proxy() -> str:
    """The address of the proxy without user and password."""
    proxy = urlsplit(settings.HTTPS_PROXIES.get("https", ""))
    return f"{proxy.hostname}:{proxy.port}"


def _causes(exc: BaseException) -> Iterator[BaseException]:
    """All that an exception came from: libraries keep the reason in attributes of their own too."""
    waiting: list[object] = [exc]
    seen: list[BaseException] = []
    while waiting:
        current = waiting.pop()
        if isinstance(current, BaseException) and not any(current is each for each in seen):
            seen.append(current)
            waiting += [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]
    yield from seen[1:]
