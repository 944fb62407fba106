"""What a read includes on request. Each costs at most one more call, and never the read."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from atlassian.errors import UpstreamFailure
from atlassian.jira.extras.history import HistoryReader, history_section, time_in_status
from atlassian.jira.extras.related import MAX_CHILDREN, children_section, is_done, links_section
from atlassian.jira.extras.worklog import MAX_WORKLOGS, worklog_section, worklogs_of
from atlassian.jira.fields.hidden import HiddenFields
from atlassian.jira.issues import SUMMARY_FIELDS, summary_of
from atlassian.jira.search import jql
from atlassian.jira.text import IssueText, Section
from atlassian.notices import Notice
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import dig, items, number, required_items, text
from atlassian.upstream.transport import Params


class Include(StrEnum):
    HISTORY = "history"
    WORKLOG = "worklog"
    LINKS = "links"
    CHILDREN = "children"


def read_params(include: Collection[str]) -> dict[str, str]:
    """One call gives every field with its name and kind, and what is included as far as Jira gives it along."""
    fields = "*all" if Include.WORKLOG in include else "*all,-worklog"
    expand = "names,schema,changelog" if Include.HISTORY in include else "names,schema"
    return {"fields": fields, "expand": expand}


@dataclass
class Includes:
    client: AtlassianClient
    hidden: HiddenFields
    within: Callable[[str], bool]
    spaces: Sequence[str] | None  # of which page titles may be shown; None: of all
    warnings: list[Notice] = field(default_factory=list)

    def sections(self, include: Collection[str], answer: Any, written: IssueText) -> Iterator[Section]:
        makers = {
            Include.HISTORY: self._history,
            Include.WORKLOG: self._worklog,
            Include.CHILDREN: self._children,
            Include.LINKS: self._links,
        }
        for name, make in makers.items():
            if name in include:
                try:
                    yield make(answer, written)
                except UpstreamFailure as exc:
                    message = f"Of what was asked for, {name} could not be had. {exc.detail}"
                    self.warnings.append(Notice(f"{name}_unavailable", message))

    def _history(self, answer: Any, written: IssueText) -> Section:
        reader = HistoryReader(
            self.hidden, self.within, bool(self.client.credentials.allowlist), shows_titles=self.spaces is None
        )
        rows = required_items(dig(answer, "changelog"), "histories")
        total = max(number(answer, "changelog", "total"), len(rows))
        section = history_section(reader.changes(rows), total, len(rows))
        if self.hidden.hides("status"):
            return section
        try:
            turns = rows if len(rows) >= total else self._changes_of_status(written.issue.facts.key)
        except UpstreamFailure as exc:
            message = f"How long the issue stood in each status could not be had. {exc.detail}"
            self.warnings.append(Notice("time_in_status_unavailable", message))
            return section
        facts = written.issue.facts
        spent = time_in_status(facts.created, reader.changes(turns), facts.status)
        return Section(section.title, [spent, "", *section.lines])

    def _changes_of_status(self, key: str) -> list[dict[str, Any]]:
        """https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-changelog-bulkfetch-post"""
        question = {"issueIdsOrKeys": [key], "fieldIds": ["status"], "maxResults": 1000}
        answer = self.client.post_query("/rest/api/3/changelog/bulkfetch", question)
        logs = required_items(answer, "issueChangeLogs")
        rows = [row for log in logs for row in items(log, "changeHistories")]
        if text(answer, "nextPageToken") and len(rows) >= 1000:
            raise UpstreamFailure("Jira knows of more than 1,000 changes.")
        return rows

    def _worklog(self, answer: Any, written: IssueText) -> Section:
        """https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-worklogs/"""
        if self.hidden.hides("worklog"):
            raise UpstreamFailure("This workspace hides it from agents.")
        worklogs, total = worklogs_of(dig(answer, "fields", "worklog"))
        if len(worklogs) < total:
            worklogs, total = self._every_worklog(written.issue.facts.key, worklogs, total)
        return worklog_section(worklogs, total, written.body)

    def _every_worklog(self, key: str, worklogs: list[Any], total: int) -> tuple[list[Any], int]:
        try:
            page = self.client.get("/rest/api/3/issue/{key}/worklog", {"maxResults": MAX_WORKLOGS}, key=key)
            return worklogs_of(page)
        except UpstreamFailure as exc:
            message = f"Only {len(worklogs)} of {total} entries of the work log could be had. {exc.detail}"
            self.warnings.append(Notice("worklog_incomplete", message))
            return worklogs, total

    def _children(self, answer: Any, written: IssueText) -> Section:
        query = jql.children_of(written.issue.facts.key, self.client.credentials.allowlist)
        params: Params = {"jql": query, "maxResults": MAX_CHILDREN, **self.hidden.params(SUMMARY_FIELDS)}
        found = self.client.get("/rest/api/3/search/jql", params)
        children = []
        for row in required_items(found, "issues"):
            if not self.within(text(row, "fields", "project", "key").upper()):
                continue
            shown = self.hidden.without_hidden(row, found)
            children.append((summary_of(shown, self.client.site_url), is_done(shown)))
        return children_section(children, more=bool(text(found, "nextPageToken")) or dig(found, "isLast") is False)

    def _links(self, answer: Any, written: IssueText) -> Section:
        """https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-remote-links/"""
        found = self.client.get("/rest/api/3/issue/{key}/remotelink", key=written.issue.facts.key)
        if not isinstance(found, list):
            raise UpstreamFailure("Jira's answer lacks what was asked for. Try again in a minute.")
        return links_section(items(found), self.client.site_url, self.within, self.spaces)
