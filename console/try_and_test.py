"""The buttons of the Integrations page that ask Atlassian: their page stands on a floor below."""

import json
import time
from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from atlassian import services
from atlassian.confluence.search_results import PageList
from atlassian.connection_test.report import ConnectionReport
from atlassian.jira.issues import IssueList
from atlassian.serializers import ConfluenceSearchInput, JiraSearchInput
from audit.vocabulary import Action
from console.pages import ActionView, ProviderActionView, Save
from integrations.models import Provider
from integrations.services import list_integrations

TRIED_HITS = 10
SEARCHES: dict[str, Any] = {
    Provider.JIRA: (Action.JIRA_SEARCH, JiraSearchInput, services.search_issues),
    Provider.CONFLUENCE: (Action.CONFLUENCE_SEARCH, ConfluenceSearchInput, services.search_pages),
}


@dataclass(frozen=True)
class Hit:
    title: str
    url: str
    details: str


class Try(ActionView):
    """The real search, through the same gate, and how long it took."""

    @property
    def provider(self) -> str:
        asked = self.request.POST.get("provider", "")
        return asked if asked in SEARCHES else Provider.JIRA

    def recorded_action(self) -> Action:
        return SEARCHES[self.provider][0] if self.request.method == "POST" else self.recorded_as

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        _, kind, search = SEARCHES[self.provider]
        q = request.POST.get("q", "")
        arguments = kind(data={"workspace_key": self.workspace_key, "q": q, "limit": TRIED_HITS})
        arguments.is_valid(raise_exception=True)
        started = time.monotonic()
        found = search(self.actor, q=arguments.validated_data["q"], limit=TRIED_HITS)
        context = {
            "workspace_key": self.workspace_key,
            "q": q,
            "provider": self.provider,
            "milliseconds": round((time.monotonic() - started) * 1000),
            "hits": hits_of(found),
            "more": found.next_cursor is not None,
            "answer": json.dumps(asdict(found), indent=2, ensure_ascii=False),
        }
        return render(request, "console/found.html" if self.is_partial else "console/try_page.html", context)


class Test(ProviderActionView):
    """The connection test; its steps are shown where the card says how it stands."""

    recorded_as = Action.INTEGRATION_TEST

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        keep_report(self, services.check_integration(self.actor, self.provider))
        if not self.is_partial:
            return self.home(self.provider)
        card = next(card for card in self.cards() if card["state"].provider == self.provider)
        return render(request, "console/card_state.html", {"card": card})


class SaveAndTest(Save):
    """What is saved stays saved, whatever the test says."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        refused = self.saved()
        if refused is not None:
            return self.page(400, cards=self.cards(refused))
        if list_integrations(self.actor)[self.provider].configured:
            keep_report(self, services.check_integration(self.actor, self.provider))
        return self.home(self.provider)


def keep_report(view: ProviderActionView, report: ConnectionReport) -> None:
    view.request.session[view.report_kept_as(view.provider)] = asdict(report)


def hits_of(found: IssueList | PageList) -> list[Hit]:
    if isinstance(found, PageList):
        return [
            Hit(page.title, page.url, _joined(page.space, page.last_edited_time[:10], page.excerpt))
            for page in found.pages
        ]
    return [
        Hit(
            f"{issue.key} {issue.summary}",
            issue.url,
            _joined(issue.status, issue.issue_type, issue.assignee, issue.updated[:10]),
        )
        for issue in found.issues
    ]


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)
