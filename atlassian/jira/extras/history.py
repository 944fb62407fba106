"""Who changed what of an issue, and how long it stood in each status."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from atlassian.jira.extras.durations import days_and_hours
from atlassian.jira.fields.hidden import HiddenFields
from atlassian.jira.people import person
from atlassian.jira.references import ISSUE_NUMBER, PROJECT_KEY, project_of
from atlassian.jira.text import Section, one_line
from atlassian.moments import instant, minute
from atlassian.upstream.responses import items, line, number, text

MAX_SHOWN_CHARS = 200  # of a value before and after; longer texts have only changed
_ISSUE_KEY = re.compile(rf"(?<![\w-])({PROJECT_KEY})-{ISSUE_NUMBER}(?![\w-])")
_NAMES_ISSUES = frozenset({"", "parent", "issuelinks", "subtasks"})
_PROJECTS = frozenset({"project", "key"})
_REMOTE_LINKS = frozenset({"remoteissuelink", "remoteworkitemlink"})


@dataclass(frozen=True)
class Item:
    field: str
    before: str
    after: str
    is_status: bool = False


@dataclass(frozen=True)
class Change:
    created: str
    number: int
    author: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class HistoryReader:
    hidden: HiddenFields
    within: Callable[[str], bool]
    is_bounded: bool  # there is an allowlist
    shows_titles: bool = True  # of linked pages, whatever their space

    def changes(self, rows: Iterable[dict[str, Any]]) -> list[Change]:
        """Newest first, whatever the order of Jira's; without what is hidden."""
        read = [self._change(row) for row in rows]
        read.sort(key=lambda change: (instant(change.created), change.number), reverse=True)
        return [change for change in read if change.items]

    def _change(self, row: dict[str, Any]) -> Change:
        shown = [self._item(item) for item in items(row, "items") if not self._is_hidden(item)]
        return Change(_moment(row), number(row, "id"), person(row, "author") or "somebody", tuple(shown))

    def _is_hidden(self, item: dict[str, Any]) -> bool:
        return self.hidden.hides(line(item, "field"), line(item, "fieldId"))

    def _item(self, item: dict[str, Any]) -> Item:
        field_id = line(item, "fieldId") or line(item, "field")
        before, after = text(item, "fromString"), text(item, "toString")
        if not all(self._may_be_shown(item, value) for value in (before, after)):
            before = after = ""
        return Item(line(item, "field"), before, after, is_status=field_id == "status")

    def _may_be_shown(self, item: dict[str, Any], value: str) -> bool:
        """False for a long text, and for what names an issue or project outside the allowlist."""
        if len(value) > MAX_SHOWN_CHARS or "\n" in value.strip():
            return False
        field_id = (line(item, "fieldId") or line(item, "field")).casefold()
        # 'This issue links to "Title (Web Link)"': of another kind it is a page, and names no space.
        if value and field_id in _REMOTE_LINKS and not self.shows_titles and not value.endswith('(Web Link)"'):
            return False
        if not self.is_bounded:
            return True
        return field_id not in _PROJECTS and all(self.within(project) for project in _projects_in(item, value))


def _projects_in(item: dict[str, Any], value: str) -> set[str]:
    """
    Those of the issues that a value names. What people type only mentions them, as a description does; what begins
    with them, and what Jira writes itself (links and parents, which have no fieldId), names them.
    """
    if line(item, "fieldtype") == "custom":
        return set(takewhile(bool, map(project_of, value.replace(",", " ").replace(":", " ").split())))
    if line(item, "fieldId").casefold() not in _NAMES_ISSUES:
        return set()
    return {key[1].upper() for key in _ISSUE_KEY.finditer(value)}


def history_section(changes: Sequence[Change], total: int, shown: int) -> Section:
    lines = [f"- {_line(change)}" for change in changes] or ["Nothing has been changed."]
    if shown < total:
        lines = [f"Only the newest {shown} of {total} changes are here.", "", *lines]
    return Section(f"History ({total})", lines)


def time_in_status(created: str, changes: Sequence[Change], current: str) -> str:
    """
    Of all changes of status, the time that has passed in each; the current one with its beginning, which stays true.
    """
    turns = [(change.created, item) for change in reversed(changes) for item in change.items if item.is_status]
    spent: dict[str, float] = {}
    since, status = created, turns[0][1].before if turns else current
    for moment, item in turns:
        spent[status] = spent.get(status, 0.0) + max(instant(moment) - instant(since), 0.0)
        since, status = moment, item.after
    said = [f"{one_line(name)} {days_and_hours(seconds)}" for name, seconds in spent.items() if name]
    return "Time in status: " + " · ".join([*said, f"{one_line(status)} since {one_line(minute(since))}"])


def _line(change: Change) -> str:
    return f"{one_line(minute(change.created))}, {one_line(change.author)}: " + "; ".join(map(_said, change.items))


def _said(item: Item) -> str:
    name = one_line(item.field)
    if not item.before and not item.after:
        return f"{name} changed"
    return f"{name}: {one_line(item.before) or 'nothing'} → {one_line(item.after) or 'nothing'}"


def _moment(row: dict[str, Any]) -> str:
    """One route gives milliseconds since 1970."""
    milliseconds = number(row, "created")
    if milliseconds <= 0:
        return text(row, "created")
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
