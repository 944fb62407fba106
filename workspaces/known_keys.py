"""An API key as each call looks it up: one row of what decides about the call, not four models."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from workspaces.models import ApiKey, KeyRules, role_of

USE_NOTED_EVERY = timedelta(minutes=1)


class _Columns(NamedTuple):
    """In the order of COLUMNS."""

    pk: int
    label: str
    prefix: str
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    highest_role: str
    actions: list[str]
    project_keys: list[str]
    space_keys: list[str]
    calls_per_minute: int | None
    role: str
    workspace: str
    email: str
    is_user_active: bool
    is_superuser: bool


class KnownKey(KeyRules, _Columns):
    __slots__ = ()

    COLUMNS = (
        *_Columns._fields[:-5],
        "membership__role",
        "membership__workspace__key",
        "membership__user__email",
        "membership__user__is_active",
        "membership__user__is_superuser",
    )

    @property
    def role_of_member(self) -> str:
        return role_of(self.role, is_superuser=self.is_superuser)

    def record_use(self) -> None:
        """Note that the key was used, at most once a minute: a write for every read would cost too much."""
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at > USE_NOTED_EVERY:
            ApiKey.objects.filter(pk=self.pk).update(last_used_at=now)
