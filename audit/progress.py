"""Long work shows how far it is on a terminal, and is silent anywhere else."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm import tqdm

# Told how much more is done.
Progress = Callable[[int], object]


def no_progress(more: int) -> None:
    pass


def progress(total: int | None, unit: str, title: str = "") -> "tqdm[Any]":
    """A bar on stderr: done, of how many, rate, time left. For a with statement; tell it by update(n)."""
    from tqdm import tqdm  # which the server, that draws no bar, need not load

    return tqdm(total=total, unit=f" {unit}", desc=title or None, disable=None, leave=False, dynamic_ncols=True)
