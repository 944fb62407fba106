"""How often what was called, by whom and of what: cheap enough for a page, at any size of the log."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import Self

from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.utils import timezone

from audit.actors import Actor
from audit.models import AuditLog
from audit.trail import audited
from audit.vocabulary import Action, Kind, Outcome, kind_of

DAYS = 30
LIVE_DAYS = 2  # today, and yesterday, whose last transactions may have come in late
HOURS = 48
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COUNTING_SECONDS = 1  # of one look; at ten million records thirty days take longer
MAX_NAMED = 10
DAYS_TTL, HOURS_TTL = (DAYS + 1) * 24 * 3600, 3 * 24 * 3600

# (action, outcome) → calls
Counts = Mapping[tuple[str, str], int]


@dataclass
class Activity:
    """What a workspace's records of some time come to."""

    calls: Counter[tuple[str, str]] = field(default_factory=Counter)  # by action and outcome
    readers: Counter[tuple[str]] = field(default_factory=Counter)  # reads and searches, by email
    containers: Counter[tuple[str, str]] = field(default_factory=Counter)  # reads, by product and project or space

    def add(self, other: Self) -> None:
        for name, counts in vars(self).items():
            counts.update(getattr(other, name))


def activity_per_day(actor: Actor, today: date, days: int = DAYS) -> dict[date, Activity]:
    """
    Oldest day first; days are those of UTC.

    What COUNTING_SECONDS do not suffice for, the oldest days of a large log, is left to the next look.
    """
    started, counted = monotonic(), {}
    with audited(actor, Action.AUDIT_LIST, {}):
        for day in (today - timedelta(days=back) for back in range(days)):
            counted[day] = _activity_of_day(actor.workspace, day, today)
            if monotonic() - started > COUNTING_SECONDS:
                break
    return dict(reversed(counted.items()))


def calls_per_hour(actor: Actor, now: datetime, hours: int = HOURS) -> dict[datetime, int]:
    """Reads and searches, oldest hour first."""
    newest = now.replace(minute=0, second=0, microsecond=0)
    with audited(actor, Action.AUDIT_LIST, {}):
        return {
            hour: _activity_of_hour(actor.workspace, hour).readers.total()
            for hour in (newest - n * HOUR for n in reversed(range(hours)))
        }


def readers(days: Iterable[Activity]) -> list[tuple[str, int]]:
    """Who read and searched most, with how many calls."""
    calls: Counter[tuple[str]] = Counter()
    for activity in days:
        calls.update(activity.readers)
    return [(email, number) for (email,), number in calls.most_common(MAX_NAMED)]


def containers_read(days: Iterable[Activity]) -> list[tuple[str, str, int]]:
    """The projects and spaces that were read most: product, key, how many reads."""
    calls: Counter[tuple[str, str]] = Counter()
    for activity in days:
        calls.update(activity.containers)
    return [(product, key, number) for (product, key), number in calls.most_common(MAX_NAMED)]


def _activity_of_day(workspace: str, day: date, today: date) -> Activity:
    """The log is append-only: a day or hour that is over is counted once, and then remembered."""
    start = datetime.combine(day, time.min, tzinfo=UTC)
    if today - day >= timedelta(days=LIVE_DAYS):
        return _counted_once("day", workspace, start, start + DAY, DAYS_TTL)
    live = min(max(start, _first_live_hour()), start + DAY)
    activity = _count(workspace, live, start + DAY) if live < start + DAY else Activity()
    for hour in range(int((live - start) / HOUR)):
        activity.add(_activity_of_hour(workspace, start + hour * HOUR))
    return activity


def _activity_of_hour(workspace: str, hour: datetime) -> Activity:
    if hour < _first_live_hour():
        return _counted_once("hour", workspace, hour, hour + HOUR, HOURS_TTL)
    return _count(workspace, hour, hour + HOUR)


def _first_live_hour() -> datetime:
    """The hour before this one may still get the record of a call that was long under way."""
    return timezone.now().replace(minute=0, second=0, microsecond=0) - HOUR


def _counted_once(unit: str, workspace: str, start: datetime, end: datetime, seconds: int) -> Activity:
    key = f"activity:{unit}:{workspace}:{start:%Y-%m-%dT%H}"
    kept = cache.get(key)
    if kept is not None:
        return Activity(*(Counter({tuple(what): calls for *what, calls in rows}) for rows in kept))
    activity = _count(workspace, start, end)
    # in a form that every cache holds
    cache.set(key, [[[*what, n] for what, n in counts.items()] for counts in vars(activity).values()], seconds)
    return activity


def _count(workspace: str, start: datetime, end: datetime) -> Activity:
    """By one range of the index audit_workspace."""
    records = AuditLog.objects.filter(workspace=workspace, created_at__gte=start, created_at__lt=end).order_by()
    activity = Activity(containers=_count_containers(records))
    for action, outcome, email, calls in records.values_list("action", "outcome", "actor").annotate(Count("pk")):
        activity.calls[action, outcome] += calls
        if kind_of(action) == Kind.READ:
            activity.readers[email,] += calls
    return activity


def _count_containers(records: QuerySet[AuditLog]) -> Counter[tuple[str, str]]:
    """Counts reads by the project in an issue's key, and by the space of a page."""
    reads = records.filter(outcome=Outcome.SUCCESS, action__in=(Action.JIRA_READ, Action.CONFLUENCE_READ))
    calls: Counter[tuple[str, str]] = Counter()
    rows = reads.values_list("action", "target__issue_key", "target__space_key").annotate(Count("pk"))
    for action, issue_key, space_key, number in rows:
        if action == Action.JIRA_READ:
            calls["Jira", str(issue_key or "").rpartition("-")[0]] += number
        else:
            calls["Confluence", str(space_key or "")] += number
    return Counter({(product, key): number for (product, key), number in calls.items() if key})
