"""What the adapter's tests need, made by plain functions."""

from typing import Any

from atlassian.upstream import identity
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.deadline import Deadline
from integrations.credentials import Credentials

SITE = "https://acme.atlassian.net"
GATEWAY = "https://api.atlassian.com"
TOKEN = "ATATT-secret-token"
ME = "5b10a2844c20165700ede21g"
SIGNED = {"X-AAccountId": ME}
STRANGER = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}


def make_credentials(provider: str = "jira", **fields: Any) -> Credentials:
    values: dict[str, Any] = {
        "provider": provider,
        "source": "workspace",
        "base_url": SITE,
        "email": "bot@acme.example.com",
        "api_token": TOKEN,
    }
    return Credentials(**(values | fields))


def make_client(
    provider: str = "jira", seconds: float | None = None, *, verified: bool = True, **fields: Any
) -> AtlassianClient:
    """Verified: as a connection test has just left the credentials, so that nobody asks Atlassian who we are."""
    credentials = make_credentials(provider, **fields)
    if verified:
        identity.remember(credentials, credentials.account_id or ME)
    return AtlassianClient(credentials, deadline=None if seconds is None else Deadline(seconds))
