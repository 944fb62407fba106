"""What an actor does with the integrations of a workspace."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.dispatch import Signal
from django.utils import timezone

from audit.actors import Actor
from audit.trail import audited
from audit.vocabulary import Action
from integrations.credentials import Credentials, Source, source_of
from integrations.errors import IntegrationLocked
from integrations.models import ALLOWLIST_FIELD, Integration, Provider
from workspaces.models import Workspace

CREDENTIAL_FIELDS = ("base_url", "email", "api_token")
BLANK: dict[str, Any] = {
    "base_url": "",
    "email": "",
    "api_token": None,
    "write_on_commit": False,
    "write_on_merge": False,
    "token_expires_on": None,
    "allowed_keys": [],
}
WARN_DAYS = (30, 7, 1)

# Sent after complete credentials were saved, so that the floor above can find out what kind of token it is.
credentials_saved = Signal()


@dataclass(frozen=True)
class IntegrationState:
    """What an admin may see of one integration: all but the token."""

    provider: str
    enabled: bool
    configured: bool
    source: str
    locked: bool
    base_url: str
    email: str
    has_api_token: bool
    token_unreadable: bool
    write_on_commit: bool
    write_on_merge: bool
    allowed_keys: tuple[str, ...]
    token_expires_on: date | None
    scoped: bool
    account_name: str
    tested_at: Any
    test_problem: str


@dataclass(frozen=True)
class Update:
    state: IntegrationState
    token_forgotten: bool = False
    warnings: tuple[str, ...] = field(default=())


def list_integrations(actor: Actor) -> dict[str, IntegrationState]:
    with audited(actor, Action.INTEGRATION_LIST, {}):
        rows = {row.provider: row for row in Integration.objects.filter(workspace__key=actor.workspace)}
    return {provider: state_of(rows.get(provider), provider) for provider in Provider.values}


def update_integration(
    actor: Actor, provider: str, enabled: bool | None, reason: str, config: dict[str, Any]
) -> Update:
    """
    Save what config names (fields of Integration; None deletes) and nothing else.

    A stored token is forgotten when the origin or the email changes without a new one: it was entered for
    another place. Raises IntegrationLocked.
    """
    target: dict[str, Any] = {"provider": provider, "reason": reason}
    with audited(actor, Action.INTEGRATION_UPDATE, target):
        if provider in settings.LOCKED_PROVIDERS:
            raise IntegrationLocked(provider)
        workspace = Workspace.objects.select_for_update().get(key=actor.workspace)
        row = Integration.objects.filter(workspace=workspace, provider=provider).first()
        row = row or Integration(workspace=workspace, provider=provider)
        before = {name: getattr(row, name) for name in BLANK} | {"enabled": row.enabled}
        forgotten = _apply(row, enabled, config)
        changes = target["changes"] = _changes(before, row)
        if forgotten or "api_token" in config:  # the same token entered again is one entered
            changes["api_token"] = "forgotten" if forgotten else "replaced" if row.api_token else "deleted"
        _save(row)
    if row.is_complete and not changes.keys().isdisjoint(CREDENTIAL_FIELDS):
        credentials_saved.send(Integration, workspace_key=actor.workspace, provider=provider)
        row.refresh_from_db()
    return Update(state_of(row, provider), token_forgotten=forgotten)


@dataclass(frozen=True)
class Findings:
    """What a look at Atlassian found out about one set of credentials."""

    scoped: bool = False
    cloud_id: str = ""
    account_id: str = ""
    account_name: str = ""
    problem: str = ""  # empty: all is well


def note_findings(credentials: Credentials, workspace_key: str, findings: Findings) -> None:
    """Keep them beside the workspace's own credentials, unless these were changed meanwhile."""
    row = Integration.objects.filter(workspace__key=workspace_key, provider=credentials.provider).first()
    tested = (credentials.base_url, credentials.email, credentials.api_token)
    if row is None or (row.base_url, row.email, row.api_token) != tested:
        return
    if findings.account_id:  # a site that cannot be reached says nothing new about the account
        row.scoped, row.cloud_id = findings.scoped, findings.cloud_id
        row.account_id, row.account_name = findings.account_id, findings.account_name[:200]
    row.tested_at, row.test_problem = timezone.now(), findings.problem[:500]
    row.save(update_fields=["scoped", "cloud_id", "account_id", "account_name", "tested_at", "test_problem"])


