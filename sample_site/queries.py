"""The grammar that JQL and CQL share: words, quoted strings, clauses, AND OR NOT, ORDER BY."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

RESERVED_WORDS = """
abort access add after alias all alter and any as asc audit avg before begin between boolean by byte
catch cf char check close cluster collate column commit connect continue count create current date
decimal declare default delete desc distinct divide do double drop else empty encoding end equals escape
exclusive exec execute exists explain false fetch file field first float for from function go goto grant
greater group having if immediate in index initial inner inout input insert int integer intersect into
is isempty isnull join last left less like limit lock long max min minus mode modify next noaudit not
notin null number object of on option or order outer output power previous prior privileges public raise
raw remainder rename return returns revoke right row select session set share size sqrt start strict
string subtract sum table then to trans transaction trigger true uid union unique update user validate
values view was when whenever where while with
"""
RESERVED = frozenset(RESERVED_WORDS.split())
WORD = re.compile(r"[^\s\"'=!<>~(),&|]+")
OPERATOR = re.compile(r"!=|!~|>=|<=|&&|\|\||[=~<>!(),]")
BARE = re.compile(r"[@#$%^*+?;:/\\\[\]{}]")
JQL_ESCAPES = {"'": "'", '"': '"', "t": "\t", "n": "\n", "r": "\r", "\\": "\\", " ": " "}


class QueryError(Exception):
    """A query that cannot be read; the text says where and why."""


@dataclass(frozen=True)
class Token:
    kind: str  # word, string, operator, end
    value: str
    position: int

    def says(self, *words: str) -> bool:
        return self.kind != "string" and self.value.lower() in words


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


def tokens(text: str, strict: bool) -> Iterator[Token]:
    """`strict` is JQL: few escapes, and bare reserved words and characters refused."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text[at] in "\"'":
            value, end = _quoted(text, at, strict)
            yield Token("string", value, at)
            at = end
        elif found := OPERATOR.match(text, at):
            yield Token("operator", found.group(), at)
            at = found.end()
        elif found := WORD.match(text, at):
            if strict and (bad := BARE.search(found.group())):
                raise QueryError(
                    f"The character '{bad.group()}' is a reserved JQL character. You must enclose it in a "
                    f"string or use the escape. (line 1, character {at + bad.start() + 1})"
                )
            yield Token("word", found.group(), at)
            at = found.end()
        else:
            raise QueryError(f"Unexpected character '{text[at]}'. (line 1, character {at + 1})")
    yield Token("end", "", len(text))


def _quoted(text: str, start: int, strict: bool) -> tuple[str, int]:
    quote, at, out = text[start], start + 1, list[str]()
    while at < len(text):
        if text[at] == quote:
            return "".join(out), at + 1
        if text[at] != "\\":
            out.append(text[at])
            at += 1
            continue
        escape = text[at + 1 : at + 2]
        if strict and escape == "u" and re.fullmatch(r"[0-9a-fA-F]{4}", text[at + 2 : at + 6]):
            out.append(chr(int(text[at + 2 : at + 6], 16)))
            at += 6
            continue
        if strict and escape not in JQL_ESCAPES:
            raise QueryError(
                f"'\\{escape}' is an illegal JQL escape sequence. The valid escape sequences are \\', \\\", "
                f"\\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX. (line 1, character {at + 1})"
            )
        # CQL hands every escape but those of the quote and of itself to the text search.
        out.append(JQL_ESCAPES[escape] if strict else escape if escape in "\\\"'" else "\\" + escape)
        at += 2
    raise QueryError(f"The quoted string beginning at character {start + 1} has not been completed. (line 1)")


