"""Opening the doors of search and read against the sample site, as an agent does."""

from typing import Any

from django.conf import settings

from atlassian.upstream import identity
from audit.models import AuditLog
from dev.sample_site import SampleSite
from dev.sample_site.accounts import READER
from tests.atlassian.factories import make_credentials
from tests.factories import make_integration

ISSUE = {"issue_key": "GATE-7"}
PAGE = {"page_id": "420000002"}

FOUR = [
    ("/v1/jira/search", {"q": "turnstile"}, "jira.search"),
    ("/v1/jira/read", ISSUE, "jira.read"),
    ("/v1/confluence/search", {"q": "doors"}, "confluence.search"),
    ("/v1/confluence/read", PAGE, "confluence.read"),
]


def connect(site: SampleSite, workspace: str = "acme", **fields: Any) -> None:
    """Both providers of the workspace, with the sample site's reader, verified a moment ago as after a test."""
    settings.ATLASSIAN_ORIGINS = frozenset({site.url})
    settings.ATLASSIAN_GATEWAY_URL = site.gateway_url
    settings.ATLASSIAN_MEDIA_ORIGINS = frozenset({site.media_url})
    account = {"base_url": site.url, "email": READER.email, "api_token": READER.tokens[0].value}
    for provider in ("jira", "confluence"):
        make_integration(provider, workspace, **account | fields)
    if "api_token" not in fields:
        verified(site)


def verified(site: SampleSite) -> None:
    for provider in ("jira", "confluence"):
        credentials = make_credentials(
            provider, base_url=site.url, email=READER.email, api_token=READER.tokens[0].value
        )
        identity.remember(credentials, READER.account_id)


def call(client: Any, path: str, **params: Any) -> Any:
    return client.get(path, {"workspace_key": "acme"} | params)


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def only_record() -> AuditLog:
    return AuditLog.objects.get()
