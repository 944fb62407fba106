"""The pages of a workspace, and which of them an actor may open."""

from dataclasses import dataclass

from django.urls import reverse

from audit.actors import Actor
from audit.vocabulary import Action

CONNECTIONS, MEMBERS, KEYS, ACTIVITY, TRY = (
    "connections-page",
    "members-page",
    "keys-page",
    "activity-page",
    "try-page",
)
PAGES = (  # URL name, title, what it takes to open it
    (CONNECTIONS, "Connections", Action.INTEGRATION_LIST),
    (MEMBERS, "Members", Action.MEMBER_LIST),
    (KEYS, "Keys", Action.API_KEY_LIST),
    (ACTIVITY, "Activity", Action.AUDIT_LIST),
    (TRY, "Try it", Action.JIRA_SEARCH),
)


@dataclass(frozen=True)
class NavigationItem:
    name: str
    title: str
    url: str


def navigation(actor: Actor) -> list[NavigationItem]:
    return [
        NavigationItem(name, _title(name, title, actor), reverse(name, args=[actor.workspace]))
        for name, title, action in PAGES
        if action in actor.permitted
    ]


def may_open(actor: Actor, page: str) -> bool:
    return any(item.name == page for item in navigation(actor))


def _title(name: str, title: str, actor: Actor) -> str:
    """Says "My keys" to whoever manages nobody: they see their own alone."""
    return "My keys" if name == KEYS and Action.MEMBER_LIST not in actor.permitted else title
