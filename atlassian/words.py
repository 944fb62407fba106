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
    skipped: tuple[str, ...] = ()  # beyond MAX_WORDS


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
    words = list(dict.fromkeys(words_of(_QUOTED.sub(" ", query)) + [each[0] for each in phrases if len(each) == 1]))
    room, kept, skipped = MAX_WORDS, [], []
    for phrase in phrases:
        if 1 < len(phrase) <= room:
            kept.append(" ".join(phrase))
            room -= len(phrase)
        elif len(phrase) > 1:
            skipped.append(" ".join(phrase))
    terms = Terms(tuple(words[:room]), tuple(kept), (*words[room:], *skipped))
    if not terms.words and not terms.phrases:
        every = [word for phrase in phrases for word in phrase]
        terms = Terms(tuple(every[:MAX_WORDS]), (), tuple(every[MAX_WORDS:]))
    if not terms.words and not terms.phrases:
        raise ValidationError({"q": [ErrorDetail("Give at least one word: letters or digits.", code="no_words")]})
    return terms


def quoted(value: str) -> str:
    """Quotes a value for JQL or CQL: both escape a backslash and a quote by a backslash."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def quoted_phrase(words: str) -> str:
    """Quotes words so that the text search takes them as one phrase."""
    return quoted(f'"{words}"')


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
