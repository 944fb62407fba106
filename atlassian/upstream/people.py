"""
Display names of Atlassian accounts, learnt from whatever names them and remembered for a day.

Documents mention people by account id, and v2 of Confluence's API names nobody at all. A lookup costs a call, so it
is made for many ids at once, and only where a text would otherwise show ids; it may fail without anything else
failing, for a token need not have the scope for it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.cache import cache
from rest_framework.exceptions import APIException

from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.remembered import remember
from atlassian.upstream.responses import items, line
from atlassian.upstream.transport import Params

NAME_TTL = 24 * 3600
UNKNOWN_NAME_TTL = 600  # seconds until an id that nobody could name is asked for again
FAILED_TTL = 60
MAX_IDS = 200
MAX_ID_CHARS = 128


class Names:
    """The names that one account sees at one site: another account may be shown others, or none."""

    def __init__(self, client: AtlassianClient) -> None:
        self.client = client
        self.prefix = f"name:{client.credentials.fingerprint}:"
        self.is_incomplete = False  # somebody may go without a name who has one
        self._failed_key = f"names-failed:{client.credentials.fingerprint}"

    def remember(self, names: Mapping[str, str]) -> None:
        named = {self.prefix + account_id: name for account_id, name in names.items() if _askable(account_id) and name}
        remember(named, NAME_TTL)

    def find(self, account_ids: Iterable[str], optional: Iterable[str] = ()) -> dict[str, str]:
        """Those that one call at most can name; `optional` ids are looked up only if a call is needed anyway."""
        wanted, optional = set(filter(_askable, account_ids)), set(filter(_askable, optional))
        remembered = self._remembered(wanted | optional)
        if wanted <= remembered.keys():
            return _named(remembered)
        missing = sorted(wanted - remembered.keys()) + sorted(optional - wanted - remembered.keys())
        self.is_incomplete = self.is_incomplete or len(wanted - remembered.keys()) > MAX_IDS
        return _named(remembered) | self._fetch(missing[:MAX_IDS])

    def _fetch(self, account_ids: list[str]) -> dict[str, str]:
        """What one call says of them. One that failed is not repeated for a minute."""
        if cache.get(self._failed_key):
            self.is_incomplete = True
            return {}
        try:
            people = PEOPLE[self.client.credentials.provider](self.client, account_ids)
        except APIException:
            self.is_incomplete = True
            cache.set(self._failed_key, True, FAILED_TTL)
            return {}
        named = {line(each, "accountId"): line(each, "displayName") or line(each, "publicName") for each in people}
        found = _named({account_id: name for account_id, name in named.items() if account_id in account_ids})
        self.remember(found)
        unknown = {self.prefix + account_id: "" for account_id in account_ids if account_id not in found}
        cache.set_many(unknown, UNKNOWN_NAME_TTL)
        return found

    def _remembered(self, account_ids: Iterable[str]) -> dict[str, str]:
        found = cache.get_many([self.prefix + account_id for account_id in account_ids])
        return {key.removeprefix(self.prefix): name for key, name in found.items()}


def _people_of_jira(client: AtlassianClient, account_ids: list[str]) -> list[dict[str, Any]]:
    """https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/"""
    params: Params = {"accountId": account_ids, "maxResults": len(account_ids)}
    return items(client.get("/rest/api/3/user/bulk", params), "values")


def _people_of_confluence(client: AtlassianClient, account_ids: list[str]) -> list[dict[str, Any]]:
    """https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-user/"""
    return items(client.post_query("/wiki/api/v2/users-bulk", {"accountIds": account_ids}), "results")


PEOPLE: Mapping[str, Callable[[AtlassianClient, list[str]], list[dict[str, Any]]]] = {
    "jira": _people_of_jira,
    "confluence": _people_of_confluence,
}


def _named(names: Mapping[str, str]) -> dict[str, str]:
    return {account_id: name for account_id, name in names.items() if name}


def _askable(account_id: str) -> bool:
    """Ids come out of documents too, where anything may stand; the key of a cache holds no blank and no control."""
    return (
        len(account_id) <= MAX_ID_CHARS
        and account_id.isascii()
        and account_id.isprintable()
        and account_id.split() == [account_id]
    )
