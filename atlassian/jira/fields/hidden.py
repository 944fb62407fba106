"""Fields that a workspace keeps from agents: in no fact, section, history or JSON, and in no condition of a query."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.cache import cache

from atlassian.errors import UpstreamFailure
from atlassian.jira.fields.reading import name_of
from atlassian.jira.fields.system import SYSTEM_NAMES
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import items, line, mapping, texts

FIELD_NAMES_TTL = 600
# A field by its number: cf[10031], customfield_10031.
_BY_NUMBER = re.compile(r"(?:cf\[|customfield_)(\d{1,18})\]?")
# In a query a name may say of which kind the field is: "Severity[Dropdown]".
_KIND = re.compile(r"\[[^\[\]]*\]$")


class HiddenFields:
    """One of Jira's own that is hidden by one of its names is hidden by all of them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(filter(None, map(_folded, names)))
        if self._names:
            self._names = self._names.union(*(own for own in _OWN_NAMES if not self._names.isdisjoint(own)))

    def __bool__(self) -> bool:
        return bool(self._names)

    def hides(self, *names: str) -> bool:
        return any(_folded(name) in self._names for name in names if name)

    def named_in(self, answer: Any) -> "HiddenFields":
        """The same fields, by their ids too where they are hidden by the names that an issue of Jira's gives them."""
        names = mapping(answer, "names") if self._names else {}
        return HiddenFields([*self._names, *(field_id for field_id in names if self.hides(name_of(answer, field_id)))])

    def params(self, fields: str) -> dict[str, str]:
        """Parameters that ask Jira for these fields, and for their names where some are hidden by them."""
        return {"fields": fields} | ({"expand": "names"} if self._names else {})

    def without_hidden(self, issue: Any, answer: Any = None) -> Any:
        """
        An issue of Jira's without them, before anything else looks at it.

        `answer` is what names the fields: a list of issues does so once for all of them. None: the issue itself.
        """
        if not self._names or not isinstance(issue, dict):
            return issue
        names = issue if answer is None else answer
        kept = {
            field_id: self._without_hidden_below(value)
            for field_id, value in mapping(issue, "fields").items()
            if not self.hides(field_id, name_of(names, field_id))
        }
        return {**issue, "fields": kept}

    def _without_hidden_below(self, value: Any) -> Any:
        """A parent, a subtask or a linked issue brings some of its own fields along."""
        if isinstance(value, list):
            return [self._without_hidden_below(each) for each in value]
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("fields"), dict):
            return self.without_hidden(value)
        ends = {end: self.without_hidden(value[end]) for end in ("inwardIssue", "outwardIssue") if end in value}
        return value | ends if ends else value

    def hidden_among(self, used: Sequence[str], client: AtlassianClient) -> list[str]:
        """Which of the fields that a query uses are hidden, by any of their names."""
        if not self._names:
            return []
        told = self._aliases(client)
        return [name for name in used if self._is_hidden(_folded(name), told)]

    def _is_hidden(self, name: str, told: frozenset[str] | None) -> bool:
        if name in self._names or name in ALL_TEXTS:  # the hidden ones are a part of all texts
            return True
        return name in told if told is not None else _BY_NUMBER.fullmatch(name) is not None

    def _aliases(self, client: AtlassianClient) -> frozenset[str] | None:
        """
        All names of the hidden fields; None where Jira does not tell them now, and no number can be judged.
        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/
        """
        key = f"jira-fields:{client.credentials.fingerprint}"
        rows = cache.get(key)
        if rows is None:
            try:
                rows = [_names_of_row(row) for row in items(client.get("/rest/api/3/field"))]
            except UpstreamFailure:
                return None
            cache.set(key, rows, FIELD_NAMES_TTL)
        return frozenset(name for row in rows if not self._names.isdisjoint(row) for name in row)


def _names_of_row(row: Any) -> list[str]:
    own = [line(row, name) for name in ("id", "key", "name", "untranslatedName")]
    return sorted(set(filter(None, map(_folded, [*own, *texts(row, "clauseNames")]))))


def _folded(name: str) -> str:
    name = " ".join(name.split()).strip("\"'").casefold()
    number = _BY_NUMBER.fullmatch(name)
    return f"customfield_{number[1]}" if number else _KIND.sub("", name).strip()


ALL_TEXTS = ("text", "textfields")
# What a condition of a query or a row of the history calls a field of Jira's own, where not by its id or name.
_OTHER_NAMES = {
    "issuetype": ("type", "workType"),
    "duedate": ("due",),
    "components": ("component",),
    "fixVersions": ("fixVersion",),
    "versions": ("affectedVersion",),
    "security": ("level",),
    "attachment": ("attachments",),
    "comment": ("lastCommentedBy",),
    "worklog": ("Work log", "worklogAuthor", "worklogComment", "worklogDate", "WorklogId"),
    "timetracking": ("timeSpent", "originalEstimate", "remainingEstimate", "timeEstimate", "timeOriginalEstimate"),
    "votes": ("voter",),
    "watches": ("watcher", "watchers"),
    "resolutiondate": ("resolved",),
    "created": ("createdDate",),
    "updated": ("updatedDate",),
    "issuelinks": ("issueLinkType", "Link"),
    "parent": ("IssueParentAssociation",),
}
_OWN_NAMES = [
    frozenset(map(_folded, (field, name, *_OTHER_NAMES.get(field, ())))) for field, name in SYSTEM_NAMES.items()
]
