"""
Workspaces, members, keys and users for the operator. What the audit log must know goes through the services;
what no service does cannot be done here.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from rest_framework.exceptions import APIException

from audit.actors import Actor, operator
from audit.errors import code_and_message
from audit.trail import audited
from audit.vocabulary import Action, Channel
from workspaces import api_keys, services
from workspaces.models import EXPIRY_CHOICES, ApiKey, Membership, User, Workspace


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


class SuperuserOnlyMixin:
    """Staff may look at what they are granted; who acts as the operator is a superuser."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MembershipForm(forms.ModelForm):
    class Meta:
        model = Membership
        fields = ("user", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who a membership belongs to never changes: its keys would act as somebody else.
        self.fields["user"].disabled = self.instance.pk is not None
        for name in ("user", "role"):  # the head of a column is no label to a screen reader
            self.fields[name].widget.attrs["aria-label"] = name.title()


class MembershipFormSet(BaseInlineFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = "Remove"


class MembershipInline(SuperuserOnlyMixin, admin.TabularInline):
    model = Membership
    form = MembershipForm
    formset = MembershipFormSet
    raw_id_fields = ("user",)
    extra = 0

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


@admin.register(Workspace)
class WorkspaceAdmin(SuperuserOnlyMixin, admin.ModelAdmin):
    list_display = ("key", "name", "created_at", "integrations_page")
    search_fields = ("key", "name")
    fields = ("key", "name")
    inlines = (MembershipInline,)

    @admin.display(description="Atlassian, keys, what was read")
    def integrations_page(self, workspace: Workspace) -> str:
        return link_to_page(workspace.key)

    def get_readonly_fields(self, request: HttpRequest, obj: Workspace | None = None) -> tuple[str, ...]:
        return () if obj is None else ("key", "name", "integrations_page")

    def get_fields(self, request: HttpRequest, obj: Workspace | None = None) -> tuple[str, ...]:
        return ("key", "name") if obj is None else ("key", "name", "integrations_page")

    def get_inline_instances(self, request: HttpRequest, obj: Workspace | None = None) -> list[Any]:
        return [] if obj is None else super().get_inline_instances(request, obj)

    def save_model(self, request: HttpRequest, obj: Workspace, form: Any, change: bool) -> None:
        if not change:
            made = services.create_workspace(actor_for(request, obj), obj.key, obj.name)
            obj.pk = made.pk

    def response_add(self, request: HttpRequest, obj: Workspace, post_url_continue: Any = None) -> HttpResponse:
        """Leads on to the members: a workspace without one is of no use."""
        messages.success(request, f"The workspace {obj} is there. Now add its members, an owner first.")
        return redirect("admin:workspaces_workspace_change", obj.pk)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Each change by its service; one that is refused is said, and does not take the others' records with it."""
        formset.save(commit=False)
        workspace, actor = form.instance, actor_for(request, form.instance)
        saved = [member for member, _ in formset.changed_objects] + formset.new_objects
        for member in saved:
            show_error_if_refused(request, services.add_member, actor, workspace, member.user.email, member.role)
        for member in formset.deleted_objects:
            show_error_if_refused(request, services.remove_member, actor, workspace, member.user.email)


def show_error_if_refused(request: HttpRequest, service: Any, *arguments: Any) -> bool:
    try:
        service(*arguments)
    except APIException as exc:
        messages.error(request, code_and_message(exc)[1])
        return False
    return True


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


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    """Here to be found by the form that issues a key; members are changed on their workspace."""

    list_display = ("user", "workspace", "role", "created_at")
    ordering = ("user__email", "workspace__key")
    list_select_related = ("user", "workspace")
    search_fields = ("user__email", "workspace__key")
    list_filter = ("role",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class UserCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email",)


@admin.register(User)
class UserAdmin(SuperuserOnlyMixin, StockUserAdmin):
    """A user who has gone is made inactive: that ends their sessions and their keys, and keeps the log readable."""

    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "is_active", "is_staff", "is_superuser", "last_login")
    search_fields = ("email", "first_name", "last_name")
    list_filter = ("is_active", "is_staff", "is_superuser")
    add_form = UserCreationForm
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        ("Name", {"fields": ("first_name", "last_name")}),
        (
            "Admin site",
            {
                "fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions"),
                "description": "Who may do what with Atlassian is decided by the role in a workspace, not here.",
            },
        ),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Runs in one transaction with its record, as the other views of the admin do."""
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)

    def log_addition(self, request: HttpRequest, obj: User, message: Any) -> Any:
        self._record(request, Action.USER_CREATE, obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> Any:
        """Called also after a password was set, by a form that does not save the user itself."""
        self._record(request, Action.USER_UPDATE, obj, message)
        return super().log_change(request, obj, message)

    def _record(self, request: HttpRequest, action: Action, user: User, message: Any) -> None:
        """What was changed by name, and what the user may do from now on; never a password."""
        said = message if isinstance(message, list) else [{"changed": {"fields": ["password"]}}]
        target = {
            "email": user.email,
            "changed": [name for entry in said for name in entry.get("changed", {}).get("fields", [])],
            "is_active": user.is_active,
            "is_staff": user.is_staff,
            "is_superuser": user.is_superuser,
            "groups": sorted(user.groups.values_list("name", flat=True)),
            "permissions": sorted(user.user_permissions.values_list("codename", flat=True)),
        }
        with audited(operator("", Channel.ADMIN, str(request.user)), action, target):
            pass


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(SuperuserOnlyMixin, StockGroupAdmin):
    """Only superusers change groups, and each change is recorded: a group grants permissions to its members."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def log_addition(self, request: HttpRequest, obj: Group, message: Any) -> Any:
        self._record(request, obj, "added")
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Group, message: Any) -> Any:
        self._record(request, obj, "changed")
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Group]) -> Any:
        for group in queryset:
            self._record(request, group, "deleted")
        return super().log_deletions(request, queryset)

    def _record(self, request: HttpRequest, group: Group, how: str) -> None:
        permissions = sorted(f"{each.content_type.app_label}.{each.codename}" for each in group.permissions.all())
        target = {"group": group.name, "how": how, "permissions": permissions}
        with audited(operator("", Channel.ADMIN, str(request.user)), Action.GROUP_UPDATE, target):
            pass
