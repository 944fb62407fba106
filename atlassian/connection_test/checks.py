"""What is tried with credentials that were found good: for each product, whether search and read will work."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atlassian.connection_test.diagnoses import Diagnosis, lacks_scope
from atlassian.upstream.identity import is_scope_mismatch
from atlassian.upstream.responses import items, number, text
from atlassian.upstream.statuses import error_for
from atlassian.upstream.transport import Params, Transport

KEYS_AT_ONCE = 50
KEYS_NAMED = 10
NO_ID = "1"  # whether it exists does not matter: a missing scope is told before


@dataclass(frozen=True)
class Check:
    """run raises Diagnosis or an UpstreamFailure: a failed step or, where that only `degrades` answers, a warning."""

    name: str
    proves: str
    run: Callable[[], None]
    degrades: str = ""


def jira(transport: Transport, account_id: str) -> Iterator[Check]:
    yield Check("projects", "The account sees at least one project.", lambda: _sees_projects(transport))
    yield Check("search", "Issues can be searched and read.", lambda: _searches_issues(transport))
    if transport.credentials.allowlist:
        yield Check("allowlist", "The account sees every project of the allowlist.", lambda: _knows_projects(transport))


def confluence(transport: Transport, account_id: str) -> Iterator[Check]:
    yield Check("spaces", "The account sees at least one space.", lambda: _sees_spaces(transport))
    yield Check("search", "Pages can be searched.", lambda: _searches_pages(transport))
    if transport.credentials.allowlist:
        yield Check("allowlist", "The account sees every space of the allowlist.", lambda: _knows_spaces(transport))
    if transport.credentials.scoped:  # any other token may do whatever its account may
        yield Check("pages", "Pages can be read.", lambda: _reads_pages(transport))
        lost = "Pages cannot be read with their comments."
        yield Check("comments", "Comments can be read.", lambda: _reads_comments(transport), degrades=lost)
        lost = "Authors and people mentioned may be shown by account id instead of name."
        yield Check("names", "People are named.", lambda: _names_people(transport, account_id), degrades=lost)


CHECKS: Mapping[str, Callable[[Transport, str], Iterator[Check]]] = {"jira": jira, "confluence": confluence}


def _get(transport: Transport, scope: str, path: str, params: Params | None = None, **kwargs: Any) -> Any:
    """As transport.get, but names the scope that is missing, and takes an id of nothing for an answer."""
    method = "POST" if "json" in kwargs else "GET"
    response = transport.request(method, path, params=params, **kwargs)
    if is_scope_mismatch(response):
        raise lacks_scope(transport.credentials, scope)
    if response.status == 200:
        return response.json()
    if response.status == 404 and kwargs.get("parts"):
        return None
    raise error_for(transport, response)


def _sees_projects(transport: Transport) -> None:
    answer = _get(transport, "read:jira-work", "/rest/api/3/project/search", {"maxResults": 1})
    if not items(answer, "values") and number(answer, "total") == 0:
        raise Diagnosis(
            "The account sees no project.",
            f"A Jira admin gives {transport.credentials.email} the permission Browse projects where it is to search.",
        )


def _searches_issues(transport: Transport) -> None:
    question = {"jql": "created >= -30d", "maxResults": 1, "fields": ["id"]}
    _get(transport, "read:jira-work", "/rest/api/3/search/jql", json=question)


def _knows_projects(transport: Transport) -> None:
    known: set[str] = set()
    for keys in _batches(transport.credentials.allowlist):
        params: Params = {"keys": keys, "maxResults": KEYS_AT_ONCE}
        answer = _get(transport, "read:jira-work", "/rest/api/3/project/search", params)
        known |= {text(row, "key").upper() for row in items(answer, "values")}
    _refuse_unknown(transport, "project", known, "the permission Browse projects there")


def _sees_spaces(transport: Transport) -> None:
    if not items(_get(transport, "read:space:confluence", "/wiki/api/v2/spaces", {"limit": 1}), "results"):
        raise Diagnosis(
            "The account sees no space.",
            f"A Confluence admin lets {transport.credentials.email} view the spaces where it is to search.",
        )


def _searches_pages(transport: Transport) -> None:
    scope = "read:content-details:confluence (or search:confluence)"
    _get(transport, scope, "/wiki/rest/api/search", {"cql": "type=page", "limit": 1})


def _knows_spaces(transport: Transport) -> None:
    known: set[str] = set()
    for keys in _batches(transport.credentials.allowlist):
        params: Params = {"keys": ",".join(keys), "limit": 2 * KEYS_AT_ONCE}
        rows = items(_get(transport, "read:space:confluence", "/wiki/api/v2/spaces", params), "results")
        known |= {text(row, name).upper() for row in rows for name in ("key", "currentActiveAlias")}
    _refuse_unknown(transport, "space", known, "the permission to view it")


def _reads_pages(transport: Transport) -> None:
    _get(transport, "read:page:confluence", "/wiki/api/v2/pages/{id}", parts={"id": NO_ID})


def _reads_comments(transport: Transport) -> None:
    path = "/wiki/api/v2/footer-comments/{id}/children"
    _get(transport, "read:comment:confluence", path, parts={"id": NO_ID})


def _names_people(transport: Transport, account_id: str) -> None:
    question = {"accountIds": [account_id]}
    _get(transport, "read:user:confluence", "/wiki/api/v2/users-bulk", json=question)


def _batches(keys: tuple[str, ...]) -> Iterator[list[str]]:
    for start in range(0, len(keys), KEYS_AT_ONCE):
        yield list(keys[start : start + KEYS_AT_ONCE])


def _refuse_unknown(transport: Transport, noun: str, known: set[str], permission: str) -> None:
    email = transport.credentials.email
    unknown = [key for key in transport.credentials.allowlist if key.upper() not in known]
    if unknown:
        more = f" and {len(unknown) - KEYS_NAMED} more" if len(unknown) > KEYS_NAMED else ""
        raise Diagnosis(
            f"The allowlist names what the account does not see: {noun} {', '.join(unknown[:KEYS_NAMED])}{more}.",
            f"A workspace admin corrects {noun}_keys, or an admin of the {noun} gives {email} {permission}.",
        )
