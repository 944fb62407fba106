"""The way out to Atlassian, as the environment describes it; checked at start, for a mistake would fail every call."""

import ssl
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

PROXY_PORTS = {"http": 80, "https": 443}


def proxies(name: str, text: str) -> dict[str, str]:
    """The proxies as requests takes them; empty for none. A wrong value is not shown: it may hold a password."""
    if not text:
        return {}
    wrong = ImproperlyConfigured(
        f"{name}: give the address of a proxy like http://proxy.example.com:3128, or "
        f"http://user:password@proxy.example.com:3128 where it wants a sign-in (characters like @ : / percent-encoded)."
    )
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        port = parts.port
    except ValueError as exc:
        raise wrong from exc
    is_bare = parts.path in ("", "/") and not parts.query and not parts.fragment
    if parts.scheme not in PROXY_PORTS or not parts.hostname or not is_bare:
        raise wrong
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    sign_in, at, _ = parts.netloc.rpartition("@")
    return {"https": f"{parts.scheme}://{sign_in}{at}{host}:{port or PROXY_PORTS[parts.scheme]}"}


def ca_bundle(name: str, text: str) -> str:
    """The file of authorities that are trusted beside the public ones."""
    if not text:
        return ""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(text)
    except OSError as exc:  # SSLError is one
        raise ImproperlyConfigured(f"{name}={text!r}: give a readable file of certificates in PEM: {exc}.") from exc
    return str(Path(text).resolve())


def client_cert(name: str, text: str) -> str:
    """The file with a certificate and its key, shown to a proxy or server that asks for one."""
    if not text:
        return ""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(text, password=_no_password)
    except (OSError, ValueError) as exc:
        raise ImproperlyConfigured(
            f"{name}={text!r}: give a readable PEM file with a certificate and its key, without a password: {exc}."
        ) from exc
    return str(Path(text).resolve())


def _no_password() -> str:
    raise ValueError("the key is protected by a password")
