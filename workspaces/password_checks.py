"""
A password is guessed slowly, and guessing costs the others nothing.

A hash of a password is slow on purpose: a third of a second of a core. They are bounded for each user and address,
in all, and in how many are computed at a time; the rest are refused at once.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError

from audit.limits import seconds_to_wait
from workspaces.models import User

MAX_FOR_USER = 10  # a minute, from one address
MAX_FOR_USER_IN_ALL = 60
MAX_FROM_ADDRESS = 30
MAX_IN_ALL = 90
MAX_AT_A_TIME = 1  # in one process; each holds a core
MAX_WAITING = 8
BUSY_SECONDS = 5

_waiting = threading.BoundedSemaphore(MAX_AT_A_TIME + MAX_WAITING)
_hashing = threading.BoundedSemaphore(MAX_AT_A_TIME)


@contextmanager
def password_check(email: str, address: str) -> Iterator[None]:
    """Wraps the hashing of a password for `email`. Raises ValidationError, which says when to try again."""
    _count(email, address)
    if not _waiting.acquire(blocking=False):
        raise _too_many(BUSY_SECONDS)
    try:
        with _hashing:
            yield
    finally:
        _waiting.release()


def _count(email: str, address: str) -> None:
    """The narrowest first, so that whoever is refused there uses up nothing of the others'."""
    user = User.objects.filter(email=email.strip().lower()[:254]).only("pk").first()
    counters = [(f"from {address}", MAX_FROM_ADDRESS), ("in all", MAX_IN_ALL)]
    if user is not None:
        counters = [
            (f"{user.pk} from {address}", MAX_FOR_USER),
            (f"{user.pk} in all", MAX_FOR_USER_IN_ALL),
            *counters,
        ]
    for name, limit in counters:
        seconds = seconds_to_wait(f"sign-in: {name}", limit)
        if seconds is not None:
            raise _too_many(seconds)


def _too_many(seconds: int) -> ValidationError:
    return ValidationError(f"Too many attempts. Try again in {seconds} s.", code="too_many")
