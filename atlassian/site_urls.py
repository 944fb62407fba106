"""Addresses of the connected site, as a person or an earlier answer of Atlassian's may give them."""

from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from integrations.credentials import Credentials
from integrations.origins import DEFAULT_PORTS


def path_on_site(url: SplitResult, credentials: Credentials) -> str | None:
    """The path of url as seen from the site's root, by the gateway too; None where it leads elsewhere."""
    if _origin(url) == _origin(urlsplit(settings.ATLASSIAN_GATEWAY_URL)) and url.path.startswith("/ex/"):
        start = f"/ex/{credentials.provider}/{credentials.cloud_id}"
        is_ours = credentials.cloud_id and url.path.startswith(start + "/")
        return url.path.removeprefix(start) if is_ours else None
    return url.path if _origin(url) == _origin(urlsplit(credentials.base_url)) else None


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or DEFAULT_PORTS.get(url.scheme)
