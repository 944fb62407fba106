"""
What /metrics tells of this process: by kind of call, never by workspace, user or key.

Where no MEMORY_CORE_METRICS_TOKEN is set nothing is counted, and the library is not even loaded.
"""

from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from audit.instruments import Instruments

_upstream_seconds: ContextVar[float] = ContextVar("upstream_seconds", default=0.0)  # of the call under way


def call_began() -> None:
    _upstream_seconds.set(0.0)


def call_ended(action: str, outcome: str, channel: str, error_code: str, seconds: float | None) -> None:
    """Counts a call that left a record; seconds is None if it was refused before it began."""
    if (instruments := _instruments()) is None:
        return
    instruments.calls.labels(action, outcome, channel).inc()
    if error_code:
        instruments.errors.labels(error_code).inc()
    if seconds is not None:
        instruments.call_seconds.labels(action).observe(seconds)
        instruments.own_seconds.labels(action).observe(max(0.0, seconds - _upstream_seconds.get()))


def masked(kinds: dict[str, int]) -> None:
    if (instruments := _instruments()) is not None:
        for kind, count in kinds.items():
            instruments.masked.labels(kind).inc(count)


def record_not_written() -> None:
    if (instruments := _instruments()) is not None:
        instruments.record_failures.inc()


def upstream_slot(provider: str) -> AbstractContextManager[object]:
    instruments = _instruments()
    return instruments.slots_in_use.labels(provider).track_inprogress() if instruments else nullcontext()


def upstream_ended(provider: str, status: int | None, seconds: float, tries: int) -> None:
    """Counts one exchange with Atlassian, its retries included; status is None if there was no answer."""
    _upstream_seconds.set(_upstream_seconds.get() + seconds)
    if (instruments := _instruments()) is not None:
        instruments.upstream_requests.labels(provider, str(status or "none")).inc()
        instruments.upstream_seconds.labels(provider).observe(seconds)
        if tries > 1:
            instruments.upstream_retries.labels(provider).inc(tries - 1)


def _instruments() -> "Instruments | None":
    return _made() if settings.METRICS_TOKEN else None


@cache
def _made() -> "Instruments":
    from audit.instruments import Instruments

    return Instruments()
