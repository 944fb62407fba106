"""How a password opens a session; API keys have a door of their own (authentication.py)."""

import hashlib
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from audit.limits import seconds_to_wait

TRIES_PER_MINUTE = 10


class PasswordBackend(ModelBackend):
    """Django's, which lets a password be guessed without end. By address and email: nobody locks another out."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        address = request.META.get("REMOTE_ADDR", "") if request else ""
        who = hashlib.sha256(f"{address} {username}".lower().encode(errors="replace")).hexdigest()
        if seconds_to_wait(f"password:{who}", TRIES_PER_MINUTE) is not None:
            raise PermissionDenied
        return super().authenticate(request, username, password, **kwargs)
