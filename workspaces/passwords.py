"""Passwords: set by a link, changed, and what ends with the old one."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F, QuerySet

from audit.actors import OPERATOR, Actor
from audit.limits import seconds_to_wait
from audit.trail import append, audited
from audit.vocabulary import Action, Channel, Outcome
from workspaces.errors import LinkDoesNotWork, OperatorOnly
from workspaces.invitations import require_strong_password
from workspaces.manageable import manageable_membership, may_manage_by_now
from workspaces.models import Membership, PasswordLink, User, Workspace

FAILURES_RECORDED_PER_MINUTE = 10  # of one user, from wherever: a guesser cannot fill the log
MAX_WORKSPACES = 20  # of one user, in each of which what they do with their account is recorded


def create_password_link(actor: Actor, workspace: Workspace, email: str) -> tuple[PasswordLink, str]:
    """
    For a member whom actor may manage, and of whom nothing else would be opened by it: raises OperatorOnly for
    somebody who is a member elsewhere too, or staff.
    """
    with audited(actor, Action.PASSWORD_LINK_CREATE, {"email": email}):
        membership = manageable_membership(actor, workspace, email)
        if not _is_all_there_is(membership):
            raise OperatorOnly()
        return _new_link(membership.user, actor.user)


def create_password_link_as_operator(actor: Actor, user: User) -> tuple[PasswordLink, str]:
    with audited(actor, Action.PASSWORD_LINK_CREATE, {"email": user.email}):
        return _new_link(user, actor.user)


def request_password_link(email: str) -> tuple[PasswordLink, str] | None:
    """Makes a link for a forgotten password; None if nobody with this email could sign in."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        return None
    actor = Actor(user.email, "", Channel.PAGE, permitted=frozenset({Action.PASSWORD_LINK_CREATE}))
    with audited(actor, Action.PASSWORD_LINK_CREATE, {"email": user.email, "forgotten": True}):
        return _new_link(user, user.email)


def open_password_link(digest: str) -> PasswordLink:
    """Raises LinkDoesNotWork."""
    return _opened(PasswordLink.objects.select_related("user"), digest)


def set_password_by_link(digest: str, password: str) -> User:
    """Raises LinkDoesNotWork, or ValidationError for the password. All sessions and other links end."""
    user = open_password_link(digest).user
    with audited(_self(user), Action.USER_PASSWORD, {"by": "link"}):
        link = _opened(PasswordLink.objects.select_for_update().select_related("user"), digest)
        require_strong_password(password, link.user)
        link.user.set_password(password)
        link.user.save(update_fields=["password"])
    return link.user


def sign_out_everywhere(user: User) -> None:
    """Every session ends, this one included; API keys are not sessions."""
    with recorded_account_change(user, Action.USER_SIGN_OUT, {"everywhere": True}):
        User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)


@contextmanager
def recorded_account_change(user: User, action: Action, target: dict[str, object]) -> Iterator[None]:
    """Around what a user changes of their own account: that and its records are there together or not at all."""
    with transaction.atomic():
        yield
        record_account_action(user, action, target)


def record_account_action(
    user: User, action: Action, target: dict[str, object], outcome: Outcome = Outcome.SUCCESS, error_code: str = ""
) -> None:
    """Records in each workspace of the user's, for those who watch it; without one, in the operator's log."""
    memberships = Membership.objects.filter(user=user).order_by("pk").values_list("workspace__key", flat=True)
    for key in list(memberships[:MAX_WORKSPACES]) or [""]:
        append(Actor(user.email, key, Channel.PAGE), action, target, outcome, error_code=error_code)


def record_failed_sign_in(email: str) -> None:
    """Records only for a known user: what a stranger types belongs to no workspace."""
    user = User.objects.filter(email=email.strip().lower()[:254]).first()
    if user is None or seconds_to_wait(f"failed-sign-in:{user.pk}", FAILURES_RECORDED_PER_MINUTE) is not None:
        return
    record_account_action(user, Action.USER_SIGN_IN, {}, Outcome.FAILED, "invalid_login")


def _opened(links: QuerySet[PasswordLink], digest: str) -> PasswordLink:
    link = links.filter(digest=digest).first()
    if link is None or not link.is_open or not link.user.is_active or not _could_be_made_now(link):
        raise LinkDoesNotWork()
    return link


def _could_be_made_now(link: PasswordLink) -> bool:
    """By whoever made it: it opens all that its holder may do by now, as somebody's owner, or in another workspace."""
    if link.created_by in (link.user.email, OPERATOR):
        return True
    membership = link.user.memberships.select_related("workspace", "user").first()
    if membership is None or not _is_all_there_is(membership):
        return False
    return may_manage_by_now(link.created_by, membership.workspace, membership.role)


def _is_all_there_is(membership: Membership) -> bool:
    """Whether the person may do nothing else here."""
    user = membership.user
    return not (user.is_staff or user.is_superuser or user.memberships.exclude(pk=membership.pk).exists())


def _self(user: User) -> Actor:
    return Actor(user.email, "", Channel.PAGE, permitted=frozenset({Action.USER_PASSWORD}))


def _new_link(user: User, created_by: str) -> tuple[PasswordLink, str]:
    link = PasswordLink(user=user)
    secret = link.renew(created_by)
    link.save()
    return link, secret
