"""
Whose Atlassian account a caller has.

Everybody reads through one account that they share, so currentUser() in a query would be that of nobody. The account
of each member is kept with their membership: entered there, or found once by their email.
"""

import hashlib

from django.core.cache import cache
from rest_framework import status
from rest_framework.exceptions import APIException

from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import items, text
from audit import connections
from audit.actors import Actor
from integrations.credentials import credentials_for
from integrations.models import Provider
from workspaces.services import atlassian_account_of, remember_atlassian_account

NOT_FOUND_TTL = 600


class OwnAccountUnknown(APIException):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "own_account_unknown"
    default_detail = (
        "currentUser() means you, and which Atlassian account is yours is not known here. Enter it once (PUT "
        "/v1/members/atlassian-account, or an admin does: manage.py set_atlassian_account), or name it in the query: "
        'assignee = "account id".'
    )


def own_account_id(actor: Actor) -> str:
    """Stored, or looked up by the exact email and stored. Raises OwnAccountUnknown."""
    account_id = atlassian_account_of(actor.workspace, actor.user)
    if not account_id and not cache.get(_key_of_miss(actor)):
        account_id = _looked_up(actor)
        if account_id:
            remember_atlassian_account(actor.workspace, actor.user, account_id)
        else:
            cache.set(_key_of_miss(actor), True, NOT_FOUND_TTL)
    connections.release_pooled_connection()
    if not account_id:
        raise OwnAccountUnknown()
    return account_id


def _key_of_miss(actor: Actor) -> str:
    digest = hashlib.sha256(f"{actor.workspace}\x00{actor.user}".encode()).hexdigest()
    return f"own-account-unknown:{digest}"


def _looked_up(actor: Actor) -> str:
    """
    Empty unless the email is that of one person. Somebody who hides their email is found by the exact one alone.
    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-group-and-user-picker/
    """
    try:
        credentials = credentials_for(actor.workspace, Provider.JIRA)
        connections.release_pooled_connection()
        answer = AtlassianClient(credentials).get("/rest/api/3/groupuserpicker", {"query": actor.user, "maxResults": 3})
    except APIException:
        return ""
    people = [each for each in items(answer, "users", "users") if text(each, "accountType") in ("", "atlassian")]
    if len(people) != 1 or not _may_be(people[0], actor.user):
        return ""
    return text(people[0], "accountId")


def _may_be(person: object, email: str) -> bool:
    """An email that is told is another's if it differs: the search also finds what begins alike."""
    told = text(person, "emailAddress").casefold()
    shown = text(person, "html").replace("<strong>", "").replace("</strong>", "").casefold()
    return told in ("", email) and ("@" not in shown or email in shown.replace("(", " ").replace(")", " ").split())
