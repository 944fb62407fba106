"""Jira's issues as frozen dataclasses. The only file that knows the names of their fields at Atlassian."""

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from atlassian.errors import UpstreamFailure
from atlassian.moments import in_utc, instant
from atlassian.rendering.pagination.pieces import Piece
from atlassian.upstream.responses import clean, dig, items, mapping, number, text, texts

SUMMARY_FIELDS = "summary,status,issuetype,project,priority,assignee,updated"
READ_FIELDS = (
    SUMMARY_FIELDS + ",description,resolution,reporter,labels,components,fixVersions,parent,subtasks,issuelinks,"
    "attachment,created,duedate,comment"
)
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}-[0-9]{1,18}")


@dataclass(frozen=True)
class IssueSummary:
    key: str
    summary: str
    status: str
    url: str
    updated: str
    assignee: str | None
    issue_type: str | None
    project_key: str | None
    priority: str | None


@dataclass(frozen=True)
class IssueList:
    issues: tuple[IssueSummary, ...]
    next_cursor: str | None = None


@dataclass(frozen=True)
class RelatedIssue:
    """Another issue, and in which relation to it an issue stands: "blocks", "subtask", "parent"."""

    key: str
    summary: str
    status: str
    relation: str


@dataclass(frozen=True)
class Attachment:
    name: str
    media_type: str
    size: int  # bytes


@dataclass(frozen=True)
class IssueComment:
    author: str
    created: str
    body: Any = field(repr=False)
    restricted_to: str  # name of a role or group; empty: all who see the issue
    internal: bool  # a service desk's note, hidden from its customers


@dataclass(frozen=True)
class IssueFacts(IssueSummary):
    resolution: str | None
    reporter: str | None
    labels: tuple[str, ...]
    components: tuple[str, ...]
    fix_versions: tuple[str, ...]
    parent: RelatedIssue | None
    subtasks: tuple[RelatedIssue, ...]
    links: tuple[RelatedIssue, ...]
    attachments: tuple[Attachment, ...]
    created: str
    due: str | None
    comment_count: int  # of all that there are


@dataclass(frozen=True)
class Issue(IssueFacts):
    """`content` is the piece that was asked for of what is written in the issue and about it."""

    content: str
    content_chars: int
    truncated: bool
    next_offset: int | None


@dataclass(frozen=True)
class IssueSource(IssueFacts):
    """An issue as it came, before it is Markdown."""

    comments: tuple[IssueComment, ...] = field(repr=False)  # the newest, newest first
    description: Any = field(repr=False)
    names: Mapping[str, str] = field(repr=False)  # account id → name, of the people whom the issue names


def summary_of(issue: Any, site_url: str) -> IssueSummary:
    """Raises UpstreamFailure for what has no key."""
    return IssueSummary(
        key=_key_of(issue),
        summary=text(issue, "fields", "summary"),
        status=text(issue, "fields", "status", "name"),
        url=f"{site_url}/browse/{_key_of(issue)}",
        updated=in_utc(text(issue, "fields", "updated")),
        assignee=_person(issue, "fields", "assignee"),
        issue_type=text(issue, "fields", "issuetype", "name") or None,
        project_key=text(issue, "fields", "project", "key") or None,
        priority=text(issue, "fields", "priority", "name") or None,
    )


def issue_of(issue: Any, site_url: str) -> IssueSource:
    """Raises UpstreamFailure for what has no key."""
    summary, fields = summary_of(issue, site_url), mapping(issue, "fields")
    comments = comments_of(dig(fields, "comment"))
    return IssueSource(
        **vars(summary),
        resolution=text(fields, "resolution", "name") or None,
        reporter=_person(fields, "reporter"),
        labels=tuple(texts(fields, "labels")),
        components=_names(fields, "components"),
        fix_versions=_names(fields, "fixVersions"),
        parent=_related(dig(fields, "parent"), "parent"),
        subtasks=_only(_related(subtask, "subtask") for subtask in items(fields, "subtasks")),
        links=_only(_linked(link) for link in items(fields, "issuelinks")),
        attachments=tuple(_attachment(file) for file in items(fields, "attachment") if text(file, "filename")),
        created=in_utc(text(fields, "created")),
        due=text(fields, "duedate") or None,
        comment_count=max(number(fields, "comment", "total"), len(comments)),
        comments=comments,
        description=_body(dig(fields, "description")),
        names=_people(fields),
    )


def cut_issue(whole: IssueSource, piece: Piece) -> Issue:
    """Its facts, and of its text this piece."""
    return Issue(**{fact.name: getattr(whole, fact.name) for fact in dataclasses.fields(IssueFacts)}, **vars(piece))


def comments_of(page: Any) -> tuple[IssueComment, ...]:
    """Newest first. Jira gives them in either order."""
    found = items({"comments": page}, "comments") or items(page, "comments")
    return tuple(sorted(map(_comment, found), key=lambda comment: instant(comment.created), reverse=True))


def _comment(comment: dict[str, Any]) -> IssueComment:
    return IssueComment(
        author=_person(comment, "author") or "somebody",
        created=text(comment, "created"),
        body=_body(dig(comment, "body")),
        restricted_to=text(comment, "visibility", "value"),
        internal=dig(comment, "jsdPublic") is False,
    )


def _linked(link: dict[str, Any]) -> RelatedIssue | None:
    for side in ("inward", "outward"):
        other = _related(dig(link, f"{side}Issue"), text(link, "type", side) or text(link, "type", "name"))
        if other:
            return other
    return None


def _related(issue: Any, relation: str) -> RelatedIssue | None:
    if not text(issue, "key"):
        return None
    fields = mapping(issue, "fields")
    return RelatedIssue(text(issue, "key"), text(fields, "summary"), text(fields, "status", "name"), relation)


def _attachment(file: dict[str, Any]) -> Attachment:
    return Attachment(text(file, "filename"), text(file, "mimeType"), number(file, "size"))


def _key_of(issue: Any) -> str:
    key = text(issue, "key")
    if not _KEY.fullmatch(key):  # it goes into the path of further calls, and into the record
        raise UpstreamFailure("Jira answered with an issue that has no key.")
    return key


def _person(answer: Any, *path: str) -> str | None:
    return text(answer, *path, "displayName") or text(answer, *path, "emailAddress") or None


def _people(fields: dict[str, Any]) -> dict[str, str]:
    people = [dig(fields, "assignee"), dig(fields, "reporter")]
    people += [dig(comment, "author") for comment in items(fields, "comment", "comments")]
    return {text(person, "accountId"): text(person, "displayName") for person in people if text(person, "displayName")}


def _body(value: Any) -> Any:
    """A document; an older field may hold plain text instead."""
    return clean(value) if isinstance(value, str) else value


def _names(fields: dict[str, Any], name: str) -> tuple[str, ...]:
    return tuple(filter(None, (text(item, "name") for item in items(fields, name))))


def _only(related: Iterable[RelatedIssue | None]) -> tuple[RelatedIssue, ...]:
    return tuple(issue for issue in related if issue)
