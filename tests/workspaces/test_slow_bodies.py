"""Whoever is let in by the head of a call and sends its body late acts as what they are once it is there."""

import json
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import AuditLog
from tests.factories import make_api_key, make_member
from workspaces.models import ApiKey, Invitation, Membership, Role, User

pytestmark = pytest.mark.django_db

NEW = {"workspace_key": "acme", "email": "new@acme.example.com", "role": "owner"}


class LateBody(BytesIO):
    """Its first byte comes after seconds, and after something has happened meanwhile."""

    def __init__(self, body: bytes, meanwhile: Callable[[], Any]) -> None:
        super().__init__(body)
        self._meanwhile: Callable[[], Any] | None = meanwhile

    def read(self, *args: Any) -> bytes:
        if self._meanwhile:
            self._meanwhile()
            self._meanwhile = None
        return super().read(*args)


@pytest.fixture
def sent(monkeypatch) -> Callable[..., tuple[int, str]]:
    clock = time.monotonic

    def send(client: Client, path: str, message: Any, meanwhile: Callable[[], Any], **headers: str) -> tuple[int, str]:
        def five_seconds_later() -> None:
            meanwhile()
            monkeypatch.setattr(time, "monotonic", lambda: clock() + 5)

        body = json.dumps(message).encode()
        stream: dict[str, Any] = {"wsgi.input": LateBody(body, five_seconds_later), "CONTENT_LENGTH": str(len(body))}
        answer = client.generic("POST", path, b"-", "application/json", headers=headers, **stream)
        return answer.status_code, answer.content.decode()

    return send


def revoke_keys() -> None:
    ApiKey.objects.update(revoked_at=timezone.now())


def remove_the_member() -> None:
    Membership.objects.all().delete()


def demote_the_member() -> None:
    Membership.objects.update(role=Role.MEMBER)


def deactivate_the_user() -> None:
    User.objects.update(is_active=False)


def sign_out_everywhere() -> None:
    User.objects.update(session_generation=1)


OF_KEYS = [revoke_keys, remove_the_member, demote_the_member, deactivate_the_user]
OF_SESSIONS = [sign_out_everywhere, remove_the_member, demote_the_member, deactivate_the_user]


@pytest.mark.parametrize("meanwhile", OF_KEYS)
def test_a_key_that_has_ended_meanwhile_changes_nothing(sent, meanwhile):
    bearer = {"Authorization": f"Bearer {make_api_key(Role.OWNER)}"}

    status, _ = sent(Client(), "/v1/invitations", NEW, meanwhile, **bearer)

    assert status in (401, 403)
    assert not Invitation.objects.exists()
    record = AuditLog.objects.get()
    assert (record.action, record.outcome, record.actor) == ("invitation.create", "denied", "owner@acme.example.com")


@pytest.mark.parametrize("meanwhile", OF_SESSIONS)
def test_a_session_that_has_ended_meanwhile_changes_nothing(sent, meanwhile):
    client = Client()
    client.force_login(make_member(Role.OWNER).user)

    status, _ = sent(client, "/v1/invitations", NEW, meanwhile)

    assert status == 403
    assert not Invitation.objects.exists()
    assert AuditLog.objects.get().outcome == "denied"


@pytest.mark.django_db(transaction=True)  # the library undoes what a tool that fails did within one
def test_a_late_tool_call_of_a_key_that_was_revoked_meanwhile_reaches_no_site(sent):
    bearer = {"Authorization": f"Bearer {make_api_key()}"}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    message |= {"params": {"name": "jira_search", "arguments": {"q": "museum"}}}

    _, said = sent(Client(), "/mcp", message, revoke_keys, **bearer)

    assert "invalid_credentials" in said
    record = AuditLog.objects.get()
    assert (record.action, record.outcome, record.error_code) == ("jira.search", "denied", "invalid_credentials")


def test_a_late_body_of_who_is_still_what_they_were_is_served(sent):
    bearer = {"Authorization": f"Bearer {make_api_key(Role.OWNER)}"}

    status, _ = sent(Client(), "/v1/invitations", NEW, lambda: None, **bearer)

    assert status == 201
    assert Invitation.objects.exists()
