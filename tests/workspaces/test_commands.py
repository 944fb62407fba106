"""manage.py, as an operator runs it, down to the record."""

import json

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditLog
from tests.factories import make_api_key, make_member, make_workspace
from workspaces.models import ApiKey, Membership, Role, User, Workspace

pytestmark = pytest.mark.django_db


def run(capsys, *words: str) -> str:
    call_command(*words)
    return capsys.readouterr().out


def only_record() -> tuple[str, str, str, str]:
    record = AuditLog.objects.get()
    return record.action, record.outcome, record.channel, record.workspace


def test_bootstrap_makes_what_a_first_start_needs_and_prints_its_secrets_once(capsys, client_for):
    made = json.loads(run(capsys, "bootstrap", "--json"))

    assert set(made) == {"workspace_key", "email", "password", "api_key"}
    user = User.objects.get(email=made["email"])
    assert user.is_superuser
    assert user.check_password(made["password"])
    assert Membership.objects.get(user=user).role == Role.OWNER
    answer = client_for(made["api_key"]).get("/v1/integrations", {"workspace_key": made["workspace_key"]})
    assert answer.status_code == 200
    assert made["api_key"] not in str(list(AuditLog.objects.values()))

    in_words = run(capsys, "bootstrap")
    assert made["password"] not in in_words
    assert f"manage.py changepassword {made['email']}" in in_words
    assert f"manage.py issue_api_key personal {made['email']} --label NAME" in in_words
    again = json.loads(run(capsys, "bootstrap", "--json"))
    assert again == made | {"password": None, "api_key": None}
    assert (User.objects.count(), ApiKey.objects.count(), Workspace.objects.count()) == (1, 1, 1)


def test_bootstrap_of_another_workspace_keeps_the_first(capsys):
    run(capsys, "bootstrap")
    made = json.loads(run(capsys, "bootstrap", "--workspace", "acme", "--email", "ann@acme.example.com", "--json"))

    assert made["password"]
    assert set(Workspace.objects.values_list("key", flat=True)) == {"personal", "acme"}


@pytest.mark.parametrize("option", [("--email", "nobody"), ("--workspace", "Not A Key")])
def test_bootstrap_refuses_what_cannot_be_right(option):
    with pytest.raises(CommandError):
        call_command("bootstrap", *option)

    assert not User.objects.exists()


def test_a_workspace_is_created_once(capsys):
    run(capsys, "create_workspace", "acme", "--name", "Acme")

    assert only_record() == ("workspace.create", "success", "command", "acme")
    with pytest.raises(CommandError, match="already exists"):
        call_command("create_workspace", "acme")


def test_a_member_is_added_and_given_another_role(capsys):
    make_workspace("acme")
    said = run(capsys, "add_member", "acme", "Ann@Acme.example.com", "--role", "owner")
    assert "manage.py changepassword ann@acme.example.com" in said
    run(capsys, "add_member", "acme", "bob@acme.example.com")
    run(capsys, "add_member", "acme", "bob@acme.example.com", "--role", "admin")

    roles = dict(Membership.objects.values_list("user__email", "role"))
    assert roles == {"ann@acme.example.com": "owner", "bob@acme.example.com": "admin"}
    assert not User.objects.get(email="bob@acme.example.com").has_usable_password()
    assert AuditLog.objects.first().target == {
        "email": "bob@acme.example.com",
        "role": "admin",
        "role_before": "member",
    }


def test_whose_account_it_is_that_becomes_a_member_is_said(capsys):
    make_member(Role.ADMIN, "globex", "ann@acme.example.com"), make_workspace("acme")

    call_command("add_member", "acme", "ann@acme.example.com", "--role", "owner")

    assert "This account was there already, a member of globex" in capsys.readouterr().out


def test_what_is_no_email_is_refused_and_recorded_as_the_senders_mistake():
    make_workspace("acme")

    with pytest.raises(CommandError, match="email"):
        call_command("add_member", "acme", "nobody")

    assert only_record() == ("member.add", "failed", "command", "acme")
    assert AuditLog.objects.get().error_code == "validation_error"


@pytest.mark.parametrize("days", ["0", "3651", "abc", "1.5", "-1"])
def test_days_that_cannot_be_right_are_refused_in_words(days):
    make_member(Role.ADMIN)

    with pytest.raises(CommandError, match="days from 1 to 3650"):
        call_command("issue_api_key", "acme", "admin@acme.example.com", "--label", "laptop", f"--expires-days={days}")


