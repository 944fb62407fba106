"""The sample site, spoiled for a while."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

READS = "/rest/api/3/issue"
SILENCE = 20  # seconds of an answer that stalls: longer than the product waits for a byte


@contextmanager
def spoiled(site: str, kind: str) -> Iterator[None]:
    """Each read of an issue."""
    _control(site, "POST", {"kind": kind, "path": READS, "seconds": SILENCE})
    try:
        yield
    finally:
        _control(site, "DELETE")


def _control(site: str, method: str, fault: dict[str, object] | None = None) -> None:
    with urlopen(Request(f"{site}/_faults", json.dumps(fault).encode() if fault else None, method=method)) as answer:
        answer.read()
