"""A record keeps what was asked whole, up to a bound; beyond it, what proves what it was."""

import hashlib
from typing import Any

MAX_TEXT_CHARS = 4_000  # as long as the longest query that is taken


def bounded(target: dict[str, Any]) -> dict[str, Any]:
    """A longer text is cut, and its digest and length stand beside it."""
    proofs: dict[str, Any] = {}
    for name, value in target.items():
        if isinstance(value, str) and len(value) > MAX_TEXT_CHARS:
            proofs |= {f"{name}_sha256": hashlib.sha256(value.encode()).hexdigest(), f"{name}_chars": len(value)}
    return {name: _cut(value) for name, value in target.items()} | proofs


def _cut(value: Any) -> Any:
    return value[:MAX_TEXT_CHARS] if isinstance(value, str) else value
