"""
Whole texts of the last minute, for whoever reads on: an issue or page read in ten pieces is fetched and written once.

In this process's memory only, and never beyond KEPT_TTL from when it was fetched. Only a reading on looks here, after
the gate has let it in; its key holds who asks and all that decides what they may see, so that another key, another
member, another account or a changed switch finds nothing. A process that has nothing kept fetches anew.
"""

import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from audit.actors import Actor
from integrations.credentials import Credentials

KEPT_TTL = 60.0
MAX_KEPT_BYTES = 12 * 1024 * 1024
MAX_TEXT_BYTES = 3 * 1024 * 1024  # of one text: the longer are fetched again

Whole = TypeVar("Whole")


def key_of(actor: Actor, credentials: Credentials, request: Hashable) -> Hashable:
    """Holds the fingerprint of the credentials, never the token itself."""
    who = actor.workspace, actor.user, actor.key_prefix, actor.key_label, actor.role, actor.channel
    may_see = credentials.allowlist, credentials.hidden_fields, credentials.mask_secrets, credentials.attachments
    return who, credentials.fingerprint, may_see, request


@dataclass(frozen=True, slots=True)
class _Kept(Generic[Whole]):
    whole: Whole
    size: int
    until: float


def _later(seconds: float, call: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()


class RecentReads(Generic[Whole]):
    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        later: Callable[[float, Callable[[], None]], None] = _later,
    ) -> None:
        self._clock, self._later = clock, later
        self._kept: OrderedDict[Hashable, _Kept[Whole]] = OrderedDict()  # the first to end first
        self._size = 0
        self._lock = threading.Lock()
        self._is_scheduled = False

    def get(self, key: Hashable) -> Whole | None:
        with self._lock:
            self._drop_old()
            found = self._kept.get(key)
            return found.whole if found else None

    def keep(self, key: Hashable, whole: Whole, text: str) -> None:
        """`text` is what whole takes memory for. What was kept under the key before makes room."""
        size = sys.getsizeof(text)
        with self._lock:
            self._forget(key)
            if size > MAX_TEXT_BYTES:
                return
            self._kept[key] = _Kept(whole, size, self._clock() + KEPT_TTL)
            self._size += size
            while self._size > MAX_KEPT_BYTES:
                self._forget(next(iter(self._kept)))
            self._schedule()

    def forget(self, key: Hashable) -> None:
        with self._lock:
            self._forget(key)

    def _forget(self, key: Hashable) -> None:
        found = self._kept.pop(key, None)
        self._size -= found.size if found else 0

    def _drop_old(self) -> None:
        now = self._clock()
        while self._kept and next(iter(self._kept.values())).until <= now:
            self._forget(next(iter(self._kept)))

    def _schedule(self) -> None:
        """Nothing waits for the next call to be dropped: there may be none for hours."""
        if self._kept and not self._is_scheduled:
            self._is_scheduled = True
            self._later(max(0.0, next(iter(self._kept.values())).until - self._clock()), self._clean)

    def _clean(self) -> None:
        with self._lock:
            self._is_scheduled = False
            self._drop_old()
            self._schedule()
