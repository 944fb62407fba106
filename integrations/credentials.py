"""Whose credentials a workspace's call uses: its own, the environment's, or none. The one place that decides."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from django.conf import settings

from audit.compiled_query import CompiledQuery
from integrations.errors import IntegrationDisabled, IntegrationMissing, KeySeesNothing, TokenUnreadable
from integrations.models import ALLOWLIST_FIELD, AccountRules, AttachmentPolicy, Integration, Provider


class _Columns(NamedTuple):
    provider: str
    enabled: bool
    base_url: str
    email: str
    api_token: Any
    token_expires_on: date | None
    scoped: bool
    cloud_id: str
    account_id: str
    allowed_keys: list[str]
    hidden_fields: list[str]
    attachments: str
    mask_secrets: bool


class IntegrationRow(AccountRules, _Columns):
    """What a call needs of an integration."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{self.provider} at {self.base_url}>"  # never the token


_ROW_OF_WORKSPACE = CompiledQuery(
    lambda workspace_key, provider: Integration.objects.filter(workspace__key=workspace_key, provider=provider),
    2,
    IntegrationRow._fields,
    IntegrationRow,
)


class Source(StrEnum):
    WORKSPACE = "workspace"
    ENVIRONMENT = "environment"
    NONE = "none"


@dataclass(frozen=True)
class Credentials:
    """One Atlassian account at one site, and what the workspace may see through it."""

    provider: str
    source: str
    base_url: str  # origin of the site, without /wiki
    email: str
    api_token: str = field(repr=False)
    scoped: bool = False  # the token works through the gateway only
    cloud_id: str = ""
    account_id: str = ""  # as a connection test proved it; empty: not tested
    workspace: str = ""  # the key of the workspace that uses them
    token_expires_on: date | None = None  # as the workspace told us: Atlassian tells nobody
    allowlist: tuple[str, ...] = ()  # project or space keys, in capitals; empty: all that the account sees
    hidden_fields: tuple[str, ...] = ()  # names of Jira fields, whatever their case
    attachments: str = AttachmentPolicy.TEXT
    mask_secrets: bool = True

    @property
    def product(self) -> str:
        """The provider as people write it."""
        return Provider(self.provider).label

    @cached_property
    def fingerprint(self) -> str:
        """A cache key for these credentials that does not reveal them."""
        parts = (self.provider, self.base_url, self.email, self.api_token)
        return hashlib.sha256("\x00".join(parts).encode(errors="replace")).hexdigest()

    def narrowed_to(self, keys: tuple[str, ...]) -> "Credentials":
        """
        As seen through an API key that is limited to these keys; empty: not limited.

        Raises KeySeesNothing where the workspace allows none of them: an empty allowlist would mean all.
        """
        if not keys:
            return self
        kept = tuple(key for key in keys if not self.allowlist or key in self.allowlist)
        if not kept:
            raise KeySeesNothing(self.provider, ALLOWLIST_FIELD[self.provider])
        return replace(self, allowlist=kept)


def credentials_for(workspace_key: str, provider: str, *, even_disabled: bool = False) -> Credentials:
    """Raises IntegrationMissing, IntegrationDisabled or TokenUnreadable."""
    row = _ROW_OF_WORKSPACE.first(workspace_key, provider)
    source = source_of(row, provider)
    if source is Source.NONE:
        raise IntegrationMissing(provider)
    if row is None or source is Source.ENVIRONMENT:
        return _from_environment(provider, workspace_key, row)
    if not (row.enabled or even_disabled):
        raise IntegrationDisabled(provider)
    if row.is_token_unreadable:
        raise TokenUnreadable(provider)
    if not row.is_complete:
        raise IntegrationMissing(provider)
    return _from_row(workspace_key, row)


def source_of(row: Integration | IntegrationRow | None, provider: str) -> Source:
    """
    Locked: the environment alone. Else the row, where it is complete or disabled: a disabled integration is
    never rescued by the environment. Else the environment's three variables, as a whole set or not at all.
    """
    if provider not in settings.LOCKED_PROVIDERS and row is not None and _takes_precedence(row):
        return Source.WORKSPACE
    return Source.ENVIRONMENT if provider in settings.ENVIRONMENT_CREDENTIALS else Source.NONE


def _takes_precedence(row: Integration | IntegrationRow) -> bool:
    return not row.enabled or row.is_complete or row.is_token_unreadable


def _from_row(workspace_key: str, row: IntegrationRow) -> Credentials:
    return Credentials(
        provider=row.provider,
        source=Source.WORKSPACE,
        workspace=workspace_key,
        base_url=row.base_url,
        email=row.email,
        api_token=row.api_token,
        scoped=row.scoped,
        cloud_id=row.cloud_id,
        account_id=row.account_id,
        token_expires_on=row.token_expires_on,
        **_limits(row),
    )


def _from_environment(provider: str, workspace_key: str, row: IntegrationRow | None) -> Credentials:
    """A workspace's limits hold for the operator's account too: dropping them would show more than was agreed."""
    base_url, email, api_token = settings.ENVIRONMENT_CREDENTIALS[provider]
    return Credentials(
        provider=provider,
        source=Source.ENVIRONMENT,
        workspace=workspace_key,
        base_url=base_url,
        email=email,
        api_token=api_token,
        **(_limits(row) if row else {}),
    )


def _limits(row: IntegrationRow) -> dict[str, Any]:
    """What the workspace lets agents see."""
    return {
        "allowlist": tuple(row.allowed_keys),
        "hidden_fields": tuple(row.hidden_fields),
        "attachments": row.attachments,
        "mask_secrets": row.mask_secrets,
    }
