"""
A long text cut to a budget, at a place from where one can read on.

A piece holds exactly `content[offset:next_offset]`; around it stand what reopens and closes a fence, and the
marker that says how to go on. Whole lines are kept where possible, and a long paragraph is cut between words.
Two rules give way when nothing else is possible: a row, heading or code line longer than a whole piece is cut
within, and a budget too small for the marker and one character is exceeded by what those need.
"""

from dataclasses import dataclass

from atlassian.rendering.pagination.break_points import best_break
from atlassian.rendering.pagination.outline import Outline


@dataclass(frozen=True)
class Piece:
    """`content_chars` counts the whole text; `next_offset` is where to read on, None at its end."""

    content: str
    content_chars: int
    truncated: bool
    next_offset: int | None


def cut(content: str, offset: int, max_chars: int) -> Piece:
    """The text from `offset` on, in at most `max_chars` characters with the marker counted."""
    offset = max(0, offset)
    if offset >= len(content):
        return Piece("", len(content), False, None)
    if offset == 0 and len(content) <= max_chars:
        return Piece(content, len(content), False, None)
    outline = Outline(content, offset + max_chars)
    opening = outline.reopening(offset)
    rest = Piece(opening + content[offset:], len(content), False, None)
    if len(rest.content) <= max_chars:
        return rest
    ending = _longest_ending(outline, offset, max_chars, named=True)
    named = len(opening) + ending <= max_chars // 2
    if not named:
        ending = _longest_ending(outline, offset, max_chars, named=False)
    end = best_break(outline, offset, offset + max(1, max_chars - len(opening) - ending))
    if end >= len(content):
        return rest
    piece = opening + content[offset:end] + outline.closing(end) + _marker(outline, end, named)
    return Piece(piece, len(content), True, end)


def _longest_ending(outline: Outline, offset: int, max_chars: int, named: bool) -> int:
    """What closing a fence and the marker take at most, wherever the piece will end."""
    titles = outline.titles_from(offset, offset + max_chars) if named else []
    marker = len(_marker_text(outline, len(outline.content), max(titles, key=len, default="")))
    return marker + outline.longest_closing(offset, offset + max_chars)


def _marker(outline: Outline, end: int, named: bool) -> str:
    return _marker_text(outline, end, outline.next_title(end) if named else "")


def _marker_text(outline: Outline, end: int, title: str) -> str:
    shown = f"{end:,} of {len(outline.content):,} characters shown"
    section = f'next section "{title}"; ' if title else ""
    return f"[truncated: {shown}; {section}call again with offset={end}]"
