"""Which projects a search covers: those asked for, within the allowlist, as far as the account sees them."""

import hashlib
import re
from collections.abc import Callable, Sequence

from django.core.cache import cache

from atlassian.errors import BadArgument
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import items, text
from atlassian.upstream.transport import Params

VISIBLE_PROJECTS_TTL = 300
MAX_KEYS_AT_ONCE = 50
_PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9_]{0,49}")

Warn = Callable[[str, str], None]  # code and message


def within(project_key: str | None, allowlist: Sequence[str]) -> bool:
    return not allowlist or (project_key or "").upper() in allowlist


def seen_of(keys: Sequence[str], client: AtlassianClient) -> set[str]:
    """
    Which projects the account sees of those with these keys, in capitals.
    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
    """
    seen: set[str] = set()
    for start in range(0, len(keys), MAX_KEYS_AT_ONCE):
        params: Params = {"keys": list(keys[start : start + MAX_KEYS_AT_ONCE]), "maxResults": MAX_KEYS_AT_ONCE}
        answer = client.get("/rest/api/3/project/search", params)
        seen |= {text(project, "key").upper() for project in items(answer, "values")}
    return seen


class Projects:
    def __init__(self, client: AtlassianClient, warn: Warn) -> None:
        self._client = client
        self._warn = warn

    def scope(self, projects: Sequence[str]) -> tuple[str, ...] | None:
        """The projects to search, empty for all; None where the wanted ones all lie outside the allowlist."""
        allowlist = self._client.credentials.allowlist
        wanted = tuple(dict.fromkeys(project.strip().upper() for project in projects))
        for project in wanted:
            if not _PROJECT_KEY.fullmatch(project):
                raise BadArgument("project", "A project is given by its key, like ABC.")
        if not wanted:
            return allowlist
        outside = [project for project in wanted if not within(project, allowlist)]
        if outside:
            self._warn("projects_skipped", f"Not searched, as this workspace may not read there: {', '.join(outside)}.")
        return tuple(project for project in wanted if project not in outside) or None

    def is_known(self, scope: Sequence[str]) -> bool:
        """Whether it was found out lately which of them the account sees."""
        return cache.get(self._key(scope)) is not None

    def known_visible(self, scope: Sequence[str]) -> tuple[str, ...]:
        """The projects that are known to be visible, without a call; all of them until more is known."""
        visible = tuple(cache.get(self._key(scope)) or scope)
        self._say_what_is_invisible(scope, visible)
        return visible

    def visible(self, scope: Sequence[str]) -> tuple[str, ...]:
        seen = seen_of(scope, self._client)
        visible = tuple(project for project in scope if project in seen)
        cache.set(self._key(scope), visible, VISIBLE_PROJECTS_TTL)
        self._say_what_is_invisible(scope, visible)
        return visible

    def _say_what_is_invisible(self, scope: Sequence[str], visible: Sequence[str]) -> None:
        if invisible := [project for project in scope if project not in visible]:
            named = ", ".join(invisible)
            self._warn("projects_unknown", f"Not searched, as the connected account sees no such project: {named}.")

    def _key(self, scope: Sequence[str]) -> str:
        digest = hashlib.sha256(",".join(scope).encode()).hexdigest()
        return f"jira-visible-projects:{self._client.credentials.fingerprint}:{digest}"
