"""
Verifies that Atlassian authenticated us as the expected account.

On Cloud a dead token is not refused: Jira answers as to an anonymous caller (nothing found, no such project, no
such issue), Confluence says 403 or a bare 404, and a site that is open to the public shows what everybody may see. So
no answer is believed before the one call that does refuse a stranger has shown, within the last minute, who we are.
Jira's answers name the account in a header, which spares that call; a header that says otherwise proves nothing and
is only a reason to ask.
"""

from urllib.parse import unquote

from django.core.cache import cache

from atlassian.errors import UpstreamAuthFailed, UpstreamFailure, UpstreamForbidden, UpstreamRateLimited
from atlassian.upstream import refusals
from atlassian.upstream.responses import Response, text
from atlassian.upstream.transport import Transport
from atlassian.upstream.waits import told_wait
from integrations.credentials import Credentials

WHO_AM_I = {"jira": "/rest/api/3/myself", "confluence": "/wiki/rest/api/user/current"}
VERIFIED_TTL = 60
# Where Atlassian cannot say who we are just now, what it said before stands this long.
GRACE_TTL = 600
UNNAMED = "-"  # an account that is known to Atlassian, which did not tell us its id
STRANGERS = ("anonymous", "unknown")
# Why we ask. Each reason has a minute of its own: a token may have died since the last time.
NO_DOUBT, FAILED_LOGIN, OTHER_NAME, GRACE = "", "failed-login", "other-name", "grace"


def verify(transport: Transport, response: Response) -> None:
    """
    Make sure that the response was meant for our account. Costs a call at most once a minute, or none where the
    response names the account. Raises UpstreamAuthFailed, or what kept us from finding out.
    """
    credentials = transport.credentials
    named = _named_accounts(response)
    if _login_failed(response):
        account_id = _account(transport, FAILED_LOGIN, grace=False)
    elif not named:
        account_id = _account(transport, NO_DOUBT, grace=response.status == 200)
    elif credentials.account_id and named != {_plain(credentials.account_id)}:
        account_id = _account(transport, OTHER_NAME, grace=response.status == 200)
    else:
        return
    _raise_if_another(credentials, account_id)


def remember(credentials: Credentials, account_id: str) -> None:
    """What was found out just now: whose the credentials are."""
    cache.set(_key(credentials, NO_DOUBT), account_id or UNNAMED, VERIFIED_TTL)
    cache.set(_key(credentials, GRACE), account_id or UNNAMED, GRACE_TTL)


def forget(credentials: Credentials) -> None:
    """Forgets whatever was found out earlier."""
    cache.delete_many([_key(credentials, reason) for reason in (NO_DOUBT, FAILED_LOGIN, OTHER_NAME, GRACE)])


def who_am_i(transport: Transport) -> Response:
    """Cloud refuses good credentials with 401 now and then, so one refusal is asked again."""
    response = transport.request("GET", WHO_AM_I[transport.credentials.provider])
    if response.status == 401 and not is_scope_mismatch(response):
        response = transport.request("GET", WHO_AM_I[transport.credentials.provider])
    return response


def who_am_i_or_none(transport: Transport) -> Response | None:
    """As who_am_i, or None where Atlassian cannot be asked: it only helps to understand an answer that is there."""
    try:
        return who_am_i(transport)
    except UpstreamFailure:
        return None


def names_an_account(response: Response) -> bool:
    """An answer about oneself that names an account; a site open to the public also answers for nobody."""
    answer = response.json_or_none() if response.status == 200 else None
    return bool(text(answer, "accountId")) and text(answer, "type") not in STRANGERS


def is_known(mine: Response) -> bool:
    """Whether it is an answer to somebody known: nobody else is told that a scope is missing."""
    kind = text(mine.json_or_none(), "type") if mine.status == 200 else ""
    return kind == "known" or names_an_account(mine) or is_scope_mismatch(mine)


def is_scope_mismatch(response: Response) -> bool:
    # The gateway's own words, which it does not translate; the header is not always there.
    return response.status == 401 and (
        "SCOPE" in response.headers.get("X-Failure-Category", "").upper()
        or "scope does not match" in text(response.json_or_none(), "message").lower()
    )


def is_stray_401(transport: Transport, response: Response) -> bool:
    """A 401 to credentials that Atlassian, asked at once, knows."""
    if response.status != 401 or is_scope_mismatch(response):
        return False
    mine = who_am_i_or_none(transport)
    if mine is None or not is_known(mine):
        forget(transport.credentials)
        return False
    remember(transport.credentials, text(mine.json_or_none(), "accountId"))
    return True


def error_for_401(transport: Transport, response: Response) -> UpstreamFailure:
    """Distinguishes a missing scope from an invalid token, and that from a refusal that passes."""
    if is_scope_mismatch(response):
        return refusals.scope_missing(transport.credentials)
    if _is_locked_out(response):
        return refusals.locked_out(transport.credentials)
    if cache.get(_key(transport.credentials, NO_DOUBT)):
        return refusals.refused_for_the_moment(transport.credentials, 401)
    return refusals.auth_failed(transport.credentials)


