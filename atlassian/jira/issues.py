"""Jira's issues as frozen dataclasses. Whoever reads one knows no name of a field at Atlassian."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from atlassian.attachments.files import AttachedFile, told_apart
from atlassian.errors import UpstreamFailure
from atlassian.jira.comments import CommentPage, comments_of
from atlassian.jira.fields.reading import Field, FieldReader
from atlassian.jira.people import names_of, person
from atlassian.masking import Masking
from atlassian.moments import in_utc
from atlassian.notices import Notice
from atlassian.upstream.responses import dig, items, line, mapping, number, own_name, text, texts

SUMMARY_FIELDS = "summary,status,issuetype,project,priority,assignee,updated"
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}-[0-9]{1,18}")


@dataclass(frozen=True)
class IssueSummary:
    """`assignee` is None where nobody is assigned, and empty where Jira, or the workspace, does not tell."""

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
    warnings: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class RelatedIssue:
    """Another issue, and in which relation to it an issue stands: "blocks", "subtask", "parent"."""

    key: str
    summary: str
    status: str
    relation: str


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
    attachments: tuple[AttachedFile, ...]
    created: str
    due: str | None
    comment_count: int  # of all that there are


@dataclass(frozen=True)
class Issue(IssueFacts):
    """`content` is the piece that was asked for of what is written in the issue and about it."""

    fields: Mapping[str, Any]  # all others that have a value, by the names that people see
    content: str
    content_chars: int
    truncated: bool
    next_offset: int | None
    warnings: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class WholeIssue:
    """All of the text, and what stands beside each piece of it."""

    facts: IssueFacts
    fields: Mapping[str, Any] = field(repr=False)
    text: str = field(repr=False)
    warnings: tuple[Notice, ...]

    def piece(self, masking: Masking, offset: int, max_chars: int) -> Issue:
        piece = masking.piece(self.text, offset, max_chars)
        return Issue(**vars(self.facts), fields=self.fields, **vars(piece), warnings=self.warnings)


@dataclass(frozen=True)
class IssueSource:
    """An issue as it came, before it is Markdown."""

    facts: IssueFacts
    id: str
    description: Any = field(repr=False)
    fields: tuple[Field, ...] = field(repr=False)
    unreadable_fields: tuple[str, ...]
    comments: CommentPage = field(repr=False)
    names: Mapping[str, str] = field(repr=False)  # account id → name, of the people whom the issue names


def summary_of(issue: Any, site_url: str) -> IssueSummary:
    """Raises UpstreamFailure for what has no key."""
    return IssueSummary(**_summary(issue, site_url))


def issue_of(issue: Any, site_url: str, within: Callable[[str], bool]) -> IssueSource:
    """
    Nothing in it names an issue of a project that is not `within`. Raises UpstreamFailure for what has no key.
    """
    fields = mapping(issue, "fields")
    comments = comments_of(dig(fields, "comment"))
    shown, unreadable = FieldReader(within).read(issue)
    related = _Relations(within)
    facts = IssueFacts(
        **_summary(issue, site_url),
        resolution=own_name(fields.get("resolution")) or None,
        reporter=person(fields, "reporter"),
        labels=tuple(texts(fields, "labels")),
        components=_names(fields, "components"),
        fix_versions=_names(fields, "fixVersions"),
        parent=related.one(dig(fields, "parent"), "parent"),
        subtasks=related.all((each, "subtask") for each in items(fields, "subtasks")),
        links=related.all(_linked(link) for link in items(fields, "issuelinks")),
        attachments=told_apart(files_of(fields)),
        created=in_utc(text(fields, "created")),
        due=text(fields, "duedate") or None,
        comment_count=comments.total,
    )
    return IssueSource(
        facts=facts,
        id=text(issue, "id"),
        description=dig(fields, "description"),
        fields=shown,
        unreadable_fields=unreadable,
        comments=comments,
        names=names_of(dig(fields, "assignee"), dig(fields, "reporter")) | comments.names,
    )


def _summary(issue: Any, site_url: str) -> dict[str, Any]:
    fields, key = mapping(issue, "fields"), _key_of(issue)
    return {
        "key": key,
        "summary": line(fields, "summary"),
        "status": own_name(fields.get("status")),
        "url": f"{site_url}/browse/{key}",
        "updated": in_utc(text(fields, "updated")),
        "assignee": person(fields, "assignee") if "assignee" in fields else "",
        "issue_type": own_name(fields.get("issuetype")) or None,
        "project_key": text(fields, "project", "key") or None,
        "priority": own_name(fields.get("priority")) or None,
    }


@dataclass(frozen=True)
class _Relations:
    within: Callable[[str], bool]

    def one(self, issue: Any, relation: str) -> RelatedIssue | None:
        """None also for an issue outside the allowlist, which is not even named."""
        key = line(issue, "key")
        if not key or not self.within(key.rpartition("-")[0].upper()):
            return None
        return RelatedIssue(key, line(issue, "fields", "summary"), own_name(dig(issue, "fields", "status")), relation)

    def all(self, related: Iterable[tuple[Any, str]]) -> tuple[RelatedIssue, ...]:
        return tuple(issue for each in related if (issue := self.one(*each)))


def _linked(link: dict[str, Any]) -> tuple[Any, str]:
    side = "inward" if line(link, "inwardIssue", "key") else "outward"
    return dig(link, f"{side}Issue"), line(link, "type", side) or own_name(link.get("type"))


def files_of(fields: dict[str, Any]) -> list[AttachedFile]:
    return [
        AttachedFile(
            id=text(file, "id"),
            name=line(file, "filename"),
            media_type=line(file, "mimeType"),
            size=number(file, "size"),
            created=in_utc(text(file, "created")),
        )
        for file in items(fields, "attachment")
        if line(file, "filename")
    ]


def _key_of(issue: Any) -> str:
    key = text(issue, "key")
    if not _KEY.fullmatch(key):  # it goes into the path of further calls, and into the record
        raise UpstreamFailure("Jira answered with an issue that has no key. Try again in a minute.")
    return key


def _names(fields: dict[str, Any], name: str) -> tuple[str, ...]:
    listed = dig(fields, name)
    return tuple(filter(None, map(own_name, listed))) if isinstance(listed, list) else ()
