"""
Whether Atlassian took us for whom we are.

On Cloud a dead token is not refused: Jira answers as to an anonymous caller (nothing found, no such project, no
such issue), Confluence says 403 or a bare 404. Neither is believed before the credentials are proven by the one
call that does refuse a stranger.
"""

from typing import TYPE_CHECKING

from django.core.cache import cache

from atlassian.errors import UpstreamAuthFailed, UpstreamFailure, UpstreamForbidden
from atlassian.upstream.replies import Reply, items, text
from integrations.credentials import Credentials

if TYPE_CHECKING:
    from atlassian.upstream.client import AtlassianClient

WHO_AM_I = {"jira": "/rest/api/3/myself", "confluence": "/wiki/rest/api/user/current"}
PROVEN_SECONDS = 60
SCOPES = {
    "jira": "read:jira-work and read:jira-user",
    "confluence": (
        "read:page:confluence, read:space:confluence, read:comment:confluence, read:content.metadata:confluence, "
        "read:content-details:confluence, read:user:confluence, search:confluence and read:confluence-user"
    ),
}


def refuse_strangers(reply: Reply, credentials: Credentials) -> None:
    """Raises UpstreamAuthFailed where the headers say that we were not, or not rightly, signed in."""
    reasons = reply.headers.get("X-Seraph-LoginReason", "OK").split(",")
    if any(reason.strip().upper() not in ("OK", "") for reason in reasons):
        raise auth_failed(credentials)
    account = reply.headers.get("X-AAccountId", "")
    if account and credentials.account_id and account != credentials.account_id:
        raise UpstreamAuthFailed(
            f"{credentials.product} answered as another account than the one that was connected. A workspace "
            f"admin tests the connection anew on the Integrations page."
        )


def is_vouched(reply: Reply, credentials: Credentials) -> bool:
    """Whether the answer itself shows that it was meant for our account."""
    if reply.headers.get("X-AAccountId"):
        return True
    if credentials.provider != "confluence" or reply.status != 404:
        return False
    # Confluence names the id that is missing; to a stranger it says a bare "Not Found".
    titles = [text(error, "title") for error in items(reply.json_or_none(), "errors")]
    return any(character.isdigit() for title in titles for character in title)


def prove(client: "AtlassianClient") -> None:
    """Raises UpstreamAuthFailed, or what kept us from finding out. Once proven holds for PROVEN_SECONDS."""
    key = "atlassian-proven:" + client.fingerprint
    if cache.get(key):
        return
    reply = client.reply("GET", WHO_AM_I[client.credentials.provider])
    refuse_strangers(reply, client.credentials)
    if reply.status == 200 and is_known(reply):
        cache.set(key, True, PROVEN_SECONDS)
    elif reply.status == 401:
        raise refusal(reply, client.credentials)
    elif reply.status == 403 and client.credentials.provider == "confluence":
        raise _unwelcome(client, reply)
    elif reply.status in (200, 403):
        raise auth_failed(client.credentials)
    elif reply.status != 404:  # a stranger is never answered 404 here: it says nothing against the credentials
        raise UpstreamFailure(
            f"{client.credentials.product} says that there is nothing, and does not confirm that our "
            f"credentials are good. Try again."
        )


def is_known(reply: Reply) -> bool:
    """An answer about oneself that names an account; a site open to the public also answers for nobody."""
    answer = reply.json_or_none()
    return bool(text(answer, "accountId")) and text(answer, "type") in ("", "known")


def refusal(reply: Reply, credentials: Credentials) -> UpstreamAuthFailed:
    """A 401, told apart: a scope that is missing is another errand than a dead token."""
    if is_scope_mismatch(reply):
        return UpstreamAuthFailed(
            f"The {credentials.product} API token lacks a scope. Scopes are fixed when a token is made: create "
            f"a new one with {SCOPES[credentials.provider]} and {_where_to_enter(credentials)}."
        )
    return auth_failed(credentials)


def is_scope_mismatch(reply: Reply) -> bool:
    # The gateway's own words, which it does not translate; the header is not always there.
    return (
        "SCOPE" in reply.headers.get("X-Failure-Category", "").upper()
        or "scope does not match" in text(reply.json_or_none(), "message").lower()
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


def judge_forbidden(client: "AtlassianClient", reply: Reply) -> UpstreamFailure:
    """A 403, told apart. Jira's means what it says."""
    if client.credentials.provider != "confluence" or not isinstance(reply.json_or_none(), dict):
        return UpstreamForbidden()
    return _unwelcome(client, client.reply("GET", WHO_AM_I["confluence"]))


def _unwelcome(client: "AtlassianClient", mine: Reply) -> UpstreamFailure:
    """
    What a 403 of Confluence means, given what it says when asked who we are. A stranger and an account without a
    licence get the same; Jira, on the same site, knows which of the two we are.
    """
    if mine.status == 200 and is_known(mine):
        return UpstreamForbidden()
    if mine.status == 401:
        return auth_failed(client.credentials)
    if client.credentials.scoped:  # for one product only: Jira would not know the token
        return _undecided(client.credentials)
    mine = client.reply("GET", WHO_AM_I["jira"])
    if mine.status == 401:
        return auth_failed(client.credentials)
    if mine.status == 403:  # nobody is let in from here, whoever it is
        return UpstreamForbidden()
    if mine.status == 200 and is_known(mine):
        return UpstreamForbidden(
            "The connected account may not use Confluence: it needs a Confluence licence on this site. An Atlassian "
            "admin can grant it."
        )
    return _undecided(client.credentials)


def _undecided(credentials: Credentials) -> UpstreamAuthFailed:
    return UpstreamAuthFailed(
        f"Confluence refuses {credentials.email} and does not say why: either the API token is wrong, expired or "
        f"revoked; then create a new one and {_where_to_enter(credentials)}. Or the account has no Confluence licence "
        f"on this site; then an Atlassian admin can grant it."
    )
