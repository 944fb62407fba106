"""What comes in and what goes out: the two values that every route deals in."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

JSON = "application/json;charset=UTF-8"


@dataclass
class Request:
    """One request as it arrived; `path` is still percent-encoded and has no query."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    target: str

    @classmethod
    def of(cls, method: str, target: str, headers: dict[str, str], body: bytes) -> "Request":
        parts = urlsplit(target)
        query = parse_qs(parts.query, keep_blank_values=True)
        lowered = {name.lower(): value for name, value in headers.items()}
        return cls(method, parts.path, query, lowered, body, target)

    def first(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]

    def number(self, name: str, default: int) -> int | None:
        """None when it is no whole number of a sane length."""
        return whole(self.first(name, str(default)))

    def several(self, name: str) -> list[str]:
        """The values of a parameter that may be repeated or separated by commas."""
        return [part for value in self.query.get(name, []) for part in value.split(",") if part]

    def json(self) -> Any:
        """The body as JSON; None when it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


def whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,19}", text) else None


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def json_answer(body: Any, status: int = 200, **headers: str) -> Answer:
    """Keyword names become header names: `x_seraph_loginreason` is sent as x-seraph-loginreason."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    # Half of a surrogate pair, sent by a client, goes back as the escape that it came as.
    content = json.dumps(body, ensure_ascii=False).encode(errors="backslashreplace")
    return Answer(status, content, {"content-type": JSON} | named)


def html_answer(text: str, status: int, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, text.encode(), {"content-type": "text/html;charset=UTF-8"} | named)


class Refusal(Exception):
    """Ends a route with the answer it carries."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer
