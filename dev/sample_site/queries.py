"""A query as a tree, the same for JQL and CQL, and whether something meets it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar


@dataclass(frozen=True)
class Function:
    name: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clause:
    field: str
    operator: str
    values: tuple[str | Function, ...] = ()
    is_list: bool = False


@dataclass(frozen=True)
class Group:
    operator: str  # and, or, not
    clauses: tuple["Node", ...]


Node = Clause | Group
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Query:
    where: Node | None
    order: tuple[tuple[str, str], ...] = field(default_factory=tuple)


def clauses_of(node: Node | None) -> Iterator[Clause]:
    if isinstance(node, Clause):
        yield node
    elif node is not None:
        for child in node.clauses:
            yield from clauses_of(child)


def holds(node: Node | None, tests: Mapping[Clause, Callable[[Thing], bool]], thing: Thing) -> bool:
    if node is None:
        return True
    if isinstance(node, Clause):
        return tests[node](thing)
    if node.operator == "not":
        return not holds(node.clauses[0], tests, thing)
    combine = all if node.operator == "and" else any
    return combine(holds(child, tests, thing) for child in node.clauses)
