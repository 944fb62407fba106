"""Try it: search and read as an agent does, through the same gate, and what an agent pays for it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from atlassian.confluence.search.results import PageList
from atlassian.jira.issues import IssueList
from atlassian.mcp.tools import TOOL_NAMED, Tool
from audit.vocabulary import Action
from console.base import WorkspacePage
from console.navigation import TRY
from integrations.models import Provider

HITS = 10
CHARS = 4000  # of one piece, as agents get unless they ask for more
REFERENCE = {Provider.JIRA: "issue_key", Provider.CONFLUENCE: "page_id"}


@dataclass(frozen=True)
class Hit:
    title: str
    url: str
    details: str
    reference: str  # with which it is read


@dataclass(frozen=True)
class Price:
    """What an agent pays: its time, and the bytes that land in its context."""

    milliseconds: int
    bytes: int


class TryPage(WorkspacePage):
    """GET is the empty form, or reads what its address names; POST searches."""

    recorded_as: ClassVar[Action] = Action.JIRA_SEARCH
    page = TRY

    @property
    def provider(self) -> Provider:
        given = self.request.POST or self.request.GET
        asked = given.get("provider", "")
        return Provider(asked) if asked in Provider.values else Provider.JIRA

    def recorded_action(self) -> Action:
        return _tool(self.provider, "read" if self.request.GET.get("read") else "search").action

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Reading leaves a record and changes nothing: its address may be opened again."""
        context: dict[str, Any] = {"provider": self.provider}
        if request.GET.get("read"):
            context |= self._read(request.GET)
        return self.render("console/try.html", context)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        q, cursor = request.POST.get("q", ""), request.POST.get("cursor", "")
        given: dict[str, Any] = {"q": q, "limit": HITS, "cursor": cursor}
        found, text, price = _asked(self, _tool(self.provider, "search"), given)
        context = {
            "q": q,
            "provider": self.provider,
            "found": True,
            "hits": hits_of(found),
            "next_cursor": found.next_cursor,
            "answer": text,
            "price": price,
        }
        return self.render("console/found.html" if self.is_partial else "console/try.html", context)

    def refused_on_page(self, sentence: str, status: int) -> HttpResponse:
        """Beside what was typed, which stays."""
        given = self.request.POST or self.request.GET
        context = {
            "q": given.get("q", ""),
            "reference": given.get("read", ""),
            "comments": given.get("comments") == "1",
        }
        return self.render(
            "console/try.html", {**context, "provider": self.provider, "sentence": sentence}, status=status
        )

    def _read(self, given: Mapping[str, str]) -> dict[str, Any]:
        reference = given.get("read", "")
        arguments: dict[str, Any] = {REFERENCE[self.provider]: reference, "max_chars": CHARS}
        if given.get("offset"):
            arguments["offset"] = given["offset"]
        comments = given.get("comments") == "1"
        if self.provider is Provider.CONFLUENCE and comments:
            arguments["comments"] = True
        read, text, price = _asked(self, _tool(self.provider, "read"), arguments)
        more = {"provider": self.provider.value, "read": reference, "offset": read.next_offset}
        more |= {"comments": "1"} if comments else {}
        return {
            "reference": reference,
            "read": read,
            "read_title": getattr(read, "title", "") or f"{getattr(read, 'key', '')} {getattr(read, 'summary', '')}",
            "answer": text,
            "price": price,
            "comments": comments,
            "next_url": f"?{urlencode(more)}" if read.next_offset is not None else "",
        }


def _tool(provider: str, verb: str) -> Tool:
    return TOOL_NAMED[f"{provider}_{verb}"]


def _asked(view: WorkspacePage, tool: Tool, given: Mapping[str, Any]) -> tuple[Any, str, Price]:
    """What the service found, the same as an agent gets it, and the price."""
    arguments = tool.checked(view.actor, given)
    started = time.monotonic()
    found = tool.service(view.actor, **arguments)
    milliseconds = round((time.monotonic() - started) * 1000)
    text = str(tool.answer(found, arguments))  # no list of contents: no picture is asked for here
    return found, text, Price(milliseconds, len(text.encode(errors="replace")))


def hits_of(found: IssueList | PageList) -> list[Hit]:
    if isinstance(found, PageList):
        return [
            Hit(page.title, page.url, _joined(page.space, page.last_edited_time[:10], page.excerpt), page.id)
            for page in found.pages
        ]
    return [
        Hit(
            f"{issue.key} {issue.summary}",
            issue.url,
            _joined(issue.status, issue.issue_type, issue.assignee, issue.updated[:10]),
            issue.key,
        )
        for issue in found.issues
    ]


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)
