"""Queries in JQL: built from words, or a caller's own bounded to projects."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from atlassian.errors import BadArgument
from atlassian.jira.references import HYPHENS, ISSUE_NUMBER, PROJECT_KEY, key_of_address
from atlassian.jira.search.jql_tree import refused
from atlassian.upstream.responses import dig, items, text
from atlassian.words import Terms, quoted, quoted_phrase, terms_of
from integrations.credentials import Credentials

# A key may be a part of a branch's name: feature/OPS-12-fix-login; CVE-2024-1234 holds none.
ISSUE_KEY = re.compile(rf"(?<![A-Za-z0-9])({PROJECT_KEY}-{ISSUE_NUMBER})(?![A-Za-z0-9]|-\d)")
_KEY_OR_QUOTED = re.compile(rf'["“”„][^"“”„]*["“”„]|{ISSUE_KEY.pattern}')
# What is an issue there is another one here, or none; an address of code that holds a branch is no such.
_OF_ANOTHER_SITE = re.compile(
    r"[<(\[\"'“‘]{0,9}https?://(?:[^/\s]{0,253}\.atlassian\.net|[^/\s]{1,253}/browse)/", re.IGNORECASE
)
MAX_KEYS = 3
NEWEST_FIRST = "ORDER BY updated DESC"  # text search in JQL has no order of relevance
ALL_TEXT = ("text",)
# Together what `text` searches, but for the texts of custom fields.
TEXT_FIELDS = ("summary", "description", "comment", "environment")

_ID = re.compile(r"[1-9][0-9]{3,17}", re.ASCII)
_TOKEN = re.compile(r"\S+")
_STRING_OR_ORDER = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\border\s+by\b""", re.IGNORECASE | re.DOTALL)
_DIRECTIONS = {"asc": " ASC", "desc": " DESC"}


@dataclass(frozen=True)
class Words:
    """What somebody typed to find issues: its words, and the issues that it names by key, id or address."""

    terms: Terms
    keys: tuple[str, ...]
    addresses: tuple[str, ...] = ()  # of the site, of a board, a filter or the like: searched for as text

    def within(self, projects: Sequence[str], fields: Sequence[str] = ALL_TEXT) -> str:
        """Each word somewhere in one of fields."""
        clauses = [_anywhere(quoted(word), fields) for word in self._words(fields)]
        clauses += [_anywhere(quoted_phrase(phrase), fields) for phrase in self.terms.phrases]
        return f"{' AND '.join([*clauses, *_within(projects)])} {NEWEST_FIRST}"

    def _words(self, fields: Sequence[str]) -> list[str]:
        words = self.terms.words
        return list(words) if len(fields) > 1 else [" ".join(words)] if words else []


def words_in(query: str, credentials: Credentials) -> Words:
    """Raises ValidationError on q when query holds no word."""
    query = query.translate(HYPHENS)
    addresses = [token for token in query.split() if _names_no_issue(token, credentials)]
    query = _TOKEN.sub(lambda token: _key_in_address(token[0], credentials), query)
    # The key as a phrase: where an issue is asked for, those that mention it are of interest. Within quotes it is part
    # of one already.
    terms = terms_of(_KEY_OR_QUOTED.sub(lambda found: f' "{found[1]}" ' if found[1] else found[0], query))
    keys = [query.strip()] if _ID.fullmatch(query.strip()) else [key.upper() for key in ISSUE_KEY.findall(query)]
    return Words(terms, tuple(dict.fromkeys(keys)), tuple(addresses))


def from_raw(jql: str, structure: Any, projects: Sequence[str], where: str = "") -> str:
    """
    jql, which Jira has parsed on its own into structure, within projects; `where` is what it asks for written anew.

    The brackets are no boundary that anyone relies on: what comes back is held against the allowlist again.
    Raises BadArgument on jql when it restricts nothing.
    """
    if not dig(structure, "where"):
        raise refused("Give at least one restriction, such as status = Open, besides the order.")
    where = where or _without_order(jql)
    restriction = " AND ".join([f"({where})" if projects else where, *_within(projects)])
    return f"{restriction} {_order(structure)}"


def children_of(key: str, projects: Sequence[str]) -> str:
    return f"{' AND '.join([f'parent = {quoted(key)}', *_within(projects)])} ORDER BY created ASC"


def _key_in_address(address: str, credentials: Credentials) -> str:
    """The key alone of an address of the site: its other parts are no words that anybody looks for."""
    if "/" not in address:
        return address
    try:
        return key_of_address(address, credentials)
    except BadArgument:
        return address.replace("-", " ") if _OF_ANOTHER_SITE.match(address) else address


def _names_no_issue(address: str, credentials: Credentials) -> bool:
    if not address.lower().startswith(f"{credentials.base_url}/".lower()):
        return False
    try:
        key_of_address(address, credentials)
    except BadArgument:
        return not address[len(credentials.base_url) :].startswith("/wiki/")  # a page, which issues may link
    return False


def _anywhere(value: str, fields: Sequence[str]) -> str:
    clauses = [f"{field} ~ {value}" for field in fields]
    return clauses[0] if len(clauses) == 1 else f"({' OR '.join(clauses)})"


def _within(projects: Sequence[str]) -> list[str]:
    return [f"project in ({', '.join(map(quoted, projects))})"] if projects else []


def _without_order(jql: str) -> str:
    orders = [match.start() for match in _STRING_OR_ORDER.finditer(jql) if match.group(1) is None]
    if len(orders) > 1:
        raise refused("Give one ORDER BY at most, and put values in quotes.")
    return (jql[: orders[0]] if orders else jql).strip()


def _order(structure: Any) -> str:
    fields = [
        text(item, "field", "encodedName") + _DIRECTIONS.get(text(item, "direction").lower(), "")
        for item in items(structure, "orderBy", "fields")
        if text(item, "field", "encodedName")
    ]
    return f"ORDER BY {', '.join(fields)}" if fields else NEWEST_FIRST
