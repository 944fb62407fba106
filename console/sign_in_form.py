from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from audit.limits import seconds_to_wait
from workspaces.models import digest_of

ATTEMPTS_PER_MINUTE = 10


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
