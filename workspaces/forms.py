from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from audit.limits import seconds_to_wait
from workspaces.models import digest_of

ATTEMPTS_PER_MINUTE = 10
EXPIRY_CHOICES = [("", "Never"), ("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year")]


class SignInForm(AuthenticationForm):
    """Addresses are kept in lower case, however they are typed."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "This email and password do not match. The password is case-sensitive.",
    }

    def clean_username(self) -> str:
        return self.cleaned_data["username"].lower()

    def clean(self) -> dict[str, Any]:
        """A password is guessed slowly: so many attempts a minute for one email from one address."""
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        who = digest_of(f"{address} {self.cleaned_data.get('username', '')}")
        seconds = seconds_to_wait(f"sign-in:{who}", ATTEMPTS_PER_MINUTE)
        if seconds is not None:
            raise ValidationError(f"Too many attempts. Try again in {seconds} s.", code="too_many")
        return super().clean()


class StaffSignInForm(SignInForm, AdminAuthenticationForm):
    """The admin's own login, under the same limit."""


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
