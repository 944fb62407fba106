"""The fields of an integration as a person fills them in. The rules are the API's (integrations/serializers.py)."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import QueryDict
from django.utils.html import format_html
from rest_framework.exceptions import ValidationError

from atlassian.connection_test.diagnoses import TOKENS
from audit.errors import validation_issues
from console.typed_keys import keys_in
from integrations.credentials import Source
from integrations.models import ALLOWLIST_FIELD, Provider
from integrations.serializers import IntegrationInput
from integrations.services import NEVER
from integrations.states import IntegrationState

KEYS_LABEL = {Provider.JIRA: "Projects", Provider.CONFLUENCE: "Spaces"}
_FLAG_HELP = "Only an entry in the audit log; nothing is ever written to Atlassian."


class IntegrationForm(forms.Form):
    base_url = forms.CharField(
        required=False,
        label="Site",
        help_text="Any address of your Atlassian site.",
        widget=forms.TextInput(
            attrs={"placeholder": "https://acme.atlassian.net", "inputmode": "url", "autocomplete": "off"}
        ),
    )
    email = forms.CharField(
        required=False,
        label="Email of the Atlassian account",
        help_text="Agents see what this account sees: one that may only read is best.",
        widget=forms.EmailInput(attrs={"placeholder": "bot@acme.com", "autocomplete": "off"}),
    )
    api_token = forms.CharField(
        required=False,
        label="API token",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}),
    )
    token_expires_on = forms.CharField(
        required=False,
        label="Token expires on",
        help_text="As Atlassian says when it makes the token. You are warned 30 days before.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    keys = forms.CharField(
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "all", "autocomplete": "off", "spellcheck": "false"}),
    )
    hidden_fields = forms.CharField(  # type: ignore[assignment]  # a form of Django's has hidden_fields() too
        required=False,
        label="Fields that agents must not see",
        help_text="Names of Jira fields, separated by commas.",
        widget=forms.TextInput(attrs={"placeholder": "Salary, Customer contact", "autocomplete": "off"}),
    )
    attachments = forms.ChoiceField(
        required=False,
        label="Attachments",
        choices=[("off", "Not read"), ("text", "Read as text"), ("images", "Read as text, and images shown")],
    )
    mask_secrets = forms.BooleanField(
        required=False,
        label="Mask passwords and tokens that people left in texts",
        help_text="A net for well-known kinds, no guarantee.",
    )
    seen_at = forms.CharField(required=False, widget=forms.HiddenInput)
    write_on_commit = forms.BooleanField(required=False, label="Record commits that name an issue")
    write_on_merge = forms.BooleanField(required=False, label="Record merges that name an issue", help_text=_FLAG_HELP)
    reason = forms.CharField(
        required=False,
        label="Reason for the change",
        help_text="Kept in the audit log.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, state: IntegrationState, workspace_key: str, data: QueryDict | None = None) -> None:
        provider = state.provider
        super().__init__(_with_ticks(data, provider), initial=_initial(state), prefix=provider, label_suffix="")
        self.provider, self.workspace_key = provider, workspace_key
        self.holds_token = state.token_unreadable or (state.has_api_token and not uses_operator_account(state))
        self.refused: ValidationError | None = None
        self.arguments: dict[str, Any] = {}  # of update_integration, once the form is valid
        self.saved_meanwhile: list[tuple[str, str]] = []  # label and value, where it is not what was entered
        self.fields["keys"].label = f"{KEYS_LABEL[Provider(provider)]} that agents may see"
        self.fields["keys"].help_text = f"Keys like {_EXAMPLE[Provider(provider)]}. Empty: all that the account sees."
        self.fields["api_token"].help_text = _token_help(state)
        if state.has_api_token and self.holds_token:
            kept = "set in the environment" if state.locked else "saved – leave blank to keep it"
            self.fields["api_token"].widget.attrs["placeholder"] = kept
        if provider != Provider.JIRA:
            del self.fields["hidden_fields"]
        for name in () if uses_operator_account(state) else ("base_url", "email", "api_token"):
            self.fields[name].widget.attrs["required"] = name != "api_token" or not self.holds_token
        if state.locked:
            for name in self.fields:
                self.fields[name].disabled = True

    @property
    def keys_noun(self) -> str:
        return KEYS_LABEL[Provider(self.provider)].lower()

    @property
    def has_advanced_errors(self) -> bool:
        """Whether something is wrong with what is rarely needed."""
        return any(name in self.errors for name in ("keys", "token_expires_on", "hidden_fields", "reason"))

    @property
    def saved_at(self) -> datetime | None:
        """When what the person saw was saved, NEVER where that is blank; None where the form does not say."""
        given = self.data.get(self.add_prefix("seen_at"))
        try:
            return NEVER if given == "" else datetime.fromisoformat(given or "")
        except ValueError:
            return None

    def replace_on_next_save(self, state: IntegrationState) -> None:
        """Shows what somebody else saved meanwhile, as it is in state. Sent once more, the form replaces it."""
        saved = IntegrationForm(state, self.workspace_key)
        self.data = data = cast("QueryDict", self.data).copy()
        data[self.add_prefix("seen_at")] = saved.initial["seen_at"]
        self.saved_meanwhile = [
            (str(field.label), _in_words(field))
            for field in saved.visible_fields()
            if field.name in saved.initial and str(field.value() or "") != str(self[field.name].value() or "")
        ]

    @property
    def lost_token(self) -> bool:
        """Whether one was typed that a page which shows the form again does not hold, as no page holds a secret."""
        return self.is_bound and bool(self["api_token"].value())

    @property
    def summary(self) -> str:
        """What is set of it, said while it is folded away."""
        keys, expires_on = self.initial["keys"], self.initial["token_expires_on"]
        parts = {
            f"only {keys}": keys,
            f"token until {expires_on}": expires_on,
            f"without {self.initial['hidden_fields']}": self.initial["hidden_fields"],
            "no attachments": self.initial["attachments"] == "off",
            "secrets unmasked": not self.initial["mask_secrets"],
            "git events": self.initial["write_on_commit"] or self.initial["write_on_merge"],
        }
        return ", ".join(text for text, is_set in parts.items() if is_set)

    def clean(self) -> None:
        given = self.cleaned_data
        arguments = IntegrationInput(
            data={
                "workspace_key": self.workspace_key,
                "provider": self.provider,
                "reason": given.get("reason", ""),
                "config": _config(given, ALLOWLIST_FIELD[self.provider]) | self._switches(given),
            }
        )
        try:
            arguments.is_valid(raise_exception=True)
        except ValidationError as exc:
            self.refused = exc
            for issue in validation_issues(exc):
                self.add_error(self._field_of(issue["path"]), issue["message"])
            return
        checked = arguments.validated_data
        self.arguments = {name: checked[name] for name in ("enabled", "reason", "config")}

    def _switches(self, given: dict[str, Any]) -> dict[str, Any]:
        """The switches, if the form holds them: a script that posts less leaves them as they are."""
        config: dict[str, Any] = {}
        if self.add_prefix("seen_at") not in self.data:
            return config
        config["mask_secrets"] = given.get("mask_secrets", False)
        if given.get("attachments"):
            config["attachments"] = given["attachments"]
        if "hidden_fields" in self.fields:
            names = [name.strip() for name in given.get("hidden_fields", "").split(",")]
            config["hidden_fields"] = [name for name in names if name] or None
        return config

    def _field_of(self, path: str) -> str | None:
        name = path.removeprefix("config.").split(".")[0]
        name = "keys" if name == ALLOWLIST_FIELD[self.provider] else name
        return name if name in self.fields else None

    def add_error(self, field: str | None, error: Any) -> None:
        """The same thing is said once, however many keys it is said of; what was typed stays to be mended."""
        if error not in self.errors.get(field or NON_FIELD_ERRORS, ()):
            super().add_error(field, error)


_EXAMPLE = {Provider.JIRA: "ABC, OPS", Provider.CONFLUENCE: "ENG, DOCS"}


def _config(given: dict[str, Any], allowlist: str) -> dict[str, Any]:
    """A blank field deletes; a blank token alone means that the stored one is kept."""
    config = {
        "base_url": given.get("base_url") or None,
        "email": given.get("email") or None,
        "token_expires_on": given.get("token_expires_on") or None,
        allowlist: keys_in(given.get("keys", "")) or None,
        "write_on_commit": given.get("write_on_commit", False),
        "write_on_merge": given.get("write_on_merge", False),
    }
    token = (given.get("api_token") or "").strip()
    return config | ({"api_token": token} if token else {})


def _with_ticks(data: QueryDict | None, provider: str) -> QueryDict | None:
    """Merges the ticked projects and the typed keys into the field of keys."""
    if data is None or f"{provider}-listed" not in data:
        return data
    listed = {key.upper() for key in data.getlist(f"{provider}-listed")}
    typed = [key for key in keys_in(data.get(f"{provider}-keys", "")) if key.upper() not in listed]
    merged = data.copy()
    merged[f"{provider}-keys"] = ", ".join([*data.getlist(f"{provider}-ticked"), *typed])
    return merged


def _in_words(field: forms.BoundField) -> str:
    value = field.value()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(dict(getattr(field.field, "choices", ())).get(value, value) or "empty")


def uses_operator_account(state: IntegrationState) -> bool:
    """What is shown is the operator's account, which a workspace may replace by one of its own."""
    if state.locked or state.source is not Source.ENVIRONMENT:
        return False
    return (state.base_url, state.email) == settings.ENVIRONMENT_CREDENTIALS[state.provider][:2]


def _initial(state: IntegrationState) -> dict[str, Any]:
    """The operator's address is never filled in: saved by chance, it would be half an account of the workspace's."""
    borrowed = uses_operator_account(state)
    return {
        "base_url": "" if borrowed else state.base_url,
        "email": "" if borrowed else state.email,
        "token_expires_on": state.token_expires_on,
        "keys": ", ".join(state.allowed_keys),
        "hidden_fields": ", ".join(state.hidden_fields),
        "attachments": state.attachments,
        "mask_secrets": state.mask_secrets,
        "seen_at": state.updated_at.isoformat() if state.updated_at else "",
        "write_on_commit": state.write_on_commit,
        "write_on_merge": state.write_on_merge,
    }


def _token_help(state: IntegrationState) -> str:
    if state.locked:
        return "Never shown."
    if uses_operator_account(state):
        return "Fill in site, email and token to use an account of this workspace's own instead."
    if state.has_api_token:
        return "Stored encrypted and never shown. Changing the site or the email needs the token again."
    return format_html(
        'Made at Atlassian, under <a href="{}" rel="noreferrer">API tokens</a>. Stored encrypted, never shown again.',
        TOKENS,
    )
