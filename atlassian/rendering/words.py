"""Many words looked for at once, each by what of it is rare in ordinary texts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")

# The rarest first. `re` looks for one of them at a twentieth of what a choice of words costs at each character.
_RARE = ("~", "=", "_", "j", "z", "x", "k", "v", "3", "se", "p", "w", "m")


def rarity(word: str) -> int:
    """The less, the rarer."""
    if not word.isascii():
        return -1
    part = _rare_part(word)
    return _RARE.index(part) if part in _RARE else len(_RARE)


def _rare_part(word: str) -> str:
    """A letter beyond ASCII, or one of `_RARE`, or else the whole word."""
    foreign = (letter for letter in word if not letter.isascii())
    return next(foreign, None) or next((part for part in _RARE if part in word), word)


@dataclass(frozen=True)
class Look(Generic[Value]):
    """For all words of which one part is the rarest. `pattern` has an empty group for each of them, in order."""

    part: str
    pattern: re.Pattern[str]
    values: list[Value]


def looks_for(words: Iterable[tuple[str, str, Value]]) -> list[Look[Value]]:
    """Each word is in lower case, with a pattern of what has to follow it, and what it stands for."""
    by_part: dict[str, list[tuple[str, str, Value]]] = {}
    for row in words:
        by_part.setdefault(_rare_part(row[0]), []).append(row)
    return [Look(part, _pattern(part, rows), [value for *_, value in rows]) for part, rows in by_part.items()]


def _pattern(part: str, rows: Iterable[tuple[str, str, object]]) -> re.Pattern[str]:
    choice = "|".join(_rest(word, part) + then + "()" for word, then, _ in rows)
    return re.compile(f"{re.escape(part)}(?={choice})")


def _rest(word: str, part: str) -> str:
    before, _, after = word.partition(part)
    return re.escape(after) + (f"(?<={re.escape(word)})" if before else "")


def found_by(looks: Iterable[Look[Value]], text: str) -> Iterator[tuple[int, Value]]:
    """(a place within it, what it stands for) of each, in no order."""
    for look in looks:
        if look.part[0] in text:
            for found in look.pattern.finditer(text):
                yield found.start(), look.values[(found.lastindex or 0) - 1]
