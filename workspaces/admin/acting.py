"""Who acts in the admin, where its pages lead, and how a refusal is shown."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from rest_framework.exceptions import APIException

from audit.actors import Actor, operator
from audit.errors import code_and_message
from audit.vocabulary import Channel
from workspaces.models import Workspace


def sign_in_elsewhere(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """There is one login page, with one limit on guessing. Who is signed in already is not staff."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", reverse("admin:index")))


admin.site.login = sign_in_elsewhere  # type: ignore[method-assign]
admin.site.site_url = settings.LOGIN_REDIRECT_URL


def actor_for(request: HttpRequest, workspace: Workspace) -> Actor:
    return operator(workspace.key, Channel.ADMIN, str(request.user))


def page_url(workspace_key: str) -> str:
    """The workspace's page in the console, a higher floor, whose pages lie below LOGIN_REDIRECT_URL."""
    return f"{settings.LOGIN_REDIRECT_URL}{workspace_key}/"


def link_to_page(workspace_key: str) -> str:
    return format_html('<a href="{}">Open the console</a>', page_url(workspace_key))


class RefusesNulMixin:
    """PostgreSQL cannot be asked for this character, which a filter of the admin's passes on as it came."""

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return "\0" not in str(value) and super().lookup_allowed(lookup, value, request)  # type: ignore[misc]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if "\0" in search_term:
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)  # type: ignore[misc,no-any-return]


class SuperuserOnlyMixin(RefusesNulMixin):
    """Staff may look at what they are granted; who acts as the operator is a superuser."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def show_error_if_refused(request: HttpRequest, service: Any, *arguments: Any) -> bool:
    try:
        service(*arguments)
    except APIException as exc:
        messages.error(request, code_and_message(exc)[1])
        return False
    return True
