"""The text search inside a query: what follows `~`. Words are joined by AND, stemmed, in any order."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|&&|\|\||[()]|(?:\\.|[^\s()"])+')
HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
LEFT_OPEN = re.compile(r'(?<!\\)(?:\\\\)*"')


class UnparsableText(Exception):
    """The text search cannot be read: unbalanced quotes or parentheses, or a wildcard in front."""


@dataclass(frozen=True)
class Words:
    """A text taken apart once, ready to be asked for words and phrases."""

    stems: tuple[str, ...]

    @classmethod
    @lru_cache(maxsize=2048)
    def of(cls, text: str) -> "Words":
        return cls(tuple(stem(word) for word in words_in(text)))

    def has(self, phrase: list[str], prefix: bool = False) -> bool:
        if not phrase:
            return True
        if len(phrase) == 1:
            return any(_same(phrase[0], stem_, prefix) for stem_ in self.stems)
        size = len(phrase)
        return any(
            all(map(_same, phrase, self.stems[start : start + size])) for start in range(len(self.stems) - size + 1)
        )


def _same(wanted: str, found: str, prefix: bool = False) -> bool:
    # Korean particles are glued to the noun, so that a noun is found inside a longer word.
    return found == wanted or (prefix and found.startswith(wanted)) or bool(HANGUL.search(wanted) and wanted in found)


def words_in(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", text.lower()) if word]


def stem(word: str) -> str:
    for ending in ("ing", "ies", "ed", "es", "s"):
        if len(word) > len(ending) + 3 and word.endswith(ending) and not word.endswith("ss"):
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e") if len(word) > 4 else word


def matcher(text: str) -> Callable[[Words], bool]:
    """A test for the text search `text`; raises UnparsableText."""
    if len(LEFT_OPEN.findall(text)) % 2:
        raise UnparsableText(text)
    return _Search(TOKEN.findall(text)).whole(text)


def terms(text: str) -> list[str]:
    """The stems that a search looks for, to mark them in an excerpt."""
    plain = [part for part in TOKEN.findall(text) if part not in ("AND", "OR", "NOT", "&&", "||", "(", ")")]
    return [stem(word) for part in plain for word in words_in(part.replace("\\", " "))]


class _Search:
    def __init__(self, parts: list[str]) -> None:
        self.parts = parts
        self.at = 0

    def whole(self, text: str) -> Callable[[Words], bool]:
        test = self.either()
        if self.at < len(self.parts):
            raise UnparsableText(text)
        return test

    def here(self) -> str:
        return self.parts[self.at] if self.at < len(self.parts) else ""

    def either(self) -> Callable[[Words], bool]:
        tests = [self.both()]
        while self.here() in ("OR", "||"):
            self.at += 1
            tests.append(self.both())
        return lambda words: any(test(words) for test in tests)

    def both(self) -> Callable[[Words], bool]:
        tests = []
        while self.here() not in ("", ")", "OR", "||"):
            if self.here() in ("AND", "&&"):
                self.at += 1
                continue
            tests.append(self.one())
        if not tests:
            raise UnparsableText("")
        return lambda words: all(test(words) for test in tests)

    def one(self) -> Callable[[Words], bool]:
        part = self.here()
        self.at += 1
        if part in ("NOT", "!", "-"):
            inner = self.one() if self.here() not in ("", ")") else None
            return (lambda words: not inner(words)) if inner else _refuse(part)
        if part == "(":
            inner_test = self.either()
            if self.here() != ")":
                raise UnparsableText(part)
            self.at += 1
            return inner_test
        return _term(part)


def _refuse(part: str) -> Callable[[Words], bool]:
    raise UnparsableText(part)


def _term(part: str) -> Callable[[Words], bool]:
    if part[0] in "*?" or re.search(r"(?<!\\)[\[\]{}:^!]", part):
        raise UnparsableText(part)
    denied = part[0] in "-!" and len(part) > 1
    prefix = part[-1] in "*?"
    wanted = words_in(re.sub(r"\\(.)", r"\1", part))
    if not prefix:
        wanted = [stem(word) for word in wanted]
    return lambda words: words.has(wanted, prefix) != denied
