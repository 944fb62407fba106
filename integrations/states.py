"""What an admin may see of an integration: all but its token."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from integrations.credentials import Source, source_of
from integrations.models import Integration

WARN_DAYS = 30


@dataclass(frozen=True)
class IntegrationState:
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
    hidden_fields: tuple[str, ...]
    attachments: str
    mask_secrets: bool
    token_expires_on: date | None
    scoped: bool
    account_name: str
    tested_at: datetime | None
    test_problem: str
    updated_at: datetime | None = None  # None: nothing was saved yet


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
        token_unreadable=row.is_token_unreadable,
        write_on_commit=row.write_on_commit,
        write_on_merge=row.write_on_merge,
        allowed_keys=tuple(row.allowed_keys),
        hidden_fields=tuple(row.hidden_fields),
        attachments=row.attachments,
        mask_secrets=row.mask_secrets,
        token_expires_on=row.token_expires_on,
        scoped=row.scoped,
        account_name=row.account_name,
        tested_at=row.tested_at,
        test_problem=row.test_problem,
        updated_at=row.updated_at,
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


def expiry_warning(token_expires_on: date | None, today: date) -> str:
    """Said from 30 days before the token expires; empty until then, and where no date is known."""
    if token_expires_on is None:
        return ""
    days = (token_expires_on - today).days
    if days > WARN_DAYS:
        return ""
    advice = "Create a new one at Atlassian and save it here."
    if days < 0:
        return f"The API token expired on {token_expires_on}. {advice}"
    when = "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"
    return f"The API token expires {when}, on {token_expires_on}. {advice}"
