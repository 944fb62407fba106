"""Where a token may be sent: the origin of an Atlassian site, or one that the operator listed."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from django.conf import settings

ADVICE = "Give the address of your Atlassian site, like https://acme.atlassian.net."
DEFAULT_PORTS = {"https": 443, "http": 80}
CLOUD = re.compile(r"https://[a-z0-9-]+\.atlassian\.net")


class OriginRefused(ValueError):
    """The sentence says why, and what would be right."""


def site_origin(base_url: str) -> str:
    """'https://acme.atlassian.net' of any address of that site. Raises OriginRefused."""
    return permitted_origin(base_url, settings.ATLASSIAN_ORIGINS)


def permitted_origin(base_url: str, listed: Collection[str]) -> str:
    """Permitted are https on *.atlassian.net and the origins that the operator listed."""
    origin = origin_of(base_url)
    if origin in listed or CLOUD.fullmatch(origin):
        return origin
    raise OriginRefused(
        "Only https on *.atlassian.net is permitted, and what the operator lists in MEMORY_CORE_ATLASSIAN_HOSTS. "
        f"{ADVICE}"
    )


def origin_of(url: str) -> str:
    """Scheme, host, and the port where it is not the scheme's own. Raises OriginRefused."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as exc:
        raise OriginRefused(f"This is not a URL. {ADVICE}") from exc
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise OriginRefused(f"This is not a URL that starts with https://. {ADVICE}")
    if "@" in parts.netloc:
        raise OriginRefused(f"Leave user name and password out of the URL. {ADVICE}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    is_default = port in (None, DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" if is_default else f"{parts.scheme}://{host}:{port}"
