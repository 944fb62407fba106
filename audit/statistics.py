"""How often what was called, day by day: cheap enough for a page, at any size of the log."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from django.core.cache import cache
from django.db.models import Count

from audit.actors import Actor
from audit.models import AuditLog
from audit.trail import audited
from audit.vocabulary import Action

DAYS = 30
LIVE_DAYS = 2  # today, and yesterday, whose last transactions may have come in late
DAY_COUNTS_TTL = (DAYS + 1) * 24 * 3600

# (action, outcome) → calls
Counts = Mapping[tuple[str, str], int]


def calls_per_day(actor: Actor, today: date, days: int = DAYS) -> dict[date, Counts]:
    """Oldest day first; days are those of UTC."""
    with audited(actor, Action.AUDIT_LIST, {}):
        return {day: _calls_on(actor.workspace, day, today) for day in _until(today, days)}


def _until(today: date, days: int) -> list[date]:
    return [today - timedelta(days=back) for back in reversed(range(days))]


def _calls_on(workspace: str, day: date, today: date) -> Counts:
    """The log is append-only: a day that is over is counted once, and then remembered."""
    if today - day < timedelta(days=LIVE_DAYS):
        return _count(workspace, day)
    key = f"calls:{workspace}:{day}"
    rows = cache.get(key)
    if rows is None:
        counts = _count(workspace, day)
        cache.set(key, [[*what, calls] for what, calls in counts.items()], DAY_COUNTS_TTL)
        return counts
    return {(action, outcome): calls for action, outcome, calls in rows}


def _count(workspace: str, day: date) -> Counts:
    """One range of the index audit_workspace."""
    start = datetime.combine(day, time.min, tzinfo=UTC)
    records = AuditLog.objects.filter(
        workspace=workspace, created_at__gte=start, created_at__lt=start + timedelta(days=1)
    )
    rows = records.order_by().values_list("action", "outcome").annotate(calls=Count("pk"))
    return {(action, outcome): calls for action, outcome, calls in rows}
