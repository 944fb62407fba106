"""The guards of the encrypted field, and the rotation of its keys."""

import io
import json

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F, Value

from audit.models import AuditLog
from integrations.fields import UNREADABLE_TOKEN
from integrations.models import Integration, Provider
from tests.factories import TOKEN, make_api_key, make_integration
from tests.terminal import on_terminal
from workspaces.models import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_site_answers")]

STRANGE_KEY = Fernet.generate_key()


def keys() -> list[bytes]:
    return Integration._meta.get_field("api_token").fernet_keys


def stored(integration: Integration) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_token FROM integrations_integration WHERE id = %s", [integration.pk])
        return bytes(cursor.fetchone()[0])


def encrypt_with(integration: Integration, key: bytes, token: str = TOKEN) -> bytes:
    """Store the token as a process whose newest key is another one would have."""
    encrypted = Fernet(key).encrypt(token.encode())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE integrations_integration SET api_token = %s WHERE id = %s",
            [connection.Database.Binary(encrypted), integration.pk],
        )
    return encrypted


def rotate(**options) -> str:
    out = io.StringIO()
    call_command("rotate_encryption", stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("expression", [F("email"), Value("new-token")])
def test_a_token_is_not_saved_by_an_expression(expression):
    integration = make_integration()

    with pytest.raises(TypeError, match="not by an expression"), transaction.atomic():
        Integration.objects.update(api_token=expression)

    integration.refresh_from_db()
    assert integration.api_token == TOKEN


def test_a_token_is_not_created_by_an_expression():
    with pytest.raises(TypeError, match="not by an expression"):
        make_integration(api_token=Value("new-token"))


def test_a_bulk_update_of_tokens_is_refused():
    integration = make_integration()
    integration.api_token = "new-token"

    with pytest.raises(TypeError, match="not by an expression"), transaction.atomic():
        Integration.objects.bulk_update([integration], ["api_token"])

    integration.refresh_from_db()
    assert integration.api_token == TOKEN


def test_a_dump_holds_no_token():
    integration = make_integration()
    out = io.StringIO()

    call_command("dumpdata", "integrations", stdout=out)

    assert json.loads(out.getvalue())[0]["fields"]["email"] == integration.email
    assert "api_token" not in out.getvalue()
    assert TOKEN not in out.getvalue()


def test_a_token_that_no_key_decrypts_is_false_and_spoils_no_other_row():
    encrypt_with(make_integration(Provider.JIRA), STRANGE_KEY)
    make_integration(Provider.CONFLUENCE)

    jira, confluence = Integration.objects.order_by("-provider")

    assert jira.api_token is UNREADABLE_TOKEN
    assert not jira.api_token
    assert "FERNET_KEYS" in repr(jira.api_token)
    assert confluence.api_token == TOKEN


def test_a_token_that_no_key_decrypts_is_not_saved_over_itself():
    integration = make_integration()
    encrypted = encrypt_with(integration, STRANGE_KEY)

    with pytest.raises(ValueError, match="must not be saved"), transaction.atomic():
        Integration.objects.get().save()

    assert stored(integration) == encrypted


def test_saving_other_fields_leaves_an_unreadable_token_as_it_lies(client_for):
    integration = make_integration()
    encrypted = encrypt_with(integration, STRANGE_KEY)

    answer = client_for(make_api_key(Role.ADMIN)).put(
        "/v1/integrations",
        {"workspace_key": "acme", "provider": "jira", "config": {"write_on_merge": True}},
        format="json",
    )

    assert answer.status_code == 200
    assert Integration.objects.get().write_on_merge is True
    assert stored(integration) == encrypted


def test_the_list_says_which_token_cannot_be_decrypted(client_for):
    encrypt_with(make_integration(), STRANGE_KEY)

    answer = client_for(make_api_key(Role.ADMIN)).get("/v1/integrations", {"workspace_key": "acme"})

    jira, confluence = (answer.json()["integrations"][provider] for provider in ("jira", "confluence"))
    assert (jira["configured"], jira["has_api_token"]) == (False, False)
    assert jira["warnings"] == ["The stored token cannot be decrypted: enter it again."]
    assert confluence["warnings"] == []


def test_rotation_encrypts_with_the_newest_key_what_an_older_one_did_and_leaves_the_rest():
    old, new = make_integration(Provider.JIRA), make_integration(Provider.CONFLUENCE)
    make_integration(workspace="globex", api_token=None)
    encrypt_with(old, keys()[1], "an-old-token")
    untouched, updated_at = stored(new), Integration.objects.get(pk=old.pk).updated_at

    said = rotate()

    assert Fernet(keys()[0]).decrypt(stored(old)) == b"an-old-token"
    assert stored(new) == untouched
    assert Integration.objects.get(pk=old.pk).updated_at == updated_at
    assert said == "1 token rotated, 1 with the newest key already, 0 saved anew meanwhile.\n"
    record = AuditLog.objects.get()
    assert (record.action, record.outcome, record.actor) == ("encryption.rotate", "success", "operator")
    assert record.target == {"rotated": 1, "already_newest": 1, "superseded": 0, "unreadable": []}


def test_rotation_is_safe_to_repeat():
    integration = make_integration()
    encrypt_with(integration, keys()[1])
    rotate()
    once = stored(integration)

    said = rotate()

    assert stored(integration) == once
    assert said.startswith("0 tokens rotated, 1 with the newest key already")


def test_a_dry_run_of_the_rotation_changes_and_records_nothing():
    integration = make_integration()
    encrypted = encrypt_with(integration, keys()[1])

    said = rotate(dry_run=True)

    assert said.startswith("1 token would be rotated")
    assert stored(integration) == encrypted
    assert not AuditLog.objects.exists()


@pytest.mark.parametrize("dry_run", [False, True])
def test_rotation_names_what_it_cannot_decrypt_rotates_the_others_and_fails(dry_run):
    lost, old = make_integration(Provider.CONFLUENCE), make_integration(Provider.JIRA)
    encrypted = encrypt_with(lost, STRANGE_KEY, "lost-token")
    encrypt_with(old, keys()[1])

    with pytest.raises(CommandError) as failure:
        rotate(dry_run=dry_run)

    assert "acme/confluence" in str(failure.value)
    assert "acme/jira" not in str(failure.value)
    assert stored(lost) == encrypted
    if not dry_run:
        assert Integration.objects.get(pk=old.pk).api_token == TOKEN
        record = AuditLog.objects.get()
        assert (record.outcome, record.error_code) == ("failed", "integration_token_unreadable")
        assert record.target["unreadable"] == ["acme/confluence"]
        assert record.target["rotated"] == 1
        assert "lost-token" not in str(vars(record)) + str(failure.value)


def test_a_token_saved_while_the_rotation_runs_wins():
    integration = make_integration()
    encrypt_with(integration, keys()[1])
    integration.api_token = "saved-meanwhile"

    def save_before_the_rotation_does(execute, sql, *args):
        if sql.startswith("UPDATE integrations_integration SET api_token") and integration.pk not in saved:
            saved.append(integration.pk)
            integration.save()
        return execute(sql, *args)

    saved: list[int] = []
    with connection.execute_wrapper(save_before_the_rotation_does):
        said = rotate()

    assert said == "0 tokens rotated, 0 with the newest key already, 1 saved anew meanwhile.\n"
    assert Integration.objects.get().api_token == "saved-meanwhile"
    assert AuditLog.objects.get().target["superseded"] == 1


def test_a_rotation_shows_on_a_terminal_how_far_it_is(monkeypatch):
    make_integration(Provider.JIRA), make_integration(Provider.CONFLUENCE)
    terminal = on_terminal(monkeypatch)

    rotate()

    assert [step in terminal.getvalue() for step in ("rotate:   0%", "0/2 ", "1/2 ", "2/2 ")] == [True] * 4


def test_a_rotation_says_nothing_of_that_anywhere_else(capsys):
    make_integration()

    rotate()

    assert capsys.readouterr().err == ""
