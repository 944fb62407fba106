"""
Matches a regular expression by backtracking as `re` does, and counts the steps.

`re` has no counter, and clocks vary; so the pattern, as `re` itself parsed it, is walked here in the plainest way.
Only what the patterns of this project use is known.
"""

import re
from collections.abc import Callable, Iterator
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

Ends = Iterator[int]


class Steps:
    """One pattern on one text. Every item that is tried at a place is a step."""

    def __init__(self, pattern: re.Pattern[str], text: str, most: int) -> None:
        self.text, self.most, self.count = text, most, 0
        self.flags = pattern.flags
        self.items = list(parser.parse(pattern.pattern, pattern.flags))
        self.groups: dict[int, tuple[int, int]] = {}

    def search_all(self) -> int:
        """As `finditer` or `sub` would, from the start of the text to its end."""
        place = 0
        while place <= len(self.text) and self.count < self.most:
            end = next(self.match(self.items, place), None)
            place = end if end is not None and end > place else place + 1
        return self.count

    def match_once(self) -> int:
        next(self.match(self.items, 0), None)
        return self.count

    def match(self, items: list[Any], place: int) -> Ends:
        if not items:
            yield place
            return
        (code, argument), rest = items[0], items[1:]
        for end in self.one(code, argument, place):
            yield from self.match(rest, end)

    def one(self, code: Any, argument: Any, place: int) -> Ends:
        self.count += 1
        if self.count >= self.most:
            return iter(())
        return KINDS[code](self, argument, place)

    def character(self, fits: Callable[[str], bool], place: int) -> Ends:
        if place < len(self.text) and fits(self.text[place]):
            yield place + 1

    def repeat(self, argument: Any, place: int, least: int) -> Ends:
        """Greedy: as often as it goes, then given back one by one. Iterative where one item is one character."""
        low, high, item = argument
        ends = [place]
        if is_simple(item):
            while len(ends) <= high and (end := next(self.match(list(item), ends[-1]), None)) is not None:
                ends.append(end)
            for end in reversed(ends[low:]):
                self.count += 1
                yield end
            return
        if least < high:
            for end in self.match(list(item), place):
                if end > place or least < low:
                    yield from self.repeat(argument, end, least + 1)
        if least >= low:
            yield place

    def lazily(self, argument: Any, place: int) -> Ends:
        low, high, item = argument
        taken = 0
        while True:
            if taken >= low:
                self.count += 1
                yield place
            end = next(self.match(list(item), place), None) if taken < high else None
            if end is None:
                return
            place, taken = end, taken + 1

    def first(self, items: Any, place: int) -> Ends:
        end = next(self.match(list(items), place), None)
        if end is not None:
            yield end

    def possessive(self, argument: Any, place: int) -> Ends:
        low, high, item = argument
        taken = 0
        while taken < high and (end := next(self.match(list(item), place), None)) is not None and end > place:
            place, taken = end, taken + 1
        if taken >= low:
            yield place

    def group(self, argument: Any, place: int) -> Ends:
        number, _, _, items = argument
        for end in self.match(list(items), place):
            if number is not None:
                self.groups[number] = (place, end)
            yield end

    def again(self, number: int, place: int) -> Ends:
        start, end = self.groups.get(number, (0, 0))
        if self.text.startswith(self.text[start:end], place):
            yield place + end - start

    def at(self, where: Any, place: int) -> Ends:
        if any(found.start() == place for found in (self._position(where, place),) if found):
            yield place

    def _position(self, where: Any, place: int) -> re.Match[str] | None:
        signs = {
            codes.AT_BEGINNING: "^",
            codes.AT_BEGINNING_STRING: r"\A",
            codes.AT_END: "$",
            codes.AT_END_STRING: r"\Z",
            codes.AT_BOUNDARY: r"\b",
            codes.AT_NON_BOUNDARY: r"\B",
        }
        return re.compile(signs[where], self.flags & (re.MULTILINE | re.ASCII)).match(self.text, place)

    def look(self, argument: Any, place: int, wanted: bool) -> Ends:
        direction, items = argument
        start = place if direction > 0 else place - items.getwidth()[0]
        found = start >= 0 and next(self.match(list(items), start), None) is not None
        if found == wanted:
            yield place


