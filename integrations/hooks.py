"""Git events: routed to the audit log, never written to Atlassian."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings

from audit.actors import Actor
from audit.trail import audited
from audit.vocabulary import Action
from integrations.models import Integration, Provider

MAX_KEYS = 50
_ISSUE_KEY = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z][A-Za-z0-9]+-[1-9][0-9]{0,9})(?![A-Za-z0-9_])", re.ASCII)


class Event(StrEnum):
    COMMIT = "commit"
    MERGE = "merge"
    CHECKOUT = "checkout"


ACTION = {Event.COMMIT: Action.GIT_COMMIT, Event.MERGE: Action.GIT_MERGE, Event.CHECKOUT: Action.GIT_CHECKOUT}
FLAG = {Event.COMMIT: "write_on_commit", Event.MERGE: "write_on_merge"}


@dataclass(frozen=True)
class HookResult:
    """What became of one event at one provider."""

    provider: str
    trigger: str
    status: str  # recorded, disabled, locked, off
    issue_keys: tuple[str, ...]


def record_git_event(
    actor: Actor, event: str, repository: str, branch: str, commit: str, message: str
) -> list[HookResult]:
    """
    Record the event, and integration.hook for each enabled, unlocked provider whose flag asks for it.

    The message itself is not kept, only the issue keys that it and the branch name.
    """
    keys = issue_keys(f"{message}\n{branch}")
    target = {"repository": repository, "branch": branch, "commit": commit, "issue_keys": list(keys)}
    with audited(actor, ACTION[Event(event)], target):
        rows = {row.provider: row for row in Integration.objects.filter(workspace__key=actor.workspace)}
    flag = FLAG.get(Event(event))
    if flag is None:
        return []
    return [_hook(actor, provider, rows.get(provider), flag, event, keys) for provider in Provider.values]


def _hook(
    actor: Actor, provider: str, row: Integration | None, flag: str, event: str, keys: tuple[str, ...]
) -> HookResult:
    status = _status(provider, row, flag)
    if status == "recorded":
        target: dict[str, Any] = {"provider": provider, "trigger": event, "issue_keys": list(keys)}
        with audited(actor, Action.INTEGRATION_HOOK, target):
            pass
    return HookResult(provider, event, status, keys)


def _status(provider: str, row: Integration | None, flag: str) -> str:
    if provider in settings.LOCKED_PROVIDERS:
        return "locked"
    if row is None or not getattr(row, flag):
        return "off"
    return "recorded" if row.enabled else "disabled"


def issue_keys(text: str) -> tuple[str, ...]:
    """Each key once, in capitals, in the order of their first mention."""
    return tuple(dict.fromkeys(key.upper() for key in _ISSUE_KEY.findall(text)))[:MAX_KEYS]