def error_for_403(transport: Transport, response: Response) -> UpstreamFailure:
    """Asks who we are: a 403 speaks of a licence, a permission, an address, a firewall, load or a dead token."""
    mine = who_am_i_or_none(transport)
    if mine is None:
        return UpstreamForbidden()
    if not is_known(mine):
        return error_for_who_am_i(transport, mine)
    if not isinstance(response.json_or_none(), dict):
        return refusals.blocked_on_the_way(transport.credentials, credentials_accepted=True)
    if not response.is_about_one_item or _denies_the_product(response):
        return refusals.refused_for_the_moment(transport.credentials, 403)
    return UpstreamForbidden()


def _account(transport: Transport, reason: str, *, grace: bool) -> str:
    """The account that we are, asked at most once a minute for each reason."""
    known = cache.get(_key(transport.credentials, reason))
    if known:
        return str(known)
    try:
        account_id = _ask(transport)
    except (UpstreamAuthFailed, UpstreamForbidden):
        raise
    except UpstreamFailure:
        known = cache.get(_key(transport.credentials, GRACE)) if grace else None
        if not known:
            raise
        return str(known)
    if reason:
        cache.set(_key(transport.credentials, reason), account_id, VERIFIED_TTL)
    return account_id


def _ask(transport: Transport) -> str:
    mine = who_am_i(transport)
    if not is_known(mine):
        if mine.status == 401:
            forget(transport.credentials)
        raise error_for_who_am_i(transport, mine)
    account_id = text(mine.json_or_none(), "accountId")
    remember(transport.credentials, account_id)
    return account_id or UNNAMED


def error_for_who_am_i(transport: Transport, mine: Response) -> UpstreamFailure:
    """What it means that we were not told who we are."""
    credentials = transport.credentials
    if mine.status in (401, 403) and _is_locked_out(mine):
        return refusals.locked_out(credentials)
    if mine.status == 401 or (mine.status == 200 and text(mine.json_or_none(), "type") in STRANGERS):
        return refusals.auth_failed(credentials)
    if mine.status == 403:
        return _refused_who_am_i(transport, mine)
    if mine.status == 404:
        return refusals.site_gone(credentials)
    if 300 <= mine.status < 400:
        return refusals.redirected(credentials, mine.headers.get("Location", ""))
    if mine.status == 429:
        return UpstreamRateLimited(told_wait(mine))
    return refusals.identity_unknown(credentials, mine.status, told_wait(mine))


def _refused_who_am_i(transport: Transport, mine: Response) -> UpstreamFailure:
    """
    To a stranger and to an account without a licence Confluence says the same; Jira, on the same site, knows which of
    the two we are.
    """
    credentials = transport.credentials
    if not isinstance(mine.json_or_none(), dict):
        return refusals.blocked_on_the_way(credentials, credentials_accepted=False)
    if credentials.provider != "confluence":
        return refusals.nobody_admitted(credentials)
    if credentials.scoped:  # for one product only: Jira would not know the token
        return refusals.token_or_licence(credentials)
    at_jira = transport.request("GET", WHO_AM_I["jira"])
    if at_jira.status == 401:
        return refusals.auth_failed(credentials)
    if at_jira.status == 403:
        return refusals.nobody_admitted(credentials)
    return refusals.no_licence(credentials) if names_an_account(at_jira) else refusals.token_or_licence(credentials)


def _denies_the_product(response: Response) -> bool:
    """Confluence's words to those without a licence; an account that is known has one."""
    said = response.error_message().lower()
    return "permitted to use confluence" in said or "cannot access confluence" in said


def _login_failed(response: Response) -> bool:
    reasons = response.headers.get("X-Seraph-LoginReason", "").split(",")
    return any(reason.strip().upper() not in ("OK", "") for reason in reasons)


def _is_locked_out(response: Response) -> bool:
    """Jira's words for that a CAPTCHA has to be answered before any credentials are looked at."""
    denied = response.headers.get("X-Authentication-Denied-Reason", "").upper()
    return "CAPTCHA" in denied or "DENIED" in response.headers.get("X-Seraph-LoginReason", "").upper()


def _named_accounts(response: Response) -> set[str]:
    """Sent twice it is joined by a comma."""
    return {_plain(account_id) for account_id in response.headers.get("X-AAccountId", "").split(",")} - {""}


def _plain(account_id: str) -> str:
    """For comparing: headers are percent-encoded (712020%3A…) where JSON is not."""
    return unquote(account_id.strip()).casefold()


def _raise_if_another(credentials: Credentials, account_id: str) -> None:
    if credentials.account_id and _plain(account_id) not in (_plain(credentials.account_id), UNNAMED):
        raise refusals.another_account(credentials, account_id)


def _key(credentials: Credentials, reason: str) -> str:
    return f"atlassian-identity:{credentials.fingerprint}:{reason}"
