"""Jira as a workspace may see it: search and read, through one account, within the workspace's allowlist."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from atlassian.errors import NothingThere, UpstreamFailure
from atlassian.jira.comments import comments_of, page_before, page_params
from atlassian.jira.extras.includes import Includes, read_params
from atlassian.jira.fields.hidden import HiddenFields
from atlassian.jira.issues import Issue, IssueList, IssueSource, WholeIssue, issue_of
from atlassian.jira.pictures import names_of_pictures
from atlassian.jira.references import issue_key
from atlassian.jira.search.projects import within
from atlassian.jira.search.searching import IssueSearch, OwnAccount, nobody
from atlassian.jira.text import IssueText
from atlassian.masking import Masking
from atlassian.notices import Notice
from atlassian.rendering import adf
from atlassian.rendering.slots import rendering_slot
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.people import Names
from atlassian.upstream.responses import mapping, text
from integrations.credentials import Credentials

MAX_NAMES = 50  # they go into a URL


class Jira:
    """`own_account` gives the Atlassian account of whoever asks, for queries that say currentUser()."""

    def __init__(
        self, credentials: Credentials, own_account: OwnAccount = nobody, client: AtlassianClient | None = None
    ) -> None:
        self._client = client or AtlassianClient(credentials)
        self._own_account = own_account
        self._names = Names(self._client)
        self._hidden = HiddenFields(credentials.hidden_fields)
        self.masking = Masking(credentials.mask_secrets)

    def search(
        self, query: str = "", limit: int = 10, *, jql: str = "", projects: Sequence[str] = (), cursor: str = ""
    ) -> IssueList:
        """
        Issues that hold the words of query, newest change first; on the first page those that it names by key
        come before. jql instead of query is Jira's own language.

        Raises ValidationError for a query without words, an unbounded jql, or what cannot be a cursor or project.
        """
        search = IssueSearch(self._client, self._own_account)
        if jql:
            return search.by_jql(jql, limit, projects, cursor)
        return search.by_words(query, limit, projects, cursor)

    def read(self, reference: str, *, max_chars: int = 4000, offset: int = 0, **wanted: Any) -> Issue:
        """As read_whole, cut at max_chars characters."""
        return self.read_whole(reference, **wanted).piece(self.masking, offset, max_chars)

    def read_whole(
        self,
        reference: str,
        *,
        include: Collection[str] = (),
        comments_before: int | None = None,
        spaces: Sequence[str] | None = None,
    ) -> WholeIssue:
        """
        An issue, named by its key or by any of its addresses, as Markdown.

        One call; one more for comments that Jira does not give along, for people not named in it, and for each
        include. `spaces` bound the titles of linked pages; None: all are shown.

        Raises BadArgument for what is neither key nor URL of the site, NothingThere for an issue that is absent,
        hidden, or outside the allowlist: nobody learns which.
        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
        """
        key = issue_key(reference, self._client.credentials)
        answer = self._client.get("/rest/api/3/issue/{key}", read_params(include), key=key)
        hidden = self._hidden.named_in(answer)
        issue = issue_of(hidden.without_hidden(answer), self._client.site_url, self._within)
        if not self._within(text(answer, "fields", "project", "key")):
            raise NothingThere()
        if not mapping(answer, "fields"):  # it would read as an issue in which nothing is written
            raise UpstreamFailure("Jira answered with an issue without its fields. Try again.")
        warnings: list[Notice] = []
        if not hidden.hides("comment"):
            issue = self._with_comments(issue, comments_before, warnings)
        people, pictures = _unnamed(issue)
        issue = self._with_names(issue, people, warnings)
        files = names_of_pictures(pictures, issue.facts.attachments)
        written = IssueText(issue, self._client.site_url, files)
        includes = Includes(self._client, hidden, self._within, spaces, warnings)
        sections = list(includes.sections(include, answer, written))
        with rendering_slot(self._client.credentials.workspace):
            content = written.markdown(sections)
        if issue.unreadable_fields:
            left_out = ", ".join(issue.unreadable_fields)
            warnings.append(Notice("fields_unreadable", f"Fields that hold no readable text: {left_out}."))
        return WholeIssue(issue.facts, written.fields(self.masking.text), content, tuple(warnings))

    def _within(self, project_key: str) -> bool:
        return within(project_key, self._client.credentials.allowlist)

    def _with_comments(self, issue: IssueSource, before: int | None, warnings: list[Notice]) -> IssueSource:
        """https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/"""
        if before is None and issue.comments.is_complete:
            return issue
        try:
            page = self._client.get("/rest/api/3/issue/{key}/comment", page_params(before), key=issue.facts.key)
        except UpstreamFailure as exc:
            had = f"{len(issue.comments.comments)} of {issue.comments.total}"
            why = "" if isinstance(exc, NothingThere) else f" {exc.detail}"
            warnings.append(Notice("comments_incomplete", f"Comments are missing: {had} could be had.{why}"))
            return replace(issue, comments=replace(issue.comments, is_placed=issue.comments.is_complete))
        comments = comments_of(page) if before is None else page_before(comments_of(page), before)
        facts = replace(issue.facts, comment_count=comments.total)
        return replace(issue, facts=facts, comments=comments, names=dict(issue.names) | comments.names)

    def _with_names(self, issue: IssueSource, people: set[str], warnings: list[Notice]) -> IssueSource:
        """The names of people whom a text mentions by their account alone, where one cheap call gives them."""
        unnamed = sorted(people - set(issue.names))
        if not unnamed:
            return issue
        found = self._names.find(unnamed[:MAX_NAMES])
        if self._names.is_incomplete:
            warnings.append(
                Notice("names_unavailable", "Names of people could not be had; their account ids are shown.")
            )
        if len(unnamed) > MAX_NAMES:
            message = f"{MAX_NAMES} of {len(unnamed)} people who are mentioned were looked up; of others ids are shown."
            warnings.append(Notice("names_incomplete", message))
        return replace(issue, names=found | dict(issue.names))


def _unnamed(issue: IssueSource) -> tuple[set[str], list[str]]:
    """Accounts of people, and ids of pictures, that the texts of the issue bring no name for."""
    bodies = [issue.description, *(field.document for field in issue.fields if field.document is not None)]
    bodies += [comment.body for comment in issue.comments.comments]
    people: set[str] = set()
    pictures: dict[str, None] = {}
    for accounts, media in map(adf.unnamed, bodies):
        people |= accounts
        pictures |= dict.fromkeys(media)
    return people, list(pictures)
