"""Who may do what to whom, asked of each service directly: the table a second time, as roles × targets."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.exceptions import APIException

from audit.actors import Actor
from audit.models import AuditLog
from audit.vocabulary import Channel
from tests.factories import make_api_key, make_member, make_workspace
from workspaces import api_keys, invitations, passwords, services
from workspaces.actors import actor_for_user
from workspaces.models import ApiKey, Invitation, Membership, PasswordLink, Role, User, Workspace

pytestmark = pytest.mark.django_db

ROLES = ["member", "admin", "owner", "superuser"]
TARGET = "target@acme.example.com"


def actor_as(role: str, workspace: str = "acme") -> Actor:
    """Somebody with that role; the superuser is no member."""
    make_workspace(workspace)
    if role == "superuser":
        user = User.objects.create_superuser("root@example.com", "a-long-password-1")
    else:
        user = make_member(role, workspace, f"actor@{workspace}.example.com").user
    actor = actor_for_user(user, workspace, Channel.PAGE)
    assert actor is not None
    return actor


def target_as(role: str) -> Membership:
    member = make_member("member" if role == "superuser" else role, email=TARGET)
    if role == "superuser":
        User.objects.filter(pk=member.user.pk).update(is_superuser=True)
    if role == "owner":
        make_member("owner", email="another-owner@acme.example.com")
    return Membership.objects.select_related("user", "workspace").get(pk=member.pk)


def acme() -> Workspace:
    return Workspace.objects.get(key="acme")


def where(actor: Actor) -> Workspace:
    return Workspace.objects.get(key=actor.workspace)


def a_key() -> ApiKey:
    api_key, _ = ApiKey.issue(Membership.objects.get(user__email=TARGET), "theirs", None)
    return ApiKey.objects.select_related("membership__user", "membership__workspace").get(pk=api_key.pk)


TO_A_MEMBER: dict[str, Callable[[Actor, Workspace], Any]] = {
    "change role": lambda actor, workspace: services.change_role(actor, workspace, TARGET, "member"),
    "add again": lambda actor, workspace: services.add_member(actor, workspace, TARGET, "member"),
    "remove": lambda actor, workspace: services.remove_member(actor, workspace, TARGET),
    "atlassian account": lambda actor, workspace: services.set_atlassian_account(
        actor, workspace, TARGET, "712020:abc"
    ),
    "issue key": lambda actor, workspace: api_keys.issue_api_key(actor, workspace, TARGET, "x"),
    "rotate key": lambda actor, workspace: api_keys.rotate_api_key(actor, a_key()),
    "revoke key": lambda actor, workspace: api_keys.revoke_api_key(actor, a_key()),
    "password link": lambda actor, workspace: passwords.create_password_link(actor, workspace, TARGET),
}
# Written out a second time: actor → whom they may manage.
MAY_MANAGE = {
    "member": set(),
    "admin": {"member"},
    "owner": {"member", "admin", "owner", "superuser"},
    "superuser": {"member", "admin", "owner", "superuser"},
}


@pytest.mark.parametrize("target", ROLES)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("service", TO_A_MEMBER)
def test_a_service_refuses_whoever_may_not_manage_the_target(service, role, target):
    actor = actor_as(role)
    target_as(target)
    before = list(Membership.objects.order_by("pk").values_list("role", "atlassian_account_id"))

    outcome = ""
    try:
        TO_A_MEMBER[service](actor, acme())
    except APIException as exc:
        outcome = str(exc.get_codes())

    if service == "password link" and target == "superuser" and target in MAY_MANAGE[role]:
        assert outcome == "operator_only"
    else:
        assert outcome == ("" if target in MAY_MANAGE[role] else "role_required")
    record = AuditLog.objects.get()
    assert record.outcome == ("success" if not outcome else "denied")
    if outcome:
        assert list(Membership.objects.order_by("pk").values_list("role", "atlassian_account_id")) == before


WITH_A_ROLE: dict[str, Callable[[Actor, str], Any]] = {
    "invite": lambda actor, role: invitations.invite(actor, acme(), "new@acme.example.com", role),
    "add": lambda actor, role: services.add_member(actor, acme(), "new@acme.example.com", role),
    "change role": lambda actor, role: services.change_role(actor, acme(), TARGET, role),
}


@pytest.mark.parametrize("given", Role.values)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("service", WITH_A_ROLE)
def test_nobody_gives_a_role_that_is_not_theirs_to_give(service, role, given):
    actor = actor_as(role)
    target_as("member")

    try:
        WITH_A_ROLE[service](actor, given)
        outcome = ""
    except APIException as exc:
        outcome = str(exc.get_codes())

    assert outcome == ("" if given in MAY_MANAGE[role] else "role_required")


@pytest.mark.parametrize("given", Role.values)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("service", [invitations.renew_invitation, invitations.withdraw_invitation])
def test_an_invitation_is_touched_by_who_could_have_made_it(service, role, given):
    actor = actor_as(role)
    invitation = Invitation(workspace=acme(), email="new@acme.example.com", role=given)
    invitation.renew("somebody@acme.example.com")
    invitation.save()

    try:
        service(actor, acme(), "new@acme.example.com")
        outcome = ""
    except APIException as exc:
        outcome = str(exc.get_codes())

    assert outcome == ("" if given in MAY_MANAGE[role] else "role_required")


LISTS: dict[str, tuple[Callable[[Actor], Any], set[str]]] = {
    "members": (lambda actor: services.list_members(actor, acme()), {"admin", "owner", "superuser"}),
    "invitations": (lambda actor: invitations.list_invitations(actor, acme()), {"admin", "owner", "superuser"}),
    "keys": (lambda actor: api_keys.list_api_keys(actor, acme()), set(ROLES)),
    "workspaces": (lambda actor: services.list_workspaces(actor), set()),
    "new workspace": (lambda actor: services.create_workspace(actor, "another", ""), set()),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("service", LISTS)
def test_what_concerns_all_is_for_those_who_administer(service, role):
    call, permitted = LISTS[service]
    actor = actor_as(role)

    try:
        call(actor)
        outcome = ""
    except APIException as exc:
        outcome = str(exc.get_codes())

    assert outcome == ("" if role in permitted else "role_required")


def test_a_member_sees_and_touches_their_own_keys_only():
    actor = actor_as("member")
    target_as("member")
    theirs = a_key()
    own, _ = api_keys.issue_api_key(actor, acme(), actor.user, "mine")

    assert api_keys.list_api_keys(actor, acme()) == [own]
    with pytest.raises(APIException) as refused:
        api_keys.find_api_key(actor, acme(), pk=theirs.pk)
    assert refused.value.get_codes() == "api_key_not_found"
    api_keys.rotate_api_key(actor, own)
    api_keys.revoke_api_key(actor, own)


def test_a_former_member_acts_nowhere_any_more():
    member = make_member("owner", email="gone@acme.example.com")
    make_member("owner")
    services.remove_member(actor_as("superuser"), acme(), "gone@acme.example.com")

    assert actor_for_user(member.user, "acme", Channel.PAGE) is None


# But for adding, by which the operator takes somebody from one workspace into another as well.
@pytest.mark.parametrize("service", sorted(TO_A_MEMBER.keys() - {"add again"}))
def test_an_owner_of_another_workspace_reaches_nobody_of_this_one(service):
    """Neither by asking for them in globex, where the actor is, nor where a caller were to name acme."""
    actor = actor_as("owner", "globex")
    target_as("member")
    before = list(Membership.objects.order_by("pk").values("role", "atlassian_account_id"))

    assert actor_for_user(User.objects.get(email=actor.user), "acme", Channel.PAGE) is None
    for workspace in (where, lambda actor: acme()):
        with pytest.raises(APIException) as refused:
            TO_A_MEMBER[service](actor, workspace(actor))
        assert refused.value.get_codes() == "member_not_found"
    assert list(Membership.objects.order_by("pk").values("role", "atlassian_account_id")) == before
    assert not PasswordLink.objects.exists()


def test_a_superuser_who_is_a_plain_member_acts_as_owner_by_session_and_by_key(client_for):
    make_member("member")
    User.objects.update(is_superuser=True)
    secret = make_api_key("member")

    assert client_for(secret).get("/v1/me").json()["role"] == "owner"
    actor = actor_for_user(User.objects.get(), "acme", Channel.PAGE)
    assert actor is not None
    assert actor.role == "owner"


@pytest.mark.parametrize(
    "service",
    [
        lambda actor, email: services.remove_member(actor, acme(), email),
        lambda actor, email: services.change_role(actor, acme(), email, "admin"),
        lambda actor, email: services.add_member(actor, acme(), email, "member"),
    ],
    ids=["remove", "change role", "add again"],
)
def test_the_last_owner_stays(service):
    actor = actor_as("owner")

    with pytest.raises(APIException) as refused:
        service(actor, actor.user)

    assert refused.value.get_codes() == "last_owner"
    assert Membership.objects.get().role == "owner"
