"""The words of what somebody searches for, without anything that a query language would take for its own."""

import re
import unicodedata
from dataclasses import dataclass

from rest_framework.exceptions import ErrorDetail, ValidationError

MAX_WORDS = 12
_QUOTED = re.compile(r'["“”„]([^"“”„]*)["“”„]')
_OPERATORS = frozenset({"AND", "OR", "NOT"})


@dataclass(frozen=True)
class Terms:
    """What a text must hold: each word somewhere, each phrase as it stands."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


def words_of(text: str) -> list[str]:
    """
    Runs of letters, digits and the marks that belong to them, in any script; the rest only separates.

    Neither query language escapes its own signs reliably, so none is sent. AND, OR and NOT would be operators in
    capitals.
    """
    kept = (character if unicodedata.category(character)[0] in "LNM" else " " for character in _composed(text))
    return [word.lower() if word in _OPERATORS else word for word in "".join(kept).split()]


def terms_of(query: str) -> Terms:
    """
    The words of query and, where it puts some in quotes, phrases; the first MAX_WORDS of them.

    Raises ValidationError on q when there is no word at all.
    """
    phrases = [words_of(quoted) for quoted in _QUOTED.findall(query)]
    words = words_of(_QUOTED.sub(" ", query)) + [phrase[0] for phrase in phrases if len(phrase) == 1]
    room, kept = MAX_WORDS, []
    for phrase in phrases:
        if 1 < len(phrase) <= room:
            kept.append(" ".join(phrase))
            room -= len(phrase)
    terms = Terms(tuple(dict.fromkeys(words))[:room], tuple(kept))
    if not terms.words and not terms.phrases:
        terms = Terms(tuple(word for phrase in phrases for word in phrase)[:MAX_WORDS])
    if not terms.words and not terms.phrases:
        raise ValidationError({"q": [ErrorDetail("Give at least one word: letters or digits.", code="no_words")]})
    return terms


def quoted(value: str) -> str:
    """As a string of JQL or CQL: both know the backslash before itself and before a quote."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def quoted_phrase(words: str) -> str:
    """As a string that the text search takes as one phrase."""
    return quoted(f'"{words}"')


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
