"""Becoming a member by a link. Whoever holds the link may accept it once; nobody's existing password is touched."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from audit.actors import Actor
from audit.trail import audited
from audit.vocabulary import Action, Channel
from workspaces.errors import (
    AlreadyInvited,
    AlreadyMember,
    LinkDoesNotWork,
    NoSuchInvitation,
    SignInToAccept,
    WrongAccount,
)
from workspaces.manageable import lock, may_manage_by_now, require_can_manage
from workspaces.models import Invitation, Membership, User, Workspace, digest_of


def invite(actor: Actor, workspace: Workspace, email: str, role: str) -> tuple[Invitation, str]:
    """The invitation and the secret of its link, which nobody can read again."""
    email = email.strip().lower()
    with audited(actor, Action.INVITATION_CREATE, {"email": email, "role": role}):
        require_can_manage(actor, role)
        _require_email(email)
        lock(workspace)
        if Membership.objects.filter(workspace=workspace, user__email=email).exists():
            raise AlreadyMember()
        invitation = _pending(workspace, email) or Invitation(workspace=workspace, email=email)
        if invitation.pk and invitation.is_open:
            raise AlreadyInvited()
        invitation.role = role
        secret = invitation.renew(actor.user)
        invitation.save()
    return invitation, secret


def renew_invitation(actor: Actor, workspace: Workspace, email: str) -> tuple[Invitation, str]:
    """Another link for another 72 hours; the one before ends."""
    with audited(actor, Action.INVITATION_RENEW, {"email": email}):
        invitation = _manageable(actor, workspace, email)
        secret = invitation.renew(actor.user)
        invitation.save(update_fields=["digest", "created_by", "expires_at"])
    return invitation, secret


def withdraw_invitation(actor: Actor, workspace: Workspace, email: str) -> None:
    with audited(actor, Action.INVITATION_WITHDRAW, {"email": email}):
        invitation = _manageable(actor, workspace, email)
        invitation.withdrawn_at = timezone.now()
        invitation.save(update_fields=["withdrawn_at"])


def list_invitations(actor: Actor, workspace: Workspace) -> list[Invitation]:
    """Invitations neither accepted nor withdrawn, newest first; some may have expired."""
    with audited(actor, Action.INVITATION_LIST, {}):
        return list(workspace.invitations.filter(used_at=None, withdrawn_at=None).order_by("-created_at", "-pk"))


def open_invitation(digest: str) -> Invitation:
    """Raises LinkDoesNotWork."""
    return _opened(Invitation.objects.select_related("workspace"), digest)


def needs_sign_in(invitation: Invitation) -> bool:
    """
    Whether there is an account that a link, which an admin has seen, must not set the password of: one with a
    password, of the operator's staff, or a member of anything.
    """
    user = User.objects.filter(email=invitation.email).first()
    return user is not None and _is_somebodys(user)


def _is_somebodys(user: User) -> bool:
    return user.has_usable_password() or user.is_staff or user.is_superuser or user.memberships.exists()


def accept_as(user: User, digest: str) -> Membership:
    """Accepts for somebody who is signed in. Raises LinkDoesNotWork or WrongAccount."""
    invitation = open_invitation(digest)
    with audited(_holder(invitation), Action.INVITATION_ACCEPT, {"role": invitation.role}):
        invitation = _locked(digest)
        if user.email != invitation.email:
            raise WrongAccount()
        return _accept(invitation, user)


def accept_with_password(digest: str, password: str) -> Membership:
    """By somebody who is new here. Raises LinkDoesNotWork, SignInToAccept, or ValidationError for the password."""
    invitation = open_invitation(digest)
    with audited(_holder(invitation), Action.INVITATION_ACCEPT, {"role": invitation.role}):
        invitation = _locked(digest)
        # Locked: two who accept at once, in two workspaces, would each find an account without a password.
        user = User.objects.select_for_update().filter(email=invitation.email).first() or User(email=invitation.email)
        if user.pk and _is_somebodys(user):
            raise SignInToAccept()
        if not user.is_active:
            raise LinkDoesNotWork()
        require_strong_password(password, user)
        user.set_password(password)
        user.save()
        return _accept(invitation, user)


def require_strong_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except DjangoValidationError as exc:
        raise ValidationError({"password": exc.messages}) from exc


def _accept(invitation: Invitation, user: User) -> Membership:
    invitation.used_at = timezone.now()
    invitation.save(update_fields=["used_at"])
    membership, _ = Membership.objects.get_or_create(
        workspace=invitation.workspace, user=user, defaults={"role": invitation.role}
    )
    return membership


def _locked(digest: str) -> Invitation:
    return _opened(Invitation.objects.select_for_update(of=("self",)).select_related("workspace"), digest)


def _opened(invitations: QuerySet[Invitation], digest: str) -> Invitation:
    invitation = invitations.filter(digest=digest).first()
    if invitation is None or not invitation.is_open:
        raise LinkDoesNotWork()
    if not may_manage_by_now(invitation.created_by, invitation.workspace, invitation.role):
        raise LinkDoesNotWork()
    return invitation


def _holder(invitation: Invitation) -> Actor:
    """Whoever holds the link may do this one thing."""
    permitted = frozenset({Action.INVITATION_ACCEPT})
    return Actor(invitation.email, invitation.workspace.key, Channel.PAGE, permitted=permitted)


def _manageable(actor: Actor, workspace: Workspace, email: str) -> Invitation:
    lock(workspace)
    invitation = _pending(workspace, email.strip().lower())
    if invitation is None:
        raise NoSuchInvitation()
    require_can_manage(actor, invitation.role)
    return invitation


def _pending(workspace: Workspace, email: str) -> Invitation | None:
    return workspace.invitations.filter(email=email, used_at=None, withdrawn_at=None).first()


def _require_email(email: str) -> None:
    try:
        validate_email(email)
    except DjangoValidationError as exc:
        raise ValidationError({"email": ["This is not an email address like ann@example.com."]}) from exc


def digest_of_link(secret: str) -> str:
    """Digests whatever was put into the address, cut short: a secret of ours is short ASCII."""
    return digest_of(secret[:200])
