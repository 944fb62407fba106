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
    if not runs[0].text[0].isspace() and not runs[-1].text[-1].isspace():
        return "", runs, ""
    runs = list(runs)
    return _take_first(runs, str.isspace), runs, _take_last(runs, str.isspace)


def without_punctuation(runs: list[Run], before: str, after: str) -> tuple[str, list[Run], str]:
    """The runs between the punctuation at their ends that would keep marks beside a word from being read."""
    runs = list(runs)
    lead = _take_first(runs, _is_no_word) if is_word(before) else ""
    trail = _take_last(runs, _is_no_word) if is_word(after) else ""
    return lead, runs, trail


def _take_first(runs: list[Run], taken: Callable[[str], bool]) -> str:
    """The text at the beginning that is taken from the runs; code stays whole."""
    found: list[str] = []
    whole = 0
    for run in runs:
        size = sum(1 for _ in takewhile(taken, run.text)) if is_plain(run) else 0
        found.append(run.text[:size])
        if size < len(run.text):
            runs[whole] = run._replace(text=run.text[size:])
            break
        whole += 1
    del runs[:whole]
    return "".join(found)


def _take_last(runs: list[Run], taken: Callable[[str], bool]) -> str:
    """The text at the end that is taken from the runs; code stays whole."""
    found: list[str] = []
    while runs and is_plain(runs[-1]):
        text = runs[-1].text
        kept = len(text) - sum(1 for _ in takewhile(taken, reversed(text)))
        found.append(text[kept:])
        if kept:
            runs[-1] = runs[-1]._replace(text=text[:kept])
            break
        runs.pop()
    return "".join(reversed(found))


def is_plain(run: Run) -> bool:
    return CODE not in run.marks


def flanks(before: str, inner: str, after: str) -> bool:
    """Whether a delimiter between `before` and `inner`, and another before `after`, open and close."""
    opens = not is_word(before) or is_word(inner[0])
    return opens and (not is_word(after) or is_word(inner[-1]))
