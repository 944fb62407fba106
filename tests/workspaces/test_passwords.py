import pytest
from django.test import Client

from audit.actors import Actor, operator
from audit.vocabulary import Channel
from tests.factories import make_member
from workspaces import invitations, services
from workspaces.actors import actor_for_user
from workspaces.errors import LinkDoesNotWork
from workspaces.models import PasswordLink, Role, User, Workspace
from workspaces.passwords import (
    create_password_link,
    create_password_link_as_operator,
    request_password_link,
    set_password_by_link,
)

pytestmark = pytest.mark.django_db

RIGHT = "a-long-password-1"  # as make_member sets it


def sign_in(password: str, email: str = "admin@acme.example.com", **extra: str) -> bool:
    return Client().post("/login/", {"username": email, "password": password}, **extra).status_code == 302


@pytest.fixture
def guessed() -> None:
    make_member(Role.ADMIN)
    make_member(Role.OWNER)
    User.objects.update(is_staff=True)
    assert not any(sign_in(f"guess-{n}") for n in range(10))


@pytest.mark.parametrize("email", ["admin@acme.example.com", "ADMIN@acme.example.com"])
def test_who_has_guessed_ten_times_in_a_minute_is_not_let_in(guessed, email):
    assert not sign_in(RIGHT, email)


def test_others_are_let_in_while_one_is_limited_and_so_is_the_same_person_from_elsewhere(guessed):
    assert sign_in(RIGHT, "owner@acme.example.com")
    assert sign_in(RIGHT, REMOTE_ADDR="192.0.2.7")


MEMBER, ADMIN = "member@acme.example.com", "admin@acme.example.com"


def acting(email: str, workspace: str = "acme") -> Actor:
    actor = actor_for_user(User.objects.get(email=email), workspace, Channel.PAGE)
    assert actor is not None
    return actor


@pytest.fixture
def acme() -> Workspace:
    make_member(Role.OWNER), make_member(Role.ADMIN), make_member(Role.MEMBER)
    return Workspace.objects.get(key="acme")


@pytest.fixture
def admins_link(acme) -> PasswordLink:
    return create_password_link(acting(ADMIN), acme, MEMBER)[0]


def works(link: PasswordLink) -> bool:
    client = Client()
    session = client.session
    session["password-link"] = link.digest
    session.save()
    return client.get("/password/link/").status_code == 200


def set_by_link(acme: Workspace) -> None:
    link, _ = create_password_link_as_operator(operator(), User.objects.get(email=MEMBER))
    set_password_by_link(link.digest, "another-long-password-1")


def change_own(acme: Workspace) -> None:
    client = Client()
    client.force_login(User.objects.get(email=MEMBER))
    new = "another-long-password-1"
    client.post("/password/", {"old_password": RIGHT, "new_password1": new, "new_password2": new})
    assert User.objects.get(email=MEMBER).check_password(new)


def join_another(acme: Workspace) -> None:
    make_member(Role.OWNER, "globex")
    owner = acting("owner@globex.example.com", "globex")
    invitation, _ = invitations.invite(owner, Workspace.objects.get(key="globex"), MEMBER, Role.MEMBER)
    invitations.accept_as(User.objects.get(email=MEMBER), invitation.digest)


def be_added_to_another(acme: Workspace) -> None:
    globex = make_member(Role.OWNER, "globex").workspace
    services.add_member(operator("globex"), globex, MEMBER, Role.MEMBER)


def lose_the_admin(acme: Workspace) -> None:
    services.remove_member(acting("owner@acme.example.com"), acme, ADMIN)


def demote_the_admin(acme: Workspace) -> None:
    services.change_role(acting("owner@acme.example.com"), acme, ADMIN, Role.MEMBER)


def be_promoted(acme: Workspace) -> None:
    services.change_role(acting("owner@acme.example.com"), acme, MEMBER, Role.OWNER)


def become_staff(acme: Workspace) -> None:
    User.objects.filter(email=MEMBER).update(is_staff=True)


def become_superuser(acme: Workspace) -> None:
    User.objects.filter(email=MEMBER).update(is_superuser=True)


def deactivate_the_admin(acme: Workspace) -> None:
    User.objects.filter(email=ADMIN).update(is_active=False)


OF_THE_MEMBER = [join_another, be_added_to_another, be_promoted, become_staff, become_superuser]
OF_THE_ADMIN = [lose_the_admin, demote_the_admin, deactivate_the_admin]


@pytest.mark.parametrize("event", [set_by_link, change_own, *OF_THE_MEMBER, *OF_THE_ADMIN])
def test_a_link_that_an_admin_made_ends_with(event, acme, admins_link):
    assert works(admins_link)

    event(acme)

    assert not works(admins_link)
    with pytest.raises(LinkDoesNotWork):
        set_password_by_link(admins_link.digest, "another-long-password-2")


@pytest.mark.parametrize("event", [*OF_THE_MEMBER, *OF_THE_ADMIN])
def test_links_of_ones_own_and_of_the_operator_do_not_end_with(event, acme):
    user = User.objects.get(email=MEMBER)
    own, operators = request_password_link(MEMBER), create_password_link_as_operator(operator(), user)

    event(acme)

    assert own is not None
    assert works(own[0])
    assert works(operators[0])


def test_a_sign_in_ends_no_link(acme, admins_link):
    assert sign_in(RIGHT, MEMBER)

    assert works(admins_link)
