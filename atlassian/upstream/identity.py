"""
Verifies that Atlassian authenticated us as the expected account.

On Cloud a dead token is not refused: Jira answers as to an anonymous caller (nothing found, no such project, no
such issue), Confluence says 403 or a bare 404. Neither is believed before the credentials are verified by the one
call that does refuse a stranger.
"""

from django.core.cache import cache

from atlassian.errors import UpstreamAuthFailed, UpstreamFailure, UpstreamForbidden
from atlassian.upstream.responses import Response, items, text
from atlassian.upstream.transport import Transport
from integrations.credentials import Credentials

WHO_AM_I = {"jira": "/rest/api/3/myself", "confluence": "/wiki/rest/api/user/current"}
VERIFIED_TTL = 60
SCOPES = {
    "jira": "read:jira-work and read:jira-user",
    "confluence": (
        "read:page:confluence, read:space:confluence, read:comment:confluence, read:content.metadata:confluence, "
        "read:content-details:confluence, read:user:confluence, search:confluence and read:confluence-user"
    ),
}


def raise_if_anonymous(response: Response, credentials: Credentials) -> None:
    """Raises UpstreamAuthFailed where the headers say that we were not, or not rightly, signed in."""
    reasons = response.headers.get("X-Seraph-LoginReason", "OK").split(",")
    if any(reason.strip().upper() not in ("OK", "") for reason in reasons):
        raise auth_failed(credentials)
    account = response.headers.get("X-AAccountId", "")
    if account and credentials.account_id and account != credentials.account_id:
        raise UpstreamAuthFailed(
            f"{credentials.product} answered as another account than the one that was connected. A workspace "
            f"admin tests the connection anew on the Integrations page."
        )


def confirms_identity(response: Response, credentials: Credentials) -> bool:
    """Whether the answer itself shows that it was meant for our account."""
    if response.headers.get("X-AAccountId"):
        return True
    if credentials.provider != "confluence" or response.status != 404:
        return False
    # Confluence names the id that is missing; to a stranger it says a bare "Not Found".
    titles = [text(error, "title") for error in items(response.json_or_none(), "errors")]
    return any(character.isdigit() for title in titles for character in title)


def verify_unless_confirmed(transport: Transport, response: Response) -> None:
    """As verify_credentials, where the answer itself does not show that it was meant for our account."""
    if not confirms_identity(response, transport.credentials):
        verify_credentials(transport)


def verify_credentials(transport: Transport) -> None:
    """Raises UpstreamAuthFailed, or what kept us from finding out. The answer holds for VERIFIED_TTL."""
    key = "atlassian-proven:" + transport.credentials.fingerprint
    if cache.get(key):
        return
    response = transport.request("GET", WHO_AM_I[transport.credentials.provider])
    raise_if_anonymous(response, transport.credentials)
    if response.status == 200 and names_an_account(response):
        cache.set(key, True, VERIFIED_TTL)
    elif response.status == 401:
        raise error_for_401(response, transport.credentials)
    elif response.status == 403 and transport.credentials.provider == "confluence":
        raise _confluence_403(transport, response)
    elif response.status in (200, 403):
        raise auth_failed(transport.credentials)
    elif response.status != 404:  # a stranger is never answered 404 here: it says nothing against the credentials
        raise UpstreamFailure(
            f"{transport.credentials.product} says that there is nothing, and does not confirm that our "
            f"credentials are good. Try again."
        )


def names_an_account(response: Response) -> bool:
    """An answer about oneself that names an account; a site open to the public also answers for nobody."""
    answer = response.json_or_none()
    return bool(text(answer, "accountId")) and text(answer, "type") in ("", "known")


def error_for_401(response: Response, credentials: Credentials) -> UpstreamAuthFailed:
    """Distinguishes a missing scope from an invalid token."""
    if is_scope_mismatch(response):
        return UpstreamAuthFailed(
            f"The {credentials.product} API token lacks a scope. Scopes are fixed when a token is made: create "
            f"a new one with {SCOPES[credentials.provider]} and {_where_to_enter(credentials)}."
        )
    return auth_failed(credentials)


def is_scope_mismatch(response: Response) -> bool:
    # The gateway's own words, which it does not translate; the header is not always there.
    return (
        "SCOPE" in response.headers.get("X-Failure-Category", "").upper()
        or "scope does not match" in text(response.json_or_none(), "message").lower()
    )


def auth_failed(credentials: Credentials) -> UpstreamAuthFailed:
    return UpstreamAuthFailed(
        f"{credentials.product} refuses the stored credentials: the email or the API token is wrong, or the "
        f"token has expired or was revoked. Create a new token and {_where_to_enter(credentials)}. Until then nothing "
        f"can be said about what exists there."
    )


def _where_to_enter(credentials: Credentials) -> str:
    if credentials.source == "environment":
        return f"let the operator set MEMORY_CORE_{credentials.provider.upper()}_API_TOKEN to it"
    return "let a workspace admin enter it on the Integrations page"


def error_for_403(transport: Transport, response: Response) -> UpstreamFailure:
    """Distinguishes a missing permission or licence from a token that Confluence does not accept."""
    if transport.credentials.provider != "confluence" or not isinstance(response.json_or_none(), dict):
        return UpstreamForbidden()
    return _confluence_403(transport, transport.request("GET", WHO_AM_I["confluence"]))


def _confluence_403(transport: Transport, mine: Response) -> UpstreamFailure:
    """
    What a 403 of Confluence means, given what it says when asked who we are. A stranger and an account without a
    licence get the same; Jira, on the same site, knows which of the two we are.
    """
    if mine.status == 200 and names_an_account(mine):
        return UpstreamForbidden()
    if mine.status == 401:
        return auth_failed(transport.credentials)
    if transport.credentials.scoped:  # for one product only: Jira would not know the token
        return _ambiguous_403(transport.credentials)
    mine = transport.request("GET", WHO_AM_I["jira"])
    if mine.status == 401:
        return auth_failed(transport.credentials)
    if mine.status == 403:  # nobody is let in from here, whoever it is
        return UpstreamForbidden()
    if mine.status == 200 and names_an_account(mine):
        return UpstreamForbidden(
            "The connected account may not use Confluence: it needs a Confluence licence on this site. An Atlassian "
            "admin can grant it."
        )
    return _ambiguous_403(transport.credentials)


def _ambiguous_403(credentials: Credentials) -> UpstreamAuthFailed:
    return UpstreamAuthFailed(
        f"Confluence refuses {credentials.email} and does not say why: either the API token is wrong, expired or "
        f"revoked; then create a new one and {_where_to_enter(credentials)}. Or the account has no Confluence licence "
        f"on this site; then an Atlassian admin can grant it."
    )
