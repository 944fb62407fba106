"""When to ask Atlassian again: what its headers say, in each of their forms."""

import random
import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from atlassian.upstream.responses import Response

# Of each status that another try may mend. A 500 or 408 may be a stumble, but most that come twice stay.
MAX_RETRIES = {429: 2, 502: 2, 503: 2, 504: 2, 500: 1, 408: 1}
MIN_PAUSE = 0.25
MAX_PAUSE = 5.0  # an agent is waiting; longer is for the caller to decide
MAX_WAIT = 6 * 3600.0
OF_ANY_STATUS = ("Retry-After",)
# What says when a limit ends, the surest first. Every answer may carry them: elsewhere they speak of no trouble. Those
# of a beta are of limits that are not enforced yet, and stand last.
OF_A_LIMIT = (
    *OF_ANY_STATUS,
    "X-RateLimit-Reset",
    "RateLimit",
    "RateLimit-Reset",
    "Beta-Retry-After",
    "X-Beta-Retry-After",
    "X-Beta-RateLimit-Reset",
)
LIMITING_STATUSES = frozenset({429, 503})
_NUMBERS = re.compile(r"[0-9]+(\.[0-9]*)?(\s*,\s*[0-9]+(\.[0-9]*)?)*", re.ASCII)
# Of "jira-burst-based";r=0;t=12, where nothing is left of that limit.
_UNTIL_RESET = re.compile(r";\s*r=0\s*;\s*t=([0-9]{1,15})", re.ASCII)


def pause_before_retry(response: Response, tries: int) -> float | None:
    """Seconds after which to ask again; None: this answer stands. Asking earlier than told would only prolong it."""
    if tries > MAX_RETRIES.get(response.status, 0):
        return None
    told = told_wait(response) or 0.0
    return max(told, _backoff(tries)) if told <= MAX_PAUSE else None


def told_wait(response: Response) -> float | None:
    """Seconds until Atlassian wants to be asked again; None where it does not say, or not in a form that is known."""
    names = OF_A_LIMIT if response.status in LIMITING_STATUSES else OF_ANY_STATUS
    told = [wait for name in names if (wait := _seconds(response.headers.get(name, ""))) is not None]
    # A wait that is over tells nothing where another header tells one.
    wait = next((each for each in told if each > 0), 0.0 if told else None)
    return None if wait is None else min(wait, MAX_WAIT)


def _backoff(tries: int) -> float:
    return MIN_PAUSE * 2.0 ** (tries - 1) * random.uniform(1, 1.25)  # noqa: S311  spreads callers, hides nothing


def _seconds(value: str) -> float | None:
    """
    From now, of a number, of HTTP's date or of an ISO time, with or without seconds; the longest of several. None for
    what is none of these.
    """
    value = value.strip()
    if in_limit := _UNTIL_RESET.search(value):
        value = in_limit[1]
    if _NUMBERS.fullmatch(value):
        return max(_until_number(float(number.strip()[:15])) for number in value.split(","))
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return max(0.0, _until(parse(value)))
        except (ValueError, IndexError, OverflowError):
            continue
    return None


def _until_number(number: float) -> float:
    """Milliseconds or seconds since 1970; what is too small for a moment of this century is a number of seconds."""
    if number >= 10**12:
        return max(0.0, number / 1000 - time.time())
    return max(0.0, number - time.time()) if number >= 10**9 else number


def _until(moment: datetime) -> float:
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime.fromtimestamp(time.time(), UTC)).total_seconds()
