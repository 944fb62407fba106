"""A strip of daily bars for each action: numbers in, the geometry of an SVG out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from audit.statistics import Counts
from audit.vocabulary import Outcome

DAY_WIDTH, HEIGHT = 10, 32  # of which a bar takes 7 (templates/console/charts.html)
SOME = 1.0  # what is lower than this is drawn as a mark that says "some", not as a bar
MARK = 1.5
MAX_SPARKLINES = 10


@dataclass(frozen=True)
class Bar:
    """Its height is in proportion; a mark stands for what would be too low to be seen."""

    x: int
    y: str  # numbers as an SVG takes them, whatever the locale
    height: str
    outcome: str
    title: str


@dataclass(frozen=True)
class Sparkline:
    """One action's calls; bars are stacked by outcome, successes at the bottom."""

    action: str
    calls: int
    denied: int
    failed: int
    bars: tuple[Bar, ...]


def sparklines(days: Mapping[date, Counts]) -> list[Sparkline]:
    """The most frequent actions first, all on one scale."""
    totals: Counter[str] = Counter()
    highest = 1
    for counts in days.values():
        per_action = calls_by_action(counts)
        totals.update(per_action)
        highest = max(highest, *per_action.values(), 1)
    return [_sparkline(action, days, highest) for action, _ in totals.most_common(MAX_SPARKLINES)]


def calls_by_action(counts: Counts) -> Counter[str]:
    calls: Counter[str] = Counter()
    for (action, _), number in counts.items():
        calls[action] += number
    return calls


def width_of(days: Mapping[date, Counts]) -> int:
    return len(days) * DAY_WIDTH


def table_rows(days: Mapping[date, Counts]) -> list[dict[str, Any]]:
    """The same numbers as a table, newest day first."""
    return [
        {"day": day, "action": action, "outcome": outcome, "calls": calls}
        for day, counts in reversed(list(days.items()))
        for (action, outcome), calls in sorted(counts.items())
    ]


def _sparkline(action: str, days: Mapping[date, Counts], highest: int) -> Sparkline:
    total = Counter({outcome: sum(counts.get((action, outcome), 0) for counts in days.values()) for outcome in Outcome})
    bars = [bar for n, (day, counts) in enumerate(days.items()) for bar in _bars(n, day, action, counts, highest)]
    return Sparkline(action, total.total(), total[Outcome.DENIED], total[Outcome.FAILED], tuple(bars))


def _bars(n: int, day: date, action: str, counts: Counts, highest: int) -> list[Bar]:
    bars, top = [], float(HEIGHT)
    for outcome in Outcome:
        calls = counts.get((action, outcome), 0)
        if calls:
            height = HEIGHT * calls / highest
            top -= height
            bars.append(_bar(n * DAY_WIDTH + 1, top, height, outcome, f"{day}: {calls} {outcome}"))
    return bars


def hour_bars(hours: Mapping[datetime, int]) -> dict[str, Any]:
    """Calls per hour: bars, and the same as rows of a table."""
    highest = max(hours.values(), default=0)
    bars = [
        _bar(n * DAY_WIDTH + 1, HEIGHT - height, height, Outcome.SUCCESS, f"{hour:%Y-%m-%d %H:00}: {calls}")
        for n, (hour, calls) in enumerate(hours.items())
        if calls
        for height in [HEIGHT * calls / highest]
    ]
    return {"bars": bars, "width": len(hours) * DAY_WIDTH, "rows": list(hours.items())[::-1], "highest": highest}


def _bar(x: int, top: float, height: float, outcome: str, title: str) -> Bar:
    if height >= SOME:
        return Bar(x, f"{top:.1f}", f"{height:.1f}", outcome, title)
    return Bar(x, f"{min(top, HEIGHT - MARK):.1f}", f"{MARK:.1f}", f"{outcome} some", title)
