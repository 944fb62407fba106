"""Lengths of time for a reader."""

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))


def days_and_hours(seconds: float) -> str:
    """The two largest units of the calendar: 3 d 4 h, 2 h 5 min, 40 s."""
    return _largest(int(seconds), _UNITS) or f"{int(seconds)} s"


def hours(seconds: float) -> str:
    """Work is counted in hours: how many make a day is for each site to say."""
    return _largest(int(seconds), _UNITS[1:]) or f"{int(seconds)} s"


def _largest(seconds: int, units: tuple[tuple[str, int], ...]) -> str:
    parts = []
    for unit, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])
