from typing import Any

from django import forms
from rest_framework.exceptions import ValidationError

from audit.errors import validation_issues
from console.typed_keys import keys_in
from workspaces.api_keys import Narrowing
from workspaces.models import EXPIRY_CHOICES
from workspaces.serializers import LIFETIME_DAYS, ApiKeyInput

SCOPES = {  # what a person chooses → what the key is narrowed to
    "read": ("Search and read Jira and Confluence", ("jira.*", "confluence.*", "git.*")),
    "jira": ("Jira only", ("jira.*",)),
    "confluence": ("Confluence only", ("confluence.*",)),
    "search": ("Search only, read nothing", ("*.search",)),
    "all": ("Everything that its member may; administration too, unless it is limited below", ()),
}


class ApiKeyForm(forms.Form):
    label = forms.CharField(
        max_length=100,
        label="Name of the agent or machine",
        help_text="Shown in the audit log beside every call made with this key.",
        widget=forms.TextInput(attrs={"placeholder": "Claude Code on my laptop", "autocomplete": "off"}),
    )
    expires_in_days = forms.TypedChoiceField(
        choices=EXPIRY_CHOICES,
        required=False,
        coerce=int,
        empty_value=None,
        label="Expires",
        initial=str(LIFETIME_DAYS),
    )
    project_keys = forms.CharField(
        required=False,
        label="Jira projects",
        help_text="Keys like ABC, OPS. Empty: all that the workspace allows.",
        widget=forms.TextInput(attrs={"placeholder": "all", "autocomplete": "off", "spellcheck": "false"}),
    )
    space_keys = forms.CharField(
        required=False,
        label="Confluence spaces",
        help_text="Keys like ENG, DOCS. Empty: all that the workspace allows.",
        widget=forms.TextInput(attrs={"placeholder": "all", "autocomplete": "off", "spellcheck": "false"}),
    )
    calls_per_minute = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1_000_000,
        label="Calls per minute, at most",
        help_text="Empty: as many as the operator permits.",
    )

    def __init__(
        self, emails: list[tuple[str, str]], data: Any = None, *, allowed: dict[str, tuple[str, ...]] | None = None
    ) -> None:
        """emails with the role that each acts with; allowed: the workspace's own limits, by name of field."""
        super().__init__(data, label_suffix="")
        self.allowed = allowed or {}
        self.fields["email"] = forms.ChoiceField(
            choices=_choice_of_members(emails),
            label="Acts as",
            help_text="The key can do no more than this member, and ends with their membership.",
        )
        administers = any(role != "member" for _, role in emails)
        self.fields["scope"] = forms.ChoiceField(
            choices=[(name, label) for name, (label, _) in SCOPES.items() if name != "all" or administers],
            required=False,
            label="May do",
            initial="read",
        )
        self.is_possible = bool(emails)

    @property
    def has_advanced_errors(self) -> bool:
        return any(name in self.errors for name in ("project_keys", "space_keys", "calls_per_minute"))

    def clean(self) -> None:
        given = self.cleaned_data
        keys = {name: keys_in(given.get(name, "")) for name in ("project_keys", "space_keys")}
        arguments = ApiKeyInput(data={"label": given.get("label") or "x", **keys})
        try:
            arguments.is_valid(raise_exception=True)
        except ValidationError as exc:
            for issue in validation_issues(exc):
                self.add_error(issue["path"].split(".")[0], issue["message"])
            return
        self._require_allowed(arguments.validated_data)
        scope = given.get("scope") or "all"  # a script that names none asks for all
        given["narrowing"] = Narrowing(
            SCOPES[scope][1],
            tuple(arguments.validated_data.get("project_keys") or ()),
            tuple(arguments.validated_data.get("space_keys") or ()),
            given.get("calls_per_minute"),
        )

    def _require_allowed(self, keys: dict[str, Any]) -> None:
        for name, allowed in self.allowed.items():
            outside = [key for key in keys.get(name) or () if allowed and key not in allowed]
            if outside:
                self.add_error(name, f"This workspace does not allow {', '.join(outside)}, only {', '.join(allowed)}.")


def _choice_of_members(emails: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The caller first, unless they are an owner: a key is an owner's only where somebody said so."""
    offered = [(email, f"{email} ({role})") for email, role in emails]
    return [("", "Choose a member"), *offered] if emails and emails[0][1] == "owner" else offered
