"""Who is calling, with the traps of Atlassian Cloud: most failures are not a plain 401."""

import base64
import binascii
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from dev.sample_site.accounts import Account, Token
from dev.sample_site.exchange import Answer, Request, html_answer, json_answer

TOMCAT_401 = (
    '<!doctype html><html lang="en"><head><title>HTTP Status 401 – Unauthorized</title></head>'
    "<body><h1>HTTP Status 401 – Unauthorized</h1></body></html>"
)
SCOPE_MISMATCH = {"code": 401, "message": "Unauthorized; scope does not match"}


@dataclass(frozen=True)
class Caller:
    """
    `trouble` is empty for a known account, else one of: none (no header), failed (wrong pair),
    malformed (a Basic value that is no pair), bearer, other (another scheme).
    """

    account: Account | None = None
    token: Token | None = None
    trouble: str = ""
    public_spaces: frozenset[str] = frozenset()  # what anybody sees of a wiki that is open to the public

    @property
    def known(self) -> bool:
        return self.account is not None

    def sees_project(self, key: str) -> bool:
        return self.account is not None and self.account.sees_project(key)

    def sees_space(self, key: str) -> bool:
        return key in self.public_spaces or (self.account is not None and self.account.sees_space(key))

    def may_read(self, group: str | None) -> bool:
        """Whether a comment restricted to this group or role is shown."""
        return group is None or (self.account is not None and group in self.account.groups)


def identify(request: Request, accounts: Iterable[Account]) -> Caller:
    """Reads Authorization; the scheme's case matters for Bearer, as it does on the real site."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        return Caller(trouble="none")
    if scheme == "Bearer":
        return _bearer(value.strip(), accounts)
    if scheme.lower() != "basic":
        return Caller(trouble="other")
    return _basic(value.strip(), accounts)


def _basic(value: str, accounts: Iterable[Account]) -> Caller:
    try:
        pair = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return Caller(trouble="malformed")
    email, colon, secret = pair.partition(":")
    if not colon or not email:
        return Caller(trouble="malformed")
    for account in accounts:
        token = account.token(secret)
        if token and account.email.lower() == email.lower():
            return Caller(account, token)
    # Confluence calls these malformed, Jira a failed login.
    return Caller(trouble="malformed-half" if not secret or ":" in secret else "failed")


def _bearer(value: str, accounts: Iterable[Account]) -> Caller:
    for account in accounts:
        token = account.token(value)
        if token and account.service:
            return Caller(account, token, trouble="bearer")
    return Caller(trouble="bearer")


def jira_site_refusal(caller: Caller, request: Request, site_realm: str) -> Answer | None:
    """What the site says before any Jira route runs; None lets the route answer, perhaps anonymously."""
    if caller.trouble == "bearer":
        return json_answer({"error": "Failed to parse Connect Session Auth Token"}, 403)
    if caller.token and caller.token.product:
        return html_answer(TOMCAT_401, 401)
    if not caller.known and request.path.rstrip("/").endswith("/myself"):
        text = "Client must be authenticated to access this resource."
        return html_answer(text, 401, www_authenticate=f'OAuth realm="{site_realm}"')
    return None


def confluence_site_refusal(caller: Caller, request: Request, site_realm: str) -> Answer | None:
    if caller.token and caller.token.product:
        return html_answer(TOMCAT_401, 401)
    if caller.known and caller.account and caller.account.has_confluence and not caller.trouble:
        return None
    if caller.public_spaces:  # then a wrong token is nobody's, and nobody is answered
        return None
    if "/api/v2/" in request.path:
        return v2_not_found("Not Found")
    if caller.trouble.startswith("malformed"):
        return html_answer(TOMCAT_401, 401, www_authenticate=f'OAuth realm="{site_realm}"')
    return no_confluence(request)


def no_confluence(request: Request) -> Answer:
    """The one 403 that stands for wrong credentials and for a missing licence alike."""
    if request.path.rstrip("/").endswith("/rest/api/search"):
        return json_answer({"message": "Current user not permitted to use Confluence", "statusCode": 403}, 403)
    message = (
        "com.atlassian.confluence.mvc.rest.common.exception.StacklessResponseStatusException: "
        '403 FORBIDDEN "Request rejected because caller cannot access Confluence"'
    )
    return json_answer({"statusCode": 403, "message": message}, 403)


def v2_not_found(title: str) -> Answer:
    return json_answer({"errors": [{"status": 404, "code": "NOT_FOUND", "title": title, "detail": None}]}, 404)


def gateway_refusal(caller: Caller, request: Request, product: str, scopes: frozenset[str]) -> Answer | None:
    """Any one of `scopes` opens the route to a scoped token; a token without scopes needs none."""
    if not caller.known or caller.token is None:
        if caller.trouble == "bearer":
            return json_answer({"code": 404, "message": "Not Found"}, 404)
        return json_answer({"code": 401, "message": "Unauthorized"}, 401)
    token = caller.token
    if token.product and not token.scopes & scopes:
        return json_answer(SCOPE_MISMATCH, 401, x_failure_category="FAILURE_CLIENT_SCOPE_CHECK")
    if product == "confluence" and caller.account and not caller.account.has_confluence:
        return v2_not_found("Not Found") if "/api/v2/" in request.path else no_confluence(request)
    return None


def jira_headers(caller: Caller, limit: int) -> dict[str, str]:
    """What Jira's answers to a signed-in caller carry, on the site and at the gateway; the id is percent-encoded."""
    return {
        "x-aaccountid": quote(caller.account.account_id, safe="") if caller.account else "",
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(limit - 1),
        "ratelimit": f'"jira-burst-based";r={limit - 1};t=1',
        "ratelimit-policy": '"jira-burst-based";q=100;w=1',
    }


def confluence_headers() -> dict[str, str]:
    """No account is named; the limit's reset counts the seconds since 1970."""
    return {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "4951",
        "x-ratelimit-reset": str(int(time.time()) + 18),
    }


def failed_login(caller: Caller) -> dict[str, str]:
    """Jira's one sign that the answer is an anonymous one; a malformed header leaves even that out."""
    failed = caller.trouble in ("failed", "malformed-half")
    return {"x-seraph-loginreason": "AUTHENTICATED_FAILED"} if failed else {}
