"""What an actor does with workspaces, members and API keys."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from audit.actors import Actor
from audit.trail import audited
from audit.vocabulary import Action
from workspaces.errors import AboveYourRole, LastOwner, NoSuchMember
from workspaces.models import ApiKey, Membership, Role, User, Workspace
from workspaces.roles import MANAGEABLE_ROLES


def create_workspace(actor: Actor, key: str, name: str) -> Workspace:
    """Raises django's ValidationError for a malformed or taken key."""
    with audited(actor, Action.WORKSPACE_CREATE, {"workspace": key}):
        workspace = Workspace(key=key, name=name)
        workspace.full_clean()
        workspace.save()
    return workspace


def add_member(actor: Actor, workspace: Workspace, email: str, role: str) -> Membership:
    """Add a member or change their role; a person not known by this email is created, without a password."""
    email = email.strip().lower()
    with audited(actor, Action.MEMBER_ADD, {"email": email, "role": role}) as target:
        _require_can_manage(actor, role)
        user = User.objects.filter(email=email).first() or _create_user(email)
        membership = Membership.objects.filter(workspace=workspace, user=user).first()
        if membership is None:
            return Membership.objects.create(workspace=workspace, user=user, role=role)
        target["role_before"] = membership.role
        _require_can_manage(actor, membership.effective_role)
        if role != Role.OWNER:
            _keep_an_owner(membership)
        membership.role = role
        membership.save(update_fields=["role"])
    return membership


def remove_member(actor: Actor, workspace: Workspace, email: str) -> None:
    """Their API keys die with the membership."""
    with audited(actor, Action.MEMBER_REMOVE, {"email": email}) as target:
        membership = _membership(workspace, email)
        _require_can_manage(actor, membership.effective_role)
        _keep_an_owner(membership)
        target["api_keys"] = [api_key.prefix for api_key in membership.api_keys.usable()]
        membership.delete()


def set_atlassian_account(actor: Actor, workspace: Workspace, email: str, account_id: str) -> Membership:
    """
    Say which Atlassian account is a member's: their own, or that of somebody whom actor may manage. "" forgets it.

    Raises django's ValidationError for what cannot be the id of an account.
    """
    target = {"email": email, "account_id": account_id}
    with audited(actor, Action.MEMBER_ACCOUNT, target):
        is_own = email.strip().lower() == actor.user
        if not (is_own or MANAGEABLE_ROLES[actor.role]):  # nor may a member find out so who else is one
            raise AboveYourRole()
        membership = _membership(workspace, email)
        if not is_own:
            _require_can_manage(actor, membership.effective_role)
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


def issue_api_key(
    actor: Actor, workspace: Workspace, email: str, label: str, expires_in_days: int | None = None
) -> tuple[ApiKey, str]:
    """The new key and its secret, which nobody can read again."""
    target = {"email": email, "label": label, "expires_in_days": expires_in_days}
    with audited(actor, Action.API_KEY_ISSUE, target):
        membership = _membership(workspace, email)
        if membership.user.email != actor.user:
            _require_can_manage(actor, membership.effective_role)
        expires_at = None if expires_in_days is None else timezone.now() + timedelta(days=expires_in_days)
        api_key, secret = ApiKey.issue(membership, label, expires_at)
        target["prefix"] = api_key.prefix
    return api_key, secret


def list_api_keys(actor: Actor, workspace: Workspace) -> list[ApiKey]:
    with audited(actor, Action.API_KEY_LIST, {}):
        keys = ApiKey.objects.filter(membership__workspace=workspace)
        return list(keys.select_related("membership__user").order_by("pk"))


def revoke_api_key(actor: Actor, api_key: ApiKey) -> None:
    """Safe to repeat: the first revocation's time stands."""
    membership = api_key.membership
    target = {"email": membership.user.email, "label": api_key.label, "prefix": api_key.prefix}
    with audited(actor, Action.API_KEY_REVOKE, target):
        if membership.user.email != actor.user:
            _require_can_manage(actor, membership.effective_role)
        if api_key.revoked_at is None:
            api_key.revoke()


def administered_workspaces(user: User) -> QuerySet[Workspace]:
    """Those whose pages the user may open."""
    if user.is_superuser:
        return Workspace.objects.all()
    return Workspace.objects.filter(memberships__user=user, memberships__role__in=(Role.OWNER, Role.ADMIN))


def manageable_member_emails(actor: Actor, workspace: Workspace) -> list[str]:
    """Emails of those for whom actor may issue a key; actor first."""
    members = Membership.objects.filter(workspace=workspace).select_related("user").order_by("user__email")
    emails = [
        member.user.email
        for member in members
        if member.user.email == actor.user or member.effective_role in MANAGEABLE_ROLES[actor.role]
    ]
    return sorted(emails, key=lambda email: email != actor.user)


def _create_user(email: str) -> User:
    user = User(email=email)
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    return user


def _membership(workspace: Workspace, email: str) -> Membership:
    memberships = Membership.objects.select_related("user", "workspace")
    membership = memberships.filter(workspace=workspace, user__email=email.strip().lower()).first()
    if membership is None:
        raise NoSuchMember()
    return membership


def _require_can_manage(actor: Actor, role: str) -> None:
    if role not in MANAGEABLE_ROLES[actor.role]:
        raise AboveYourRole()


def _keep_an_owner(membership: Membership) -> None:
    owners = Membership.objects.filter(workspace=membership.workspace, role=Role.OWNER)
    if membership.role == Role.OWNER and not owners.exclude(pk=membership.pk).exists():
        raise LastOwner()
