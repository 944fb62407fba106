"""An issue as an agent reads it: what it is, what it says, what was said about it, what hangs on it."""

from collections.abc import Iterable
from typing import Any

from atlassian.jira.issues import Attachment, IssueComment, IssueSource, RelatedIssue
from atlassian.moments import minute
from atlassian.rendering import adf
from atlassian.rendering.imitations import facts_line, neutralize_imitations
from atlassian.rendering.markdown.escaping import escape

COMMENT_LEVEL = 3


def issue_text(issue: IssueSource, site_url: str) -> str:
    parts = [_facts(issue), _body(issue.description, issue, site_url), *_comments(issue, site_url)]
    parts += _section("Attachments", map(_attachment, issue.attachments))
    parts += _section("Links", map(_related, _all_related(issue)))
    return "\n\n".join(filter(None, parts))


def _facts(issue: IssueSource) -> str:
    facts = [
        issue.issue_type or "",
        issue.status,
        f"priority {issue.priority}" if issue.priority else "",
        f"assigned to {issue.assignee}" if issue.assignee else "unassigned",
        f"updated {minute(issue.updated)}" if issue.updated else "",
    ]
    return facts_line(_line(fact) for fact in facts)


def _comments(issue: IssueSource, site_url: str) -> Iterable[str]:
    if not issue.comment_count:
        return
    yield f"## Comments ({issue.comment_count})"
    if len(issue.comments) < issue.comment_count:
        yield f"Only the newest {len(issue.comments)} are here; Jira gives no more at once."
    for comment in issue.comments:
        yield _comment_head(comment)
        yield _body(comment.body, issue, site_url)


def _comment_head(comment: IssueComment) -> str:
    marks = " (internal)" if comment.internal else ""
    if comment.restricted_to:
        marks += f" (restricted to: {_line(comment.restricted_to)})"
    written = f", {_line(minute(comment.created))}" if comment.created else ""
    return f"{'#' * COMMENT_LEVEL} {_line(comment.author)}{written}{marks}"


def _body(body: Any, issue: IssueSource, site_url: str) -> str:
    text = adf.to_markdown(body, site_url=site_url, names=issue.names)
    return neutralize_imitations(text, COMMENT_LEVEL).strip("\n")


def _section(title: str, lines: Iterable[str]) -> list[str]:
    listed = "\n".join(f"- {line}" for line in lines)
    return [f"## {title}", listed] if listed else []


def _all_related(issue: IssueSource) -> list[RelatedIssue]:
    return [*([issue.parent] if issue.parent else []), *issue.subtasks, *issue.links]


def _related(related: RelatedIssue) -> str:
    status = f" ({related.status})" if related.status else ""
    return _line(f"{related.relation} {related.key}: {related.summary}{status}".strip())


def _attachment(attachment: Attachment) -> str:
    details = ", ".join(filter(None, (attachment.media_type, _size(attachment.size))))
    return _line(f"{attachment.name} ({details})" if details else attachment.name)


def _size(size: int) -> str:
    if size <= 0:
        return ""
    return f"{size} bytes" if size < 1024 else f"{size // 1024} KB"


def _line(text: str) -> str:
    return escape(" ".join(text.split()), "", "")
