"""
Questions to Confluence in its query language.

What is built here is a courtesy to Confluence and to the caller, never the boundary of a workspace: which spaces may
be seen is decided on every row that comes back.
https://developer.atlassian.com/cloud/confluence/advanced-searching-using-cql/
"""

import re
from collections.abc import Iterable
from typing import NoReturn
from urllib.parse import quote

from rest_framework.exceptions import ErrorDetail, ValidationError

from atlassian.words import quoted, quoted_phrase, terms_of

MAX_ENCODED_CHARS = 3000  # in the encoding of a URL, of what came from outside
TYPES = "type in (page, blogpost)"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
COMMENT = re.compile(r"--|/\*|\*/|//|#")
ORDER_BY = re.compile(r"\border\s+by\b", re.IGNORECASE)
ORDER = re.compile(r"[a-z][\w.]*(\s+(asc|desc))?(\s*,\s*[a-z][\w.]*(\s+(asc|desc))?)*", re.IGNORECASE)
SITE_SEARCH = re.compile(r"\bsitesearch\b", re.IGNORECASE)
CONNECTIVE = re.compile(r"\b(and|or|not)\b|&&|\|\|", re.IGNORECASE)


def from_words(query: str, spaces: Iterable[str] = ()) -> str:
    """
    Pages with all the words of query, best first. Raises ValidationError, naming q, when it has none that can be sent.

    siteSearch is what the search box of Confluence uses and the only field that ranks; it stands first because
    Confluence drops it, without a word, where it stands between two other clauses. text has no order of its own but
    is never dropped, so it holds the floor.
    """
    terms = terms_of(query)
    together = " ".join(terms.words + terms.phrases)
    if len(quote(together)) > MAX_ENCODED_CHARS:
        _refuse("These words are too long to be searched for. Give a few of them.", "q")
    clauses = [f"siteSearch ~ {quoted(together)}"]
    clauses += [f"text ~ {quoted(' '.join(terms.words))}"] if terms.words else []
    clauses += [f"text ~ {quoted_phrase(phrase)}" for phrase in terms.phrases]
    return " AND ".join([*clauses, TYPES, *_in_spaces(spaces)])


def from_raw(cql: str, spaces: Iterable[str] = ()) -> str:
    """
    The caller's own CQL, narrowed to pages and to spaces. Raises ValidationError, naming cql, for what could only be
    meant to break out of the parentheses put around it, or would be misunderstood inside them.
    """
    clause, order = _without_order(cql.strip())
    parts = [f"({clause})"] if clause else []
    narrowing = [TYPES, *_in_spaces(spaces)]
    whole = narrowing + parts if _clauses_go_first(clause) else parts + narrowing
    return " AND ".join(whole) + (f" ORDER BY {order}" if order else "")


def _in_spaces(spaces: Iterable[str]) -> list[str]:
    keys = ", ".join(quoted(key) for key in spaces)
    # A query travels in a URL. Without a long list in it Confluence finds more, of which the same is kept.
    return [f"space in ({keys})"] if keys and len(quote(keys, errors="replace")) <= MAX_ENCODED_CHARS else []


def _refuse(problem: str, parameter: str = "cql") -> NoReturn:
    raise ValidationError({parameter: [ErrorDetail(problem, code="invalid")]})


def _masked(cql: str) -> str:
    """cql with everything inside quotes replaced by underscores, so that what is left is syntax and nothing else."""
    masked, quote, escaped = [], "", False
    for character in cql:
        if not quote:
            quote = character if character in "\"'" else ""
            masked.append(character)
        elif escaped or character == "\\":
            escaped = not escaped
            masked.append("_")
        elif character == quote:
            quote = ""
            masked.append(character)
        else:
            masked.append("_")
    if quote:
        _refuse(f"A quotation mark ({quote}) is not closed.")
    return "".join(masked)


def _depths(masked: str) -> list[int]:
    depths, depth = [], 0
    for character in masked:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            _refuse("A closing parenthesis has no opening one.")
        depths.append(depth)
    if depth:
        _refuse("An opening parenthesis is not closed.")
    return depths


def _without_order(cql: str) -> tuple[str, str]:
    """cql split at its ORDER BY, which has to stand outside the parentheses put around the rest."""
    if len(quote(cql, errors="replace")) > MAX_ENCODED_CHARS:
        _refuse("This query is too long for the address that it travels in.")
    masked = _masked(cql)
    if not cql or CONTROL.search(cql):
        _refuse("Give a CQL query without control characters.")
    if COMMENT.search(masked) or "\\" in masked or ";" in masked:
        _refuse(r"Outside quotes, CQL has no comments and none of the characters # ; \ in it: put text in quotes.")
    depths = _depths(masked)
    for found in ORDER_BY.finditer(masked):
        if depths[found.start()] == 0:
            order = cql[found.end() :].strip()
            if not ORDER.fullmatch(order):
                _refuse("After ORDER BY only names of fields can stand, each with ASC or DESC, separated by commas.")
            return cql[: found.start()].strip(), order
    return cql, ""


def _clauses_go_first(clause: str) -> bool:
    """True if the added clauses must precede `clause`, so that siteSearch stays at an end."""
    masked = _masked(clause)
    positions = [found.start() for found in SITE_SEARCH.finditer(masked)]
    if not positions:
        return False
    connectives = [found.start() for found in CONNECTIVE.finditer(masked)]
    before = any(position < positions[0] for position in connectives)
    after = any(position > positions[-1] for position in connectives)
    if len(positions) > 1 or (before and after):
        _refuse(
            "Use siteSearch once, and first: between other clauses Confluence ignores it. text ~ has no such limit."
        )
    return before
