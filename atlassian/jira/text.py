"""An issue as an agent reads it: what it is, what it says, what was said about it, what hangs on it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from atlassian.attachments.files import AttachedFile, readable_size
from atlassian.jira.comments import CommentPage, IssueComment
from atlassian.jira.fields.reading import Field, Plain
from atlassian.jira.issues import IssueFacts, IssueSource, RelatedIssue
from atlassian.moments import minute
from atlassian.rendering import adf
from atlassian.rendering.imitations import facts_line, neutralize_imitations
from atlassian.rendering.markdown.escaping import escape

SECTION_LEVEL, COMMENT_LEVEL = 2, 3
MAX_JSON_CHARS = 1_000  # of one field beside the content, which holds all of it


@dataclass(frozen=True)
class Section:
    title: str
    lines: Sequence[str]  # Markdown

    def __str__(self) -> str:
        return f"{'#' * SECTION_LEVEL} {self.title}\n\n" + "\n".join(self.lines)


@dataclass(frozen=True)
class IssueText:
    """Writes one issue; texts of others stand below headings of ours."""

    issue: IssueSource
    site_url: str
    pictures: Mapping[str, str] = field(default_factory=dict)  # media id → file

    def markdown(self, sections: Iterable[Section] = ()) -> str:
        """`sections` are those that were asked for besides."""
        issue, facts = self.issue, self.issue.facts
        parts = [_facts(facts), facts_line(_fact(each) for each in issue.fields if not each.is_long)]
        parts += [self.body(issue.description), *map(self._long_field, filter(lambda each: each.is_long, self._fields))]
        parts += [*map(str, sections), *self._comments(issue.comments)]
        parts += _listed("Attachments", map(_attachment, facts.attachments))
        parts += _listed("Links", map(_related, _all_related(facts)))
        return "\n\n".join(filter(None, parts))

    def fields(self, masked: Callable[[str], str]) -> dict[str, Plain]:
        """Plain values by name, for JSON. A long text is masked, then cut: the content has all of it."""
        return {each.name: self._plain(each, masked) for each in self._fields}

    def body(self, body: Any) -> str:
        text = adf.to_markdown(body, site_url=self.site_url, names=self.issue.names, files=self.pictures)
        return neutralize_imitations(text, COMMENT_LEVEL).strip("\n")

    @cached_property
    def _documents(self) -> dict[str, str]:
        """The long fields as Markdown, by id."""
        return {each.id: self.body(each.document or each.text) for each in self.issue.fields if each.is_long}

    @property
    def _fields(self) -> list[Field]:
        """Without rich text that holds nothing: what was emptied stays a document."""
        return [each for each in self.issue.fields if not each.is_long or self._documents[each.id]]

    def _plain(self, each: Field, masked: Callable[[str], str]) -> Plain:
        text = each.value if each.document is None else self._documents[each.id]
        if not isinstance(text, str) or len(text) <= MAX_JSON_CHARS:
            return text
        text = masked(text)
        return f"{text[:MAX_JSON_CHARS]}… ({MAX_JSON_CHARS:,} of {len(text):,} characters; content has all)"

    def _long_field(self, each: Field) -> str:
        return str(Section(one_line(each.name), [self._documents[each.id]]))

    def _comments(self, page: CommentPage) -> Iterable[str]:
        if not page.total:
            return
        yield f"{'#' * SECTION_LEVEL} Comments ({page.total})"
        if not page.is_complete:
            yield _which_comments(page)
        for comment in page.comments:
            yield _comment_head(comment)
            yield self.body(comment.body)


def one_line(text: str) -> str:
    return escape(" ".join(text.split()), "", "")


def restricted_to(whom: str) -> str:
    return f" (restricted to: {one_line(whom)})" if whom else ""


def _facts(issue: IssueFacts) -> str:
    facts = [
        issue.issue_type or "",
        issue.status,
        f"priority {issue.priority}" if issue.priority else "",
        f"assigned to {issue.assignee}" if issue.assignee else "unassigned" if issue.assignee is None else "",
        f"updated {minute(issue.updated)}" if issue.updated else "",
    ]
    return facts_line(one_line(fact) for fact in facts)


def _fact(field: Field) -> str:
    return f"{one_line(field.name)}: {one_line(field.text)}"


def _which_comments(page: CommentPage) -> str:
    if not page.is_placed:
        return f"Only {len(page.comments)} of them are here."
    if not page.comments:
        return "None of those is here."
    first = page.before + 1
    shown = f"Only the newest {len(page.comments)} are here"
    if page.before + len(page.comments) < page.total:
        shown = f"Only the comments {first} to {page.before + len(page.comments)} are here, counted from the oldest"
    return f"{shown}; read again with comments_before={first} for older ones." if page.before else f"{shown}."


def _comment_head(comment: IssueComment) -> str:
    marks = (" (reply)" if comment.is_reply else "") + (" (internal)" if comment.internal else "")
    written = f", {one_line(minute(comment.created))}" if comment.created else ""
    return f"{'#' * COMMENT_LEVEL} {one_line(comment.author)}{written}{marks}{restricted_to(comment.restricted_to)}"


def _listed(title: str, lines: Iterable[str]) -> list[str]:
    listed = [f"- {line}" for line in lines]
    return [str(Section(title, listed))] if listed else []


def _all_related(facts: IssueFacts) -> list[RelatedIssue]:
    return [*([facts.parent] if facts.parent else []), *facts.subtasks, *facts.links]


def _related(related: RelatedIssue) -> str:
    summary = f": {related.summary}" if related.summary else ""
    status = f" ({related.status})" if related.status else ""
    return one_line(f"{related.relation} {related.key}{summary}{status}".strip())


def _attachment(attachment: AttachedFile) -> str:
    details = ", ".join(filter(None, (attachment.media_type, readable_size(attachment.size))))
    return one_line(f"{attachment.name} ({details})" if details else attachment.name)
