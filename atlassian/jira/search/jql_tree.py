"""
A query as Jira has parsed it: which fields and functions it uses, and the query written anew from the tree.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-jql/#api-rest-api-3-jql-parse-post
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from atlassian.errors import BadArgument
from atlassian.jira.references import project_of
from atlassian.upstream.responses import dig, items, mapping, text, texts
from atlassian.words import quoted

MAX_DEPTH = 100
CURRENT_USER = "currentuser"
# They speak of the account that Jira is asked through, which is nobody's own, and nothing can stand in for them.
OF_THE_ACCOUNT = frozenset(
    {
        "currentlogin", "lastlogin", "watchedissues", "votedissues", "issuehistory", "myapproval", "mypending",
        "myapprovals", "projectswhereuserhasrole", "projectswhereuserhaspermission",
    }
)  # fmt: skip
# Without an argument they mean that account, with one somebody who is named.
OF_THE_ACCOUNT_ALONE = frozenset({"projectsleadbyuser", "componentsleadbyuser"})
OF_THE_ACCOUNT_FIELDS = frozenset({"lastviewed"})
# A saved query, of which nobody here knows what it asks for.
SAVED_QUERIES = frozenset({"filter", "request", "savedfilter", "searchrequest"})

# What is found by these is the very issue that is named, which is held to the allowlist once it comes.
OF_THE_ISSUE = frozenset({"key", "issue", "issuekey", "id", "workitem", "workitemkey"})
# What these hold is another issue, named by its key or its number.
OF_ANOTHER_ISSUE = frozenset({"parent", "epic link", "parent link"})
# Functions that find issues by what a field of theirs holds.
FIELDS_BEHIND = {
    "linkedissues": "issuelinks", "linkedworkitems": "issuelinks", "parentepic": "parent",
    "childissuesof": "parent", "portfoliochildissuesof": "parent",
}  # fmt: skip
# A condition, which the name of a link ("is blocked by", "was split from") or of a group is not.
_QUERY = re.compile(
    r"[=~<>]|\bin\s*\(|\bis\s+(?:not\s+)?(?:empty|null)\b|\S\s+was\b|\S\s+changed\b(?!\s+by\b)", re.IGNORECASE
)


def refused(sentence: str) -> BadArgument:
    return BadArgument("jql", sentence)


def fields_of(structure: Any) -> list[str]:
    """The names of all fields that it restricts or sorts by, as given and as Jira writes them; by functions as well."""
    used = [*clauses_of(dig(structure, "where")), *items(structure, "orderBy", "fields")]
    named = [
        name for each in used for name in (text(each, "field", "name"), text(each, "field", "encodedName")) if name
    ]
    return named + [
        FIELDS_BEHIND[name.casefold()] for name, _ in _functions(structure) if name.casefold() in FIELDS_BEHIND
    ]


def uses_current_user(structure: Any) -> bool:
    return any(name.casefold() == CURRENT_USER for name, _ in _functions(structure))


def refuse_what_depends_on_the_account(structure: Any) -> None:
    """Raises BadArgument for what would be answered for the shared account, or for nobody knows whom."""
    for clause in clauses_of(dig(structure, "where")):
        name = text(clause, "field", "name")
        if name.casefold() in SAVED_QUERIES:
            raise refused(f"{name} = … runs a saved query that cannot be checked here. Give the query itself.")
        if name.casefold() in OF_THE_ACCOUNT_FIELDS:
            raise refused(f"{name} is that of the shared account, not yours. Leave it out.")
    for name, arguments in _functions(structure):
        folded = name.casefold()
        if folded in OF_THE_ACCOUNT or (folded in OF_THE_ACCOUNT_ALONE and not arguments):
            raise refused(f"{name}() would be answered for the shared account, not for you. Leave it out.")
        if any(CURRENT_USER in argument.casefold() for argument in arguments):
            raise refused(f"{name}() holds currentUser(), which would be the shared account. Leave it out.")


def refuse_queries_within(structure: Any) -> None:
    """For where there is an allowlist: a function's own query looks at all that the account sees."""
    for name, arguments in _functions(structure):
        if any(map(_QUERY.search, arguments)):
            raise refused(f"{name}() holds a query of its own, which knows no limit of this workspace. Leave it out.")


