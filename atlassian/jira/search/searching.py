"""Search for issues: by words and keys, or in Jira's own language, within the workspace's allowlist."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from atlassian.errors import NothingThere, UpstreamAuthFailed, UpstreamFailure, UpstreamRejectedQuery
from atlassian.jira.fields.hidden import ALL_TEXTS, HiddenFields
from atlassian.jira.issues import SUMMARY_FIELDS, IssueList, IssueSummary, summary_of
from atlassian.jira.search import jql, jql_tree
from atlassian.jira.search.cursors import cursor_after, given_of, next_cursor, token_of
from atlassian.jira.search.projects import Projects, within
from atlassian.jira.search.rejections import about_the_query_alone, jira_warnings, nothing_in_reach, speaks_of_values
from atlassian.notices import Notice
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import clean, dig, required_items, text, texts

MAX_URL_CHARS = 6_000

OwnAccount = Callable[[], str]
QueryWithin = Callable[[Sequence[str]], str]


def nobody() -> str:
    raise jql_tree.refused("currentUser() means you, and nobody is known here as the caller. Name the account itself.")


class IssueSearch:
    """One search. What its answer could not hold is gathered in `warnings` meanwhile."""

    def __init__(self, client: AtlassianClient, own_account: OwnAccount) -> None:
        self._client = client
        self._own_account = own_account
        self._allowlist = client.credentials.allowlist
        self._hidden = HiddenFields(client.credentials.hidden_fields)
        self.warnings: list[Notice] = []
        self._projects = Projects(client, self._warn)
        self._reaches_outside = False  # finds issues by how they stand to what lies outside the allowlist

    def by_words(self, query: str, limit: int, projects: Sequence[str], cursor: str) -> IssueList:
        """https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/"""
        scope, token = self._projects.scope(projects), token_of(cursor)
        words = jql.words_in(query, self._client.credentials)
        if scope is None:
            return self._nothing()
        self._say_what_is_skipped(words)
        keys = words.keys[: jql.MAX_KEYS]
        given = given_of(cursor, len(keys))
        every = self._issues_by_key(keys, scope) if given < len(keys) else []
        named = every[given : given + limit]
        if len(named) == limit:
            return IssueList(tuple(named), cursor_after(given + limit, len(every)), self._said())
        fields = self._text_fields()
        if not fields:
            self._warn("texts_hidden", "No text was searched: this workspace hides every field of text from agents.")
            return IssueList(tuple(named), None, self._said())
        visible = self._projects.known_visible(scope)
        answer = self._retried_with_visible(
            lambda within: words.within(within, fields), visible, limit - len(named), token
        )
        already = {issue.key for issue in every} if every else set(keys) if cursor else set[str]()
        return self._listed(answer, named, already, scope, token)

    def by_jql(self, raw: str, limit: int, projects: Sequence[str], cursor: str) -> IssueList:
        """
        What raw finds. Where there is an allowlist, what does not exist and what lies outside of it are answered
        alike, in words and in calls.
        """
        scope, token = self._projects.scope(projects), token_of(cursor)
        if scope is None:
            return self._nothing()
        query_within = self._raw_query(clean(raw))
        if query_within is None:
            return nothing_in_reach(self._nothing())
        if not scope:
            return self._listed(self._page(query_within(scope), limit, token), [], set(), scope, token)
        return nothing_in_reach(self._listed(self._bounded(query_within, scope, limit, token), [], set(), scope, token))

    def _nothing(self) -> IssueList:
        return IssueList((), None, self._said())

    def _say_what_is_skipped(self, words: jql.Words) -> None:
        if words.terms.skipped:
            self._warn("words_skipped", f"Only the first words were searched, without: {_shown(words.terms.skipped)}.")
        if words.addresses:
            self._warn(
                "addresses_searched_as_text",
                f"Searched for as text, as it names no issue: {_shown(words.addresses)}. Of a board, a filter or a "
                "search give the query itself as jql.",
            )
        if skipped := words.keys[jql.MAX_KEYS :]:
            self._warn(
                "keys_skipped",
                f"Only the first {jql.MAX_KEYS} keys were looked up; the rest was searched as text: {_shown(skipped)}. "
                "Read them by jira_read or search for them one by one.",
            )

    def _text_fields(self) -> tuple[str, ...]:
        """All texts at once, unless that would find issues by what stands in a hidden one."""
        if not self._hidden:
            return jql.ALL_TEXT
        hidden = self._hidden.hidden_among(jql.TEXT_FIELDS, self._client)
        return tuple(field for field in jql.TEXT_FIELDS if field not in hidden)

    def _issues_by_key(self, keys: Sequence[str], scope: Sequence[str]) -> list[IssueSummary]:
        """Each once: a moved key may be that of another one that is asked for."""
        found = filter(None, (self._issue_by_key(key, scope) for key in keys))
        return list({issue.key: issue for issue in found}.values())

    def _issue_by_key(self, key: str, scope: Sequence[str]) -> IssueSummary | None:
        try:
            answer = self._client.get("/rest/api/3/issue/{key}", self._hidden.params(SUMMARY_FIELDS), key=key)
            issue = summary_of(self._hidden.without_hidden(answer), self._client.site_url)
        except (NothingThere, UpstreamRejectedQuery):
            return None  # much looks like a key and is none: UTF-8
        except UpstreamAuthFailed:
            raise
        except UpstreamFailure as exc:
            self._warn("key_not_looked_up", f"Whether there is an issue {key} could not be found out. {exc.detail}")
            return None
        return issue if within(text(answer, "fields", "project", "key"), scope) else None

    def _raw_query(self, raw: str) -> QueryWithin | None:
        """
        Jira has to accept the text alone before it goes into brackets of ours. None where it asks for a value that
        there is not, and an allowlist forbids to say so.
        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-jql/
        """
        # Values are judged by the search itself where an allowlist decides what may be said about them.
        level = "none" if self._allowlist else "strict"
        answer = self._client.post_query("/rest/api/3/jql/parse", {"queries": [raw]}, {"validation": level})
        parsed = next(iter(required_items(answer, "queries")), {})
        if errors := texts(parsed, "errors"):
            if self._allowlist and speaks_of_values(errors):
                return None
            raise UpstreamRejectedQuery(" ".join(errors)[:500])
        structure = dig(parsed, "structure")
        jql_tree.refuse_what_depends_on_the_account(structure)
        if self._allowlist:
            jql_tree.refuse_queries_within(structure)
            self._reaches_outside = jql_tree.reaches_outside(structure, lambda key: within(key, self._allowlist))
        if hidden := self._hidden.hidden_among(jql_tree.fields_of(structure), self._client):
            raise jql_tree.refused(_about_hidden(hidden[0]))
        where = ""
        if jql_tree.uses_current_user(structure):
            where = jql_tree.rebuilt(dig(structure, "where"), self._own_account())
        return lambda scope: jql.from_raw(raw, structure, scope, where)

    def _retried_with_visible(self, query_within: QueryWithin, scope: Sequence[str], limit: int, token: str) -> Any:
        """Jira rejects the whole query if one project is unknown, so retry with the visible ones."""
        try:
            return self._page(query_within(scope), limit, token)
        except UpstreamRejectedQuery:
            visible = self._projects.visible(scope) if scope else ()
            if not visible or visible == scope:
                raise
            return self._page(query_within(visible), limit, token)

    def _bounded(self, query_within: QueryWithin, scope: Sequence[str], limit: int, token: str) -> Any:
        """
        The same calls whether nothing is found or Jira knows one of the values not. It would also not know a project
        of the scope that has gone, so that the rest is searched then.
        """
        answer = self._page_or_nothing(query_within(self._projects.known_visible(scope)), limit, token)
        if dig(answer, "issues") or self._projects.is_known(scope):
            return answer
        try:
            visible = self._projects.visible(scope)
        except UpstreamFailure:
            return answer
        return answer if visible in ((), scope) else self._page_or_nothing(query_within(visible), limit, token)

    def _page_or_nothing(self, query: str, limit: int, token: str) -> Any:
        try:
            answer = self._page(query, limit, token)
            return {"issues": []} if self._reaches_outside else answer
        except UpstreamRejectedQuery as exc:
            if said := about_the_query_alone(str(exc.detail)):
                raise UpstreamRejectedQuery(said) from exc
            return {"issues": []}

    def _page(self, query: str, limit: int, token: str) -> Any:
        """Searches by GET, which can be retried and which Jira limits less; a query too long for a URL goes by POST."""
        asked: dict[str, Any] = {"jql": query, "maxResults": limit, **self._hidden.params(SUMMARY_FIELDS)}
        asked |= {"nextPageToken": token} if token else {}
        if len(quote(query + token)) <= MAX_URL_CHARS:
            return self._client.get("/rest/api/3/search/jql", asked)
        return self._client.post_query("/rest/api/3/search/jql", asked | {"fields": SUMMARY_FIELDS.split(",")})

    def _listed(
        self, answer: Any, named: list[IssueSummary], already: set[str], scope: Sequence[str], token: str
    ) -> IssueList:
        required_items(answer, "issues")
        hits, unreadable = list(named), 0
        for row in dig(answer, "issues"):
            try:
                issue = summary_of(self._hidden.without_hidden(row, answer), self._client.site_url)
            except UpstreamFailure:
                unreadable += 1
                continue
            if within(text(row, "fields", "project", "key"), scope) and issue.key not in already:
                already.add(issue.key)
                hits.append(issue)
        if unreadable == len(dig(answer, "issues")) > 0:
            raise UpstreamFailure("Jira answered with issues that have no key. Try again in a minute.")
        if unreadable:
            self._warn("hits_unreadable", f"Left out: {unreadable} hits that Jira gave without a key.")
        self.warnings += jira_warnings(answer, is_bounded=bool(scope))
        cursor, may_have_more = next_cursor(answer, token)
        if may_have_more:
            self._warn("more_without_cursor", "There may be more, but Jira gives no way to go on. Narrow the search.")
        return IssueList(tuple(hits), cursor, self._said())

    def _said(self) -> tuple[Notice, ...]:
        return tuple(dict.fromkeys(self.warnings))

    def _warn(self, code: str, message: str) -> None:
        self.warnings.append(Notice(code, message))


def _about_hidden(field: str) -> str:
    if field.casefold() in ALL_TEXTS:
        instead = ", ".join(jql.TEXT_FIELDS)
        return f"{field} also searches fields that are hidden from agents in this workspace. Name others: {instead}."
    return f"The field {field} is hidden from agents in this workspace. Leave it out."


def _shown(words: Sequence[str]) -> str:
    return ", ".join(words)[:300]
