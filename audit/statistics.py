"""How often what was called, day by day: cheap enough for a page, at any size of the log."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import Any

from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncHour
from django.utils import timezone

from audit.actors import Actor
from audit.models import AuditLog
from audit.trail import audited
from audit.vocabulary import Action, Kind, Outcome, kind_of

DAYS = 30
LIVE_DAYS = 2  # today, and yesterday, whose last transactions may have come in late
HOURS = 48
HOUR = timedelta(hours=1)
LIVE_TTL = 60
COUNTING_SECONDS = 1  # of one look; at ten million records thirty days take longer
MAX_NAMED = 10
DAY_COUNTS_TTL = (DAYS + 1) * 24 * 3600

# (action, outcome) → calls
Counts = Mapping[tuple[str, str], int]
DayCounts = Mapping[tuple[str, str, str], int]  # and by whom
# Counts a workspace's records from one moment to another.
Counting = Callable[[str, datetime, datetime], Mapping[Any, int]]


def calls_per_day(actor: Actor, today: date, days: int = DAYS) -> dict[date, Counts]:
    """Oldest day first; days are those of UTC. Fewer while a large log is counted for the first time."""
    with audited(actor, Action.AUDIT_LIST, {}):
        return {day: _by_action(calls) for day, calls in _calls(actor.workspace, today, days).items()}


def readers(actor: Actor, today: date, days: int = DAYS) -> list[tuple[str, int]]:
    """Who read and searched most, with how many calls."""
    calls: Counter[str] = Counter()
    with audited(actor, Action.AUDIT_LIST, {}):
        for counts in _calls(actor.workspace, today, days).values():
            for (action, _, email), number in counts.items():
                if kind_of(action) == Kind.READ:
                    calls[email] += number
    return calls.most_common(MAX_NAMED)


def containers_read(actor: Actor, today: date, days: int = DAYS) -> tuple[list[tuple[str, str, int]], int]:
    """The projects and spaces that were read most: product, key, how many reads; and of how many days."""
    calls: Counter[tuple[str, str]] = Counter()
    with audited(actor, Action.AUDIT_LIST, {}):
        counted = _day_by_day("containers", actor.workspace, today, days, _count_containers)
    for counts in counted.values():
        calls.update(counts)
    return [(product, key, number) for (product, key), number in calls.most_common(MAX_NAMED)], len(counted)


def calls_per_hour(actor: Actor, now: datetime, hours: int = HOURS) -> dict[datetime, int]:
    """Reads and searches, oldest hour first."""
    newest = now.replace(minute=0, second=0, microsecond=0)
    since = newest - timedelta(hours=hours - 1)
    with audited(actor, Action.AUDIT_LIST, {}):
        key = f"hours:{actor.workspace}:{since:%Y%m%d%H}"
        found = dict(cache.get_or_set(key, lambda: _count_hours(actor.workspace, since), LIVE_TTL) or ())
    return {hour: found.get(hour.isoformat(), 0) for hour in (since + timedelta(hours=n) for n in range(hours))}


def _by_action(calls: DayCounts) -> Counts:
    counts: Counter[tuple[str, str]] = Counter()
    for (action, outcome, _), number in calls.items():
        counts[action, outcome] += number
    return dict(counts)


def _calls(workspace: str, today: date, days: int) -> dict[date, DayCounts]:
    return _day_by_day("calls-by", workspace, today, days, _count)


def _day_by_day(name: str, workspace: str, today: date, days: int, count: Counting) -> dict[date, Any]:
    """Oldest day first. What COUNTING_SECONDS do not suffice for, the oldest days, is left to the next look."""
    started, counted = monotonic(), {}
    for day in (today - timedelta(days=back) for back in range(days)):
        counted[day] = _remembered(name, workspace, day, today, count)
        if monotonic() - started > COUNTING_SECONDS:
            break
    return dict(reversed(counted.items()))


def _remembered(name: str, workspace: str, day: date, today: date, count: Counting) -> Any:
    """The log is append-only: a day or hour that is over is counted once, and then remembered."""
    start = datetime.combine(day, time.min, tzinfo=UTC)
    if today - day >= timedelta(days=LIVE_DAYS):
        return _counted_once(name, workspace, start, start + timedelta(days=1), count)
    counts: Counter[tuple[str, ...]] = Counter()
    live = max(start, min(_first_live_hour(), start + timedelta(days=1)))
    for hour in range(int((live - start) / HOUR)):
        began = start + hour * HOUR
        counts.update(_counted_once(f"{name}:hour", workspace, began, began + HOUR, count))
    counts.update(count(workspace, live, start + timedelta(days=1)))
    return dict(counts)


def _first_live_hour() -> datetime:
    """The hour before this one may still get the record of a call that was long under way."""
    return timezone.now().replace(minute=0, second=0, microsecond=0) - HOUR


def _counted_once(name: str, workspace: str, start: datetime, end: datetime, count: Counting) -> Any:
    key = f"{name}:{workspace}:{start:%Y-%m-%dT%H}"
    rows = cache.get(key)
    if rows is None:
        counts = count(workspace, start, end)
        cache.set(key, [[*what, calls] for what, calls in counts.items()], DAY_COUNTS_TTL)
        return counts
    return {tuple(what): calls for *what, calls in rows}


def _within(workspace: str, start: datetime, end: datetime) -> QuerySet[AuditLog]:
    """One range of the index audit_workspace."""
    return AuditLog.objects.filter(workspace=workspace, created_at__gte=start, created_at__lt=end).order_by()


def _count(workspace: str, start: datetime, end: datetime) -> DayCounts:
    rows = _within(workspace, start, end).values_list("action", "outcome", "actor").annotate(calls=Count("pk"))
    return {(action, outcome, email): calls for action, outcome, email, calls in rows}


def _count_containers(workspace: str, start: datetime, end: datetime) -> dict[tuple[str, str], int]:
    """By the project in an issue's key, and the space that a read page lay in."""
    reads = _within(workspace, start, end).filter(outcome=Outcome.SUCCESS)
    calls: Counter[tuple[str, str]] = Counter()
    issues = reads.filter(action=Action.JIRA_READ).values_list("target__issue_key").annotate(calls=Count("pk"))
    for key, number in issues:
        calls["Jira", str(key or "").rpartition("-")[0]] += number
    pages = reads.filter(action=Action.CONFLUENCE_READ).values_list("target__space_key").annotate(calls=Count("pk"))
    for key, number in pages:
        calls["Confluence", str(key or "")] += number
    return {(product, key): number for (product, key), number in calls.items() if key}


def _count_hours(workspace: str, since: datetime) -> list[tuple[str, int]]:
    """In a form that every cache holds."""
    records = AuditLog.objects.filter(workspace=workspace, created_at__gte=since).order_by()
    rows = records.values_list(TruncHour("created_at"), "action").annotate(calls=Count("pk"))
    calls: Counter[datetime] = Counter()
    for hour, action, number in rows:
        if kind_of(action) == Kind.READ:
            calls[hour] += number
    return [(hour.isoformat(), number) for hour, number in calls.items()]
