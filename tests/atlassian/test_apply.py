"""manage.py apply: a setup kept in git, down to rows and records."""

from pathlib import Path

import pytest
import responses
from django.core.management import CommandError, call_command

from audit.models import AuditLog
from integrations.models import Integration
from tests.factories import TOKEN, make_integration, make_member
from tests.terminal import on_terminal
from workspaces.models import Membership, Role, Workspace

pytestmark = pytest.mark.django_db

SETUP = """
workspaces:
  - key: acme
    name: Acme
    members:
      - {email: Ann@acme.example.com, role: owner}
      - {email: ben@acme.example.com}
    integrations:
      jira:
        base_url: https://acme.atlassian.net
        email: bot@acme.example.com
        api_token_from: ACME_TOKEN
        project_keys: [ops, ABC]
        mask_secrets: true
"""


@pytest.fixture(autouse=True)
def _nobody_at_the_other_end():
    with responses.RequestsMock(assert_all_requests_are_fired=False):
        yield


@pytest.fixture
def apply(tmp_path: Path, settings, capsys):
    settings.TOKEN_VARIABLES = {"ACME_TOKEN": TOKEN}

    def run(text: str = SETUP, *options: str) -> str:
        path = tmp_path / "workspace.yaml"
        path.write_text(text, encoding="utf-8")
        call_command("apply", str(path), *options)
        return capsys.readouterr().out

    return run


def test_what_the_file_says_is_made_and_recorded_and_a_second_time_changes_nothing(apply):
    said = apply()

    assert Workspace.objects.get().name == "Acme"
    assert dict(Membership.objects.values_list("user__email", "role")) == {
        "ann@acme.example.com": "owner", "ben@acme.example.com": "member"
    }  # fmt: skip
    row = Integration.objects.get()
    assert (row.base_url, row.api_token, row.allowed_keys) == ("https://acme.atlassian.net", TOKEN, ["ABC", "OPS"])
    assert said.splitlines() == [
        "acme: make the workspace",
        "acme: add ann@acme.example.com as owner",
        "acme: add ben@acme.example.com as member",
        "acme: set base_url, email, api_token, project_keys of jira",
        "4 changes made.",
    ]
    assert set(AuditLog.objects.values_list("action", "channel", "outcome")) == {
        ("workspace.create", "command", "success"),
        ("member.add", "command", "success"),
        ("integration.update", "command", "success"),
    }
    assert TOKEN not in said + str(AuditLog.objects.values())

    assert apply() == "Nothing to change.\n"
    assert AuditLog.objects.count() == 4


def test_a_dry_run_says_it_and_changes_nothing(apply):
    said = apply(SETUP, "--dry-run")

    assert "4 changes would be made." in said
    assert not Workspace.objects.exists()
    assert not AuditLog.objects.exists()


def test_nothing_is_removed_without_prune(apply):
    make_member(Role.OWNER, email="old@acme.example.com")
    make_integration("confluence")

    assert "old@" not in apply()
    pruned = apply(SETUP, "--prune")

    assert pruned.splitlines() == [
        "acme: remove old@acme.example.com", "acme: disable confluence", "2 changes made."
    ]  # fmt: skip
    assert not Integration.objects.get(provider="confluence").enabled


def test_roles_are_given_in_an_order_that_leaves_an_owner(apply):
    make_member(Role.OWNER, email="ben@acme.example.com")

    apply()

    assert dict(Membership.objects.values_list("user__email", "role"))["ben@acme.example.com"] == "member"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("workspaces: [", "is not YAML"),
        ("[]", "workspace.yaml: "),
        ("workspaces: [{key: acme, colour: red}]", "colour"),
        ("workspaces: [{key: Not A Key}]", "Lower-case letters"),
        ("workspaces: [{key: acme, members: [{email: nobody}]}]", "email"),
        ("workspaces: [{key: acme, members: [{email: a@b.example, role: king}]}]", "owner, admin, member"),
        ("workspaces: [{key: acme, integrations: {trello: {}}}]", "jira, confluence"),
        ("workspaces: [{key: acme, integrations: {jira: {api_token: x}}}]", "no place in a file"),
        ("workspaces: [{key: acme, integrations: {jira: {api_token_from: NOPE}}}]", "no variable NOPE"),
        ("workspaces: [{key: acme, integrations: {jira: {base_url: 'https://evil.example'}}}]", "atlassian.net"),
    ],
)
def test_a_file_that_cannot_be_right_says_where(apply, text, said):
    with pytest.raises(CommandError, match=said):
        apply(text)

    assert not Integration.objects.exists()


def test_a_file_that_is_not_there_is_said():
    with pytest.raises(CommandError, match="No such file"):
        call_command("apply", "/nowhere/workspace.yaml")


def test_applying_shows_on_a_terminal_how_far_it_is(apply, monkeypatch):
    terminal = on_terminal(monkeypatch)

    apply()

    assert [step in terminal.getvalue() for step in ("apply:   0%", "0/1 ", "1/1 ")] == [True] * 3


def test_applying_says_nothing_of_that_anywhere_else(tmp_path, capsys):
    path = tmp_path / "workspace.yaml"
    path.write_text("workspaces: [{key: acme}]", encoding="utf-8")

    call_command("apply", str(path))

    assert capsys.readouterr().err == ""
