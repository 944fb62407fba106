"""Which Atlassian account is a member's own: by REST and by command, down to the record."""

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditLog
from tests.factories import make_api_key, make_member
from workspaces.models import Membership, Role

pytestmark = pytest.mark.django_db

ACCOUNT = "712020:62f0a1c4-0f11-4c55-9a0e-3f5d2c1b7a90"
PATH = "/v1/members/atlassian-account"


def put(client, **body):
    return client.put(PATH, {"workspace_key": "acme", "account_id": ACCOUNT} | body, format="json")


def account_of(email: str) -> str:
    return Membership.objects.get(user__email=email).atlassian_account_id


def test_a_member_says_which_account_is_their_own(client_for):
    answer = put(client_for(make_api_key(Role.MEMBER)))

    assert answer.json() == {
        "workspace_key": "acme",
        "email": "member@acme.example.com",
        "atlassian_account_id": ACCOUNT,
    }
    assert account_of("member@acme.example.com") == ACCOUNT
    record = AuditLog.objects.get()
    assert (record.action, record.outcome) == ("member.account", "success")
    assert record.target == {"email": "member@acme.example.com", "account_id": ACCOUNT}


def test_a_blank_account_forgets_it(client_for):
    client = client_for(make_api_key(Role.MEMBER))
    put(client)

    assert put(client, account_id="").status_code == 200
    assert account_of("member@acme.example.com") == ""


@pytest.mark.parametrize(
    ("role", "of", "status"),
    [
        (Role.MEMBER, Role.ADMIN, 403),
        (Role.ADMIN, Role.MEMBER, 200),
        (Role.ADMIN, Role.OWNER, 403),
        (Role.OWNER, Role.OWNER, 200),
    ],
)
def test_whoever_manages_somebody_says_it_for_them(client_for, role, of, status):
    make_member(of, email="other@acme.example.com")

    assert put(client_for(make_api_key(role)), email="other@acme.example.com").status_code == status
    assert account_of("other@acme.example.com") == (ACCOUNT if status == 200 else "")


def test_a_member_does_not_learn_so_who_else_is_one(client_for):
    client = client_for(make_api_key(Role.MEMBER))
    make_member(Role.MEMBER, email="other@acme.example.com")

    answers = [put(client, email=f"{name}@acme.example.com").json()["error"] for name in ("other", "stranger")]

    assert answers[0]["message"] == answers[1]["message"]


def test_a_member_of_another_workspace_is_not_found(client_for):
    make_member(Role.MEMBER, "rival", email="other@rival.example.com")

    answer = put(client_for(make_api_key(Role.OWNER)), email="other@rival.example.com")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "member_not_found")


@pytest.mark.parametrize("account", ["a b", 'x" OR project = SECRET', "é", "a" * 129])
def test_what_cannot_be_an_account_is_refused(client_for, account):
    answer = put(client_for(make_api_key(Role.MEMBER)), account_id=account)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error")
    assert account_of("member@acme.example.com") == ""


def test_the_operator_says_it_by_command(capsys):
    make_member(Role.OWNER, email="ann@acme.example.com")

    call_command("set_atlassian_account", "acme", "Ann@acme.example.com", ACCOUNT)

    assert capsys.readouterr().out == f"ann@acme.example.com in acme: {ACCOUNT}.\n"
    assert AuditLog.objects.get().channel == "command"
    with pytest.raises(CommandError, match="letters, digits"):
        call_command("set_atlassian_account", "acme", "ann@acme.example.com", "a b")