def test_the_last_owner_can_neither_be_removed_nor_demoted(capsys):
    make_member(Role.OWNER)

    with pytest.raises(CommandError, match="last owner"):
        call_command("remove_member", "acme", "owner@acme.example.com")
    with pytest.raises(CommandError, match="last owner"):
        call_command("add_member", "acme", "owner@acme.example.com", "--role", "member")
    assert Membership.objects.get().role == Role.OWNER


def test_a_removed_members_keys_stop_working(capsys, client_for):
    client = client_for(make_api_key(Role.ADMIN))

    run(capsys, "remove_member", "acme", "admin@acme.example.com")

    assert client.get("/v1/integrations", {"workspace_key": "acme"}).status_code == 401
    assert AuditLog.objects.last().target["api_keys"]


def test_a_key_is_printed_alone_and_works(capsys, client_for):
    make_member(Role.ADMIN)

    call_command("issue_api_key", "acme", "admin@acme.example.com", "--label", "laptop", "--expires-days", "3")

    printed = capsys.readouterr()
    secret = printed.out.removesuffix("\n")
    assert secret.startswith("mc_")
    assert "\n" not in secret
    assert "only now" in printed.err
    assert client_for(secret).get("/v1/integrations", {"workspace_key": "acme"}).status_code == 200
    api_key = ApiKey.objects.get()
    assert (api_key.expires_at - api_key.created_at).days in (2, 3)
    assert only_record() == ("api_key.issue", "success", "command", "acme")
    assert secret not in str(list(AuditLog.objects.values()))


@pytest.mark.parametrize("given", ["prefix", "whole key"])
def test_a_key_is_revoked_by_its_prefix_or_whole(capsys, client_for, given):
    secret = make_api_key(Role.ADMIN)

    run(capsys, "revoke_api_key", "acme", secret[:11] if given == "prefix" else secret)
    run(capsys, "revoke_api_key", "acme", secret)

    assert client_for(secret).get("/v1/integrations", {"workspace_key": "acme"}).status_code == 401


def test_keys_are_listed_with_their_state_and_without_their_secrets(capsys):
    secret = make_api_key(Role.ADMIN)
    run(capsys, "revoke_api_key", "acme", secret)

    (row,) = json.loads(run(capsys, "list_api_keys", "acme", "--json"))

    assert (row["email"], row["label"], row["state"]) == ("admin@acme.example.com", "laptop", "revoked")
    assert secret not in run(capsys, "list_api_keys", "acme")
    assert AuditLog.objects.filter(action="api_key.list", outcome="success").count() == 2


@pytest.mark.parametrize(
    "words",
    [
        ("add_member", "nowhere", "ann@acme.example.com"),
        ("add_member", "acme", "nobody"),
        ("remove_member", "acme", "nobody@acme.example.com"),
        ("issue_api_key", "acme", "nobody@acme.example.com", "--label", "x"),
        ("issue_api_key", "acme", "admin@acme.example.com", "--label", "x", "--expires-days", "0"),
        ("revoke_api_key", "acme", "mc_unknown"),
        ("check_integrations", "--workspace", "nowhere"),
    ],
)
def test_bad_input_is_one_readable_line_and_changes_nothing(words):
    make_member(Role.ADMIN)

    with pytest.raises(CommandError) as raised:
        call_command(*words)

    assert "\n" not in str(raised.value)
    assert Membership.objects.count() == 1
    assert not ApiKey.objects.exists()


def test_members_and_workspaces_are_listed(capsys):
    make_member(Role.ADMIN)
    make_api_key(Role.MEMBER)

    members = json.loads(run(capsys, "list_members", "acme", "--json"))
    workspaces = json.loads(run(capsys, "list_workspaces", "--json"))

    assert [(row["email"], row["role"], row["api_keys"]) for row in members] == [
        ("admin@acme.example.com", "admin", "0"),
        ("member@acme.example.com", "member", "1"),
    ]
    assert [(row["key"], row["members"]) for row in workspaces] == [("acme", "2")]
    assert "admin@acme.example.com   admin" in run(capsys, "list_members", "acme")
    assert "acme  Acme  2" in run(capsys, "list_workspaces")


def test_the_operator_makes_a_password_link_for_anybody_but_a_stranger(capsys, settings):
    settings.PUBLIC_URL = "https://memory.acme.example.com"
    make_member(Role.OWNER)

    link = run(capsys, "password_link", "Owner@acme.example.com").strip()

    assert link.startswith("https://memory.acme.example.com/password/link/?link=")
    assert only_record()[:3] == ("password_link.create", "success", "command")
    assert link.split("=")[1] not in str(AuditLog.objects.values())
    with pytest.raises(CommandError, match="no active user"):
        call_command("password_link", "nobody@example.com")
