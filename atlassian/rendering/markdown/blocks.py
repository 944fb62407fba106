"""Blocks written as CommonMark with GFM tables: what closes the gap between a page and its text."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from atlassian.rendering.markdown.escaping import escape_checkbox, escape_line_start
from atlassian.rendering.markdown.inline import text_lines
from atlassian.rendering.markdown.tables import write_table
from atlassian.rendering.markdown.tree import (
    Block,
    Code,
    Expand,
    Heading,
    List,
    ListItem,
    Paragraph,
    Quote,
    Rule,
    Table,
)

EXPAND_SIGN = "▸"
_EMPTY_POINTS = re.compile(r"[-*](?: [-*])*")
_TIGHT_LIST = re.compile(r"(?:[-*+]|1[.)]) \S")


def write(blocks: list[Block]) -> str:
    return "\n".join(lines_of(blocks))


def lines_of(blocks: list[Block], tight: bool = False) -> list[str]:
    """
    The lines of blocks that follow each other, a blank line between them.

    With `tight` a list stands right below the paragraph that comes first, as in a point of a list.
    """
    lines: list[str] = []
    previous: Block | None = None
    alternate = False
    for block in _unfolded(blocks) if Expand in map(type, blocks) else blocks:
        if isinstance(block, List):
            alternate = isinstance(previous, List) and _same_kind(previous, block) and not alternate
            written = _items(block, alternate)
        else:
            written = WRITERS[type(block)](block)
        if not written:
            continue
        if lines and not (tight and isinstance(previous, Paragraph) and _TIGHT_LIST.match(written[0])):
            lines.append("")
        lines += written
        tight = tight and previous is None
        previous = block
    return lines


def _unfolded(blocks: list[Block]) -> Iterator[Block]:
    """An expand's body follows its title as if it stood beside it."""
    for block in blocks:
        yield block
        if isinstance(block, Expand):
            yield from _unfolded(block.body)


def _same_kind(one: List, other: List) -> bool:
    return (one.start is None) == (other.start is None)


def _paragraph(paragraph: Paragraph) -> list[str]:
    lines = list(map(escape_line_start, text_lines(paragraph.runs)))
    return lines if len(lines) < 2 else [line + "\\" for line in lines[:-1]] + lines[-1:]


def _heading(heading: Heading) -> list[str]:
    text = " ".join(text_lines(heading.runs))
    if not text:
        return []
    closing = re.search(r"(?:^|(?<=[ \t]))#+$", text) if text[-1] == "#" else None
    if closing:
        text = text[: closing.start()] + "\\" + text[closing.start() :]
    return ["#" * heading.level + " " + text]


def _code(code: Code) -> list[str]:
    longest = max(map(len, re.findall("`{3,}", code.text)), default=2) if "```" in code.text else 2
    fence = "`" * (longest + 1)
    lines = code.text.rstrip("\n").split("\n") if code.text.strip("\n") else []
    return [fence + code.language, *lines, fence]


def _rule(rule: Rule) -> list[str]:
    return ["---"]


def _quote(quote: Quote) -> list[str]:
    body = lines_of(quote.body)
    if quote.kind:
        title = " ".join(text_lines(quote.title))
        label = f"[!{quote.kind}] {title}".rstrip()
        follows = bool(quote.body) and isinstance(quote.body[0], Paragraph)
        body = [label, *([] if follows or not body else [""]), *body]
    return ["> " + line if line else ">" for line in body]


def _expand(expand: Expand) -> list[str]:
    title = " ".join(text_lines(expand.title))
    return [f"**{EXPAND_SIGN} {title}**" if title else f"**{EXPAND_SIGN}**"]


def _items(items: List, alternate: bool) -> list[str]:
    """`alternate` is the other marker, without which two lists in a row would be read as one."""
    lines: list[str] = []
    number = items.start
    for item in items.items:
        marker = ("* " if alternate else "- ") if number is None else f"{number}{')' if alternate else '.'} "
        lines += _item(item, marker)
        number = None if number is None else min(number + 1, 999_999_999)
    return lines


def _item(item: ListItem, marker: str) -> list[str]:
    lines = _item_lines(item)
    if lines[0] == "---":
        lines[0] = "___"  # "- ---" is a rule and no list at all
    elif _EMPTY_POINTS.fullmatch(lines[0]):
        lines.insert(0, "")  # and so is "- - -"
    if len(lines) == 1:
        return [(marker + lines[0]).rstrip()]
    indent = " " * len(marker)
    return [(marker + lines[0]).rstrip(), *(indent + line if line else "" for line in lines[1:])]


def _item_lines(item: ListItem) -> list[str]:
    opens_with_text = bool(item.body) and isinstance(item.body[0], Paragraph)
    if item.label and not opens_with_text:
        rest = lines_of(item.body)
        return [item.label.rstrip(), *(["", *rest] if rest else [])]
    lines = lines_of(item.body, tight=True) or [""]
    lines[0] = item.label + lines[0] if item.label else escape_checkbox(lines[0])
    return lines


WRITERS: dict[type, Callable[[Any], list[str]]] = {
    Paragraph: _paragraph,
    Heading: _heading,
    Code: _code,
    Rule: _rule,
    Quote: _quote,
    Expand: _expand,
    Table: write_table,
}
