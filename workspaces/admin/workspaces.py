"""Workspaces and their members."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from audit.admin import ReadOnlyMixin
from workspaces import services
from workspaces.admin.acting import (
    RefusesNulMixin,
    SuperuserOnlyMixin,
    actor_for,
    link_to_page,
    show_error_if_refused,
)
from workspaces.models import Membership, Workspace


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


@admin.register(Membership)
class MembershipAdmin(ReadOnlyMixin, RefusesNulMixin, admin.ModelAdmin):
    """Here to be found by the form that issues a key; members are changed on their workspace."""

    list_display = ("user", "workspace", "role", "created_at")
    ordering = ("user__email", "workspace__key")
    list_select_related = ("user", "workspace")
    search_fields = ("user__email", "workspace__key")
    list_filter = ("role",)
