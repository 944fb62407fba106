from typing import Any

from rest_framework import serializers

from audit.arguments import Arguments, CappedIntegerField, OneOfField
from workspaces.api_keys import Narrowing
from workspaces.models import ACCOUNT_ID, ApiKey, Invitation, Role
from workspaces.services import Member

PAGE_SIZE = 50
LIFETIME_DAYS = 90  # unless another is asked for


class KeysField(serializers.ListField):
    """Project or space keys; case does not matter at Atlassian, so they are kept in capitals."""

    child = serializers.RegexField(r"\A~?[A-Za-z0-9_:.-]{1,255}\Z", error_messages={"invalid": "This is not a key."})

    def to_internal_value(self, data: Any) -> list[str]:
        return sorted({key.upper() for key in super().to_internal_value(data)})


class AtlassianAccountInput(Arguments):
    email = serializers.EmailField(required=False, help_text="Of the member; left out: the caller.")
    account_id = serializers.RegexField(ACCOUNT_ID, max_length=128, allow_blank=True, help_text="Blank forgets it.")


class MembersInput(Arguments):
    q = serializers.CharField(required=False, default="", max_length=254, help_text="Part of an email.")
    limit = CappedIntegerField(cap=200, min_value=1, default=PAGE_SIZE)
    cursor = serializers.CharField(required=False, default="", max_length=254)


class MemberInput(Arguments):
    email = serializers.CharField(max_length=254)


class RoleInput(MemberInput):
    role = OneOfField(Role.choices)
    role_before = OneOfField(
        Role.choices, required=False, help_text="The role you saw: refused where it is another by now."
    )


class InvitationInput(MemberInput):
    role = OneOfField(Role.choices, default=Role.MEMBER)


class ApiKeysInput(Arguments):
    email = serializers.CharField(required=False, default="", max_length=254)
    limit = CappedIntegerField(cap=200, min_value=1, default=PAGE_SIZE)
    cursor = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ApiKeyInput(Arguments):
    label = serializers.CharField(max_length=100)  # type: ignore[assignment]  # a field of DRF has a label too
    email = serializers.CharField(required=False, max_length=254, help_text="Acts as; left out: the caller.")
    expires_in_days = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=3650, default=LIFETIME_DAYS, help_text="null: never."
    )
    actions = serializers.ListField(child=serializers.CharField(max_length=32), required=False, max_length=20)
    project_keys = KeysField(required=False, max_length=200)
    space_keys = KeysField(required=False, max_length=200)
    calls_per_minute = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=1_000_000)

    @staticmethod
    def narrowing(given: dict[str, Any]) -> Narrowing:
        lists = {name: tuple(given.get(name) or ()) for name in ("actions", "project_keys", "space_keys")}
        return Narrowing(**lists, calls_per_minute=given.get("calls_per_minute"))


class PrefixInput(Arguments):
    prefix = serializers.CharField(max_length=64, help_text="As the list shows it; the whole key works too.")


class RotateInput(PrefixInput):
    at_once = serializers.BooleanField(default=False, help_text="End the old key now instead of in an hour.")


def member_as_json(member: Member) -> dict[str, Any]:
    return {
        "email": member.email,
        "role": member.role,
        "created_at": member.created_at,
        "last_active_at": member.last_active_at,
        "api_keys": member.api_keys,
        "atlassian_account_id": member.atlassian_account_id,
    }


def invitation_as_json(invitation: Invitation) -> dict[str, Any]:
    return {
        "email": invitation.email,
        "role": invitation.role,
        "created_by": invitation.created_by,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
        "expired": not invitation.is_open,
    }


def api_key_as_json(api_key: ApiKey) -> dict[str, Any]:
    return {
        "id": api_key.pk,
        "prefix": api_key.prefix,
        "label": api_key.label,
        "email": api_key.membership.user.email,
        "role": api_key.effective_role,
        "state": api_key.rejection_reason() or "usable",
        "created_at": api_key.created_at,
        "expires_at": api_key.expires_at,
        "last_used_at": api_key.last_used_at,
        "revoked_at": api_key.revoked_at,
        "actions": api_key.actions,
        "project_keys": api_key.project_keys,
        "space_keys": api_key.space_keys,
        "calls_per_minute": api_key.calls_per_minute,
    }
