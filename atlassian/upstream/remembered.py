"""What answers tell again and again, like the names of people and spaces, in the cache: written now and then."""

import time
from collections.abc import Mapping
from typing import Any

from django.core.cache import cache

WRITTEN_AGAIN_AFTER = 300.0  # of the day for which it is remembered
MAX_WRITTEN = 1_000

_written: dict[str, tuple[Any, float]] = {}  # by this process: what, and when it is written again


def remember(values: Mapping[str, Any], ttl: float) -> None:
    now = time.monotonic()
    new = {key: value for key, value in values.items() if not _is_written(key, value, now)}
    if not new:
        return
    cache.set_many(new, ttl)
    if len(_written) > MAX_WRITTEN:
        _written.clear()
    _written.update({key: (value, now + WRITTEN_AGAIN_AFTER) for key, value in new.items()})


def _is_written(key: str, value: Any, now: float) -> bool:
    written, until = _written.get(key, (None, 0.0))
    return now < until and written == value
