from typing import Any

from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm

from audit.addresses import client_address
from workspaces.password_checks import password_check


class SignInForm(AuthenticationForm):
    """Addresses are kept in lower case, however they are typed."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "This email and password do not match. The password is case-sensitive.",
    }

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).lower()

    def clean(self) -> dict[str, Any]:
        address = client_address(self.request) if self.request else ""
        with password_check(self.cleaned_data.get("username", ""), address):
            return super().clean()


class PasswordForm(PasswordChangeForm):
    """The old password is guessed as slowly here as at the sign-in, from wherever its session is used."""

    def clean_old_password(self) -> str:
        with password_check(self.user.email, "session"):
            return super().clean_old_password()
