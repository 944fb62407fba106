"""
Where CommonMark reads asterisks and tildes as marks.

It goes by what stands on either side of them: spaces, punctuation or words.
https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis
"""

import unicodedata
from collections.abc import Callable
from itertools import takewhile

from atlassian.rendering.markdown.tree import CODE, Run


def is_word(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character)[0] not in "PS"


def _is_no_word(character: str) -> bool:
    return not is_word(character)


def without_spaces(runs: list[Run]) -> tuple[str, list[Run], str]:
    """The runs between the spaces at their ends, which go outside of any mark."""
    runs = list(runs)
    return _take(runs, 0, str.isspace), runs, _take(runs, -1, str.isspace)


def without_punctuation(runs: list[Run], before: str, after: str) -> tuple[str, list[Run], str]:
    """The runs between the punctuation at their ends that would keep marks beside a word from being read."""
    runs = list(runs)
    lead = _take(runs, 0, _is_no_word) if is_word(before) else ""
    trail = _take(runs, -1, _is_no_word) if is_word(after) else ""
    return lead, runs, trail


def _take(runs: list[Run], end: int, taken: Callable[[str], bool]) -> str:
    """The text at one end of the runs that is taken from them; code stays whole."""
    found = ""
    while runs and is_plain(runs[end]):
        text = runs[end].text
        size = sum(1 for _ in takewhile(taken, text if end == 0 else reversed(text)))
        if size == 0:
            break
        found = found + text[:size] if end == 0 else text[len(text) - size :] + found
        rest = text[size:] if end == 0 else text[: len(text) - size]
        runs[end] = runs[end]._replace(text=rest)
        if rest:
            break
        runs.pop(end)
    return found


def is_plain(run: Run) -> bool:
    return CODE not in run.marks


def flanks(before: str, inner: str, after: str) -> bool:
    """Whether a delimiter between `before` and `inner`, and another before `after`, open and close."""
    opens = not is_word(before) or is_word(inner[0])
    return opens and (not is_word(after) or is_word(inner[-1]))
