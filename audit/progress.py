"""Long work shows how far it is on a terminal, and is silent anywhere else."""

from tqdm import tqdm


def progress(total: int | None, unit: str, title: str = "") -> "tqdm[None]":
    """A bar on stderr: done, of how many, rate, time left. For a with statement; tell it by update(n)."""
    return tqdm(total=total, unit=f" {unit}", desc=title or None, disable=None, leave=False, dynamic_ncols=True)
