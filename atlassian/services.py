"""What an actor searches and reads at Atlassian: each permitted or refused, and recorded, by the one gate."""

from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any, TypeVar

from rest_framework.exceptions import APIException

from atlassian import recent_reads
from atlassian.attachments.answers import IssueFile, PageFile
from atlassian.attachments.files import AttachedFile
from atlassian.attachments.reader import FileReader, WholeFile
from atlassian.confluence.attachments import PageFiles
from atlassian.confluence.pages import MACROS, Page, PageRequest, WholePage
from atlassian.confluence.reader import Confluence
from atlassian.confluence.search.results import PageList
from atlassian.jira.attachments import IssueFiles
from atlassian.jira.extras.includes import Include
from atlassian.jira.issues import Issue, IssueList, WholeIssue
from atlassian.jira.reader import Jira
from atlassian.moments import day
from atlassian.own_account import own_account_id
from atlassian.recent_reads import RecentReads
from atlassian.upstream.large_answers import one_call
from audit import connections
from audit.actors import Actor
from audit.trail import audited
from audit.vocabulary import Action
from integrations.credentials import Credentials, credentials_for
from integrations.errors import IntegrationMissing
from integrations.models import Provider

Answer = TypeVar("Answer")
Whole = TypeVar("Whole", WholeIssue, WholePage, WholeFile)

recent_issues: RecentReads[WholeIssue] = RecentReads()
recent_pages: RecentReads[WholePage] = RecentReads()
recent_files: RecentReads[WholeFile] = RecentReads()


def search_issues(
    actor: Actor, *, q: str = "", jql: str = "", limit: int, cursor: str = "", project: Sequence[str] = ()
) -> IssueList:
    target = _target(q=q, jql=jql, limit=limit, cursor=bool(cursor), project=project)
    with audited(actor, Action.JIRA_SEARCH, target), one_call():
        jira = Jira(credentials_of(actor, Provider.JIRA, target), partial(own_account_id, actor))
        found = _masked(jira, jira.search(q, limit, jql=jql, projects=project, cursor=cursor), target)
        target["issue_keys"] = [issue.key for issue in found.issues]
    return found


def read_issue(
    actor: Actor,
    *,
    issue_key: str,
    max_chars: int,
    offset: int = 0,
    include: Sequence[str] = (),
    comments_before: int | None = None,
) -> Issue:
    target = _target(
        issue_key=issue_key, max_chars=max_chars, offset=offset, include=include, comments_before=comments_before
    )
    with audited(actor, Action.JIRA_READ, target), one_call():
        spaces = _spaces_of_linked_pages(actor) if {Include.LINKS, Include.HISTORY} & {*include} else None
        credentials = credentials_of(actor, Provider.JIRA, target)
        jira = Jira(credentials)
        key = recent_reads.key_of(actor, credentials, (issue_key, frozenset(include), comments_before, spaces))
        kept = recent_issues.get(key) if offset else None
        whole = kept or jira.read_whole(issue_key, include=include, comments_before=comments_before, spaces=spaces)
        issue = _masked(jira, whole.piece(jira.masking, offset, max_chars), target)
        _keep(recent_issues, key, whole, kept, issue.next_offset)
        _resolve(target, "issue_key", issue.key)
    return issue


def read_issue_or_file(actor: Actor, *, attachment: str = "", **arguments: Any) -> Issue | IssueFile:
    """What REST and MCP call: a read, or with `attachment` a read of that file, which is an action of its own."""
    if not attachment:
        return read_issue(actor, **arguments)
    return read_issue_file(actor, attachment=attachment, **_of_a_file(arguments, "issue_key"))


def read_issue_file(actor: Actor, *, issue_key: str, attachment: str, max_chars: int, offset: int = 0) -> IssueFile:
    """The text of a file attached to the issue, or the picture that it is."""
    target = _target(issue_key=issue_key, attachment=attachment, max_chars=max_chars, offset=offset)
    with audited(actor, Action.JIRA_ATTACHMENT, target), one_call():
        files = IssueFiles(credentials_of(actor, Provider.JIRA, target))
        answer: IssueFile = _read_file(actor, files, target, "issue_key", offset=offset, max_chars=max_chars)
        return answer


def search_pages(
    actor: Actor,
    *,
    q: str = "",
    cql: str = "",
    limit: int,
    cursor: str = "",
    space: Sequence[str] = (),
    under: str = "",
) -> PageList:
    target = _target(q=q, cql=cql, limit=limit, cursor=bool(cursor), space=space, under=under)
    with audited(actor, Action.CONFLUENCE_SEARCH, target), one_call():
        confluence = Confluence(credentials_of(actor, Provider.CONFLUENCE, target))
        me = partial(own_account_id, actor)
        found = confluence.search(q, limit, cql=cql, spaces=space, cursor=cursor, under=under, own_account_id=me)
        found = _masked(confluence, found, target)
        target["page_ids"] = [page.id for page in found.pages]
    return found


