"""The address that a call comes from."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """
    Of whoever is connected; behind PROXIES proxies, of whoever is connected to the outermost of them.

    Each appends to X-Forwarded-For; what stands further to the left was sent by the client itself.
    """
    connected = str(request.META.get("REMOTE_ADDR", ""))
    number: int = settings.PROXIES
    if number == 0:
        return connected
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    return forwarded[-number][:64] if len(forwarded) >= number and forwarded[-number] else connected
