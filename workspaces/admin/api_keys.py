"""API keys: issued and revoked here, never changed."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers

from workspaces import api_keys
from workspaces.admin.acting import SuperuserOnlyMixin, actor_for, page_url, show_error_if_refused
from workspaces.models import EXPIRY_CHOICES, ApiKey


class ApiKeyAdminForm(forms.ModelForm):
    expires_in_days = forms.TypedChoiceField(choices=EXPIRY_CHOICES, required=False, coerce=int, empty_value=None)

    class Meta:
        model = ApiKey
        fields = ("membership", "label")


@admin.register(ApiKey)
class ApiKeyAdmin(SuperuserOnlyMixin, admin.ModelAdmin):
    """Adding is issuing; a key is never changed or deleted, only revoked."""

    list_display = ("prefix", "label", "user", "workspace", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("membership__user", "membership__workspace")
    search_fields = ("prefix", "label", "membership__user__email", "membership__workspace__key")
    list_filter = ("membership__workspace",)
    form = ApiKeyAdminForm
    raw_id_fields = ("membership",)
    actions = ("revoke",)

    @admin.display(description="acts as")
    def user(self, api_key: ApiKey) -> str:
        return api_key.membership.user.email

    @admin.display(description="workspace")
    def workspace(self, api_key: ApiKey) -> str:
        return api_key.membership.workspace.key

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # An action needs it on the list; a single key has nothing to change.
        return obj is None and super().has_change_permission(request)

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("membership", "label", "expires_in_days")
        return ("prefix", "label", "membership", "created_at", "last_used_at", "expires_at", "revoked_at")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A filled-in form issues the key and shows its secret in the answer itself, this once."""
        form = self.get_form(request)(request.POST) if request.method == "POST" else None
        if form is None or not self.has_add_permission(request) or not form.is_valid():
            return super().add_view(request, form_url, extra_context)
        return self._issue(request, form.cleaned_data)

    def _issue(self, request: HttpRequest, given: dict[str, Any]) -> HttpResponse:
        membership = given["membership"]
        workspace = membership.workspace
        api_key, secret = api_keys.issue_api_key(
            actor_for(request, workspace), workspace, membership.user.email, given["label"], given["expires_in_days"]
        )
        context = {**self.admin_site.each_context(request), "title": "Key issued"}
        context |= {"issued": api_key, "secret": secret, "page_url": page_url(workspace.key)}
        response = TemplateResponse(request, "admin/workspaces/apikey/issued.html", context)
        add_never_cache_headers(response)
        return response

    @admin.action(description="Revoke selected keys", permissions=("change",))
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        revoked = [
            api_key
            for api_key in keys.select_related("membership__user", "membership__workspace")
            if show_error_if_refused(
                request, api_keys.revoke_api_key, actor_for(request, api_key.membership.workspace), api_key
            )
        ]
        messages.success(request, f"Revoked: {', '.join(map(str, revoked)) or 'none'}.")
