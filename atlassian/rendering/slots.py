"""
How many texts of one workspace are rendered at once.

Rendering is work for the processor, of which all threads of a process share one: sixteen calls of one workspace on long
pages would leave everybody else a seventeenth of it. So a workspace renders few at a time, whatever it asks; further
calls of its own wait for their turn, and when too many do they are refused.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.conf import settings

from atlassian.errors import UpstreamBusy

MAX_AT_ONCE = 2
TURN_TIMEOUT = 10.0

SENTENCE = "This workspace has {calls} long texts in preparation, as many as one workspace may have."


class Turns:
    """Turns of holders, each of whom may have `at_once`; `waiting` more of his wait, others are refused."""

    def __init__(self, at_once: int = MAX_AT_ONCE, timeout: float = TURN_TIMEOUT, sentence: str = SENTENCE) -> None:
        self._at_once, self._timeout, self._sentence = at_once, timeout, sentence
        self._running: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, holder: str, max_waiting: int) -> Iterator[None]:
        """Raises UpstreamBusy where too many wait already, or none came in time."""
        with self._changed:
            self._await_turn(holder, max_waiting)
            self._running[holder] += 1
        try:
            yield
        finally:
            with self._changed:
                _subtract(self._running, holder)
                self._changed.notify_all()

    def _await_turn(self, holder: str, max_waiting: int) -> None:
        if self._is_free(holder):
            return
        if self._waiting[holder] >= max_waiting:
            raise self._busy(holder)
        self._waiting[holder] += 1
        try:
            if not self._changed.wait_for(lambda: self._is_free(holder), self._timeout):
                raise self._busy(holder)
        finally:
            _subtract(self._waiting, holder)

    def _is_free(self, holder: str) -> bool:
        return self._running[holder] < self._at_once

    def _busy(self, holder: str) -> UpstreamBusy:
        return UpstreamBusy(self._sentence.format(calls=self._running[holder] + self._waiting[holder]))


_turns = Turns()


def rendering_slot(workspace: str) -> AbstractContextManager[None]:
    """A third of the threads may wait for one workspace, so that two may crowd and threads are left."""
    return _turns.turn(workspace, max(1, settings.THREADS // 3))


def _subtract(counts: Counter[str], holder: str) -> None:
    counts[holder] -= 1
    if not counts[holder]:
        del counts[holder]
