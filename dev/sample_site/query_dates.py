"""Dates in a query: absolute, relative such as -5d, and functions such as startOfDay()."""

import re
from datetime import UTC, datetime, timedelta

from dev.sample_site.dataset import NOW
from dev.sample_site.queries import Function

UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "M": timedelta(days=30),
}


def moment_of(value: str | Function) -> str | None:
    """The value as `YYYY-MM-DDTHH:MM:SS`; None when it is no date. "Now" is the site's own."""
    now = datetime.fromisoformat(NOW)
    if isinstance(value, Function):
        moved = _shifted(now, value.arguments[0]) if value.arguments else now
        return _start(moved, value.name.lower()).strftime("%Y-%m-%dT%H:%M:%S") if moved else None
    if shifted := _shifted(now, value):
        return shifted.strftime("%Y-%m-%dT%H:%M:%S")
    try:
        return datetime.fromisoformat(value.replace("/", "-")).strftime("%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return None


def _start(moment: datetime, function: str) -> datetime:
    if function in ("now", "currentlogin", "lastlogin"):
        return moment
    midnight = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    if function == "startofweek":
        return midnight - timedelta(days=moment.weekday())
    return midnight.replace(day=1) if function == "startofmonth" else midnight


def _shifted(now: datetime, period: str) -> datetime | None:
    parts = re.fullmatch(r"([+-]?)(\d+)([mhdwM])?", period.strip())
    if not parts:
        return None
    sign, count, unit = parts.groups()
    try:
        span = UNITS[unit or "m"] * int(count)
        return now - span if sign == "-" else now + span
    except OverflowError:
        return None
