"""Which issues and pages a record speaks of: what was read, found or asked for."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

MAX_TOUCHES = 500  # of one record

_ISSUE_KEY = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z][A-Za-z0-9_]{0,79}-[0-9]{1,18}(?![A-Za-z0-9_-])", re.ASCII)
_CAPITAL_ISSUE_KEY = re.compile(r"(?<![A-Za-z0-9_-])[A-Z][A-Z0-9_]{0,79}-[0-9]{1,18}(?![A-Za-z0-9_-])", re.ASCII)
_PAGE_ID = re.compile(r"\A[0-9]{1,20}\Z|(?:/pages/|[?&]pageId=)([0-9]{1,20})(?![0-9])", re.ASCII)


def touched_by(target: Mapping[str, Any]) -> list[str]:
    """Issue keys in capitals and ids of pages, each once, in the order of the target."""
    found = (touched for name, read in _READ.items() if name in target for touched in _each(target[name], read))
    return list(islice(dict.fromkeys(found), MAX_TOUCHES))


def touch_named(text: str) -> str:
    """What a person who writes text looks for: a key in any case, an id, or the address of an issue or page."""
    found = touched_by({"page_id": text}) or touched_by({"issue_key": text})
    return found[0] if found else text


def _each(value: Any, read: Callable[[str], Iterator[str]]) -> Iterator[str]:
    for item in value if isinstance(value, list | tuple) else (value,):
        if isinstance(item, str | int):
            yield from read(str(item))


def _issue_keys(text: str) -> Iterator[str]:
    return (match[0].upper() for match in _ISSUE_KEY.finditer(text))


def _asked_for(query: str) -> Iterator[str]:
    """Only keys in capitals: in a query `utf-8` is a word."""
    return (match[0] for match in _CAPITAL_ISSUE_KEY.finditer(query))


def _page_ids(text: str) -> Iterator[str]:
    return (match[1] or match[0] for match in _PAGE_ID.finditer(text))


_READ: dict[str, Callable[[str], Iterator[str]]] = {
    "issue_key": _issue_keys,
    "issue_keys": _issue_keys,
    "page_id": _page_ids,
    "page_ids": _page_ids,
    "asked_for": lambda text: chain(_issue_keys(text), _page_ids(text)),
    "q": _asked_for,
    "jql": _asked_for,
}
