"""
Questions to Confluence in its query language.

What is built here is a courtesy to Confluence and to the caller, never the boundary of a workspace: which spaces may
be seen is decided on every row that comes back. But no question goes out that is not bound to the workspace's spaces
either: already whether it goes on would tell something of the others.
https://developer.atlassian.com/cloud/confluence/advanced-searching-using-cql/
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn
from urllib.parse import quote

from atlassian.confluence.addresses import ContentId, ContentTitle, Reference
from atlassian.confluence.kinds import KINDS
from atlassian.confluence.search.tokens import Token, calls_in, clauses_in, tokens_of
from atlassian.errors import BadArgument
from atlassian.words import Terms, quoted, quoted_phrase, terms_of

MAX_ENCODED_CHARS = 3000  # in the encoding of a URL, of what came from outside, and of the spaces once more
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
COMMENT = re.compile(r"--|/\*|\*/|//|#")
ORDER_BY = re.compile(r"\border\s+by\b", re.IGNORECASE)
ORDER = re.compile(r"[a-z][\w.]*(\s+(asc|desc))?(\s*,\s*[a-z][\w.]*(\s+(asc|desc))?)*", re.IGNORECASE)
SITE_SEARCH = re.compile(r"\bsitesearch\b", re.IGNORECASE)
CONNECTIVE = re.compile(r"\b(and|or|not)\b|&&|\|\|", re.IGNORECASE)
# What these find depends on the connected account, which is nobody's own.
OF_THE_ACCOUNT = ("favouritespaces", "favoritespaces", "recentlyviewedcontent", "recentlyviewedspaces")
FIELDS_OF_THE_ACCOUNT = ("favourite", "favorite")


def from_words(query: str, narrowing: Sequence[str] = ()) -> str:
    """
    Pages with all the words of query, best first. Raises ValidationError, naming q, when it has none that can be sent.

    siteSearch is what the search box of Confluence uses and the only field that ranks; it stands first because
    Confluence drops it, without a word, where it stands between two other clauses. text has no order of its own but
    is never dropped, so it holds the floor.
    """
    terms = terms_of(query)
    together = " ".join(terms.words + terms.phrases)
    return " AND ".join([f"siteSearch ~ {quoted(together)}", *_text_clauses(terms), *narrowing])


def from_references(named: Iterable[Reference], words: str, narrowing: Sequence[str] = ()) -> str:
    """What the addresses within a search name, and what has the words that stand beside them."""
    either = [_naming(reference) for reference in named]
    if words:
        either.append("(" + " AND ".join(_text_clauses(terms_of(words))) + ")")
    return " AND ".join([f"({' OR '.join(dict.fromkeys(either))})", *narrowing])


def from_raw(cql: str, narrowing: Sequence[str] = (), own_account_id: Callable[[], str] | None = None) -> str:
    """
    The caller's own CQL, narrowed. Raises BadArgument, naming cql, for what could only be meant to break out of
    the parentheses put around it, or would be misunderstood inside them.
    """
    clause, order = _without_order(cql.strip())
    clause = _for_the_caller(clause, own_account_id)
    parts = [f"({clause})"] if clause else []
    whole = [*narrowing, *parts] if _clauses_go_first(clause) else [*parts, *narrowing]
    return " AND ".join(whole) + (f" ORDER BY {order}" if order else "")


def of_kinds(kinds: Iterable[str] = KINDS) -> str:
    return f"type in ({', '.join(kinds)})"


def below(content_id: str) -> str:
    return f"(ancestor = {content_id} OR id = {content_id})"


def in_spaces(spaces: Iterable[str]) -> list[str]:
    """
    Clauses that together hold all the spaces, each short enough for the URL that a question travels in; an empty one
    where there are none to hold.
    """
    batches: list[list[str]] = [[]]
    length = 0
    for key in map(quoted, spaces):
        cost = len(quote(f"{key}, ", errors="replace"))
        if batches[-1] and length + cost > MAX_ENCODED_CHARS:
            batches.append([])
            length = 0
        batches[-1].append(key)
        length += cost
    return [f"space in ({', '.join(keys)})" if keys else "" for keys in batches]


def left_out_kinds(cql: str) -> tuple[set[str], bool]:
    """The kinds that a raw query asks for and that are not searched, and whether it asks for others as well."""
    wanted: set[str] = set()
    for clause in clauses_in(tokens_of(cql)):
        if clause.field not in ("type", "content.type"):
            continue
        values = {value.lower() for value in clause.values}
        if clause.operator in ("=", "in"):
            wanted |= values
        elif clause.operator in ("!=", "not in") and values & set(KINDS):
            wanted |= {*KINDS, *_BESIDE_PAGES} - values
    return wanted - set(KINDS), bool(wanted & set(KINDS))


_BESIDE_PAGES = ("attachment", "comment")


def _text_clauses(terms: Terms) -> list[str]:
    if len(quote(" ".join(terms.words + terms.phrases))) > MAX_ENCODED_CHARS:
        refuse("These words are too long to be searched for. Give a few of them.", "q")
    clauses = [f"text ~ {quoted(' '.join(terms.words))}"] if terms.words else []
    return clauses + [f"text ~ {quoted_phrase(phrase)}" for phrase in terms.phrases]


def _naming(reference: Reference) -> str:
    if isinstance(reference, ContentId):
        return f"id = {reference.id}"
    space = f"space = {quoted(reference.space_key)}"
    return f"({space} AND title = {quoted(reference.title)})" if isinstance(reference, ContentTitle) else space


def _for_the_caller(clause: str, own_account_id: Callable[[], str] | None) -> str:
    """currentUser() is the connected account, which the caller is not: the caller's own account takes its place."""
    tokens = tokens_of(clause)
    if any(each.field in FIELDS_OF_THE_ACCOUNT for each in clauses_in(tokens)):
        refuse("favourite is about the connected account, not about you. Leave it out.")
    written, done = [], 0
    for name, at in calls_in(tokens):
        if name in OF_THE_ACCOUNT:
            refuse(f"{tokens[at].value}() is about the connected account, not about you. Leave it out.")
        if name == "currentuser":
            end = _end_of_call(tokens, at)
            account_id = own_account_id() if own_account_id else ""
            if not account_id:
                refuse(
                    "currentUser() would be the connected account, not you, and your own account is not known. Name "
                    'the account itself, like creator = "5b10…".'
                )
            written += [clause[done : tokens[at].start], quoted(account_id)]
            done = end
    return "".join([*written, clause[done:]])


