"""Redis as the cache. Without it memory-core goes on: it asks Atlassian more often, and counts no calls meanwhile."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache.backends import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

# A cache that hangs must cost less than what it saves.
OPTIONS: dict[str, Any] = {"socket_timeout": 1, "socket_connect_timeout": 1, "retry": Retry(NoBackoff(), 1)}


class RedisCache(redis.RedisCache):
    """One that cannot be reached has forgotten everything."""

    def add(self, *args: Any, **kwargs: Any) -> bool:
        with _may_be_away():
            return bool(super().add(*args, **kwargs))
        return False

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        with _may_be_away():
            return super().get(key, default, version)
        return default

    def set(self, *args: Any, **kwargs: Any) -> None:
        with _may_be_away():
            super().set(*args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        with _may_be_away():
            return super().get_many(*args, **kwargs)
        return {}

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        with _may_be_away():
            return super().set_many(*args, **kwargs)
        return []

    def incr(self, key: Any, *args: Any, **kwargs: Any) -> int:
        """Raises ValueError, as for a key that is not there."""
        with _may_be_away():
            return super().incr(key, *args, **kwargs)
        raise ValueError(key)


@contextmanager
def _may_be_away() -> Iterator[None]:
    try:
        yield
    except RedisError as exc:
        log.warning("the cache cannot be reached: %s", exc)
