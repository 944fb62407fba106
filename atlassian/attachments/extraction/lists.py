"""Paragraphs that office files only mark as points of a list, folded into lists."""

from collections.abc import Iterable
from dataclasses import dataclass

from atlassian.rendering.markdown.tree import Block, List, ListItem, Paragraph, Run

MAX_LEVEL = 8


@dataclass
class Point:
    """A paragraph that is a point of a list, at a level counted from 0."""

    level: int
    ordered: bool
    runs: list[Run]


def folded(blocks: Iterable[Block | Point]) -> list[Block]:
    result: list[Block] = []
    open_lists: list[List] = []  # from the outermost
    for block in blocks:
        if not isinstance(block, Point):
            open_lists = []
            result.append(block)
            continue
        level = max(0, min(block.level, MAX_LEVEL, len(open_lists)))
        del open_lists[level + 1 :]
        if len(open_lists) > level and (open_lists[level].start is not None) != block.ordered:
            del open_lists[level:]
        if len(open_lists) <= level:
            opened = List([], 1 if block.ordered else None)
            (open_lists[-1].items[-1].body if open_lists else result).append(opened)
            open_lists.append(opened)
        open_lists[-1].items.append(ListItem([Paragraph(block.runs)]))
    return result
