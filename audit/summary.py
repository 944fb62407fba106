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


def in_words(name: str, value: Any) -> str:
    """One part of a target, whole."""
    if name == "changes" and isinstance(value, dict):
        return "; ".join(f"{field}: {_change(each)}" for field, each in value.items())
    if isinstance(value, dict):
        return ", ".join(f"{inner}: {_plain(each)}" for inner, each in value.items())
    return _plain(value)


def _change(value: Any) -> str:
    """From what to what; of a token only that it was replaced."""
    return " → ".join(map(_plain, value)) if isinstance(value, list) and len(value) == 2 else _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "empty"
    return "empty" if value in (None, "") else str(value)


def _named(name: str, value: Any) -> str:
    return name if value is True else f"{name}: {_short(value)}"


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(map(str, value))
    if isinstance(value, list):
        return ", ".join(str(item) for item in value[:5]) + (" …" if len(value) > 5 else "")
    return str(value)