def reaches_outside(structure: Any, within: Callable[[str], bool]) -> bool:
    """
    Whether it finds issues by how they stand to another one of a project that is not `within`, or to one that is named
    by its number, of which nobody knows: parent = SECRET-1, issue in linkedIssues(10042).
    """
    for clause in clauses_of(dig(structure, "where")):
        field = text(clause, "field", "name").casefold()
        arguments = [argument for _, found in _functions_of(clause) for argument in found]
        compared = [] if field in OF_THE_ISSUE or "~" in text(clause, "operator") else _values_of(clause)
        projects = filter(None, map(project_of, [*arguments, *compared]))
        numbered = arguments if field in OF_THE_ISSUE else compared if field in OF_ANOTHER_ISSUE else []
        if not all(map(within, projects)) or any(map(str.isdecimal, map(str.strip, numbered))):
            return True
    return False


def clauses_of(node: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The conditions below node. Raises BadArgument for a tree without bottom."""
    if depth > MAX_DEPTH:
        raise refused("The query is nested too deeply: use fewer parentheses within each other.")
    inner = items(node, "clauses")
    if not inner and isinstance(node, dict):
        yield node
    for each in inner:
        yield from clauses_of(each, depth + 1)


def rebuilt(node: Any, account_id: str) -> str:
    """
    The condition with account_id for currentUser(). Raises BadArgument for what it does not know.

    Lists are written from their values: Jira's own text of one is not always whole.
    """
    inner = items(node, "clauses")
    operator = text(node, "operator")
    if inner:
        parts = [f"({rebuilt(each, account_id)})" for each in inner]
        if operator.casefold() == "not":
            return f"NOT {' AND '.join(parts)}"
        if operator.casefold() not in ("and", "or"):
            raise _not_rebuildable()
        return f" {operator.upper()} ".join(parts)
    if not text(node, "field", "encodedName") or not operator or dig(node, "field", "property"):
        raise _not_rebuildable()
    said = [text(node, "field", "encodedName"), operator]
    if dig(node, "operand") is not None:
        said.append(_operand(dig(node, "operand"), account_id))
    for predicate in items(node, "predicates"):
        said += [text(predicate, "operator"), _operand(dig(predicate, "operand"), account_id)]
    return " ".join(said)


def _operand(operand: Any, account_id: str) -> str:
    if isinstance(dig(operand, "values"), list):
        return f"({', '.join(_operand(each, account_id) for each in items(operand, 'values'))})"
    if function := text(operand, "function"):
        if function.casefold() == CURRENT_USER:
            return quoted(account_id)
        return f"{function}({', '.join(map(quoted, texts(operand, 'arguments')))})"
    if text(operand, "keyword"):
        return text(operand, "keyword").upper()
    if "value" in mapping(operand) or "encodedValue" in mapping(operand):
        return text(operand, "encodedValue") or quoted(text(operand, "value"))
    raise _not_rebuildable()


def _functions(structure: Any) -> Iterator[tuple[str, list[str]]]:
    """Name and arguments."""
    for clause in clauses_of(dig(structure, "where")):
        yield from _functions_of(clause)


def _functions_of(clause: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for each in _operands(clause):
        if name := text(each, "function"):
            yield name, texts(each, "arguments")


def _values_of(clause: dict[str, Any]) -> list[str]:
    return [text(each, "value") for each in _operands(clause)]


def _operands(clause: dict[str, Any]) -> Iterator[Any]:
    for operand in [dig(clause, "operand"), *(dig(each, "operand") for each in items(clause, "predicates"))]:
        yield from [operand, *items(operand, "values")]


def _not_rebuildable() -> BadArgument:
    return refused(
        'currentUser() cannot be put in for you in this query. Name the account itself, like assignee = "5b10…".'
    )
