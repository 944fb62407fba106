"""One line of what a record speaks of, for people."""

from typing import Any

from audit.models import AuditLog

MAX_CHARS = 160

# What a call was mainly about speaks for itself; the rest is named.
_MAIN = ("query", "q", "jql", "cql", "issue_key", "page_id", "label", "email", "provider", "repository")


def summary(record: AuditLog) -> str:
    target = record.target if isinstance(record.target, dict) else {}
    main = [_short(target[name]) for name in _MAIN if target.get(name)]
    rest = [_named(name, value) for name, value in target.items() if name not in _MAIN and value]
    text = " · ".join(main + rest)
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + "…"


def _named(name: str, value: Any) -> str:
    return name if value is True else f"{name}: {_short(value)}"


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(map(str, value))
    if isinstance(value, list):
        return ", ".join(str(item) for item in value[:5]) + (" …" if len(value) > 5 else "")
    return str(value)
