"""Whose membership and keys an actor may touch: the rules that every service of this floor asks."""

from django.db.models import Case, When

from audit.actors import Actor
from audit.vocabulary import Channel
from workspaces.actors import actor_for_user
from workspaces.errors import AboveYourRole, LastOwner, NoSuchMember
from workspaces.models import Membership, Role, User, Workspace
from workspaces.roles import MANAGEABLE_ROLES

MAX_OFFERED = 1000


def membership_in(actor: Actor, workspace: Workspace, email: str) -> Membership:
    """Raises NoSuchMember, also for whoever acts in another workspace."""
    memberships = Membership.objects.select_related("user", "workspace")
    membership = memberships.filter(workspace=workspace, user__email=email.strip().lower()).first()
    if membership is None or actor.workspace != workspace.key:
        raise NoSuchMember()
    return membership


def manageable_membership(actor: Actor, workspace: Workspace, email: str) -> Membership:
    """Of somebody whom actor may manage. Who manages nobody does not learn who is a member."""
    if not MANAGEABLE_ROLES[actor.role]:
        raise AboveYourRole()
    membership = membership_in(actor, workspace, email)
    require_can_manage(actor, membership.effective_role)
    return membership


def own_or_manageable_membership(actor: Actor, workspace: Workspace, email: str) -> Membership:
    if is_own(actor, email):
        return membership_in(actor, workspace, email)
    return manageable_membership(actor, workspace, email)


def is_own(actor: Actor, email: str) -> bool:
    return email.strip().lower() == actor.user


def can_manage(actor: Actor, role: str) -> bool:
    return role in MANAGEABLE_ROLES[actor.role]


def is_own_or_manageable(actor: Actor, email: str, role: str) -> bool:
    return is_own(actor, email) or can_manage(actor, role)


def require_can_manage(actor: Actor, role: str) -> None:
    if not can_manage(actor, role):
        raise AboveYourRole()


def may_manage_by_now(email: str, workspace: Workspace, role: str) -> bool:
    """A link is good for no more than whoever made it could do when it is opened."""
    user = User.objects.filter(email=email, is_active=True).first()
    actor = actor_for_user(user, workspace.key, Channel.PAGE) if user else None
    return actor is not None and can_manage(actor, role)


def lock(workspace: Workspace) -> None:
    """Until the transaction ends, so that two at once do not both find that an owner remains."""
    Workspace.objects.select_for_update().get(pk=workspace.pk)


def require_another_owner(membership: Membership) -> None:
    owners = Membership.objects.filter(workspace=membership.workspace, role=Role.OWNER)
    if membership.role == Role.OWNER and not owners.exclude(pk=membership.pk).exists():
        raise LastOwner()


def manageable_members(actor: Actor, workspace: Workspace) -> list[tuple[str, str]]:
    """Email and role of those for whom actor may issue a key; actor first. At most MAX_OFFERED: the rest by REST."""
    own_first = Case(When(user__email=actor.user, then=0), default=1)
    members = Membership.objects.filter(workspace=workspace).select_related("user").order_by(own_first, "user__email")
    if not MANAGEABLE_ROLES[actor.role]:
        members = members.filter(user__email=actor.user)
    offered = [(member.user.email, member.effective_role) for member in members[:MAX_OFFERED]]
    return [(email, role) for email, role in offered if is_own_or_manageable(actor, email, role)]
