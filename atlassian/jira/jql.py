"""Queries in JQL: built from words, or a caller's own bounded to projects."""

import re
from collections.abc import Sequence
from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError

from atlassian.upstream.responses import dig, items, text
from atlassian.words import quoted, quoted_phrase, terms_of

ISSUE_KEY = re.compile(r"(?<![\w-])([A-Za-z][A-Za-z0-9_]{1,49}-[1-9][0-9]{0,17})(?![\w-])", re.ASCII)
MAX_KEYS = 3
NEWEST_FIRST = "ORDER BY updated DESC"  # text search in JQL has no order of relevance

_STRING_OR_ORDER = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\border\s+by\b""", re.IGNORECASE | re.DOTALL)
_DIRECTIONS = {"asc": " ASC", "desc": " DESC"}


def keys_in(query: str) -> list[str]:
    """The first few issue keys that query speaks of. Text search does not find an issue by its key."""
    return list(dict.fromkeys(key.upper() for key in ISSUE_KEY.findall(query)))[:MAX_KEYS]


def from_words(query: str, projects: Sequence[str]) -> str:
    """Raises ValidationError on q when query holds no word."""
    # The key as a phrase: where an issue is asked for, those that mention it are of interest.
    terms = terms_of(ISSUE_KEY.sub(r' "\1" ', query))
    clauses = [f"text ~ {quoted(' '.join(terms.words))}"] if terms.words else []
    clauses += [f"text ~ {quoted_phrase(phrase)}" for phrase in terms.phrases]
    return f"{' AND '.join([*clauses, *_within(projects)])} {NEWEST_FIRST}"


def from_raw(jql: str, structure: Any, projects: Sequence[str]) -> str:
    """
    jql, which Jira has parsed on its own into structure, within projects.

    The brackets are no boundary that anyone relies on: what comes back is held against the allowlist again.
    Raises ValidationError on jql when it restricts nothing.
    """
    if not dig(structure, "where"):
        raise _refused("Give at least one restriction, such as status = Open, besides the order.")
    where = _without_order(jql)
    restriction = " AND ".join([f"({where})" if projects else where, *_within(projects)])
    return f"{restriction} {_order(structure)}"


def _within(projects: Sequence[str]) -> list[str]:
    return [f"project in ({', '.join(map(quoted, projects))})"] if projects else []


def _without_order(jql: str) -> str:
    orders = [match.start() for match in _STRING_OR_ORDER.finditer(jql) if match.group(1) is None]
    if len(orders) > 1:
        raise _refused("Give one ORDER BY at most, and put values in quotes.")
    return (jql[: orders[0]] if orders else jql).strip()


def _order(structure: Any) -> str:
    fields = [
        text(item, "field", "encodedName") + _DIRECTIONS.get(text(item, "direction").lower(), "")
        for item in items(structure, "orderBy", "fields")
        if text(item, "field", "encodedName")
    ]
    return f"ORDER BY {', '.join(fields)}" if fields else NEWEST_FIRST


def _refused(sentence: str) -> ValidationError:
    return ValidationError({"jql": [ErrorDetail(sentence, code="invalid")]})
