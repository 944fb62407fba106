"""What an actor does with a connection to Atlassian: saves it, copies it, tests it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from atlassian.connection_test.report import ConnectionFaulty, ConnectionReport, check_connection
from atlassian.errors import UpstreamFailure
from atlassian.services import credentials_of
from atlassian.upstream.deadline import Deadline
from atlassian.upstream.gateway import discover_account
from atlassian.upstream.transport import Transport
from audit import connections
from audit.actors import Actor
from audit.trail import audited
from audit.vocabulary import Action
from integrations.credentials import credentials_for
from integrations.discovery import AccountDiscovery, save_discovery
from integrations.services import Update, own_account, state_in, update_integration

SAVING_TIMEOUT = 5.0


def check_integration(actor: Actor, provider: str) -> ConnectionReport:
    """
    What search and read would meet; also for a disabled integration, before it is enabled again.

    A test that finds a fault is recorded as failed, and answered all the same.
    """
    target: dict[str, Any] = {"provider": provider}
    try:
        with audited(actor, Action.INTEGRATION_TEST, target):
            credentials = credentials_of(actor, provider, target, even_disabled=True)
            report = check_connection(credentials)
            save_discovery(credentials, report.discovery)
            target |= {"ok": report.ok, "problem": report.problem}
            if not report.ok:
                raise ConnectionFaulty()
    except ConnectionFaulty:
        pass
    return report


def save_integration(
    actor: Actor,
    provider: str,
    enabled: bool | None,
    reason: str,
    config: dict[str, Any],
    seen_at: datetime | None = None,
) -> Update:
    """Save, and where that made other credentials complete find out whose they are."""
    update = update_integration(actor, provider, enabled, reason, config, seen_at)
    if not update.credentials_changed:
        return update
    discover_on_save(actor.workspace, provider)
    return replace(update, state=state_in(actor.workspace, provider))


def copy_integration(actor: Actor, source: str, provider: str) -> Update:
    """The workspace's own account at source for provider too: its site, email and token, at the same place."""
    reason = f"the same site and account as {source}"
    return save_integration(actor, provider, None, reason, own_account(actor, source))


def discover_on_save(workspace_key: str, provider: str) -> None:
    """Which account a token belongs to, and whether it works at the site or the gateway. Saving never fails by it."""
    credentials = credentials_for(workspace_key, provider, even_disabled=True)
    connections.release_pooled_connection()
    try:
        discovery = discover_account(Transport(credentials, Deadline(SAVING_TIMEOUT)))
    except UpstreamFailure as exc:
        discovery = AccountDiscovery(problem=str(exc.detail))
    save_discovery(credentials, discovery)