class Parser:
    """A recursive descent over the tokens; raises QueryError at the first that does not fit."""

    def __init__(self, text: str, strict: bool) -> None:
        self.strict = strict
        self.tokens = list(tokens(text, strict))
        self.at = 0

    def query(self) -> Query:
        where = None if self.here.says("order") or self.here.kind == "end" else self.either()
        order = self.order() if self.here.says("order") else ()
        if self.here.kind != "end":
            self.fail("Expecting either 'OR' or 'AND'")
        return Query(where, order)

    @property
    def here(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.here
        self.at += token.kind != "end"
        return token

    def took(self, *words: str) -> bool:
        if self.here.says(*words):
            self.at += 1
            return True
        return False

    def fail(self, expected: str) -> None:
        got = f"got '{self.here.value}'" if self.here.kind != "end" else "reached the end of the query"
        raise QueryError(f"{expected} but {got}. (line 1, character {self.here.position + 1})")

    def either(self) -> Node:
        return self._chain("or", ("or", "||"), self.both)

    def both(self) -> Node:
        return self._chain("and", ("and", "&&"), self.negated)

    def _chain(self, name: str, words: tuple[str, ...], part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self.took(*words):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Group(name, tuple(parts))

    def negated(self) -> Node:
        if self.took("not", "!"):
            return Group("not", (self.negated(),))
        if self.took("("):
            inner = self.either()
            if not self.took(")"):
                self.fail("Expecting ')'")
            return inner
        return self.clause()

    def name(self) -> str:
        token = self.here
        if token.kind not in ("word", "string"):
            self.fail("Expecting a field name")
        self._refuse_reserved(token)
        return self.take().value

    def _refuse_reserved(self, token: Token) -> None:
        # CQL knows a field called "user" or "text"; only JQL reserves this many words.
        if self.strict and token.kind == "word" and token.value.lower() in RESERVED - {"empty", "null"}:
            raise QueryError(
                f"'{token.value}' is a reserved JQL word. You must surround it in quotation marks to use it "
                f"in a query. (line 1, character {token.position + 1})"
            )

    def clause(self) -> Clause:
        name = self.name()
        operator = self.operator()
        if operator in ("in", "not in", "was in", "was not in"):
            return Clause(name, operator, *self.listed())
        if operator == "changed":
            while self.took("after", "before", "during", "on", "by", "from", "to"):
                self.value()
            return Clause(name, operator)
        return Clause(name, operator, (self.value(),))

    def operator(self) -> str:
        if self.took("not"):
            if not self.took("in"):
                self.fail("Expecting 'in'")
            return "not in"
        for word in ("is", "was"):
            if self.took(word):
                negated = "not" if self.took("not") else ""
                listed = "in" if word == "was" and self.took("in") else ""
                return " ".join(part for part in (word, negated, listed) if part)
        if self.here.says("in", "changed", "=", "!=", "~", "!~", ">", "<", ">=", "<="):
            return self.take().value.lower()
        self.fail("Expecting operator")
        return ""

    def listed(self) -> tuple[tuple[str | Function, ...], bool]:
        if not self.took("("):
            return (self.value(),), True
        values = [self.value()]
        while self.took(","):
            values.append(self.value())
        if not self.took(")"):
            self.fail("Expecting ')' or ','")
        return tuple(values), True

    def value(self) -> str | Function:
        token = self.here
        if token.kind not in ("word", "string"):
            self.fail("Expecting a value, list or function")
        self._refuse_reserved(token)
        self.take()
        if token.kind == "word" and self.took("("):
            return Function(token.value, self._arguments())
        return token.value

    def _arguments(self) -> tuple[str, ...]:
        values: list[str] = []
        while not self.took(")"):
            if self.here.kind not in ("word", "string"):
                self.fail("Expecting ')'")
            values.append(self.take().value)
            self.took(",")
        return tuple(values)

    def order(self) -> tuple[tuple[str, str], ...]:
        self.take()
        if not self.took("by"):
            self.fail("Expecting 'by'")
        fields = [self._ordered()]
        while self.took(","):
            fields.append(self._ordered())
        return tuple(fields)

    def _ordered(self) -> tuple[str, str]:
        name = self.name()
        direction = self.take().value.lower() if self.here.says("asc", "desc") else ""
        return name, direction


def parse(text: str, strict: bool = True) -> Query:
    try:
        return Parser(text, strict).query()
    except RecursionError:
        raise QueryError("The query is nested too deeply.") from None
