"""Integrations in the admin: to look at. They are changed on the Connections page, through the services."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from audit.admin import ReadOnlyMixin
from integrations.models import Integration
from integrations.services import update_integration
from workspaces.admin.acting import RefusesNulMixin, actor_for, link_to_page, show_error_if_refused


@admin.register(Integration)
class IntegrationAdmin(ReadOnlyMixin, RefusesNulMixin, admin.ModelAdmin):
    list_display = (
        "workspace",
        "provider",
        "enabled",
        "base_url",
        "email",
        "token",
        "token_expires_on",
        "test_problem",
    )
    list_select_related = ("workspace",)
    list_filter = ("provider", "enabled")
    search_fields = ("workspace__key", "base_url", "email")
    actions = ("enable", "disable")

    @admin.display(description="token")
    def token(self, row: Integration) -> str:
        if row.api_token is None:
            return "none"
        return "saved" if row.api_token else "cannot be decrypted"

    @admin.display(description="change it")
    def integrations_page(self, row: Integration) -> str:
        return link_to_page(row.workspace.key)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        shown = [field.name for field in Integration._meta.fields if field.name not in ("id", "api_token")]
        return [*shown, "token", "integrations_page"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.get_fields(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # An action needs it on the list; a single row is changed on the page.
        return obj is None and bool(request.user.is_superuser)

    @admin.action(description="Enable selected integrations", permissions=("change",))
    def enable(self, request: HttpRequest, rows: QuerySet[Integration]) -> None:
        self._switch(request, rows, enabled=True)

    @admin.action(description="Disable selected integrations", permissions=("change",))
    def disable(self, request: HttpRequest, rows: QuerySet[Integration]) -> None:
        self._switch(request, rows, enabled=False)

    def _switch(self, request: HttpRequest, rows: QuerySet[Integration], *, enabled: bool) -> None:
        for row in rows.select_related("workspace"):
            actor = actor_for(request, row.workspace)
            if show_error_if_refused(request, update_integration, actor, row.provider, enabled, "", {}):
                messages.success(request, f"{row}: {'enabled' if enabled else 'disabled'}.")
