"""Redis as the cache. Without it memory-core goes on: it asks Atlassian more often, and counts no calls meanwhile."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

# A cache that hangs must cost less than what it saves.
OPTIONS: dict[str, Any] = {"socket_timeout": 1, "socket_connect_timeout": 1, "retry": Retry(NoBackoff(), 0)}
CIRCUIT_OPEN_SECONDS = 5

_circuit_open_until: dict[str, float] = {}  # by server; of this process


class RedisCache(redis.RedisCache):
    """One that cannot be reached has forgotten everything."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._server = str(server)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._call_or_default(super().add, False, *args, **kwargs))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._call_or_default(super().get, default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._call_or_default(super().set, None, *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict(self._call_or_default(super().get_many, {}, *args, **kwargs))

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        return list(self._call_or_default(super().set_many, [], *args, **kwargs))

    def incr(self, key: Any, *args: Any, **kwargs: Any) -> int:
        """Raises ValueError, as for a key that is not there."""
        number = self._call_or_default(super().incr, None, key, *args, **kwargs)
        if number is None:
            raise ValueError(key)
        return int(number)

    def _call_or_default(self, method: Callable[..., Any], default: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < _circuit_open_until.get(self._server, 0):
            return default
        try:
            return method(*args, **kwargs)
        except RedisError as exc:
            _circuit_open_until[self._server] = time.monotonic() + CIRCUIT_OPEN_SECONDS
            log.warning("the cache cannot be reached, and is left alone for %d s: %s", CIRCUIT_OPEN_SECONDS, exc)
            return default
