"""
Site or gateway. Tokens without scopes work on the site; those with scopes, and all tokens of service accounts, only
at the gateway, where the site goes by its cloud id. Nobody is asked which it is: it is found out.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache

from atlassian.errors import UpstreamFailure
from atlassian.upstream import identity, refusals
from atlassian.upstream.responses import Response, text
from atlassian.upstream.transport import Transport
from audit.connections import release_pooled_connection
from integrations.credentials import Credentials
from integrations.discovery import AccountDiscovery, save_account

ATLASSIANS_OWN_GATEWAY = "https://api.atlassian.com"
ROUTE_TTL = 24 * 3600
BOTH_REFUSED_TTL = 60


@dataclass(frozen=True)
class Route:
    """The route at which the credentials are known, else that of the site, and its answer to "who am I"."""

    credentials: Credentials
    response: Response
    cloud_id: str


def discover_account(transport: Transport) -> AccountDiscovery:
    """
    Whose the credentials are, and where they work. Raises UpstreamAuthFailed, UpstreamForbidden or another
    UpstreamFailure, which says what to do.
    """
    return account_at(transport, find_route(transport))


def find_route(transport: Transport) -> Route:
    """Tries the site and, where that refuses, the gateway. What reads remember about the route is set right."""
    identity.forget(transport.credentials)
    site = transport.with_credentials(on_site(transport.credentials))
    mine, cloud_id = identity.who_am_i(site), cloud_id_of(site)
    route = Route(site.credentials, mine, cloud_id)
    if _is_refusal(mine) and cloud_id and may_try_gateway(site.credentials):
        gateway = site.with_credentials(at_gateway(site.credentials, cloud_id))
        mine = identity.who_am_i(gateway)
        if identity.is_known(mine):
            route = Route(gateway.credentials, mine, cloud_id)
    _remember(route.credentials)
    return route


def account_at(transport: Transport, route: Route) -> AccountDiscovery:
    """As discover_account, for a route that was found."""
    credentials, mine = route.credentials, route.response
    if identity.is_scope_mismatch(mine):
        raise refusals.scope_missing(credentials)
    if not identity.names_an_account(mine):
        raise identity.error_for_who_am_i(transport.with_credentials(credentials), mine)
    me = mine.json()
    account_id = text(me, "accountId")
    identity.remember(credentials, account_id)
    name = text(me, "displayName") or text(me, "publicName") or text(me, "emailAddress")
    return AccountDiscovery(credentials.scoped, route.cloud_id, account_id, name)


def remembered(credentials: Credentials) -> Credentials:
    """
    The credentials by the route that is known to work: what Save or Test stored with them, else, where neither has
    found the account yet and for the environment's, what an earlier call found.
    """
    cloud_id = "" if credentials.account_id or credentials.scoped else cache.get(_key(credentials))
    return at_gateway(credentials, cloud_id) if cloud_id else credentials


def other_route(transport: Transport) -> Credentials | None:
    """
    For refused credentials whose account is not stored yet: the same by the other route, if they are known there. Then
    it is stored, so that reads, Test and the page speak of one thing.
    """
    credentials = transport.credentials
    if credentials.account_id or cache.get(_refused_key(credentials)):
        return None
    other = _other(transport)
    mine = identity.who_am_i_or_none(transport.with_credentials(other)) if other else None
    if other is None or mine is None or not identity.is_known(mine):
        cache.set(_refused_key(credentials), True, BOTH_REFUSED_TTL)
        return None
    _remember(other)
    if credentials.workspace and identity.names_an_account(mine):
        save_account(credentials, account_at(transport, Route(other, mine, other.cloud_id)))
        release_pooled_connection()
    return other


def on_site(credentials: Credentials) -> Credentials:
    return replace(credentials, scoped=False, account_id="")


def at_gateway(credentials: Credentials, cloud_id: str) -> Credentials:
    return replace(credentials, scoped=True, cloud_id=cloud_id)


def _other(transport: Transport) -> Credentials | None:
    if transport.credentials.scoped:
        return on_site(transport.credentials)
    cloud_id = cloud_id_of(transport) if may_try_gateway(transport.credentials) else ""
    return at_gateway(transport.credentials, cloud_id) if cloud_id else None


def _remember(credentials: Credentials) -> None:
    cache.set(_key(credentials), credentials.cloud_id if credentials.scoped else "", ROUTE_TTL)
    cache.delete(_refused_key(credentials))


def may_try_gateway(credentials: Credentials) -> bool:
    """A token of a site of one's own never goes to Atlassian's gateway, only to one set beside it."""
    host = urlsplit(credentials.base_url).hostname or ""
    return host.endswith(".atlassian.net") or settings.ATLASSIAN_GATEWAY_URL != ATLASSIANS_OWN_GATEWAY


def cloud_id_of(transport: Transport) -> str:
    """The site's cloud id, asked without our Authorization; empty for what is no Atlassian site."""
    try:
        return cloud_id_in(tenant_info(transport))
    except UpstreamFailure:
        return ""


def tenant_info(transport: Transport) -> Response:
    return transport.request("GET", "/_edge/tenant_info", base=transport.site_url, signed=False)


def cloud_id_in(response: Response) -> str:
    cloud_id = text(response.json_or_none(), "cloudId") if response.status == 200 else ""
    return cloud_id if re.fullmatch(r"[\w-]{1,64}", cloud_id, re.ASCII) else ""


def _is_refusal(mine: Response) -> bool:
    return mine.status in (401, 403) or (mine.status == 200 and not identity.is_known(mine))


def _key(credentials: Credentials) -> str:
    return "atlassian-route:" + credentials.fingerprint


def _refused_key(credentials: Credentials) -> str:
    return "atlassian-refused:" + credentials.fingerprint
