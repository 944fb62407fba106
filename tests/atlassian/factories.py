"""What the adapter's tests need, made by plain functions."""

from typing import Any

from atlassian.upstream.client import AtlassianClient
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


def make_client(provider: str = "jira", seconds: float | None = None, **fields: Any) -> AtlassianClient:
    return AtlassianClient(make_credentials(provider, **fields), seconds=seconds)
