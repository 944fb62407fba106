"""Fixed-window counters in the shared cache: exact over many processes, unlike a read followed by a write."""

import hashlib
import threading
import time
from collections import Counter

from django.core.cache import cache

MAX_LOCAL_COUNTERS = 100_000


def seconds_to_wait(name: str, limit: int, window: int = 60) -> int | None:
    """Count one call under name; None while at most limit were counted in this window of seconds."""
    now = time.time()
    key = f"limit:{hashlib.sha256(name.encode(errors='replace')).hexdigest()}:{int(now // window)}"
    try:
        count = cache.incr(key)
    except ValueError:
        count = _first_count(key, window, int(now // window))
    return None if count <= limit else window - int(now % window)


def _first_count(key: str, window: int, number: int) -> int:
    cache.add(key, 0, timeout=window * 2)
    try:
        return cache.incr(key)
    except ValueError:  # the cache is away, or has dropped the counter between the two lines
        return _local.count(key, number)


class _LocalCounters:
    """Of this process, for while the cache is away: a limit that only held with Redis would be none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._window = 0

    def count(self, key: str, window: int) -> int:
        with self._lock:
            if window != self._window or len(self._counts) >= MAX_LOCAL_COUNTERS:
                self._window = window
                self._counts.clear()
            self._counts[key] += 1
            return self._counts[key]


_local = _LocalCounters()
