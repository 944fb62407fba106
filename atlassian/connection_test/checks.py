"""
What is tried with credentials that were found good: the calls of search and read themselves, by the code that agents
use, so that nothing passes here that would fail there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from atlassian.confluence.reader import Confluence
from atlassian.connection_test.diagnoses import Diagnosis
from atlassian.errors import NothingThere
from atlassian.jira.issues import IssueList
from atlassian.jira.reader import Jira
from atlassian.jira.search.projects import seen_of
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import items, line, number, text
from atlassian.upstream.statuses import error_for
from atlassian.upstream.transport import Params

MAX_KEYS_AT_ONCE = 50
MAX_KEYS_NAMED = 10
MAX_LISTED = 100
NO_ID = "1"  # whether it exists does not matter: a missing scope is told before


@dataclass(frozen=True)
class Check:
    """
    run raises Diagnosis or an UpstreamFailure: a failed step or, where that only `degrades` answers, a warning. `scope`
    is the one that a scoped token needs for it.
    """

    name: str
    proves: str
    run: Callable[[], "Visible | None"]
    scope: str
    degrades: str = ""


@dataclass(frozen=True)
class Container:
    """A project or a space."""

    key: str
    name: str


@dataclass(frozen=True)
class Visible:
    """What the account sees, the first MAX_LISTED of it."""

    containers: tuple[Container, ...]
    total: int | None  # None: more than are listed, Atlassian does not say how many


def jira(client: AtlassianClient, account_id: str) -> Iterator[Check]:
    scope = "read:jira-work"
    yield Check("projects", "The account sees at least one project.", lambda: _sees_projects(client), scope)
    if client.credentials.allowlist:
        proves = "The account sees every project of the allowlist."
        yield Check("allowlist", proves, lambda: _knows_projects(client), scope)
    issues = _Issues(client)
    yield Check("search", "Issues can be searched.", issues.search, scope)
    lost = "Searches in JQL do not work."
    yield Check("jql", "Issues can be searched in JQL.", issues.search_in_jql, scope, lost)
    yield Check("issues", "Issues can be read.", issues.read, scope)


def confluence(client: AtlassianClient, account_id: str) -> Iterator[Check]:
    scope = "read:space:confluence"
    yield Check("spaces", "The account sees at least one space.", lambda: _sees_spaces(client), scope)
    if client.credentials.allowlist:
        proves = "The account sees every space of the allowlist."
        yield Check("allowlist", proves, lambda: _knows_spaces(client), scope)
    pages = _Pages(client)
    scope = "read:content-details:confluence (or search:confluence)"
    yield Check("search", "Pages can be searched.", pages.search, scope)
    yield Check("pages", "Pages can be read.", pages.read, "read:page:confluence")
    if client.credentials.scoped:  # any other token may do whatever its account may
        lost, scope = "Pages cannot be read with their comments.", "read:comment:confluence"
        yield Check("comments", "Comments can be read.", lambda: _reads_comments(client), scope, lost)
        lost = "Authors and people mentioned may be shown by account id instead of name."
        scope = "read:user:confluence"
        yield Check("names", "People are named.", lambda: _names_people(client, account_id), scope, lost)


CHECKS: Mapping[str, Callable[[AtlassianClient, str], Iterator[Check]]] = {"jira": jira, "confluence": confluence}


def _sees_projects(client: AtlassianClient) -> Visible:
    answer = client.get("/rest/api/3/project/search", {"maxResults": MAX_LISTED, "orderBy": "key"})
    if not items(answer, "values") and number(answer, "total") == 0:
        raise Diagnosis(
            "The account sees no project.",
            f"A Jira admin gives {client.credentials.email} the permission Browse projects where it is to search.",
        )
    return _visible(items(answer, "values"), number(answer, "total"))


def _knows_projects(client: AtlassianClient) -> None:
    known = seen_of(client.credentials.allowlist, client)
    _refuse_unknown(client, "project", known, "the permission Browse projects there")


class _Issues:
    """What a search found is read by the step after it."""

    def __init__(self, client: AtlassianClient) -> None:
        self.client = client
        self.reader = Jira(client.credentials, client=client)
        self.found = ""

    def search(self) -> None:
        self._note(self.reader.search("connection", 1))

    def search_in_jql(self) -> None:
        """Searches by project, which no workspace needs to hide: the query is not refused for a hidden field."""
        self._note(self.reader.search(jql="project is not EMPTY", limit=1))

    def read(self) -> None:
        """Reads what the search found, which needs the same scope; without a hit there is no more to learn."""
        with suppress(NothingThere):  # gone since: the route is open
            if self.found:
                self.reader.read(self.found)

    def _note(self, page: IssueList) -> None:
        self.found = self.found or next((issue.key for issue in page.issues), "")


def _sees_spaces(client: AtlassianClient) -> Visible:
    rows = items(client.get("/wiki/api/v2/spaces", {"limit": MAX_LISTED}), "results")
    if not rows:
        raise Diagnosis(
            "The account sees no space.",
            f"A Confluence admin lets {client.credentials.email} view the spaces where it is to search.",
        )
    return _visible(rows, None if len(rows) >= MAX_LISTED else len(rows))


def _visible(rows: Sequence[Any], total: int | None) -> Visible:
    found = [Container(line(row, "key"), line(row, "name")) for row in rows]
    return Visible(tuple(container for container in found if container.key)[:MAX_LISTED], total)


def _knows_spaces(client: AtlassianClient) -> None:
    known: set[str] = set()
    for keys in _batches(client.credentials.allowlist):
        params: Params = {"keys": ",".join(keys), "limit": 2 * MAX_KEYS_AT_ONCE}
        rows = items(client.get("/wiki/api/v2/spaces", params), "results")
        known |= {text(row, name).upper() for row in rows for name in ("key", "currentActiveAlias")}
    _refuse_unknown(client, "space", known, "the permission to view it")


class _Pages:
    """What the search found is read by the step after it."""

    def __init__(self, client: AtlassianClient) -> None:
        self.client = client
        self.reader = Confluence(client.credentials, client)
        self.found: list[str] = []

    def search(self) -> None:
        self.reader.search("connection", 1)
        self.found = [page.id for page in self.reader.search(cql="type = page", limit=1).pages]

    def read(self) -> None:
        for page_id in self.found:
            with suppress(NothingThere):  # gone since: the route is open
                self.reader.read(page_id)
        if not self.found:
            _probe(self.client, "/wiki/api/v2/pages/{id}", parts={"id": NO_ID})


def _reads_comments(client: AtlassianClient) -> None:
    _probe(client, "/wiki/api/v2/footer-comments/{id}/children", parts={"id": NO_ID})


def _names_people(client: AtlassianClient, account_id: str) -> None:
    client.post_query("/wiki/api/v2/users-bulk", {"accountIds": [account_id]})


def _probe(client: AtlassianClient, path: str, parts: Mapping[str, str]) -> None:
    """Whether the route is open to us; that there is nothing behind it does not matter."""
    response = client.transport.request("GET", path, parts=parts)
    if response.status not in (200, 404):
        raise error_for(client.transport, response)


def _batches(keys: tuple[str, ...]) -> Iterator[list[str]]:
    for start in range(0, len(keys), MAX_KEYS_AT_ONCE):
        yield list(keys[start : start + MAX_KEYS_AT_ONCE])


def _refuse_unknown(client: AtlassianClient, noun: str, known: set[str], permission: str) -> None:
    email = client.credentials.email
    unknown = [key for key in client.credentials.allowlist if key.upper() not in known]
    if unknown:
        more = f" and {len(unknown) - MAX_KEYS_NAMED} more" if len(unknown) > MAX_KEYS_NAMED else ""
        raise Diagnosis(
            f"The allowlist names what the account does not see: {noun} {', '.join(unknown[:MAX_KEYS_NAMED])}{more}.",
            f"A workspace admin corrects {noun}_keys, or an admin of the {noun} gives {email} {permission}.",
        )
