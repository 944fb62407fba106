"""What an actor does with workspaces and their members."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from audit.actors import Actor
from audit.trail import audited
from audit.vocabulary import Action
from workspaces.errors import AccountExists, AlreadyInvited, AlreadyMember, ChangedMeanwhile
from workspaces.manageable import (
    lock,
    manageable_membership,
    own_or_manageable_membership,
    require_another_owner,
    require_can_manage,
)
from workspaces.models import Membership, Role, User, Workspace


@dataclass(frozen=True)
class Member:
    """One member as others may see them."""

    email: str
    role: str  # what counts: a superuser is an owner
    created_at: datetime
    last_active_at: datetime | None  # by a key of theirs, or by signing in
    api_keys: int  # that work
    atlassian_account_id: str


def create_workspace(actor: Actor, key: str, name: str) -> Workspace:
    """Raises django's ValidationError for a malformed or taken key."""
    with audited(actor, Action.WORKSPACE_CREATE, {"workspace": key}):
        workspace = Workspace(key=key, name=name)
        workspace.full_clean()
        workspace.save()
    return workspace


def list_workspaces(actor: Actor) -> list[Workspace]:
    with audited(actor, Action.WORKSPACE_LIST, {}):
        return list(Workspace.objects.annotate(members=Count("memberships")))


def list_members(
    actor: Actor, workspace: Workspace, *, q: str = "", after: str = "", limit: int | None = None
) -> list[Member]:
    """Members by email; `after` is the last email of the page before."""
    with audited(actor, Action.MEMBER_LIST, {}):
        memberships = Membership.objects.filter(workspace=workspace, user__email__gt=after)
        if q:
            memberships = memberships.filter(user__email__icontains=q)
        return [_as_member(membership) for membership in _with_use(memberships)[:limit]]


def _with_use(memberships: QuerySet[Membership]) -> QuerySet[Membership]:
    now = timezone.now()
    works = Q(api_keys__revoked_at=None) & (Q(api_keys__expires_at=None) | Q(api_keys__expires_at__gt=now))
    usable = Count("api_keys", filter=works & Q(api_keys__pk__isnull=False))
    used = memberships.annotate(usable_keys=usable, key_used_at=Max("api_keys__last_used_at"))
    return used.select_related("user").order_by("user__email")


def _as_member(membership: Any) -> Member:
    moments = [moment for moment in (membership.key_used_at, membership.user.last_login) if moment]
    return Member(
        email=membership.user.email,
        role=membership.effective_role,
        created_at=membership.created_at,
        last_active_at=max(moments, default=None),
        api_keys=membership.usable_keys,
        atlassian_account_id=membership.atlassian_account_id,
    )


def add_member(actor: Actor, workspace: Workspace, email: str, role: str) -> Membership:
    """Add a member or change their role; a person not known by this email is created, without a password."""
    email = email.strip().lower()
    with audited(actor, Action.MEMBER_ADD, {"email": email, "role": role}) as target:
        require_can_manage(actor, role)
        lock(workspace)
        user = User.objects.filter(email=email).first() or _create_user(email)
        membership = Membership.objects.filter(workspace=workspace, user=user).first()
        if membership is None:
            return Membership.objects.create(workspace=workspace, user=user, role=role)
        target["role_before"] = membership.role
        _set_role(actor, membership, role)
    return membership


def add_member_for_agents(actor: Actor, workspace: Workspace, email: str, role: str) -> Membership:
    """Always a new account, without a password: who has one, or is invited, accepts for themselves."""
    email = email.strip().lower()
    with audited(actor, Action.MEMBER_ADD, {"email": email, "role": role}):
        require_can_manage(actor, role)
        lock(workspace)
        _require_nobody(workspace, email)
        return Membership.objects.create(workspace=workspace, user=_create_user(email), role=role)


def _require_nobody(workspace: Workspace, email: str) -> None:
    if workspace.memberships.filter(user__email=email).exists():
        raise AlreadyMember()
    if User.objects.filter(email=email).exists():
        raise AccountExists()
    if any(invitation.is_open for invitation in workspace.invitations.filter(email=email)):
        raise AlreadyInvited()


def change_role(
    actor: Actor, workspace: Workspace, email: str, role: str, role_before: str | None = None
) -> Membership:
    """role_before is what the actor saw: raises ChangedMeanwhile where it is another by now."""
    with audited(actor, Action.MEMBER_UPDATE, {"email": email, "role": role}) as target:
        lock(workspace)
        membership = manageable_membership(actor, workspace, email)
        require_can_manage(actor, role)
        if role_before not in (None, membership.effective_role):
            raise ChangedMeanwhile()
        target["role_before"] = membership.role
        _set_role(actor, membership, role)
    return membership


def remove_member(actor: Actor, workspace: Workspace, email: str) -> None:
    """Their API keys die with the membership, and so do links of theirs that nobody used."""
    with audited(actor, Action.MEMBER_REMOVE, {"email": email}) as target:
        lock(workspace)
        membership = manageable_membership(actor, workspace, email)
        require_another_owner(membership)
        target["api_keys"] = [api_key.prefix for api_key in membership.api_keys.usable()]
        _withdraw_invitations_of(membership)
        membership.delete()


def _set_role(actor: Actor, membership: Membership, role: str) -> None:
    require_can_manage(actor, membership.effective_role)
    if role != Role.OWNER:
        require_another_owner(membership)
    if role != membership.role:
        _withdraw_invitations_of(membership)  # what they may hand out is another by now
    membership.role = role
    membership.save(update_fields=["role"])


def _withdraw_invitations_of(membership: Membership) -> None:
    """Their links would do no more; the list of those that are open is to say so."""
    made = membership.workspace.invitations.filter(created_by=membership.user.email, used_at=None, withdrawn_at=None)
    made.update(withdrawn_at=timezone.now())


def set_atlassian_account(actor: Actor, workspace: Workspace, email: str, account_id: str) -> Membership:
    """
    Say which Atlassian account is a member's: their own, or that of somebody whom actor may manage. "" forgets it.

    Raises django's ValidationError for what cannot be the id of an account.
    """
    target = {"email": email, "account_id": account_id}
    with audited(actor, Action.MEMBER_ACCOUNT, target):
        membership = own_or_manageable_membership(actor, workspace, email)
        membership.atlassian_account_id = account_id.strip()
        membership.clean_fields(exclude={"workspace", "user", "role"})
        membership.save(update_fields=["atlassian_account_id"])
    return membership


def atlassian_account_of(workspace_key: str, email: str) -> str:
    """Empty where none is known, as for a superuser who is no member."""
    memberships = Membership.objects.filter(workspace__key=workspace_key, user__email=email)
    return memberships.values_list("atlassian_account_id", flat=True).first() or ""


def remember_atlassian_account(workspace_key: str, email: str, account_id: str) -> None:
    """What a look-up found; what somebody entered meanwhile stands."""
    memberships = Membership.objects.filter(workspace__key=workspace_key, user__email=email, atlassian_account_id="")
    memberships.update(atlassian_account_id=account_id)


def workspaces_of(user: User) -> QuerySet[Workspace]:
    """All that the user belongs to; a superuser sees all there are."""
    if user.is_superuser:
        return Workspace.objects.all()
    return Workspace.objects.filter(memberships__user=user)


def _create_user(email: str) -> User:
    user = User(email=email)
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    return user
