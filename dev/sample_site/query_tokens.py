"""The words, strings and signs of a query. `strict` is JQL: few escapes, and reserved words and characters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

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
