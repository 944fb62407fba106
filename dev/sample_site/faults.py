"""Faults on demand: what goes wrong, where, and how many times."""

import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from dev.sample_site.exchange import Request

KINDS = (
    "status",  # answers `status` with `headers` and `body`
    "headers",  # answers as usual, with these `headers` besides
    "delay",  # waits `seconds`, then answers as usual
    "stall",  # sends the head and half of the body, then nothing for `seconds`
    "drop",  # closes the connection without a byte
    "cut",  # closes the connection half way through the body
    "truncated",  # half of the body, with a Content-Length that agrees
    "broken_json",  # 200, application/json, not JSON
    "html",  # 200, a login page
    "deep_json",  # 200, `levels` nested arrays
    "huge",  # 200, `size` bytes of JSON, streamed
    "redirect",  # 302 to `location`
)
MEGABYTE = 1024 * 1024


@dataclass
class Fault:
    kind: str
    path: str = ""
    method: str = ""
    times: int | None = None
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    seconds: float = 60.0
    levels: int = 5000
    size: int = 50 * MEGABYTE
    location: str = "/login.jsp?permissionViolation=true"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}: one of {', '.join(KINDS)}")

    def meets(self, request: Request, inner_path: str) -> bool:
        if self.method and self.method.upper() != request.method:
            return False
        return request.path.startswith(self.path) or inner_path.startswith(self.path)


class Faults:
    """The first fault that fits is used, and is gone once it was used `times` times."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, kind: str, path: str = "", **details: Any) -> Fault:
        """`path` is a prefix, with or without the gateway's; details are the fields of Fault."""
        fault = Fault(kind, path, **details)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def pending(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def take(self, request: Request, inner_path: str) -> Fault | None:
        with self._lock:
            fault = next((each for each in self._faults if each.meets(request, inner_path)), None)
            if fault and fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
            return fault