def _apply(row: Integration, enabled: bool | None, config: dict[str, Any]) -> bool:
    """Whether the stored token had to be forgotten."""
    origin_or_email = (row.base_url, row.email)
    for name, value in config.items():
        setattr(row, name, BLANK[name] if value is None else value)
    if enabled is not None:
        row.enabled = enabled
    moved = any(old and old != new for old, new in zip(origin_or_email, (row.base_url, row.email), strict=True))
    forgotten = moved and "api_token" not in config and row.api_token is not None
    if forgotten:
        row.api_token = None
        row.token_expires_on = config.get("token_expires_on")
    if moved or "api_token" in config:
        row.forget_account()
    return forgotten


def _changes(before: dict[str, Any], row: Integration) -> dict[str, Any]:
    """Field → [before, after], of all but the token."""
    changed = {name: (old, getattr(row, name)) for name, old in before.items() if old != getattr(row, name)}
    return {name: [_plain(old), _plain(new)] for name, (old, new) in changed.items() if name != "api_token"}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _save(row: Integration) -> None:
    """An unreadable token is left as it lies: it may be readable again with the operator's old key."""
    fields = [f.name for f in row._meta.concrete_fields if not f.primary_key]
    if row.pk and not isinstance(row.api_token, str | None):
        fields.remove("api_token")
    row.save(update_fields=fields if row.pk else None)


def state_of(row: Integration | None, provider: str) -> IntegrationState:
    source = source_of(row, provider)
    shown = _shown_credentials(row, provider, source)
    row = row or Integration(provider=provider)
    own = source is Source.WORKSPACE
    return IntegrationState(
        provider=provider,
        enabled=row.enabled if own else source is not Source.NONE,
        configured=row.is_complete if own else source is not Source.NONE,
        source=source,
        locked=provider in settings.LOCKED_PROVIDERS,
        base_url=shown[0],
        email=shown[1],
        has_api_token=shown[2],
        token_unreadable=row.api_token is not None and not isinstance(row.api_token, str),
        write_on_commit=row.write_on_commit,
        write_on_merge=row.write_on_merge,
        allowed_keys=tuple(row.allowed_keys),
        token_expires_on=row.token_expires_on,
        scoped=row.scoped,
        account_name=row.account_name,
        tested_at=row.tested_at,
        test_problem=row.test_problem,
    )


def _shown_credentials(row: Integration | None, provider: str, source: Source) -> tuple[str, str, bool]:
    """What was saved here, even while incomplete; else what the environment says."""
    locked = provider in settings.LOCKED_PROVIDERS
    if row is not None and not locked and not row.is_blank:
        return row.base_url, row.email, bool(row.api_token)
    if source is Source.ENVIRONMENT:
        base_url, email, _ = settings.ENVIRONMENT_CREDENTIALS[provider]
        return base_url, email, True
    return "", "", False


def allowlist_field(provider: str) -> str:
    return ALLOWLIST_FIELD[Provider(provider)]


def expiry_warning(state: IntegrationState, today: date) -> str:
    return token_expiry_warning(state.token_expires_on, today)


def token_expiry_warning(token_expires_on: date | None, today: date) -> str:
    """Said from 30 days before the token expires; empty until then, and where no date is known."""
    if token_expires_on is None:
        return ""
    days = (token_expires_on - today).days
    if days < 0:
        return f"The API token expired on {token_expires_on}. Create a new one at Atlassian and save it here."
    if days > max(WARN_DAYS):
        return ""
    when = "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"
    return f"The API token expires {when}, on {token_expires_on}. Create a new one at Atlassian and save it here."
