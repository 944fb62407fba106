"""The first page: all workspaces that somebody belongs to, and how each stands."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View

from audit.actors import Actor, operator
from audit.vocabulary import Channel
from console.base import in_words
from console.member_forms import WorkspaceForm
from console.navigation import CONNECTIONS, KEYS, navigation
from console.status import StatusBadge, status_badge
from integrations.models import Integration, Provider
from integrations.states import state_of
from workspaces.actors import actor_for_user
from workspaces.models import Membership, Role, User, Workspace
from workspaces.services import add_member, create_workspace, workspaces_of

PAGE_SIZE = 50


@dataclass(frozen=True)
class Row:
    workspace: Workspace
    role: str
    url: str
    badges: list[tuple[str, StatusBadge]]


@method_decorator(in_words, name="dispatch")
class StartPage(View):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        user = request.user
        q, after = request.GET.get("q", "")[:100], request.GET.get("after", "")[:64]
        found = list(_matching(workspaces_of(user), q).filter(key__gt=after)[: PAGE_SIZE + 1])
        if len(found) == 1 and not (user.is_superuser or q or after):
            return redirect(first_page(user, found[0].key))
        return self._page(request, user, found, {"q": q})

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """A superuser makes a new workspace, and becomes its owner."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        user, form = request.user, WorkspaceForm(request.POST)
        workspace = _created(user, form)
        if workspace is None:
            return self._page(request, user, list(workspaces_of(user)[: PAGE_SIZE + 1]), {"form": form}, status=400)
        messages.success(request, f"The workspace {workspace.key} is there. Connect it, then invite its members.")
        return redirect(CONNECTIONS, workspace_key=workspace.key)

    def _page(
        self, request: HttpRequest, user: User, found: list[Workspace], context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        shown = found[:PAGE_SIZE]
        more = shown[-1].key if len(found) > PAGE_SIZE else ""
        form = WorkspaceForm() if user.is_superuser else None
        context = {"rows": _rows(user, shown), "more": more, "form": form, "workspaces": shown} | context
        return render(request, "console/workspaces.html", context, status=status)


def _created(user: User, form: WorkspaceForm) -> Workspace | None:
    """None where the form says what is wrong. Raises NotPermitted."""
    key = form.data.get("key", "") if user.is_superuser else ""  # nor does a record of theirs lie in another's log
    actor = operator(key, Channel.PAGE, user.email) if user.is_superuser else Actor(user.email, "", Channel.PAGE)
    if user.is_superuser and not form.is_valid():
        return None
    try:
        workspace = create_workspace(actor, form.data.get("key", ""), form.data.get("name", ""))
    except ValidationError as exc:
        form.add_error("key", exc.messages)
        return None
    add_member(actor, workspace, user.email, Role.OWNER)
    return workspace


def first_page(user: User, workspace_key: str) -> str:
    """The address of the first page that the user may open there."""
    actor = actor_for_user(user, workspace_key, Channel.PAGE)
    return navigation(actor)[0].url if actor else reverse("workspaces-page")


def _matching(workspaces: QuerySet[Workspace], q: str) -> QuerySet[Workspace]:
    return workspaces.filter(Q(key__icontains=q) | Q(name__icontains=q)) if q else workspaces


def _rows(user: User, workspaces: list[Workspace]) -> list[Row]:
    """Makes two queries, however many workspaces there are."""
    roles = dict(Membership.objects.filter(user=user, workspace__in=workspaces).values_list("workspace_id", "role"))
    integrations: dict[int, dict[str, Integration]] = defaultdict(dict)
    for row in Integration.objects.filter(workspace__in=workspaces):
        integrations[row.workspace_id][row.provider] = row
    return [
        Row(workspace, role, _url(role, workspace.key), _badges(integrations[workspace.pk]))
        for workspace in workspaces
        for role in [Role.OWNER if user.is_superuser else roles[workspace.pk]]
    ]


def _url(role: str, workspace_key: str) -> str:
    return reverse(KEYS if role == Role.MEMBER else CONNECTIONS, args=[workspace_key])


def _badges(rows: dict[str, Integration]) -> list[tuple[str, StatusBadge]]:
    today = timezone.localdate()
    return [
        (provider.label, status_badge(state_of(rows.get(provider), provider), today))
        for provider in Provider
    ]  # fmt: skip
