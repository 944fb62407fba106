"""Users and groups of the admin itself; each change of one is recorded."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from audit.actors import operator
from audit.trail import audited
from audit.vocabulary import Action, Channel
from workspaces.admin.acting import SuperuserOnlyMixin
from workspaces.models import User


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
