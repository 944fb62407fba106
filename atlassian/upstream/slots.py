"""
How many threads may wait for Atlassian at once, so that whoever is slow leaves threads for everybody else.

Counted for each workspace, each site and each account and for all together, within one process. Who finds no room is
refused at once: to wait would hold a thread for it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from atlassian.errors import UpstreamBusy
from integrations.credentials import Credentials

SENTENCES = {
    "workspace": "This workspace has {n} calls waiting for Atlassian, as many as one workspace may have.",
    "site": "{n} calls wait for this Atlassian site, as many as one site may hold up.",
    "account": "{n} calls wait for Atlassian as this account, as many as one account may have.",
    "all": "{n} calls wait for Atlassian, all that this server can hold.",
}

Holder = tuple[str, str]

_waiting: dict[Holder, int] = {}
_lock = threading.Lock()


@contextmanager
def slot(credentials: Credentials, *, admitted: bool) -> Iterator[None]:
    """Admitted: a later request of a call that has begun, which holds its thread in any case. Raises UpstreamBusy."""
    holders = _holders(credentials)
    with _lock:
        if not admitted:
            _raise_if_full(holders)
        for holder in holders:
            _waiting[holder] = _waiting.get(holder, 0) + 1
    try:
        yield
    finally:
        with _lock:
            for holder in holders:
                _waiting[holder] -= 1
                if not _waiting[holder]:
                    del _waiting[holder]


def limit(kind: str) -> int:
    """A third of the threads for one, so that two may stall at once; some threads never wait for Atlassian."""
    return max(1, int(settings.THREADS * (7 / 8 if kind == "all" else 1 / 3)))


def _holders(credentials: Credentials) -> list[Holder]:
    named = {
        "workspace": credentials.workspace,
        "site": credentials.base_url,
        "account": f"{credentials.base_url} {credentials.email}",
        "all": "all",
    }
    return [(kind, name) for kind, name in named.items() if name]


def _raise_if_full(holders: list[Holder]) -> None:
    for holder in holders:
        if (waiting := _waiting.get(holder, 0)) >= limit(holder[0]):
            raise UpstreamBusy(SENTENCES[holder[0]].format(n=waiting))
