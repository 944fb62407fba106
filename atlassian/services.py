"""What an actor does at Atlassian: each permitted or refused, and recorded, by the one gate."""

from dataclasses import dataclass
from typing import Any

from atlassian.confluence import Confluence, Page, PageList
from atlassian.issue_text import issue_text
from atlassian.issues import Issue, IssuePage
from atlassian.jira import Jira
from atlassian.rendering.cutting import Piece, cut
from audit import connections
from audit.actors import Actor
from audit.trail import audited
from audit.vocabulary import Action
from integrations.credentials import Credentials, credentials_for
from integrations.models import Provider


@dataclass(frozen=True)
class IssueReading:
    """An issue, and the piece of its text that was asked for."""

    issue: Issue
    piece: Piece


def search_issues(
    actor: Actor, *, q: str = "", jql: str = "", limit: int = 10, cursor: str = "", project: list[str] | None = None
) -> IssuePage:
    target = _target(q=q, jql=jql, limit=limit, cursor=bool(cursor), project=project)
    with audited(actor, Action.JIRA_SEARCH, target):
        jira = Jira(_credentials(actor, Provider.JIRA))
        found = jira.search(q, limit, cursor=cursor, projects=project or [], jql=jql)
        target["issue_keys"] = [issue.key for issue in found.issues]
    return found


def read_issue(actor: Actor, *, issue_key: str, max_chars: int = 4000, offset: int = 0) -> IssueReading:
    target = _target(issue_key=issue_key, max_chars=max_chars, offset=offset)
    with audited(actor, Action.JIRA_READ, target):
        credentials = _credentials(actor, Provider.JIRA)
        issue = Jira(credentials).read(issue_key)
        target["issue_key"] = issue.key
        return IssueReading(issue, cut(issue_text(issue, credentials.base_url), offset, max_chars))


def search_pages(
    actor: Actor, *, q: str = "", cql: str = "", limit: int = 10, cursor: str = "", space: list[str] | None = None
) -> PageList:
    target = _target(q=q, cql=cql, limit=limit, cursor=bool(cursor), space=space)
    with audited(actor, Action.CONFLUENCE_SEARCH, target):
        confluence = Confluence(_credentials(actor, Provider.CONFLUENCE))
        found = confluence.search(q, limit, raw_cql=cql, spaces=space or [], cursor=cursor)
        target["page_ids"] = [page.id for page in found.pages]
    return found


def read_page(actor: Actor, *, page_id: str, max_chars: int = 4000, offset: int = 0, comments: bool = False) -> Page:
    target = _target(page_id=page_id, max_chars=max_chars, offset=offset, comments=comments)
    with audited(actor, Action.CONFLUENCE_READ, target):
        confluence = Confluence(_credentials(actor, Provider.CONFLUENCE))
        page = confluence.read(page_id, max_chars=max_chars, offset=offset, comments=comments)
        target["page_id"] = page.id
    return page


def _credentials(actor: Actor, provider: Provider) -> Credentials:
    """The last that is asked of the database before Atlassian is awaited."""
    credentials = credentials_for(actor.workspace, provider)
    connections.release()
    return credentials


def _target(**arguments: Any) -> dict[str, Any]:
    """What was asked, without what was left out. References are cut: a URL may be long."""
    return {name: value[:300] if isinstance(value, str) else value for name, value in arguments.items() if value}
