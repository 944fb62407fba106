"""Connections: a card for each provider, with what it is connected to, how it stands, and its limits."""

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from atlassian.connection_test.report import ConnectionReport
from atlassian.integration_services import check_integration, copy_integration, save_integration
from audit.models import AuditLog
from audit.services import latest_records
from audit.trail import record_failure
from audit.vocabulary import Action
from console.base import WorkspacePage
from console.integration_form import IntegrationForm
from console.status import status_badge
from integrations.models import Provider
from integrations.serializers import IntegrationInput
from integrations.services import list_integrations
from integrations.states import IntegrationState
from workspaces.errors import ChangedMeanwhile

CALLS = {
    Provider.JIRA: (Action.JIRA_SEARCH, Action.JIRA_READ),
    Provider.CONFLUENCE: (Action.CONFLUENCE_SEARCH, Action.CONFLUENCE_READ),
}
OTHER = {Provider.JIRA: Provider.CONFLUENCE, Provider.CONFLUENCE: Provider.JIRA}
SCOPE_MISSING = " The API token has scopes"  # how such a diagnosis begins (atlassian/connection_test/diagnoses.py)
FORGOTTEN = (
    "Saved. The stored token was forgotten, because it was made for another site or account: enter the token of the "
    "new one, and save."
)


class ConnectionsPage(WorkspacePage):
    recorded_as: ClassVar[Action] = Action.INTEGRATION_LIST

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return connections_page(self)


def connections_page(view: WorkspacePage, refused: IntegrationForm | None = None, status: int = 200) -> HttpResponse:
    return view.render("console/connections.html", {"cards": cards(view, refused)}, status=status)


def cards(view: WorkspacePage, refused: IntegrationForm | None = None) -> list[dict[str, Any]]:
    states = list_integrations(view.actor)
    return [_card(view, state, states[OTHER[Provider(state.provider)]], refused) for state in states.values()]


def _card(
    view: WorkspacePage, state: IntegrationState, other: IntegrationState, refused: IntegrationForm | None
) -> dict[str, Any]:
    is_refused = refused is not None and refused.provider == state.provider
    report = view.request.session.pop(_report_kept_as(view, state.provider), None)
    return {
        "state": state,
        "label": Provider(state.provider).label,
        "badge": status_badge(state, timezone.localdate(), _last_call(view, state.provider)),
        "form": refused if is_refused else IntegrationForm(state, view.workspace_key),
        "report": report,
        "scopes": _missing_scopes(report),
        "warnings": _warnings(report),
        "ticks": _ticks(report, state),
        "can_copy": _is_own(other) and not state.has_api_token and not state.locked,
        "other": OTHER[Provider(state.provider)],
    }


def _is_own(state: IntegrationState) -> bool:
    return state.source == "workspace" and state.configured and not state.token_unreadable


def _missing_scopes(report: Mapping[str, Any] | None) -> list[str]:
    """Each once, however many steps lack it."""
    return list(dict.fromkeys(step["scope"] for step in report["steps"] if step["scope"])) if report else []


def _warnings(report: Mapping[str, Any] | None) -> list[str]:
    """What does not work; of a scope that is listed already no more than that."""
    if not report:
        return []
    scopes = _missing_scopes(report)
    return [
        warning.partition(SCOPE_MISSING)[0] if any(scope in warning for scope in scopes) else warning
        for warning in report["warnings"]
    ]


def _ticks(report: Mapping[str, Any] | None, state: IntegrationState) -> list[dict[str, Any]]:
    """What the account sees, as ticks from which the allowlist is made."""
    if not report:
        return []
    allowed = set(state.allowed_keys)
    return [container | {"ticked": container["key"].upper() in allowed} for container in report["visible"]]


def _last_call(view: WorkspacePage, provider: str) -> AuditLog | None:
    return next(iter(latest_records(view.actor, CALLS[Provider(provider)])), None)


