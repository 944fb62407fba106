"""
A secret that the next page shows, once: it travels in a signed cookie of whoever made it, and is kept nowhere here.

So a form can answer with a redirect, and reloading makes no second key.
"""

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse

SECONDS = 300


def show_once(response: HttpResponse, request: HttpRequest, name: str, value: str) -> None:
    """Shows the value on the page that response redirects to."""
    response.set_signed_cookie(
        name,
        value,
        salt=_salt(request, name),
        max_age=SECONDS,
        path=response["Location"].partition("#")[0].partition("?")[0],
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def shown_once(request: HttpRequest, name: str) -> str:
    """Empty where there is nothing to show; a cookie that somebody else's session made is nothing."""
    try:
        return str(request.get_signed_cookie(name, default="", salt=_salt(request, name), max_age=SECONDS))
    except BadSignature:
        return ""


def forget(response: HttpResponse, request: HttpRequest, name: str) -> None:
    response.delete_cookie(name, path=request.path, samesite="Strict")


def _salt(request: HttpRequest, name: str) -> str:
    return f"shown-once:{name}:{request.user.pk}"
