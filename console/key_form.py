from typing import Any

from django import forms

from workspaces.models import EXPIRY_CHOICES


class ApiKeyForm(forms.Form):
    label = forms.CharField(
        max_length=100,
        label="Name of the agent or machine",
        help_text="Shown in the audit log beside every call made with this key.",
        widget=forms.TextInput(attrs={"placeholder": "Claude Code on my laptop", "autocomplete": "off"}),
    )
    expires_in_days = forms.TypedChoiceField(
        choices=EXPIRY_CHOICES, required=False, coerce=int, empty_value=None, label="Expires"
    )

    def __init__(self, emails: list[str], data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["email"] = forms.ChoiceField(
            choices=[(email, email) for email in emails],
            label="Acts as",
            help_text="The key can do what this member can, and ends with their membership.",
        )
        self.is_possible = bool(emails)
