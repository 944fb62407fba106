"""Errors about credentials and sites, each saying who mends it. Where two causes look alike, both are named."""

from urllib.parse import urlsplit

from atlassian.errors import (
    UpstreamAuthFailed,
    UpstreamFailure,
    UpstreamForbidden,
    UpstreamLockedOut,
    UpstreamScopeMissing,
    whole_seconds,
)
from integrations.credentials import Credentials

SCOPES = {
    "jira": "read:jira-work and read:jira-user",
    "confluence": (
        "read:page:confluence, read:space:confluence, read:comment:confluence, read:attachment:confluence, "
        "read:content-details:confluence, read:user:confluence, search:confluence and read:confluence-user"
    ),
}
A_MINUTE = 60.0
SIGN_IN_HOSTS = frozenset({"id.atlassian.com", "auth.atlassian.com", "start.atlassian.com"})


def auth_failed(credentials: Credentials) -> UpstreamAuthFailed:
    return UpstreamAuthFailed(
        f"{credentials.product} refuses the stored credentials: the email or the API token is wrong, or the token "
        f"has expired or was revoked. Create a new token and {_where_to_enter(credentials)}. Until then nothing "
        "can be said about what exists there."
    )


def locked_out(credentials: Credentials) -> UpstreamLockedOut:
    return UpstreamLockedOut(
        f"{credentials.base_url} lets {credentials.email} in only once a person has answered a CAPTCHA, as it does "
        "after some failed sign-ins. Sign in there as that account in a browser; the API token may well be good. "
        "Until then nothing can be said about what exists there."
    )


def scope_missing(credentials: Credentials) -> UpstreamScopeMissing:
    return UpstreamScopeMissing(
        f"The {credentials.product} API token lacks a scope. Scopes are fixed when a token is made: create a new "
        f"one with {SCOPES[credentials.provider]} and {_where_to_enter(credentials)}."
    )


def another_account(credentials: Credentials, account_id: str) -> UpstreamAuthFailed:
    return UpstreamAuthFailed(
        f"{credentials.product} says that the stored credentials are those of the account {account_id[:128]}, and "
        f"they were connected as {credentials.account_id}. Nothing is read until a workspace admin has decided: "
        "Test connection on the Connections page connects the account of today; or save there the email and API "
        "token of the account that was meant."
    )


def refused_for_the_moment(credentials: Credentials, status: int) -> UpstreamFailure:
    """A refusal by a site that, asked who we are, knows the account."""
    return UpstreamFailure(
        f"{credentials.product} refused this call ({status}) and, asked who we are, accepts the account: so it "
        "does now and then, under load. Try again in a minute. If it stays so, an Atlassian admin looks at what "
        f"{credentials.email} may do in {credentials.product}.",
        wait=A_MINUTE,
    )


def blocked_on_the_way(credentials: Credentials, *, credentials_accepted: bool) -> UpstreamForbidden:
    """A 403 that is not in a form of Jira's or Confluence's."""
    accepted = " It does accept the credentials." if credentials_accepted else ""
    return UpstreamForbidden(
        f"The call to {credentials.base_url} was refused (403) by something that is not {credentials.product} "
        f"itself: a firewall or proxy on the way, Atlassian's edge, or an IP allowlist.{accepted} Other words may "
        "pass a filter; else the operator checks the way out of this server, and an Atlassian organisation admin "
        "the IP allowlist."
    )


def nobody_admitted(credentials: Credentials) -> UpstreamForbidden:
    return UpstreamForbidden(
        f"{credentials.base_url} lets nobody in from here (403), whoever it is: the site admits only certain IP "
        f"addresses, or {credentials.email} may use no product of it. An Atlassian organisation admin can change "
        "both. The token may well be good."
    )


def no_licence(credentials: Credentials) -> UpstreamForbidden:
    return UpstreamForbidden(
        f"The connected account may not use {credentials.product}: it needs a {credentials.product} licence on "
        "this site. An Atlassian admin can grant it."
    )


def token_or_licence(credentials: Credentials) -> UpstreamAuthFailed:
    return UpstreamAuthFailed(
        f"{credentials.product} refuses {credentials.email} and does not say why: either the API token is wrong, "
        f"expired or revoked; then create a new one and {_where_to_enter(credentials)}. Or the account has no "
        f"{credentials.product} licence on this site, or the site admits only certain IP addresses; then an Atlassian "
        "admin can grant it."
    )


def site_gone(credentials: Credentials) -> UpstreamFailure:
    return UpstreamFailure(
        f"There is no {credentials.product} at {credentials.base_url} for the moment: the site is suspended, was "
        f"deleted or renamed, has no {credentials.product}, or base_url is mistyped. This says nothing about the "
        "issue, page or words asked for. A workspace admin tests the connection on the Connections page."
    )


def missing_or_busy(credentials: Credentials) -> UpstreamFailure:
    return UpstreamFailure(
        f"{credentials.product} says Not Found without naming what it looked for, as it does under load and for "
        "what was purged. Try again in a minute; if it says so still, it is gone, or the connected account cannot "
        "see it.",
        wait=A_MINUTE,
    )


def not_understood(credentials: Credentials, status: int) -> UpstreamFailure:
    """A refusal in no form of the product's own, or by a status that it is not known to use."""
    return UpstreamFailure(
        f"The call to {credentials.base_url} was refused ({status}) in a way that is not {credentials.product}'s own, "
        "by a proxy or firewall on the way perhaps. Other words may pass; else a workspace admin tests the connection "
        "on the Connections page, and the operator looks for a newer version of memory-core."
    )


def redirected(credentials: Credentials, location: str) -> UpstreamFailure:
    host, path = _host_and_path(location)
    if host in SIGN_IN_HOSTS or "login" in path:
        return UpstreamFailure(
            f"{credentials.base_url} redirected the call to a page to sign in, which is not followed: it takes us for "
            "a stranger, or something on the way wants a sign-in of its own. A workspace admin tests the connection on "
            "the Connections page, which says whether the email and the API token are good."
        )
    moved = host.endswith(".atlassian.net") and host != urlsplit(credentials.base_url).hostname
    where = f" It may be https://{host} now." if moved else ""
    return UpstreamFailure(
        f"Atlassian redirected the call, which is not followed. Check base_url, the address that the browser shows "
        f"once {credentials.product} is open.{where}"
    )


def identity_unknown(credentials: Credentials, status: int, wait: float | None) -> UpstreamFailure:
    when = "" if wait is None else f" in {whole_seconds(wait)} s"
    return UpstreamFailure(
        f"{credentials.product} did not confirm that our credentials are good (it answered {status} when asked who "
        f"we are), so its answer is not passed on. Try again{when}.",
        wait=wait,
    )


def _host_and_path(location: str) -> tuple[str, str]:
    """In lower case; empty where it is no address."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return "", ""
    return parts.hostname or "", parts.path.lower()


def _where_to_enter(credentials: Credentials) -> str:
    if credentials.source == "environment":
        return f"let the operator set MEMORY_CORE_{credentials.provider.upper()}_API_TOKEN to it"
    return "let a workspace admin enter it on the Connections page"
