"""Whose membership and keys an actor may touch: the rules that every service of this floor asks."""

from audit.actors import Actor
from workspaces.errors import AboveYourRole, LastOwner, NoSuchMember
from workspaces.models import Membership, Role, Workspace
from workspaces.roles import MANAGEABLE_ROLES

MAX_OFFERED = 1000


def membership_in(workspace: Workspace, email: str) -> Membership:
    memberships = Membership.objects.select_related("user", "workspace")
    membership = memberships.filter(workspace=workspace, user__email=email.strip().lower()).first()
    if membership is None:
        raise NoSuchMember()
    return membership


def manageable_membership(actor: Actor, workspace: Workspace, email: str) -> Membership:
    """Of somebody whom actor may manage. Who manages nobody does not learn who is a member."""
    if not MANAGEABLE_ROLES[actor.role]:
        raise AboveYourRole()
    membership = membership_in(workspace, email)
    require_can_manage(actor, membership.effective_role)
    return membership


def own_or_manageable_membership(actor: Actor, workspace: Workspace, email: str) -> Membership:
    if is_own(actor, email):
        return membership_in(workspace, email)
    return manageable_membership(actor, workspace, email)


def is_own(actor: Actor, email: str) -> bool:
    return email.strip().lower() == actor.user


def can_manage(actor: Actor, role: str) -> bool:
    return role in MANAGEABLE_ROLES[actor.role]


def require_can_manage(actor: Actor, role: str) -> None:
    if not can_manage(actor, role):
        raise AboveYourRole()


def lock(workspace: Workspace) -> None:
    """Until the transaction ends, so that two at once do not both find that an owner remains."""
    Workspace.objects.select_for_update().get(pk=workspace.pk)


def require_another_owner(membership: Membership) -> None:
    owners = Membership.objects.filter(workspace=membership.workspace, role=Role.OWNER)
    if membership.role == Role.OWNER and not owners.exclude(pk=membership.pk).exists():
        raise LastOwner()


def manageable_members(actor: Actor, workspace: Workspace) -> list[tuple[str, str]]:
    """Email and role of those for whom actor may issue a key; actor first. At most MAX_OFFERED: the rest by REST."""
    members = Membership.objects.filter(workspace=workspace).select_related("user").order_by("user__email")
    if not MANAGEABLE_ROLES[actor.role]:
        members = members.filter(user__email=actor.user)
    offered = [
        (member.user.email, member.effective_role)
        for member in members[:MAX_OFFERED]
        if is_own(actor, member.user.email) or can_manage(actor, member.effective_role)
    ]
    return sorted(offered, key=lambda member: member[0] != actor.user)
