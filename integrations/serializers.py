from typing import Any

from django.utils import timezone
from rest_framework import serializers

from audit.arguments import Arguments, OneOfField
from integrations.hooks import Event
from integrations.models import ALLOWLIST_FIELD, AttachmentPolicy, Provider
from integrations.origins import OriginRefused, site_origin
from integrations.states import IntegrationState, expiry_warning
from workspaces.serializers import KeysField


class BaseUrlField(serializers.CharField):
    """Any address of a permitted Atlassian site; becomes its origin."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return site_origin(super().to_internal_value(data))
        except OriginRefused as exc:
            raise serializers.ValidationError(str(exc), code="origin_refused") from exc


class FieldNamesField(serializers.ListField):
    """Names of Jira fields as people see them; Jira does not tell them apart by case."""

    child = serializers.CharField(max_length=255)

    def to_internal_value(self, data: Any) -> list[str]:
        by_folded = {name.casefold(): name for name in super().to_internal_value(data)}
        return [by_folded[folded] for folded in sorted(by_folded)]


class ConfigInput(serializers.Serializer):
    """Partial: what is absent stays, null deletes, an unknown name is refused."""

    base_url = BaseUrlField(required=False, allow_null=True, max_length=255)
    email = serializers.EmailField(required=False, allow_null=True, max_length=254)
    api_token = serializers.RegexField(
        r"\A[!-~]+\Z",
        required=False,
        allow_null=True,
        max_length=4096,
        error_messages={"invalid": "A token is one word of printable ASCII: no spaces, no line breaks."},
    )
    write_on_commit = serializers.BooleanField(required=False, allow_null=True)
    write_on_merge = serializers.BooleanField(required=False, allow_null=True)
    token_expires_on = serializers.DateField(required=False, allow_null=True)
    project_keys = KeysField(required=False, allow_null=True, max_length=200)
    space_keys = KeysField(required=False, allow_null=True, max_length=200)
    hidden_fields = FieldNamesField(required=False, allow_null=True, max_length=200)
    attachments = OneOfField(AttachmentPolicy.choices, required=False, allow_null=True)
    mask_secrets = serializers.BooleanField(required=False, allow_null=True)

    def validate_email(self, email: str | None) -> str | None:
        if email and ":" in email:
            raise serializers.ValidationError("An email with a colon cannot be used to sign in at Atlassian.")
        return email


_OF_THE_OTHER: dict[str, tuple[str, ...]] = {
    Provider.JIRA: ("space_keys",),
    Provider.CONFLUENCE: ("project_keys", "hidden_fields"),
}


class IntegrationInput(Arguments):
    provider = OneOfField(Provider.choices)
    enabled = serializers.BooleanField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    config = serializers.DictField(required=False, default=dict)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """config becomes fields of the model; its errors are named config.<key>."""
        given, provider = attrs["config"], attrs["provider"]
        known = [name for name in map(str, ConfigInput().fields) if name not in _OF_THE_OTHER[provider]]
        unknown = {
            str(name)[:60]: serializers.ErrorDetail(f"Unknown key. Known here: {', '.join(known)}.", code="unknown")
            for name in given
            if name not in known
        }
        config = ConfigInput(data=given)
        if unknown or not config.is_valid():
            raise serializers.ValidationError({"config": unknown or config.errors})
        attrs["config"] = {
            "allowed_keys" if name == ALLOWLIST_FIELD[provider] else name: value
            for name, value in config.validated_data.items()
        }
        return attrs


def state_as_json(state: IntegrationState) -> dict[str, Any]:
    hidden = {"hidden_fields": list(state.hidden_fields)} if state.provider == Provider.JIRA else {}
    return {
        "enabled": state.enabled,
        "configured": state.configured,
        "source": state.source,
        "locked": state.locked,
        "base_url": state.base_url,
        "email": state.email,
        "has_api_token": state.has_api_token,
        "write_on_commit": state.write_on_commit,
        "write_on_merge": state.write_on_merge,
        ALLOWLIST_FIELD[state.provider]: list(state.allowed_keys),
        **hidden,
        "attachments": state.attachments,
        "mask_secrets": state.mask_secrets,
        "token_expires_on": state.token_expires_on,
        "token_kind": "scoped" if state.scoped else "unscoped",
        "account_name": state.account_name,
        "tested_at": state.tested_at,
        "test_problem": state.test_problem,
        "warnings": _warnings(state),
    }


def _warnings(state: IntegrationState) -> list[str]:
    unreadable = "The stored token cannot be decrypted: enter it again." if state.token_unreadable else ""
    return list(filter(None, (unreadable, expiry_warning(state.token_expires_on, timezone.localdate()))))


class GitEventInput(Arguments):
    event = OneOfField([str(event) for event in Event])
    repository = serializers.CharField(max_length=300)
    branch = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    commit = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    message = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")
