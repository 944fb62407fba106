"""The addresses of links. Their secret stands in the query, which no log of ours holds, and never in a path."""

from django.conf import settings
from django.http import HttpRequest


def public_url(request: HttpRequest) -> str:
    """The address of this server, without a slash at its end."""
    return (settings.PUBLIC_URL or request.build_absolute_uri("/")).rstrip("/")


def invitation_url(request: HttpRequest, secret: str) -> str:
    return f"{public_url(request)}{settings.INVITATION_URL}?link={secret}"


def password_link_url(request: HttpRequest, secret: str) -> str:
    return f"{public_url(request)}{settings.PASSWORD_LINK_URL}?link={secret}"
