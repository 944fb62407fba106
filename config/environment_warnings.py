"""What the environment says that is likely a mistake, though the process can run with it."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

OURS = "MEMORY_CORE_"
BRIDGE = Path(__file__).parents[1] / "atlassian/mcp/bridge.py"
PARTS = ("BASE_URL", "EMAIL", "API_TOKEN")


def unknown_variables(known: set[str], environment: Iterable[str]) -> list[str]:
    """Unknown variables that begin as ours do. The bridge's own may lie in the same environment."""
    unknown = {name for name in environment if name.startswith(OURS)} - known
    if unknown:
        unknown -= set(re.findall(rf"{OURS}[A-Z_]+", BRIDGE.read_text(encoding="utf-8")))
    return [f"{name} is not a setting, and counts for nothing.{_meant(name, known)}" for name in sorted(unknown)]


def _meant(name: str, known: set[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def incomplete_credentials(sets: dict[str, tuple[str, str, str]]) -> list[str]:
    return [
        f"{_names(provider, values, set_=True)} is set without {_names(provider, values, set_=False)}: the operator's "
        "own credentials count as a whole or not at all, and are not used."
        for provider, values in sets.items()
        if any(values) and not all(values)
    ]


def _names(provider: str, values: tuple[str, str, str], set_: bool) -> str:
    pairs = zip(PARTS, values, strict=True)
    return " and ".join(f"{OURS}{provider.upper()}_{part}" for part, value in pairs if bool(value) is set_)
