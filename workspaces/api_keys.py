"""What an actor does with API keys."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from audit.actors import OPERATOR, Actor
from audit.trail import audited
from audit.vocabulary import Action
from workspaces.errors import KeyDoesNotWork, NoSuchKey
from workspaces.manageable import own_or_manageable_membership
from workspaces.models import ApiKey, Membership, Role, Workspace, lowest_role
from workspaces.roles import MANAGEABLE_ROLES, narrowing_words

OVERLAP = timedelta(hours=1)  # for which the old key of a rotation still works


@dataclass(frozen=True)
class Narrowing:
    """What a key may less than its member; empty: no less."""

    actions: tuple[str, ...] = ()
    project_keys: tuple[str, ...] = ()
    space_keys: tuple[str, ...] = ()
    calls_per_minute: int | None = None

    def as_fields(self) -> dict[str, Any]:
        """The fields of ApiKey. Raises ValidationError for an unknown action, which would narrow to nothing."""
        unknown = sorted(set(self.actions) - set(narrowing_words()))
        if unknown:
            known = ", ".join(narrowing_words())
            raise ValidationError({"actions": [f"Unknown: {', '.join(unknown)[:100]}. Known: {known}."]})
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


WIDE = Narrowing()


def issue_api_key(
    actor: Actor,
    workspace: Workspace,
    email: str,
    label: str,
    expires_in_days: int | None = None,
    narrowing: Narrowing = WIDE,
) -> tuple[ApiKey, str]:
    """The new key and its secret, which nobody can read again."""
    narrower = {name: value for name, value in asdict(narrowing).items() if value}
    target = {"email": email, "label": label, "expires_in_days": expires_in_days, **narrower}
    with audited(actor, Action.API_KEY_ISSUE, target):
        membership = own_or_manageable_membership(actor, workspace, email)
        expires_at = None if expires_in_days is None else timezone.now() + timedelta(days=expires_in_days)
        expires_at = _no_later_than_callers(actor, workspace, expires_at)
        highest = _highest_role(actor, membership)
        api_key, secret = ApiKey.issue(membership, label, expires_at, highest_role=highest, **narrowing.as_fields())
        target["prefix"] = api_key.prefix
    return api_key, secret


def rotate_api_key(actor: Actor, api_key: ApiKey, *, at_once: bool = False) -> tuple[ApiKey, str]:
    """
    A key alike with another secret. The old one works for another hour, or ends at once.

    The new one lives as long as the old one was made for. Raises KeyDoesNotWork for one that has ended already.
    """
    with audited(actor, Action.API_KEY_ROTATE, _target(api_key) | {"at_once": at_once}) as target:
        _require_own_or_manageable(actor, api_key)
        api_key = ApiKey.objects.select_for_update(of=("self",)).select_related("membership__user").get(pk=api_key.pk)
        if api_key.rejection_reason():
            raise KeyDoesNotWork()
        lifetime = api_key.expires_at and api_key.expires_at - api_key.created_at
        expires_at = _no_later_than_callers(
            actor, api_key.membership.workspace, timezone.now() + lifetime if lifetime else None
        )
        highest = lowest_role(api_key.highest_role, _highest_role(actor, api_key.membership))
        alike = _narrowing_of(api_key) | {"highest_role": highest}
        new, secret = ApiKey.issue(api_key.membership, api_key.label, expires_at, **alike)
        target["new_prefix"] = new.prefix
        _end(api_key, at_once)
    return new, secret


def list_api_keys(
    actor: Actor, workspace: Workspace, *, email: str = "", before: int | None = None, limit: int | None = None
) -> list[ApiKey]:
    """
    Newest first where a page is asked for, else in the order they were made. A member sees their own.

    before is the id of the last of the page before.
    """
    with audited(actor, Action.API_KEY_LIST, {}):
        keys = _visible(actor, workspace)
        if email:
            keys = keys.filter(membership__user__email=email)
        if before:
            keys = keys.filter(pk__lt=before)
        return list(keys.order_by("pk") if limit is None else keys.order_by("-pk")[:limit])


def own_api_key(actor: Actor) -> ApiKey | None:
    """By which actor calls; None for who is signed in."""
    with audited(actor, Action.ME_READ, {}):
        if not actor.key_prefix:
            return None
        keys = ApiKey.objects.select_related("membership__user")
        return keys.filter(membership__workspace__key=actor.workspace, prefix=actor.key_prefix).first()


def find_api_key(actor: Actor, workspace: Workspace, **condition: Any) -> ApiKey:
    """Raises NoSuchKey, also for one that the actor does not see."""
    found = list(_visible(actor, workspace).filter(**condition)[:2])
    if len(found) != 1:
        raise NoSuchKey()
    return found[0]


def revoke_api_key(actor: Actor, api_key: ApiKey) -> None:
    """Safe to repeat: the first revocation's time stands."""
    with audited(actor, Action.API_KEY_REVOKE, _target(api_key)):
        _require_own_or_manageable(actor, api_key)
        if api_key.revoked_at is None:
            api_key.revoke()


def _visible(actor: Actor, workspace: Workspace) -> QuerySet[ApiKey]:
    keys = ApiKey.objects.filter(membership__workspace=workspace).select_related("membership__user")
    return keys if MANAGEABLE_ROLES[actor.role] else keys.filter(membership__user__email=actor.user)


def _require_own_or_manageable(actor: Actor, api_key: ApiKey) -> None:
    membership = api_key.membership
    own_or_manageable_membership(actor, membership.workspace, membership.user.email)


def _target(api_key: ApiKey) -> dict[str, Any]:
    return {"email": api_key.membership.user.email, "label": api_key.label, "prefix": api_key.prefix}


def _narrowing_of(api_key: ApiKey) -> dict[str, Any]:
    return {name: getattr(api_key, name) for name in ("actions", "project_keys", "space_keys", "calls_per_minute")}


def _end(api_key: ApiKey, at_once: bool) -> None:
    if at_once:
        api_key.revoke()
        return
    soon = timezone.now() + OVERLAP
    api_key.expires_at = min(soon, api_key.expires_at or soon)
    api_key.save(update_fields=["expires_at"])


def _no_later_than_callers(actor: Actor, workspace: Workspace, expires_at: datetime | None) -> datetime | None:
    """A key that is made by a key does not outlive it, or who stole one for a day would have one for good."""
    if not actor.key_prefix:
        return expires_at
    callers = ApiKey.objects.filter(membership__workspace=workspace, prefix=actor.key_prefix)
    ends = [moment for moment in (expires_at, *callers.values_list("expires_at", flat=True)) if moment]
    return min(ends, default=None)


def _highest_role(actor: Actor, membership: Membership) -> str:
    """Who makes a key for somebody else may keep it, and does not rise with them; nor does who holds a key alone."""
    if actor.role == OPERATOR:
        return Role.OWNER
    is_own = actor.user == membership.user.email
    highest = Role.OWNER if is_own else membership.effective_role
    return lowest_role(highest, actor.role) if actor.key_prefix else highest