def read_page(
    actor: Actor,
    *,
    page_id: str,
    max_chars: int,
    offset: int = 0,
    comments: bool = False,
    include: Sequence[str] = (),
    depth: int = 1,
    version: int | None = None,
    since: int | None = None,
) -> Page:
    request = PageRequest(page_id, comments, frozenset(include), depth, version, since)
    target = _target(page_id=page_id, max_chars=max_chars, offset=offset, comments=comments, include=sorted(include))
    target |= _target(version=version, since=since)
    with audited(actor, Action.CONFLUENCE_READ, target), one_call():
        credentials = credentials_of(actor, Provider.CONFLUENCE, target)
        confluence = Confluence(credentials, find_issues=partial(_issues_for_table, actor))
        key = recent_reads.key_of(actor, credentials, request)
        kept = recent_pages.get(key) if offset else None
        whole = kept or confluence.read_whole(request, is_continuation=offset > 0)
        page = _masked(confluence, whole.piece(confluence.masking, offset, max_chars), target)
        if MACROS not in include:  # what Jira told is under switches of its own
            _keep(recent_pages, key, whole, kept, page.next_offset)
        _resolve(target, "page_id", page.id)
        target |= _target(page_ids=list(whole.included_ids))
        target["space_key"] = page.space_key
    return page


def read_page_or_file(actor: Actor, *, attachment: str = "", **arguments: Any) -> Page | PageFile:
    """As read_issue_or_file."""
    if not attachment:
        return read_page(actor, **arguments)
    return read_page_file(actor, attachment=attachment, **_of_a_file(arguments, "page_id"))


def read_page_file(actor: Actor, *, page_id: str, attachment: str, max_chars: int, offset: int = 0) -> PageFile:
    """The text of a file attached to the page, or the picture that it is."""
    target = _target(page_id=page_id, attachment=attachment, max_chars=max_chars, offset=offset)
    with audited(actor, Action.CONFLUENCE_ATTACHMENT, target), one_call():
        files = PageFiles(credentials_of(actor, Provider.CONFLUENCE, target))
        answer: PageFile = _read_file(actor, files, target, "page_id", offset=offset, max_chars=max_chars)
        return answer


def _issues_for_table(actor: Actor, jql: str, limit: int) -> list[dict[str, str]]:
    """What a page's table of issues shows: a search of Jira like any other, with a record of its own."""
    return [
        {
            "Key": issue.key,
            "Summary": issue.summary,
            "Status": issue.status,
            "Assignee": issue.assignee or "",
            "Updated": day(issue.updated),
        }
        for issue in search_issues(actor, jql=jql, limit=limit).issues
    ]


def _of_a_file(arguments: dict[str, Any], reference: str) -> dict[str, Any]:
    return {name: arguments[name] for name in (reference, "max_chars", "offset")}


def _read_file(
    actor: Actor, files: FileReader, target: dict[str, Any], reference: str, *, offset: int, max_chars: int
) -> Any:
    """The record says which file it was, also where it turns out that it cannot be read."""
    asked = target[reference], target["attachment"]
    key = recent_reads.key_of(actor, files.credentials, asked)
    kept = recent_files.get(key) if offset else None
    found = kept or files.find(*asked)
    _resolve(target, reference, found.owner.get("key") or found.owner["id"])
    target |= _as_recorded(files, found.file)
    whole = found if isinstance(found, WholeFile) else files.fetch(found)
    answer = _masked(files, files.piece(whole, offset, max_chars), target)
    _keep(recent_files, key, whole, kept, answer.next_offset)
    target |= {"bytes": whole.file.size, "chars": answer.content_chars}
    return answer


def _keep(reads: RecentReads[Whole], key: Hashable, whole: Whole, kept: Whole | None, next_offset: int | None) -> None:
    """Keeps the text for whoever reads on, until the last piece is read. Reading does not prolong it."""
    if next_offset is None:
        reads.forget(key)
    elif kept is None:
        reads.keep(key, whole, whole.text)


def _as_recorded(files: FileReader, file: AttachedFile) -> dict[str, Any]:
    name = files.masking.text(file.name)
    return {"attachment": name, "attachment_id": file.id, "media_type": file.media_type, "bytes": file.size}


def _masked(reader: Jira | Confluence | FileReader, answer: Answer, target: dict[str, Any]) -> Answer:
    """Every text of an answer passes here; the record learns what kinds of secrets were masked, and how many."""
    answer = reader.masking.answer(answer)
    if reader.masking.counts:
        target["masked"] = dict(reader.masking.counts)
    return answer


def _spaces_of_linked_pages(actor: Actor) -> tuple[str, ...] | None:
    """The spaces whose page titles an issue may show, as Confluence's own allowlist permits. None: all."""
    try:
        credentials = credentials_for(actor.workspace, Provider.CONFLUENCE)
    except IntegrationMissing:
        return None
    except APIException:
        return ()
    return credentials.narrowed_to(actor.narrowed_to.get(Provider.CONFLUENCE, ())).allowlist or None


def credentials_of(actor: Actor, provider: str, target: dict[str, Any], *, even_disabled: bool = False) -> Credentials:
    """
    The workspace's, no wider than the actor's key; the record names the account. The last that is asked of the
    database before Atlassian is.
    """
    credentials = credentials_for(actor.workspace, provider, even_disabled=even_disabled)
    target["account"] = credentials.email or credentials.account_id
    connections.release_pooled_connection()
    return credentials.narrowed_to(actor.narrowed_to.get(provider, ()))


def _resolve(target: dict[str, Any], name: str, value: str) -> None:
    """The key or id that a reference turned out to mean; an issue that was moved is found by both."""
    if target[name] != value:
        target["asked_for"] = target[name]
    target[name] = value


def _target(**arguments: Any) -> dict[str, Any]:
    """What was asked, without what was left out."""
    return {name: value for name, value in arguments.items() if value}
