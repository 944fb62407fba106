"""Work that people have logged on an issue."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from atlassian.jira.comments import restriction_of
from atlassian.jira.extras.durations import hours
from atlassian.jira.people import person
from atlassian.jira.text import Section, one_line, restricted_to
from atlassian.moments import instant, minute
from atlassian.upstream.responses import dig, items, number, text

MAX_WORKLOGS = 5_000  # what Jira gives at once


@dataclass(frozen=True)
class Worklog:
    author: str
    started: str
    seconds: int
    comment: Any
    restricted_to: str


def worklogs_of(page: Any) -> tuple[list[Worklog], int]:
    """Newest first, and how many there are in all."""
    found = [_worklog(row) for row in items(page, "worklogs")]
    found.sort(key=lambda each: instant(each.started), reverse=True)
    return found, max(number(page, "total"), len(found))


def worklog_section(worklogs: list[Worklog], total: int, body: Callable[[Any], str]) -> Section:
    if not worklogs:
        return Section("Work log (0)", ["No work has been logged."])
    people: dict[str, int] = {}
    for each in worklogs:
        people[each.author] = people.get(each.author, 0) + each.seconds
    by_person = ", ".join(f"{one_line(name)} {hours(seconds)}" for name, seconds in people.items())
    lines = [f"{hours(sum(people.values()))} in all: {by_person}.", ""]
    if len(worklogs) < total:
        lines.insert(0, f"Only {len(worklogs)} of {total} entries are here, and the sums are theirs.")
    return Section(f"Work log ({total})", lines + [f"- {_line(each, body)}" for each in worklogs])


def _worklog(row: dict[str, Any]) -> Worklog:
    is_app = text(row, "author", "accountType") == "app"
    author = person(row, "author") or "somebody"
    return Worklog(
        author=f"{author} (app)" if is_app else author,
        started=text(row, "started"),
        seconds=max(number(row, "timeSpentSeconds"), 0),
        comment=dig(row, "comment"),
        restricted_to=restriction_of(row),
    )


def _line(worklog: Worklog, body: Callable[[Any], str]) -> str:
    comment = " ".join(body(worklog.comment).split())
    head = f"{one_line(minute(worklog.started))}, {one_line(worklog.author)}, {hours(worklog.seconds)}"
    return f"{head}{restricted_to(worklog.restricted_to)}{': ' + comment if comment else ''}"
