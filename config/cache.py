"""
Redis as the cache. Without it memory-core goes on: it asks Atlassian more often, and each process counts for itself.

What is kept there is JSON, signed, and names its own key: whoever else can write to Redis can neither run code here
nor put words into our mouth. What cannot be read, or is not ours, counts as absent.
"""

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.cache.backends import redis
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

log = logging.getLogger(__name__)

FORMAT = 2  # part of every key: a process of another format finds nothing of ours
CIRCUIT_OPEN_SECONDS = 5
_MAC_BYTES = 16
_ABSENT = object()

_circuit_open_until: dict[str, float] = {}  # by server; of this process


class SignedJson:
    """How a value is written. A bare number is a counter, which Redis itself adds to."""

    def dumps(self, value: Any) -> Any:
        if type(value) is int:
            return value
        text = json.dumps(value, separators=(",", ":")).encode()
        return _mac(text) + text

    def loads(self, written: bytes) -> Any:
        mac, text = written[:_MAC_BYTES], written[_MAC_BYTES:]
        return json.loads(text) if hmac.compare_digest(mac, _mac(text)) else _ABSENT


def _mac(text: bytes) -> bytes:
    key = b"memory-core cache " + settings.SECRET_KEY.encode()
    return hmac.digest(key, text, hashlib.sha256)[:_MAC_BYTES]


# A cache that hangs must cost less than what it saves.
OPTIONS: dict[str, Any] = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "retry": Retry(NoBackoff(), 0),
    "serializer": SignedJson,
}


class RedisClient(redis.RedisCacheClient):
    """Keeps redis-py's client of a server: Django makes one for each command, which costs more than the command."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._client: Any = lru_cache(Redis)


class RedisCache(redis.RedisCache):
    """One that cannot be reached has forgotten everything."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = RedisClient
        self._server = str(server)

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(self._call_or_default(super().add, False, key, _named(key, value, counter=True), *args, **kwargs))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return _value(key, self._call_or_default(super().get, _ABSENT, key, _ABSENT, version), default)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        self._call_or_default(super().set, None, key, _named(key, value), *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        found = self._call_or_default(super().get_many, {}, *args, **kwargs)
        values = {key: _value(key, written, _ABSENT) for key, written in found.items()}
        return {key: value for key, value in values.items() if value is not _ABSENT}

    def set_many(self, data: Mapping[str, Any], *args: Any, **kwargs: Any) -> list[Any]:
        named = {key: _named(key, value) for key, value in data.items()}
        return list(self._call_or_default(super().set_many, [], named, *args, **kwargs))

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
            if not _is_foreign_value(exc):
                _circuit_open_until[self._server] = time.monotonic() + CIRCUIT_OPEN_SECONDS
                log.warning("the cache cannot be reached, and is left alone for %d s: %s", CIRCUIT_OPEN_SECONDS, exc)
            return default


def _named(key: Any, value: Any, *, counter: bool = False) -> Any:
    return value if counter and type(value) is int else [key, value]


def _value(key: Any, written: Any, default: Any) -> Any:
    is_ours = isinstance(written, list) and len(written) == 2 and written[0] == key
    return written[1] if is_ours else default


def _is_foreign_value(exc: RedisError) -> bool:
    """True if a value is no counter or of another type (WRONGTYPE): then Redis itself is well."""
    text = str(exc)
    return isinstance(exc, ResponseError) and ("not an integer" in text or "WRONGTYPE" in text or "wrong kind" in text)
