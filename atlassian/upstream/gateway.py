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
from atlassian.upstream import identity
from atlassian.upstream.responses import Response, text
from atlassian.upstream.statuses import error_for
from atlassian.upstream.transport import Transport
from integrations.credentials import Credentials
from integrations.discovery import AccountDiscovery

ATLASSIANS_OWN_GATEWAY = "https://api.atlassian.com"
GATEWAY_TTL = 24 * 3600
GATEWAY_REFUSED_TTL = 60


@dataclass(frozen=True)
class Route:
    """Where the credentials are known, or else the site; and what was answered there to who one is."""

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
    """Tries the site and, where that refuses, the gateway."""
    site = transport.with_credentials(replace(transport.credentials, scoped=False, account_id=""))
    response, cloud_id = _who_am_i(site), cloud_id_of(site)
    if _is_refusal(response) and cloud_id and may_try_gateway(site.credentials):
        gateway = site.with_credentials(replace(site.credentials, scoped=True, cloud_id=cloud_id))
        at_gateway = _who_am_i(gateway)
        if at_gateway.status == 200 or identity.is_scope_mismatch(at_gateway):
            return Route(gateway.credentials, at_gateway, cloud_id)
    return Route(site.credentials, response, cloud_id)


def account_at(transport: Transport, route: Route) -> AccountDiscovery:
    """As discover_account, for a route that was found."""
    credentials, response = route.credentials, route.response
    if response.status == 404:
        raise UpstreamFailure(f"There is no {credentials.product} at {credentials.base_url}. Check base_url.")
    if response.status != 200:
        raise error_for(transport.with_credentials(credentials), response)
    if not identity.names_an_account(response):
        raise identity.auth_failed(credentials)
    me = response.json()
    name = text(me, "displayName") or text(me, "publicName") or text(me, "emailAddress")
    return AccountDiscovery(credentials.scoped, route.cloud_id, text(me, "accountId"), name)


def remembered(credentials: Credentials) -> Credentials:
    """credentials, by the route that their last call found open."""
    cloud_id = "" if credentials.scoped else cache.get(_key(credentials))
    return replace(credentials, scoped=True, cloud_id=cloud_id) if cloud_id else credentials


def credentials_at_gateway(transport: Transport) -> Credentials | None:
    """For credentials that the site refused: the same by way of the gateway, if they are known there."""
    credentials = transport.credentials
    if credentials.scoped or not may_try_gateway(credentials) or cache.get(_key(credentials)) == "":
        return None
    cloud_id = credentials.cloud_id or cloud_id_of(transport)
    if cloud_id:
        scoped = replace(credentials, scoped=True, cloud_id=cloud_id)
        if _gateway_accepts(transport.with_credentials(scoped)):
            cache.set(_key(credentials), cloud_id, GATEWAY_TTL)
            return scoped
    cache.set(_key(credentials), "", GATEWAY_REFUSED_TTL)
    return None


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
    return transport.request("GET", "/_edge/tenant_info", base=transport.site_url, headers={"Authorization": None})


def cloud_id_in(response: Response) -> str:
    cloud_id = text(response.json_or_none(), "cloudId") if response.status == 200 else ""
    return cloud_id if re.fullmatch(r"[\w-]{1,64}", cloud_id, re.ASCII) else ""


def _who_am_i(transport: Transport) -> Response:
    return transport.request("GET", identity.WHO_AM_I[transport.credentials.provider])


def _gateway_accepts(transport: Transport) -> bool:
    try:
        response = _who_am_i(transport)
    except UpstreamFailure:
        return False
    return (response.status == 200 and identity.names_an_account(response)) or identity.is_scope_mismatch(response)


def _is_refusal(response: Response) -> bool:
    return response.status in (401, 403) or (response.status == 200 and not identity.names_an_account(response))


def _key(credentials: Credentials) -> str:
    return "atlassian-gateway:" + credentials.fingerprint
