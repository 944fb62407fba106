"""Tokens into a tree, for JQL and CQL alike."""

from collections.abc import Callable

from dev.sample_site.queries import Clause, Function, Group, Node, Query
from dev.sample_site.query_tokens import RESERVED, QueryError, Token, tokens


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
        if operator in ("in", "not in"):
            return Clause(name, operator, *self.listed())
        return Clause(name, operator, (self.value(),))

    def operator(self) -> str:
        if self.took("not"):
            if not self.took("in"):
                self.fail("Expecting 'in'")
            return "not in"
        if self.took("is"):
            return "is not" if self.took("not") else "is"
        if self.here.says("in", "=", "!=", "~", "!~", ">", "<", ">=", "<="):
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