def is_simple(item: Any) -> bool:
    """One item of one character, which can match in one way."""
    return len(item) == 1 and item[0][0] in (codes.IN, codes.LITERAL, codes.NOT_LITERAL, codes.ANY)


def fits_set(parts: Any, character: str) -> bool:
    negated = parts[0][0] is codes.NEGATE
    return any(fits_part(code, argument, character) for code, argument in parts[negated:]) != negated


def fits_part(code: Any, argument: Any, character: str) -> bool:
    if code is codes.LITERAL:
        return ord(character) == argument
    if code is codes.RANGE:
        return argument[0] <= ord(character) <= argument[1]
    kind = str(argument).rpartition("_")[2]
    fits = {"DIGIT": str.isdigit, "SPACE": str.isspace, "WORD": lambda c: c.isalnum() or c == "_"}[kind](character)
    return fits != ("NOT_" in str(argument))


KINDS: dict[Any, Callable[[Steps, Any, int], Ends]] = {
    codes.LITERAL: lambda s, a, p: s.character(lambda c: ord(c) == a, p),
    codes.NOT_LITERAL: lambda s, a, p: s.character(lambda c: ord(c) != a, p),
    codes.ANY: lambda s, a, p: s.character(lambda c: bool(s.flags & re.DOTALL) or c != "\n", p),
    codes.IN: lambda s, a, p: s.character(lambda c: fits_set(a, c), p),
    codes.BRANCH: lambda s, a, p: (end for items in a[1] for end in s.match(list(items), p)),
    codes.SUBPATTERN: Steps.group,
    codes.MAX_REPEAT: lambda s, a, p: s.repeat(a, p, 0),
    codes.MIN_REPEAT: Steps.lazily,
    codes.POSSESSIVE_REPEAT: Steps.possessive,
    codes.ATOMIC_GROUP: Steps.first,
    codes.GROUPREF: Steps.again,
    codes.AT: Steps.at,
    codes.ASSERT: lambda s, a, p: s.look(a, p, True),
    codes.ASSERT_NOT: lambda s, a, p: s.look(a, p, False),
}


def characters_of(items: Any) -> Iterator[str]:
    """Some characters that the parts of a pattern take."""
    for code, argument in items:
        if code in (codes.LITERAL, codes.NOT_LITERAL):
            yield chr(argument)
        elif code is codes.IN:
            yield from _of_set(argument)
        elif code is codes.BRANCH:
            for branch in argument[1]:
                yield from characters_of(branch)
        elif code is codes.SUBPATTERN:
            yield from characters_of(argument[3])
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            yield from characters_of(argument[2])
        elif code in (codes.ASSERT, codes.ASSERT_NOT):
            yield from characters_of(argument[1])
        elif code is codes.ATOMIC_GROUP:
            yield from characters_of(argument)


def _of_set(parts: Any) -> Iterator[str]:
    for code, argument in parts:
        if code is codes.LITERAL:
            yield chr(argument)
        elif code is codes.RANGE:
            yield chr(argument[0])
        elif code is codes.CATEGORY:
            yield {"DIGIT": "7", "SPACE": " ", "WORD": "a"}[str(argument).rpartition("_")[2]]


def beginning_of(items: Any) -> str:
    """The shortest text that the pattern might take, as far as that is easily told."""
    text = ""
    for code, argument in items:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            text += beginning_of(argument[2]) * min(argument[0], 3)
        elif code is codes.SUBPATTERN:
            text += beginning_of(argument[3])
        elif code is codes.BRANCH:
            text += beginning_of(argument[1][0])
        elif code in (codes.LITERAL, codes.IN):
            text += next(characters_of([(code, argument)]), "")
    return text
