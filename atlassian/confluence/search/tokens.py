"""The words, strings and signs of a CQL query, each with where it stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<open>["'].*)
    | (?P<sign>!=|!~|>=|<=|&&|\|\||[=~<>!(),&|])
    | (?P<word>[^\s"'=!<>~(),&|]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_OPERATORS = frozenset({"=", "!=", "~", "!~", "in", "not in"})


@dataclass(frozen=True, slots=True)
class Token:
    """
    kind: string, word, sign, or open for a quotation mark that is not closed, with all that follows it.

    `value` is without its quotes.
    """

    kind: str
    value: str
    start: int
    end: int

    def says(self, *words: str) -> bool:
        return self.kind != "string" and self.value.lower() in words


@dataclass(frozen=True, slots=True)
class Clause:
    field: str
    operator: str
    values: tuple[str, ...]


def tokens_of(cql: str) -> list[Token]:
    return [_token(found) for found in _TOKEN.finditer(cql)]


def _token(found: re.Match[str]) -> Token:
    kind = found.lastgroup or ""
    value = _ESCAPED.sub(r"\1", found[0][1:-1]) if kind == "string" else found[0]
    return Token(kind, value, found.start(), found.end())


def clauses_in(tokens: list[Token]) -> Iterator[Clause]:
    """What is compared with what, wherever it stands; a field's name may stand in quotes."""
    for at, token in enumerate(tokens):
        if token.kind not in ("word", "string") or token.says("and", "or", "not"):
            continue
        operator, following = _operator(tokens, at + 1)
        if operator in _OPERATORS:
            yield Clause(token.value.lower(), operator, _values(tokens, following))


def calls_in(tokens: list[Token]) -> Iterator[tuple[str, int]]:
    """The functions that are called, in lower case, each with the place of its name."""
    for at, token in enumerate(tokens[:-1]):
        if token.kind == "word" and tokens[at + 1].value == "(" and not token.says("and", "or", "not", "in"):
            yield token.value.lower(), at


def _operator(tokens: list[Token], at: int) -> tuple[str, int]:
    words = [token.value.lower() if token.kind != "string" else "" for token in tokens[at : at + 2]]
    if words == ["not", "in"]:
        return "not in", at + 2
    return (words[0] if words else ""), at + 1


def _values(tokens: list[Token], at: int) -> tuple[str, ...]:
    if at >= len(tokens):
        return ()
    if tokens[at].value != "(" or tokens[at].kind == "string":
        return (tokens[at].value,)
    values = []
    for token in tokens[at + 1 :]:
        if token.kind == "sign" and token.value == ")":
            break
        if token.kind in ("word", "string"):
            values.append(token.value)
    return tuple(values)
