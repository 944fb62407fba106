"""What an actor does with the integrations of a workspace."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings

from audit.actors import Actor
from audit.trail import audited, require_permission
from audit.vocabulary import Action
from integrations.errors import IntegrationLocked, IntegrationMissing
from integrations.models import AttachmentPolicy, Integration, Provider
from integrations.states import IntegrationState, state_of
from workspaces.errors import ChangedMeanwhile
from workspaces.models import Workspace

NEVER = datetime.min.replace(tzinfo=UTC)  # when that was saved which nobody has saved yet
CREDENTIAL_FIELDS = ("base_url", "email", "api_token")
DEFAULTS: dict[str, Any] = {
    "base_url": "",
    "email": "",
    "api_token": None,
    "write_on_commit": False,
    "write_on_merge": False,
    "token_expires_on": None,
    "allowed_keys": [],
    "hidden_fields": [],
    "attachments": AttachmentPolicy.TEXT,
    "mask_secrets": True,
}


@dataclass(frozen=True)
class Update:
    state: IntegrationState
    token_forgotten: bool = False
    credentials_changed: bool = False  # to a complete set, of which nothing is known yet


def list_integrations(actor: Actor) -> dict[str, IntegrationState]:
    with audited(actor, Action.INTEGRATION_LIST, {}):
        rows = {row.provider: row for row in Integration.objects.filter(workspace__key=actor.workspace)}
    return {provider: state_of(rows.get(provider), provider) for provider in Provider.values}


def update_integration(
    actor: Actor,
    provider: str,
    enabled: bool | None,
    reason: str,
    config: dict[str, Any],
    seen_at: datetime | None = None,
) -> Update:
    """
    Save what config names (fields of Integration; None deletes) and nothing else.

    A stored token is forgotten when the origin or the email changes without a new one: it was entered for
    another place. seen_at is when what the actor saw was saved (NEVER: they saw nothing): raises ChangedMeanwhile
    where somebody has saved since. Raises IntegrationLocked.
    """
    target: dict[str, Any] = {"provider": provider, "reason": reason}
    with audited(actor, Action.INTEGRATION_UPDATE, target):
        if provider in settings.LOCKED_PROVIDERS:
            raise IntegrationLocked(provider)
        workspace = Workspace.objects.select_for_update().get(key=actor.workspace)
        row = Integration.objects.filter(workspace=workspace, provider=provider).first()
        row = row or Integration(workspace=workspace, provider=provider)
        if seen_at not in (None, row.updated_at or NEVER):
            raise ChangedMeanwhile()
        before = {name: getattr(row, name) for name in DEFAULTS} | {"enabled": row.enabled}
        forgotten = _apply(row, enabled, config)
        changes = target["changes"] = _changes(before, row)
        if forgotten or "api_token" in config:  # the same token entered again is one entered
            changes["api_token"] = "forgotten" if forgotten else "replaced" if row.api_token else "deleted"
        _save(row)
    credentials_changed = row.is_complete and not changes.keys().isdisjoint(CREDENTIAL_FIELDS)
    return Update(state_of(row, provider), forgotten, credentials_changed)


def own_account(actor: Actor, provider: str) -> dict[str, Any]:
    """Site, email and token of the workspace itself, to be saved for the other provider. Raises IntegrationMissing."""
    require_permission(actor, Action.INTEGRATION_UPDATE)
    row = Integration.objects.filter(workspace__key=actor.workspace, provider=provider).first()
    if row is None or not row.is_complete or provider in settings.LOCKED_PROVIDERS:
        raise IntegrationMissing(provider)
    return {name: getattr(row, name) for name in (*CREDENTIAL_FIELDS, "token_expires_on")}


def allowlists(workspace_key: str) -> dict[str, tuple[str, ...]]:
    """Provider → the keys that are allowed; empty: all."""
    rows = Integration.objects.filter(workspace__key=workspace_key).values_list("provider", "allowed_keys")
    return {provider: tuple(keys) for provider, keys in rows}


def state_in(workspace_key: str, provider: str) -> IntegrationState:
    return state_of(Integration.objects.filter(workspace__key=workspace_key, provider=provider).first(), provider)


def _apply(row: Integration, enabled: bool | None, config: dict[str, Any]) -> bool:
    """Whether the stored token had to be forgotten."""
    origin_or_email = (row.base_url, row.email)
    for name, value in config.items():
        setattr(row, name, DEFAULTS[name] if value is None else value)
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
    if row.is_token_unreadable:
        fields.remove("api_token")
    row.save(update_fields=fields if row.pk else None)
