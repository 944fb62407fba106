"""What glibc keeps of the memory that is given back to it. Other libraries of C have nothing of the kind to be set."""

import ctypes

M_ARENA_MAX = -8  # of glibc's malloc.h

_c: ctypes.CDLL = ctypes.CDLL(None)


def share() -> None:
    """
    Lets all threads take memory from one pool. Before there is a second thread.

    glibc gives them eight pools for each core, and what is free in one serves no thread of another.
    """
    if hasattr(_c, "mallopt"):
        _c.mallopt(M_ARENA_MAX, 1)


def give_back() -> None:
    """To the system, which glibc itself does only with what lies above all that is in use. Takes 50 ms at most."""
    if hasattr(_c, "malloc_trim"):
        _c.malloc_trim(0)
