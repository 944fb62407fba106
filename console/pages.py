"""The Integrations page: where a workspace admin connects Atlassian, sees what is read, and hands out keys."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from atlassian.services import save_integration
from audit.listing import Filters
from audit.models import AuditLog
from audit.serializers import ListInput
from audit.services import latest_records, list_records
from audit.statistics import calls_per_day
from audit.summary import summary
from audit.trail import record_failure
from audit.vocabulary import Action, Outcome
from console.base import WorkspacePage
from console.chart import sparklines, table_rows, width_of
from console.client_configurations import client_configurations
from console.integration_form import IntegrationForm
from console.key_form import ApiKeyForm
from console.status import status_badge
from integrations.models import Provider
from integrations.serializers import IntegrationInput
from integrations.services import list_integrations
from integrations.states import IntegrationState
from workspaces.api_keys import issue_api_key, list_api_keys, revoke_api_key
from workspaces.errors import NoSuchKey
from workspaces.manageable import manageable_member_emails
from workspaces.models import ApiKey, Workspace
from workspaces.services import workspaces_of

RECENT_RECORDS = 8
CALLS = {
    Provider.JIRA: (Action.JIRA_SEARCH, Action.JIRA_READ),
    Provider.CONFLUENCE: (Action.CONFLUENCE_SEARCH, Action.CONFLUENCE_READ),
}
FORGOTTEN = (
    "Saved. The stored token was forgotten, because it was made for another site or account: enter the token of the "
    "new one, and save."
)


class StartPage(View):
    """To the one workspace there is, or a choice of those that the user governs."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        workspaces = list(workspaces_of(request.user))
        if len(workspaces) == 1:
            return redirect("integrations-page", workspace_key=workspaces[0].key)
        return render(request, "console/start.html", {"workspaces": workspaces})


class IndexPage(WorkspacePage):
    recorded_as: ClassVar[Action] = Action.INTEGRATION_LIST

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.page()

    def page(self, status: int = 200, **changed: Any) -> HttpResponse:
        """The whole page; changed replaces parts of its context: a form with errors, a key just issued."""
        return render(self.request, "console/index.html", self._context() | changed, status=status)

    def _context(self) -> dict[str, Any]:
        workspace = Workspace.objects.get(key=self.workspace_key)
        return {
            "workspace": workspace,
            "actor": self.actor,
            "has_others": workspaces_of(self.user).exclude(key=workspace.key).exists(),
            "cards": self.cards(),
            "key_form": ApiKeyForm(manageable_member_emails(self.actor, workspace)),
            **self._keys(workspace),
            "configurations": client_configurations(self.public_url(), workspace.key),
            **self._what_was_read(),
        }

    def _keys(self, workspace: Workspace) -> dict[str, Any]:
        """Newest first; those that no longer work are folded away."""
        keys = list_api_keys(self.actor, workspace)[::-1]
        return {
            "api_keys": [key for key in keys if not key.rejection_reason()],
            "old_keys": [(key, key.rejection_reason()) for key in keys if key.rejection_reason()],
        }

    def cards(self, refused: IntegrationForm | None = None) -> list[dict[str, Any]]:
        return [self._card(state, refused) for state in list_integrations(self.actor).values()]

    def _card(self, state: IntegrationState, refused: IntegrationForm | None) -> dict[str, Any]:
        is_refused = refused is not None and refused.provider == state.provider
        return {
            "state": state,
            "label": Provider(state.provider).label,
            "badge": status_badge(state, timezone.localdate(), self._last_call(state.provider)),
            "form": refused if is_refused else IntegrationForm(state, self.workspace_key),
            "report": self.request.session.pop(self.report_kept_as(state.provider), None),
        }

    def _last_call(self, provider: str) -> AuditLog | None:
        return next(iter(latest_records(self.actor, CALLS[Provider(provider)])), None)

    def report_kept_as(self, provider: str) -> str:
        """The report of a connection test is kept in the session until the page shows it, once."""
        return f"report:{self.workspace_key}:{provider}"

    def _what_was_read(self) -> dict[str, Any]:
        days = calls_per_day(self.actor, datetime.now(UTC).date())
        records, _ = list_records(self.actor, Filters(), RECENT_RECORDS, None)
        return {
            "day_rows": table_rows(days),
            "sparklines": sparklines(days),
            "chart_width": width_of(days),
            "records": [(record, summary(record)) for record in records],
        }

    def public_url(self) -> str:
        return (settings.PUBLIC_URL or self.request.build_absolute_uri("/")).rstrip("/")


