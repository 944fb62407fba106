"""A table of routes, and what a route is told about the request."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from dev.sample_site.auth import Caller
from dev.sample_site.exchange import Answer, Request
from dev.sample_site.queries import Function
from dev.sample_site.texts import language_of

if TYPE_CHECKING:
    from dev.sample_site.site import SampleSite


@dataclass(frozen=True)
class Call:
    """One request on its way: to which site, by whom, with what."""

    site: "SampleSite"
    caller: Caller
    request: Request

    @property
    def language(self) -> str:
        return language_of(self.request, self.caller.account.language if self.caller.account else "en")

    def value_of(self, value: str | Function) -> str:
        """What a query compares with; of the functions only currentUser() is anybody."""
        if not isinstance(value, Function):
            return value
        account = self.caller.account
        return account.account_id if account and value.name.lower() == "currentuser" else ""


@dataclass(frozen=True)
class Route:
    """Any one of `scopes` opens it to a scoped token; `limit` is what the rate limit headers say."""

    methods: str
    pattern: str
    answer: Callable[..., Answer]
    scopes: frozenset[str]
    limit: int = 350


def find(routes: Sequence[Route], method: str, path: str) -> tuple[Route | None, list[str], bool]:
    """The route, the decoded parts of its path, and whether the path is known to another method."""
    known = False
    for route in routes:
        match = re.fullmatch(route.pattern, path)
        if match and method in route.methods.split():
            return route, [unquote(part) for part in match.groups()], True
        known = known or bool(match)
    return None, [], known
