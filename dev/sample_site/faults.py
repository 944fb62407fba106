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

# What a real site has answered, by name: details of a fault of the kind "status".
_JSON = {"content-type": "application/json"}
_HTML = {"content-type": "text/html;charset=UTF-8"}
_FROM_THE_EDGE = {"server": "AtlassianEdge", "x-cache": "Error from cloudfront"}
_BARE_404 = '{"errors": [{"status": 404, "code": "NOT_FOUND", "title": "Not Found", "detail": null}]}'
_NO_CONFLUENCE = '{"statusCode": 403, "message": "Current user not permitted to use Confluence"}'
_LIMIT = {"X-Failure-Category": "FAILURE CLIENT RATE LIMITED", "X-RateLimit-Remaining": "0"}
RECORDED: dict[str, dict[str, Any]] = {
    "gone": {"status": 404, "body": '{"errorMessage": "Site temporarily unavailable", "errorCode": "OTHER"}'},
    "gone_page": {"status": 404, "headers": _HTML, "body": "<html><title>Page unavailable</title></html>"},
    "down_page": {"status": 503, "headers": _HTML, "body": "<!DOCTYPE html><title>Page Unavailable</title>"},
    "firewall": {"status": 403, "headers": _HTML, "body": "<html>Access denied by policy</html>"},
    "purged": {"status": 404, "headers": _JSON, "body": _BARE_404},
    "busy_404": {"status": 404, "headers": _JSON | _FROM_THE_EDGE, "body": _BARE_404},
    "busy_403": {"status": 403, "headers": _JSON | _FROM_THE_EDGE, "body": _NO_CONFLUENCE},
    "stray_401": {"status": 401, "body": '{"errorMessages": ["Not authenticated."], "errors": {}}'},
    "limited": {"status": 429, "headers": {"Retry-After": "89", "RateLimit-Reason": "jira-cost-based"}, "body": "{}"},
    "limited_until": {"status": 429, "headers": _LIMIT, "body": '{"code": 429, "message": "Rate limit exceeded"}'},
    "limited_page": {
        "status": 429,
        "headers": _HTML,
        "body": "<html><title>Oops - an error has occurred</title></html>",
    },
}


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

    @classmethod
    def recorded(cls, name: str, path: str = "", **details: Any) -> "Fault":
        """One of RECORDED; `headers` are added to its own."""
        known = RECORDED[name]
        headers = {**known.get("headers", {}), **details.pop("headers", {})}
        return cls("status", path, **{**known, "headers": headers, **details})

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
        """A kind, or a name of RECORDED. `path` is a prefix, with or without the gateway's; details fill Fault."""
        fault = Fault.recorded(kind, path, **details) if kind in RECORDED else Fault(kind, path, **details)
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
