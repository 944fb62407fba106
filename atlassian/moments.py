"""
How a moment is written for a reader: in UTC, and saying so.

Jira gives moments in the zone of the connected account, Confluence in UTC. Two of them can be compared only if one
zone holds for both. A date without a time stays a date, and what cannot be read stays as it was given.
"""

from datetime import UTC, datetime


def minute(timestamp: str) -> str:
    """Like 2026-11-18 06:22 UTC. A time of day without a zone is shown without one."""
    moment = _parsed(timestamp)
    if moment is None:
        return " ".join(timestamp.split())
    if moment.tzinfo is None:
        return f"{moment:%Y-%m-%d %H:%M}"
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def day(timestamp: str) -> str:
    """The date in UTC, like 2026-11-18."""
    moment = _parsed(timestamp)
    if moment is None:
        return timestamp.strip()[:10]
    return f"{moment.astimezone(UTC) if moment.tzinfo else moment:%Y-%m-%d}"


def in_utc(timestamp: str) -> str:
    """For JSON. What is in UTC already stays character for character; another zone is converted."""
    moment = _parsed(timestamp)
    if moment is None or not moment.utcoffset():
        return timestamp
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(timestamp: str) -> float:
    """Seconds to sort by: the text does not sort, since offsets change with summer time. 0 for what cannot be read."""
    moment = _parsed(timestamp)
    try:
        return moment.timestamp() if moment else 0.0
    except (ValueError, OverflowError):
        return 0.0


def _parsed(timestamp: str) -> datetime | None:
    """None for a date without a time, for what is no moment, and for the first and last year of the calendar."""
    if len(timestamp) <= 10:
        return None
    try:
        moment = datetime.fromisoformat(timestamp)
        return moment if 1 < moment.year < 9999 else None
    except ValueError:
        return None
