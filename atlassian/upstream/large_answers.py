"""
How many calls hold a large answer at once, so that none of them takes the memory of a server.

An answer takes up to thirty times its size while it is read and rendered. So a call whose answer turns out to be large
waits for its turn before the rest of it is fetched, and gives the turn back at its end: one call of a workspace at a
time, and few of all. What is not large is not counted, and waits for nobody. What memory such a call took is given
back to the system with the turn.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.conf import settings

from atlassian.rendering.slots import Turns
from atlassian.upstream import free_memory

LARGE_BYTES = 1024 * 1024
LARGE_VALUES = 60_000  # of JSON, each of which takes some hundred bytes of memory
MAX_AT_ONCE = 3  # of all workspaces

ONE_BUSY = "A large answer of Atlassian is being read for this workspace, and it did not end in time for another."
ALL_BUSY = "Large answers of Atlassian are being read for other workspaces, and none ended in time for another."

_of_one = Turns(at_once=1, sentence=ONE_BUSY)
_of_all = Turns(at_once=MAX_AT_ONCE, sentence=ALL_BUSY)


@dataclass
class _Call:
    has_turn: bool = False
    turns: ExitStack = field(default_factory=ExitStack)

    def take_turn(self, workspace: str) -> None:
        if not self.has_turn:
            may_wait = max(1, settings.THREADS // 3)
            self.turns.enter_context(_of_one.turn(workspace, may_wait))
            self.turns.enter_context(_of_all.turn("all", may_wait))
            self.turns.callback(free_memory.give_back)
            self.has_turn = True


_current: ContextVar[_Call | None] = ContextVar("large_answers", default=None)


def one_call() -> AbstractContextManager[None]:
    """What is fetched within counts as one call; a call that another makes is part of that."""
    return _new_call() if _current.get() is None else nullcontext()


@contextmanager
def _new_call() -> Iterator[None]:
    call = _Call()
    token = _current.set(call)
    try:
        with call.turns:
            yield
    finally:
        _current.reset(token)


def in_turn(chunks: Iterable[bytes], workspace: str) -> Iterator[bytes]:
    """The chunks of one answer. Raises UpstreamBusy where it turns out to be large, and no turn comes in time."""
    size = values = 0
    uncounted: list[bytes] = []
    for chunk in chunks:
        size += len(chunk)
        uncounted.append(chunk)
        if size > LARGE_VALUES:  # fewer bytes hold fewer values
            values += sum(each.count(sign) for each in uncounted for sign in (b",", b"[", b"{"))
            uncounted.clear()
        call = _current.get()
        if call is not None and (size > LARGE_BYTES or values > LARGE_VALUES):
            call.take_turn(workspace)
        yield chunk
