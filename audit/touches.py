"""Which issues and pages a record speaks of: what was read, found or asked for."""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import chain, islice
from typing import Any

MAX_TOUCHES = 500  # of one record

_ISSUE_KEY = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z][A-Za-z0-9_]{0,79}-[0-9]{1,18}(?![A-Za-z0-9_-])", re.ASCII)
_CAPITAL_ISSUE_KEY = re.compile(r"(?<![A-Za-z0-9_-])[A-Z][A-Z0-9_]{0,79}-[0-9]{1,18}(?![A-Za-z0-9_-])", re.ASCII)
_PAGE_ID = re.compile(r"\A[0-9]{1,20}\Z|(?:(?<=/pages/)|(?<=[?&]pageId=))[0-9]{1,20}(?![0-9])", re.ASCII)


def touched_by(target: Mapping[str, Any]) -> list[str]:
    """Issue keys in capitals and ids of pages, each once, in the order of the target."""
    found = [
        touched
        for name, read in _READ.items()
        if name in target
        for item in _listed(target[name])
        if isinstance(item, str | int)
        for touched in read(str(item))
    ]
    return list(islice(dict.fromkeys(found), MAX_TOUCHES))


def touch_named(text: str) -> str:
    """What a person who writes text looks for: a key in any case, an id, or the address of an issue or page."""
    found = touched_by({"page_id": text}) or touched_by({"issue_key": text})
    return found[0] if found else text


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else (value,)


def _issue_keys(text: str) -> Iterable[str]:
    return map(str.upper, _ISSUE_KEY.findall(text))


_READ: dict[str, Callable[[str], Iterable[str]]] = {
    "issue_key": _issue_keys,
    "issue_keys": _issue_keys,
    "page_id": _PAGE_ID.findall,
    "page_ids": _PAGE_ID.findall,
    "asked_for": lambda text: chain(_issue_keys(text), _PAGE_ID.findall(text)),
    # Only keys in capitals: in a query `utf-8` is a word.
    "q": _CAPITAL_ISSUE_KEY.findall,
    "jql": _CAPITAL_ISSUE_KEY.findall,
}
