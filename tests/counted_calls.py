"""Python calls that a piece of work takes: a count, which no busy machine changes."""

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any


def counted_calls(work: Callable[[], object], into_c: bool = False) -> Counter[str]:
    """How many there were into each file; with `into_c` those too that the file makes to functions of C."""
    counted: Counter[str] = Counter()
    events = ("call", "c_call") if into_c else ("call",)

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event in events:
            counted[frame.f_code.co_filename] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted
