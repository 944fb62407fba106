"""Where a piece may end: between lines where one can, between words where one must."""

import re
from collections.abc import Iterator

from atlassian.rendering.pagination.outline import CONTAINERS, Outline
from atlassian.rendering.pagination.word_gaps import last_word_break

# What announces the lines below it and so is not left last.
_KEEPS_WITH_NEXT = re.compile(rf"{CONTAINERS}(?:#{{1,6}} |\*\*▸|\|[-:| ]*\|$|\[!\w+\])")
_TABLE_LINE = re.compile(rf"{CONTAINERS}\|")
_HEADING_LINE = re.compile(rf"{CONTAINERS}#{{1,6}} ")
_BELOW_HEAD = re.compile(rf"{CONTAINERS}\|(?:[ ]*:?-+:?[ ]*\|)+$")
_BLANK = re.compile(r"[ >]*$")
# What belongs to the character before it: accents and vowel signs, selectors, colours of skin.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0903\u093a-\u094f"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
)
_LETTERS_OF_FLAGS = "\U0001f1e6-\U0001f1ff"
MAX_SIGN_CHARS = 64
_SIGN = re.compile(
    rf"(?:\\.|&\#?[0-9A-Za-z]{{1,31}};|</?[a-z]{{1,3}}>|[{_LETTERS_OF_FLAGS}]{{2}}|.)(?:\u200d.|[{_MARKS}])*",
    re.DOTALL,
)
_PAIRED = re.compile(rf"[\\{_LETTERS_OF_FLAGS}]")


def best_break(outline: Outline, offset: int, limit: int) -> int:
    """The place after `offset`, and not after `limit`, where the text can best be interrupted."""
    between_lines = _between_lines(outline, offset, limit)
    if between_lines - offset > (limit - offset) // 2:
        return between_lines
    stop = max(between_lines, _within_paragraph(outline, offset, limit))
    return stop if stop > offset else _anywhere(outline, offset, limit)


def _between_lines(outline: Outline, offset: int, limit: int) -> int:
    """
    The last start of a line at which what stands above it is complete; `offset` if there is none.

    One half a piece earlier is preferred to one whose line, read on its own, would be indented code.
    """
    last = offset
    for stop in _complete_stops(outline, offset, limit):
        if not outline.content.startswith("    ", stop) or outline.fence_at(stop):
            return stop if stop > offset + (limit - offset) // 2 or last == offset else last
        last = max(last, stop)
    return last


def _complete_stops(outline: Outline, offset: int, limit: int) -> Iterator[int]:
    """Yields the stops from the last one backwards."""
    stop = outline.content.rfind("\n", offset, limit) + 1
    while stop > offset:
        fence = outline.fence_at(stop)
        above = _line_above(outline.content, offset, stop)
        if fence and stop == fence.closer and fence.end > stop:
            yield fence.end
        elif (fence and stop != fence.inside) or (not fence and _completes(outline.content, above, stop)):
            yield stop
        stop = above


def _completes(content: str, above: int, stop: int) -> bool:
    line = _line_at(content, above)
    if _BLANK.match(line) or _KEEPS_WITH_NEXT.match(line) or line.endswith("\\"):
        return False
    return not (_TABLE_LINE.match(line) and _BELOW_HEAD.match(_line_at(content, stop)))


def _line_above(content: str, offset: int, stop: int) -> int:
    """The start of the last line before `stop` that says anything; `offset` if none does."""
    while stop > offset:
        stop = max(content.rfind("\n", offset, stop - 1) + 1, offset)
        if not _BLANK.match(_line_at(content, stop)):
            break
    return stop


def _line_at(content: str, start: int) -> str:
    end = content.find("\n", start)
    return content[start : end if end >= 0 else len(content)]


def _line_start(content: str, offset: int, limit: int) -> int:
    return max(content.rfind("\n", offset, limit) + 1, offset)


def _whole(outline: Outline, offset: int, start: int) -> bool:
    """Whether the line is one that must not be cut: a row, a heading, code."""
    line = outline.content[start : start + 200]
    return bool(outline.fence_at(start) or _TABLE_LINE.match(line) or _HEADING_LINE.match(line))


def _within_paragraph(outline: Outline, offset: int, limit: int) -> int:
    start = _line_start(outline.content, offset, limit)
    if _whole(outline, offset, start):
        return offset
    while start > offset and outline.content.endswith("\\\n", offset, start):
        start = _line_start(outline.content, offset, start - 1)
    return last_word_break(outline.content, start, limit) or offset


def _anywhere(outline: Outline, offset: int, limit: int) -> int:
    """Progress where every rule would forbid it."""
    start = _line_start(outline.content, offset, limit)
    if start > offset and not outline.fence_at(start):
        return start
    gap = last_word_break(outline.content, start, limit) or outline.content.rfind(" ", offset, limit) + 1
    if gap > offset:
        return gap
    return _between_signs(outline.content, offset, limit)


def _between_signs(content: str, offset: int, limit: int) -> int:
    """The last place that tears no escape, entity, tag or character; the end of the first of them if none fits."""
    start = max(offset, limit - MAX_SIGN_CHARS)
    while start > offset and _PAIRED.match(content, start - 1):  # what belongs together shows from a row's beginning
        start -= 1
    torn = next((sign for sign in _SIGN.finditer(content, start) if sign.end() >= limit), None)
    if torn is None or torn.end() == limit:
        return limit
    return torn.start() if torn.start() > offset else torn.end()
