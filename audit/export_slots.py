"""
How many exports are under way at once, in one process: each holds a thread for as long as its reader takes.

Counted for each workspace and in all. Who finds no room is refused at once: to wait would hold a thread as well.
"""

import threading
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from audit.errors import ExportsBusy

MAX_OF_ONE = 2  # workspace

_under_way: Counter[str] = Counter()
_lock = threading.Lock()


@contextmanager
def export_slot(workspace: str) -> Iterator[None]:
    """Raises ExportsBusy."""
    with _lock:
        if _under_way[workspace] >= MAX_OF_ONE or _under_way.total() >= max(MAX_OF_ONE, settings.THREADS // 8):
            raise ExportsBusy()
        _under_way[workspace] += 1
    try:
        yield
    finally:
        with _lock:
            _under_way[workspace] -= 1


class Pieces(Iterator[bytes]):
    """Of an export. Its slot is given up with the answer, however that ends."""

    def __init__(self, pieces: Iterator[bytes], give_up: Callable[[], object]) -> None:
        self._pieces = pieces
        self.close = weakref.finalize(self, give_up)  # also where the answer is dropped unsent

    def __next__(self) -> bytes:
        return next(self._pieces)
