"""Fixed-window counters in the shared cache: exact over many processes, unlike a read followed by a write."""

import hashlib
import time

from django.core.cache import cache


def seconds_to_wait(name: str, limit: int, window: int = 60) -> int | None:
    """Count one call under name; None while at most limit were counted in this window of seconds."""
    now = time.time()
    key = f"limit:{hashlib.sha256(name.encode()).hexdigest()}:{int(now // window)}"  # a name may hold anything
    cache.add(key, 0, timeout=window * 2)
    try:
        count = cache.incr(key)
    except ValueError:  # evicted between the two lines: a new window starts
        return None
    return None if count <= limit else window - int(now % window)
