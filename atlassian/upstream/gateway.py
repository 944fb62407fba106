"""
Which door a token opens. Tokens without scopes work on the site; those with scopes, and all tokens of service
accounts, only at the gateway, where the site goes by its cloud id. Nobody is asked: it is found out.
"""

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache

from atlassian.errors import UpstreamFailure
from atlassian.upstream import identity
from atlassian.upstream.replies import Reply, text
from integrations.credentials import Credentials
from integrations.discovery import AccountDiscovery

if TYPE_CHECKING:
    from atlassian.upstream.client import AtlassianClient

ATLASSIANS_OWN_GATEWAY = "https://api.atlassian.com"
REMEMBERED_SECONDS = 24 * 3600
REFUSED_SECONDS = 60


def discover(client: "AtlassianClient") -> AccountDiscovery:
    """
    Who the client's credentials are, tried on the site and then at the gateway; the client goes on through the door
    that opened. Raises UpstreamAuthFailed, UpstreamForbidden or another UpstreamFailure, which says what to do.
    """
    client.credentials = credentials = replace(client.credentials, scoped=False, account_id="")
    reply = _who_am_i(client)
    cloud_id = cloud_id_of(client)
    if _is_refusal(reply) and cloud_id and may_try_gateway(credentials):
        client.credentials = replace(credentials, scoped=True, cloud_id=cloud_id)
        at_gateway = _who_am_i(client)
        if at_gateway.status == 200 or identity.is_scope_mismatch(at_gateway):
            reply = at_gateway
        else:
            client.credentials = credentials
    if reply.status == 404:
        raise UpstreamFailure(f"There is no {credentials.product} at {credentials.base_url}. Check base_url.")
    if reply.status != 200:
        raise client.error(reply)
    if not identity.is_known(reply):
        raise identity.auth_failed(credentials)
    me = reply.json()
    name = text(me, "displayName") or text(me, "publicName") or text(me, "emailAddress")
    return AccountDiscovery(client.credentials.scoped, cloud_id, text(me, "accountId"), name)


def remembered(credentials: Credentials, fingerprint: str) -> Credentials:
    """credentials, through the door that their last call found open."""
    cloud_id = "" if credentials.scoped else cache.get(_key(fingerprint))
    return replace(credentials, scoped=True, cloud_id=cloud_id) if cloud_id else credentials


def switch_to_gateway(client: "AtlassianClient") -> bool:
    """Whether the client, refused by the site, is known at the gateway; it then goes on there."""
    credentials = client.credentials
    if credentials.scoped or not may_try_gateway(credentials) or cache.get(_key(client.fingerprint)) == "":
        return False
    cloud_id = credentials.cloud_id or cloud_id_of(client)
    if cloud_id:
        client.credentials = replace(credentials, scoped=True, cloud_id=cloud_id)
        if _is_open(client):
            cache.set(_key(client.fingerprint), cloud_id, REMEMBERED_SECONDS)
            return True
        client.credentials = credentials
    cache.set(_key(client.fingerprint), "", REFUSED_SECONDS)
    return False


def may_try_gateway(credentials: Credentials) -> bool:
    """A token of a site of one's own never goes to Atlassian's gateway, only to one set beside it."""
    host = urlsplit(credentials.base_url).hostname or ""
    return host.endswith(".atlassian.net") or settings.ATLASSIAN_GATEWAY_URL != ATLASSIANS_OWN_GATEWAY


def cloud_id_of(client: "AtlassianClient") -> str:
    """The site's cloud id, asked without our Authorization; empty for what is no Atlassian site."""
    try:
        return cloud_id_in(tenant_info(client))
    except UpstreamFailure:
        return ""


def tenant_info(client: "AtlassianClient") -> Reply:
    return client.reply("GET", "/_edge/tenant_info", base=client.site_url, headers={"Authorization": None})


def cloud_id_in(reply: Reply) -> str:
    cloud_id = text(reply.json_or_none(), "cloudId") if reply.status == 200 else ""
    return cloud_id if re.fullmatch(r"[\w-]{1,64}", cloud_id, re.ASCII) else ""


def _who_am_i(client: "AtlassianClient") -> Reply:
    return client.reply("GET", identity.WHO_AM_I[client.credentials.provider])


def _is_open(client: "AtlassianClient") -> bool:
    try:
        reply = _who_am_i(client)
    except UpstreamFailure:
        return False
    return (reply.status == 200 and identity.is_known(reply)) or identity.is_scope_mismatch(reply)


def _is_refusal(reply: Reply) -> bool:
    return reply.status in (401, 403) or (reply.status == 200 and not identity.is_known(reply))


def _key(fingerprint: str) -> str:
    return "atlassian-gateway:" + fingerprint