class ActionView(IndexPage):
    """What a button of the page does. Its address, opened by hand or reloaded, is the page."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.home()


class ProviderActionView(ActionView):
    recorded_as = Action.INTEGRATION_UPDATE

    @property
    def provider(self) -> str:
        return str(self.kwargs["provider"])

    def audit_target(self) -> dict[str, Any]:
        return {"provider": self.provider}

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if self.provider not in Provider.values:
            raise Http404


class Save(ProviderActionView):
    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.saved()
        return self.home(self.provider) if form is None else self.page(400, cards=self.cards(form))

    def saved(self) -> IntegrationForm | None:
        """None once saved; else the form, which says what is wrong. The service refuses what is locked."""
        state = list_integrations(self.actor)[self.provider]
        form = IntegrationForm(state, self.workspace_key, self.request.POST)
        if not state.locked and not form.is_valid():
            self._record_refused(form)
            return form
        arguments = {"enabled": None, "reason": "", "config": {}} if state.locked else form.arguments
        update = save_integration(self.actor, self.provider, **arguments)
        if update.token_forgotten:
            messages.warning(self.request, FORGOTTEN)
        else:
            messages.success(self.request, f"{Provider(self.provider).label}: saved.")
        return None

    def _record_refused(self, form: IntegrationForm) -> None:
        if form.refused is not None:
            target = {"provider": self.provider, "refused": sorted(form.errors)}
            record_failure(self.actor, self.recorded_as, target, form.refused)


class IntegrationActionView(ProviderActionView):
    """Enable, disable, forget the token."""

    changes: Mapping[str, Any] = MappingProxyType({})
    done = ""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        arguments = IntegrationInput(
            data={
                "workspace_key": self.workspace_key,
                "provider": self.provider,
                "reason": request.POST.get(f"{self.provider}-reason", ""),
            }
        )
        arguments.is_valid(raise_exception=True)
        reason = arguments.validated_data["reason"]
        save_integration(self.actor, self.provider, reason=reason, **{"enabled": None, "config": {}, **self.changes})
        messages.success(request, f"{Provider(self.provider).label}: {self.done}")
        return self.home(self.provider)


class IssueKey(ActionView):
    """Answers with the page itself, never a redirect: the secret is shown once and kept nowhere."""

    recorded_as = Action.API_KEY_ISSUE

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        workspace = Workspace.objects.get(key=self.workspace_key)
        form = ApiKeyForm(manageable_member_emails(self.actor, workspace), request.POST)
        if not form.is_valid():
            return self.page(400, key_form=form)
        api_key, secret = issue_api_key(self.actor, workspace, **form.cleaned_data)
        configurations = client_configurations(self.public_url(), workspace.key, secret)
        return self.page(issued=api_key, secret=secret, configurations=configurations)


class RevokeKey(ActionView):
    recorded_as = Action.API_KEY_REVOKE

    def post(self, request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponse:
        keys = ApiKey.objects.select_related("membership__user")
        api_key = keys.filter(membership__workspace__key=self.workspace_key, pk=pk).first()
        if api_key is None:
            raise NoSuchKey()
        revoke_api_key(self.actor, api_key)
        messages.success(request, f"The key {api_key} is revoked: from now on it is refused.")
        return self.home("keys")


class RecordsPage(WorkspacePage):
    """The records of the workspace, filtered by the names that GET /v1/audit-logs knows."""

    recorded_as = Action.AUDIT_LIST
    http_method_names = ("get",)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        given = {name: value for name, value in request.GET.items() if value}
        arguments = ListInput(data=given | {"workspace_key": self.workspace_key})
        arguments.is_valid(raise_exception=True)
        checked = arguments.validated_data
        records, cursor = list_records(self.actor, ListInput.filters(checked), checked["limit"], checked.get("cursor"))
        given.pop("cursor", None)
        context = {
            "workspace_key": self.workspace_key,
            "records": [(record, summary(record)) for record in records],
            "next_cursor": cursor and cursor.encode(),
            "given": given,
            "actions": list(Action),
            "outcomes": list(Outcome),
        }
        return render(request, "console/records.html", context)
