"""A strip of daily bars for each action: numbers in, the geometry of an SVG out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from audit.statistics import Counts
from audit.vocabulary import Outcome

DAY_WIDTH, BAR_WIDTH, HEIGHT = 10, 7, 32
LEAST = 2.0  # so that one call among thousands is still seen
MAX_SPARKLINES = 10


@dataclass(frozen=True)
class Bar:
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
            height = max(LEAST, (HEIGHT - 2 * LEAST) * calls / highest)
            top -= height
            bars.append(Bar(n * DAY_WIDTH + 1, f"{top:.1f}", f"{height:.1f}", outcome, f"{day}: {calls} {outcome}"))
    return bars
