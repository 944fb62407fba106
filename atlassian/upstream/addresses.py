"""Looking up a host's addresses and connecting to one of them, within the deadline: getaddrinfo itself has none."""

import queue
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from atlassian.upstream.deadline import cap_by_current

LOOKUP_TIMEOUT = 10.0
MAX_LOOKUPS = 16

# A look-up that nobody answers goes on in its thread for up to a minute after we have stopped waiting for it.
_lookups = threading.BoundedSemaphore(MAX_LOOKUPS)

Address = tuple[Any, ...]


def connected(host: str, port: int, timeout: float, options: Iterable[tuple[int, int, int]]) -> socket.socket:
    """A socket connected to the first address that answers. Raises gaierror, TimeoutError or another OSError."""
    failure: OSError | None = None
    for family, kind, protocol, _, address in addresses_of(host, port):
        sock = socket.socket(family, kind, protocol)
        try:
            for option in options:
                sock.setsockopt(*option)
            sock.settimeout(cap_by_current(timeout))
            sock.connect(address)
            return sock
        except OSError as exc:
            sock.close()
            failure = exc
    raise failure or OSError("the name has no address")


def addresses_of(host: str, port: int) -> list[Address]:
    with suppress(socket.gaierror):  # a number needs no look-up
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    timeout = cap_by_current(LOOKUP_TIMEOUT)
    if not _lookups.acquire(blocking=False):
        raise TimeoutError("too many look-ups of names are unanswered")
    found: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()
    threading.Thread(target=_look_up, args=(host, port, found), name="dns", daemon=True).start()
    try:
        answer = found.get(timeout=timeout)
    except queue.Empty:
        raise TimeoutError(f"the name {host} was not resolved in time") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _look_up(host: str, port: int, found: "queue.SimpleQueue[list[Address] | OSError]") -> None:
    try:
        found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as exc:
        found.put(exc if isinstance(exc, OSError) else socket.gaierror(str(exc)))
    finally:
        _lookups.release()
