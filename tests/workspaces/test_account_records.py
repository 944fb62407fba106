"""Passwords, superusers, groups: who changes them by command or in the admin leaves a record, or changes nothing."""

import io

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.test import Client

from audit.errors import AuditUnavailable
from audit.models import AuditLog
from tests.databases import away
from tests.factories import make_member
from workspaces.models import Role, User

pytestmark = pytest.mark.django_db

NEW = "another-long-password-1"


def recorded() -> list[tuple]:
    fields = ("action", "outcome", "actor", "channel", "target")
    return list(AuditLog.objects.order_by("pk").values_list(*fields))


def test_a_password_changed_by_command_is_recorded(monkeypatch):
    make_member(Role.ADMIN)
    monkeypatch.setattr("getpass.getpass", lambda prompt: NEW)

    call_command("changepassword", "admin@acme.example.com", stdout=io.StringIO())

    assert recorded() == [("user.password", "success", "operator", "command", {"email": "admin@acme.example.com"})]
    assert User.objects.get().check_password(NEW)


def test_no_record_no_new_password(monkeypatch):
    make_member(Role.ADMIN)
    monkeypatch.setattr("getpass.getpass", lambda prompt: NEW)

    with away("audit_logs"), pytest.raises(AuditUnavailable):
        call_command("changepassword", "admin@acme.example.com", stdout=io.StringIO())


@pytest.fixture
def browser() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make_member(Role.ADMIN).user)
    return client


CHANGES = [
    ("/password/", {"old_password": "a-long-password-1", "new_password1": NEW, "new_password2": NEW}),
    ("/logout/everywhere/", {}),
]


@pytest.mark.parametrize(("path", "form"), CHANGES)
@pytest.mark.parametrize("broken", ['UPDATE "workspaces_user"', "INTO audit_logs"])
def test_what_a_person_changes_of_their_account_and_its_record_are_there_together_or_not_at_all(
    browser, path, form, broken
):
    before = User.objects.values_list("password", "session_generation").get()

    with away(broken):
        assert browser.post(path, form).status_code >= 500

    assert recorded() == []
    assert User.objects.values_list("password", "session_generation").get() == before
    assert browser.post(path, form).status_code in (200, 302)
    assert len(recorded()) == 1


def test_a_superuser_made_by_command_is_recorded(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", NEW)

    call_command("createsuperuser", email="root@example.com", interactive=False, stdout=io.StringIO())
    with pytest.raises(CommandError):
        call_command("createsuperuser", email="root@example.com", interactive=False, stdout=io.StringIO())

    assert [(action, outcome, target["email"]) for action, outcome, _, _, target in recorded()] == [
        ("user.create", "success", "root@example.com"),
        ("user.create", "failed", "root@example.com"),
    ]


def test_so_is_the_one_that_bootstrap_makes():
    call_command("bootstrap", stdout=io.StringIO())

    target = AuditLog.objects.get(action="user.create").target
    assert target == {"email": "admin@example.com", "is_superuser": True}


def test_a_group_changed_in_the_admin_is_recorded_with_what_it_may_do(operator):
    permission = Permission.objects.get(codename="view_auditlog")

    operator.post("/admin/auth/group/add/", {"name": "auditors", "permissions": [permission.pk]})
    group = Group.objects.get()
    operator.post(f"/admin/auth/group/{group.pk}/change/", {"name": "readers"})
    operator.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"})

    assert [(action, target) for action, _, _, _, target in recorded()] == [
        ("group.update", {"group": "auditors", "how": "added", "permissions": ["audit.view_auditlog"]}),
        ("group.update", {"group": "readers", "how": "changed", "permissions": []}),
        ("group.update", {"group": "readers", "how": "deleted", "permissions": []}),
    ]


@pytest.mark.parametrize("path", ["add/", "{pk}/change/", "{pk}/delete/"])
def test_staff_change_no_group_whatever_permission_they_hold(path):
    staff = User.objects.create_user("staff@example.com", "a-long-password-1", is_staff=True)
    staff.user_permissions.set(Permission.objects.all())
    group = Group.objects.create(name="auditors")
    client = Client()
    client.force_login(staff)

    answer = client.post("/admin/auth/group/" + path.format(pk=group.pk), {"name": "mine", "post": "yes"})

    assert answer.status_code == 403
    assert [each.name for each in Group.objects.all()] == ["auditors"]


def test_a_users_groups_and_permissions_are_in_the_record_of_their_change(operator):
    user = make_member(Role.MEMBER).user
    group = Group.objects.create(name="auditors")
    form = {"email": user.email, "is_active": "on", "groups": [group.pk]}

    operator.post(f"/admin/workspaces/user/{user.pk}/change/", form)

    target = AuditLog.objects.get(action="user.update").target
    assert (target["groups"], target["permissions"]) == (["auditors"], [])