def _report_kept_as(view: WorkspacePage, provider: str) -> str:
    """The report of a connection test is kept in the session until the page shows it, once."""
    return f"report:{view.workspace_key}:{provider}"


def _test(view: WorkspacePage, provider: str) -> ConnectionReport:
    report = check_integration(view.actor, provider)
    view.request.session[_report_kept_as(view, provider)] = asdict(report)
    return report


class _OfProviderMixin:
    """A button on the card of one provider."""

    kwargs: dict[str, Any]  # of the view's address

    @property
    def provider(self) -> Provider:
        provider = self.kwargs["provider"]
        if provider not in Provider.values:
            raise Http404
        return Provider(provider)

    def audit_target(self) -> dict[str, Any]:
        return {"provider": self.kwargs["provider"]}


class SaveIntegration(_OfProviderMixin, WorkspacePage):
    """What is saved stays saved, whatever the test says that may follow."""

    recorded_as = Action.INTEGRATION_UPDATE
    and_test = False

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        state = list_integrations(self.actor)[self.provider]
        form = IntegrationForm(state, self.workspace_key, request.POST)
        if not state.locked and not form.is_valid():
            self._record_refused(form)
            return connections_page(self, form, status=400)
        if "resumed-username" in request.POST and not form.cleaned_data.get("api_token"):
            messages.warning(request, "You are logged in again. If you had entered a token, enter it again, and save.")
            return connections_page(self, form, status=400)
        return self._save(form, state)

    def _save(self, form: IntegrationForm, state: IntegrationState) -> HttpResponse:
        arguments = {"enabled": None, "reason": "", "config": {}} if state.locked else form.arguments
        try:
            update = save_integration(self.actor, form.provider, seen_at=form.saved_at, **arguments)
        except ChangedMeanwhile as exc:
            messages.error(self.request, str(exc.detail))
            form.replace_on_next_save(list_integrations(self.actor)[form.provider])
            return connections_page(self, form, status=409)
        is_tested = self.and_test and update.state.configured
        if update.token_forgotten:
            messages.warning(self.request, FORGOTTEN)
        elif not is_tested:
            messages.success(self.request, f"{Provider(form.provider).label}: saved.")
        if is_tested:
            _test(self, form.provider)
        return self.back(form.provider)

    def _record_refused(self, form: IntegrationForm) -> None:
        if form.refused is not None:
            target = {"provider": form.provider, "refused": sorted(form.errors)}
            record_failure(self.actor, self.recorded_as, target, form.refused)


class ChangeIntegration(_OfProviderMixin, WorkspacePage):
    """Enable, disable, forget the token."""

    recorded_as = Action.INTEGRATION_UPDATE
    changes: Mapping[str, Any] = MappingProxyType({})
    done = ""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        provider = self.provider
        reason = request.POST.get(f"{provider}-reason", "")
        arguments = IntegrationInput(data={"workspace_key": self.workspace_key, "provider": provider, "reason": reason})
        arguments.is_valid(raise_exception=True)
        given: dict[str, Any] = {"enabled": None, "config": {}, **self.changes}
        save_integration(self.actor, provider, reason=arguments.validated_data["reason"], **given)
        messages.success(request, f"{provider.label}: {self.done}")
        return self.back(provider)


class TestIntegration(_OfProviderMixin, WorkspacePage):
    """The connection test; its steps are shown where the card says how it stands."""

    recorded_as = Action.INTEGRATION_TEST

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        provider = self.provider
        _test(self, provider)
        if not self.is_partial:
            return self.back(provider)
        card = next(card for card in cards(self) if card["state"].provider == provider)
        return self.render("console/card_state.html", {"card": card})


class CopyIntegration(_OfProviderMixin, WorkspacePage):
    """The other product with the same site and account: most teams have one token for both."""

    recorded_as = Action.INTEGRATION_UPDATE

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        provider = self.provider
        copy_integration(self.actor, OTHER[provider], provider)
        _test(self, provider)
        return self.back(provider)
