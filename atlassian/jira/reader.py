"""Jira as a workspace may see it: search and read, through one account, within the workspace's allowlist."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from django.core.cache import cache

from atlassian.errors import BadReference, NothingThere, UpstreamRejectedQuery
from atlassian.jira import jql as queries
from atlassian.jira.issues import (
    READ_FIELDS,
    SUMMARY_FIELDS,
    Issue,
    IssueList,
    IssueSource,
    IssueSummary,
    RelatedIssue,
    comments_of,
    cut_issue,
    issue_of,
    summary_of,
)
from atlassian.jira.references import issue_key
from atlassian.jira.text import issue_text
from atlassian.masking import Masking
from atlassian.rendering import adf
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.people import Names
from atlassian.upstream.responses import clean, dig, number, required_items, text, texts
from atlassian.upstream.transport import Params
from integrations.credentials import Credentials

MAX_COMMENTS = 100  # what Jira gives at once
MAX_URL_CHARS = 6_000
MAX_NAMES = 50  # they go into a URL
VISIBLE_PROJECTS_TTL = 300
_PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9_]{0,49}")
# A cursor of ours: the issues named by key were given already, and the search itself has not begun.
START_CURSOR = "start"


class Jira:
    def __init__(self, credentials: Credentials) -> None:
        self._client = AtlassianClient(credentials)
        self._names = Names(self._client)
        self._allowlist = credentials.allowlist
        self.masking = Masking(credentials.mask_secrets)

    def search(
        self, query: str = "", limit: int = 10, *, jql: str = "", projects: Sequence[str] = (), cursor: str = ""
    ) -> IssueList:
        """
        Issues that hold the words of query, newest change first; on the first page those that it names by key
        come before. jql instead of query is Jira's own language.

        Raises ValidationError for a query without words, an unbounded jql, or what cannot be a cursor or project.
        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
        """
        scope, token = self._scope(projects), _token(cursor)
        if scope is None:
            return IssueList(())
        query_within = self._raw_query(jql) if jql else partial(queries.from_words, query)
        keys = [] if jql else queries.keys_in(query)[:limit]
        named = [] if cursor else list(filter(None, (self._issue_by_key(key, scope) for key in keys)))
        if len(named) == limit:
            return IssueList(tuple(named), START_CURSOR)
        answer = self._search(query_within, scope, limit - len(named), token)
        found = [summary_of(issue, self._client.site_url) for issue in required_items(answer, "issues")]
        already = {issue.key for issue in named} | set(keys)
        hits = [issue for issue in found if _within(issue.project_key, scope) and issue.key not in already]
        return IssueList((*named, *hits), _next_cursor(answer, token))

    def read(self, reference: str, *, max_chars: int = 4000, offset: int = 0) -> Issue:
        """
        An issue, named by its key or by any of its addresses, as Markdown cut at max_chars characters.

        One call, or two where there are more comments than Jira gives along or people not named in it.

        Raises BadReference for what is neither key nor URL of the site, NothingThere for an issue that is absent,
        hidden, or outside the allowlist: nobody learns which.
        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
        """
        key = issue_key(reference, self._client.credentials)
        answer = self._client.get("/rest/api/3/issue/{key}", {"fields": READ_FIELDS}, key=key)
        issue = issue_of(answer, self._client.site_url)
        if not _within(issue.project_key, self._allowlist):
            raise NothingThere()
        issue = self._drop_disallowed_relations(issue)
        if issue.comment_count > len(issue.comments):
            issue = self._with_newest_comments(issue)
        else:
            issue = self._with_names(issue)
        return cut_issue(issue, self.masking.piece(issue_text(issue, self._client.site_url), offset, max_chars))

    def _scope(self, projects: Sequence[str]) -> tuple[str, ...] | None:
        """The projects to search, empty for all; None where the wanted ones all lie outside the allowlist."""
        wanted = tuple(dict.fromkeys(project.strip().upper() for project in projects))
        for project in wanted:
            if not _PROJECT_KEY.fullmatch(project):
                raise BadReference("project", "A project is given by its key, like ABC.")
        if not wanted:
            return self._allowlist
        return tuple(project for project in wanted if _within(project, self._allowlist)) or None

    def _raw_query(self, jql: str) -> Callable[[Sequence[str]], str]:
        """
        Jira has to accept the text alone before it goes into brackets of ours.
        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-jql/
        """
        raw = clean(jql)
        answer = self._client.post_query("/rest/api/3/jql/parse", {"queries": [raw]}, {"validation": "strict"})
        parsed = next(iter(required_items(answer, "queries")), {})
        if errors := texts(parsed, "errors"):
            raise UpstreamRejectedQuery(" ".join(errors)[:500])
        return partial(queries.from_raw, raw, dig(parsed, "structure"))

    def _issue_by_key(self, key: str, scope: Sequence[str]) -> IssueSummary | None:
        try:
            answer = self._client.get("/rest/api/3/issue/{key}", {"fields": SUMMARY_FIELDS}, key=key)
        except (NothingThere, UpstreamRejectedQuery):
            return None  # much looks like a key and is none: UTF-8
        issue = summary_of(answer, self._client.site_url)
        return issue if _within(issue.project_key, scope) else None

    def _search(
        self, query_within: Callable[[Sequence[str]], str], scope: Sequence[str], limit: int, token: str
    ) -> Any:
        """Jira rejects the whole query if one project is unknown, so retry with the visible ones."""
        known = cache.get(self._visible_key(scope)) or scope
        try:
            return self._page(query_within(known), limit, token)
        except UpstreamRejectedQuery:
            visible = self._visible(scope) if scope else ()
            if not visible or visible == known:
                raise
            return self._page(query_within(visible), limit, token)

    def _page(self, jql: str, limit: int, token: str) -> Any:
        """By GET, which may be repeated when Jira is busy and of which it permits more; a long query by POST."""
        params: dict[str, Any] = {"jql": jql, "maxResults": limit} | ({"nextPageToken": token} if token else {})
        if len(quote(jql + token)) <= MAX_URL_CHARS:
            return self._client.get(
                "/rest/api/3/search/jql", params | {"fields": SUMMARY_FIELDS}, verify_if_empty="issues"
            )
        question = params | {"fields": SUMMARY_FIELDS.split(",")}
        return self._client.post_query("/rest/api/3/search/jql", question, verify_if_empty="issues")

    def _visible(self, scope: Sequence[str]) -> tuple[str, ...]:
        """
        Those of the projects that the account sees.
        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
        """
        seen: set[str] = set()
        for keys in (scope[start : start + 50] for start in range(0, len(scope), 50)):
            params: Params = {"keys": list(keys), "maxResults": 50}
            answer = self._client.get("/rest/api/3/project/search", params)
            seen |= {text(project, "key").upper() for project in required_items(answer, "values")}
        visible = tuple(project for project in scope if project in seen)
        cache.set(self._visible_key(scope), visible, VISIBLE_PROJECTS_TTL)
        return visible

    def _visible_key(self, scope: Sequence[str]) -> str:
        digest = hashlib.sha256(",".join(scope).encode()).hexdigest()
        return f"jira-visible-projects:{self._client.credentials.fingerprint}:{digest}"

    def _drop_disallowed_relations(self, issue: IssueSource) -> IssueSource:
        """Nothing names an issue outside the allowlist."""

        def kept(related: Sequence[RelatedIssue]) -> tuple[RelatedIssue, ...]:
            return tuple(one for one in related if _within(one.key.rpartition("-")[0], self._allowlist))

        parent = next(iter(kept([issue.parent])), None) if issue.parent else None
        return replace(issue, parent=parent, subtasks=kept(issue.subtasks), links=kept(issue.links))

    def _with_newest_comments(self, issue: IssueSource) -> IssueSource:
        """https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/"""
        page = self._client.get(
            "/rest/api/3/issue/{key}/comment", {"orderBy": "-created", "maxResults": MAX_COMMENTS}, key=issue.key
        )
        comments = comments_of(page)
        count = max(number(page, "total"), len(comments))
        return replace(issue, comments=comments, comment_count=count)

    def _with_names(self, issue: IssueSource) -> IssueSource:
        """The names of people whom a text mentions by their account alone, where one cheap call gives them."""
        bodies = [issue.description, *(comment.body for comment in issue.comments)]
        unnamed = {account for body in bodies for account in adf.account_ids(body)} - set(issue.names)
        return replace(issue, names=self._names.find(sorted(unnamed)[:MAX_NAMES]) | dict(issue.names))


def _within(project_key: str | None, allowlist: Sequence[str]) -> bool:
    return not allowlist or (project_key or "").upper() in allowlist


def _token(cursor: str) -> str:
    if not re.fullmatch(r"[!-~]{0,2000}", cursor):
        raise BadReference("cursor", "This is no next_cursor of an earlier answer.")
    return "" if cursor == START_CURSOR else cursor


def _next_cursor(answer: Any, token: str) -> str | None:
    following = text(answer, "nextPageToken")
    # A token that comes back would be a circle.
    return following if following and following != token and dig(answer, "isLast") is not True else None
