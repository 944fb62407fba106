"""Where a token may be sent: the origin of an Atlassian site, or one that the operator listed."""

from collections.abc import Collection
from urllib.parse import urlsplit

from django.conf import settings

ADVICE = "Give the address of your Atlassian site, like https://acme.atlassian.net."


class OriginRefused(ValueError):
    """The sentence says why, and what would be right."""


def site_origin(base_url: str) -> str:
    """'https://acme.atlassian.net' of any address of that site. Raises OriginRefused."""
    return permitted_origin(base_url, settings.ATLASSIAN_ORIGINS)


def permitted_origin(base_url: str, listed: Collection[str]) -> str:
    """Permitted are https on *.atlassian.net and the origins that the operator listed."""
    try:
        parts = urlsplit(base_url.strip())
        port = parts.port
    except ValueError as exc:
        raise OriginRefused(f"This is not a URL. {ADVICE}") from exc
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise OriginRefused(f"This is not a URL that starts with https://. {ADVICE}")
    if "@" in parts.netloc:
        raise OriginRefused(f"Leave user name and password out of the URL. {ADVICE}")
    origin = _written(parts.scheme, parts.hostname, port)
    if origin in listed or _is_cloud(parts.scheme, parts.hostname, port):
        return origin
    raise OriginRefused(
        "Only https on *.atlassian.net is permitted, and what the operator lists in MEMORY_CORE_ATLASSIAN_HOSTS. "
        f"{ADVICE}"
    )


def _is_cloud(scheme: str, host: str, port: int | None) -> bool:
    site, _, domain = host.partition(".")
    clean = site.replace("-", "").isalnum() and site.isascii()
    return scheme == "https" and port in (None, 443) and domain == "atlassian.net" and clean


def _written(scheme: str, host: str, port: int | None) -> str:
    host = f"[{host}]" if ":" in host else host
    default = {"https": 443, "http": 80}[scheme]
    return f"{scheme}://{host}" if port in (None, default) else f"{scheme}://{host}:{port}"
