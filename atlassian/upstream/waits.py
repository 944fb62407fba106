"""When to ask Atlassian again: what its headers say, in each of their forms."""

import random
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from atlassian.upstream.responses import Response

MAX_RETRIES = 2
RETRIED_STATUSES = frozenset({429, 502, 503, 504})
MIN_PAUSE = 0.25
MAX_PAUSE = 5.0  # an agent is waiting; longer is for the caller to decide
MAX_WAIT = 6 * 3600.0


def pause_before_retry(response: Response, tries: int) -> float | None:
    """Seconds after which to ask again; None: this answer stands. Asking earlier than told would only prolong it."""
    if response.status not in RETRIED_STATUSES or tries > MAX_RETRIES:
        return None
    told = told_wait(response) or 0.0
    return max(told, _backoff(tries)) if told <= MAX_PAUSE else None


def told_wait(response: Response) -> float | None:
    """Seconds until Atlassian wants to be asked again; None where it does not say, or not in a form that is known."""
    wait = _retry_after(response.headers)
    if wait is None and response.status == 429:
        wait = _until_reset(response.headers)
    return None if wait is None else min(max(0.0, wait), MAX_WAIT)


def _backoff(tries: int) -> float:
    return MIN_PAUSE * 2.0 ** (tries - 1) * random.uniform(1, 1.25)  # noqa: S311  spreads callers, hides nothing


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, or the date of HTTP. https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3"""
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]*)?", value, re.ASCII):
        return float(value[:15])
    try:
        return _seconds_until(parsedate_to_datetime(value))
    except (ValueError, IndexError, OverflowError):
        return None


def _until_reset(headers: Mapping[str, str]) -> float | None:
    """Jira gives an ISO time, with or without seconds; Confluence counts the seconds since 1970."""
    value = headers.get("X-RateLimit-Reset", "").strip()
    if re.fullmatch(r"[0-9]{1,15}", value, re.ASCII):
        return _until_number(int(value))
    try:
        return _seconds_until(datetime.fromisoformat(value))
    except (ValueError, OverflowError):
        return None


def _until_number(number: int) -> float:
    """Milliseconds or seconds since 1970; what is too small for a moment of this century is a number of seconds."""
    if number >= 10**12:
        return number / 1000 - time.time()
    return number - time.time() if number >= 10**9 else float(number)


def _seconds_until(moment: datetime) -> float:
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime.fromtimestamp(time.time(), UTC)).total_seconds()