def _end_of_call(tokens: list[Token], at: int) -> int:
    if at + 2 >= len(tokens) or tokens[at + 2].value != ")":
        refuse("currentUser() takes nothing between its parentheses.")
    return tokens[at + 2].end


def refuse(problem: str, parameter: str = "cql") -> NoReturn:
    raise BadArgument(parameter, problem)


def _masked(cql: str) -> str:
    """cql with everything inside quotes replaced by underscores, so that what is left is syntax and nothing else."""
    masked = list(cql)
    for token in tokens_of(cql):
        if token.kind == "open":
            refuse(f"A quotation mark ({token.value[0]}) is not closed.")
        if token.kind == "string":
            masked[token.start + 1 : token.end - 1] = "_" * (token.end - token.start - 2)
    return "".join(masked)


def _depths(masked: str) -> list[int]:
    depths, depth = [], 0
    for character in masked:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            refuse("A closing parenthesis has no opening one.")
        depths.append(depth)
    if depth:
        refuse("An opening parenthesis is not closed.")
    return depths


def _without_order(cql: str) -> tuple[str, str]:
    """cql split at its ORDER BY, which has to stand outside the parentheses put around the rest."""
    if len(quote(cql, errors="replace")) > MAX_ENCODED_CHARS:
        refuse("This query is too long for the address that it travels in. Give a shorter one.")
    masked = _masked(cql)
    if not cql or CONTROL.search(cql):
        refuse("Give a CQL query without control characters.")
    if COMMENT.search(masked) or "\\" in masked or ";" in masked:
        refuse(r"Outside quotes, CQL has no comments and none of the characters # ; \ in it: put text in quotes.")
    depths = _depths(masked)
    for found in ORDER_BY.finditer(masked):
        if depths[found.start()] == 0:
            order = cql[found.end() :].strip()
            if not ORDER.fullmatch(order):
                refuse("After ORDER BY only names of fields can stand, each with ASC or DESC, separated by commas.")
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
        refuse("Use siteSearch once, and first: between other clauses Confluence ignores it. text ~ has no such limit.")
    return before
