"""The facts of Markdown, as a CommonMark parser with GFM's tables reads it."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from dev.scoring.facts import Facts, add_link, normal

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_PANEL = re.compile(r"\[!([A-Z]+)\]")
# A label of ours, which no source can ask for word by word.
_LABEL = re.compile(r"\[(?:macro: [^\]]*|unsupported: [^\]]*|image|attachment)\]")
_TASK = re.compile(r"\[([ x])\](?: |$)")


def markdown_facts(markdown: str) -> Facts:
    facts = Facts()
    _walk(SyntaxTreeNode(_PARSER.parse(markdown)), facts, 0)
    return facts


def _walk(node: SyntaxTreeNode, facts: Facts, depth: int) -> None:
    if node.type == "inline":
        facts.text.append(_said(node))
        _links(node, facts)
        return
    if node.type in ("fence", "code_block"):
        facts.text.append(node.content)
        facts.add("code", node.info.strip(), node.content.rstrip())
    elif node.type == "heading":
        facts.add("heading", int(node.tag[1]), normal(_said(node)))
    elif node.type in ("bullet_list", "ordered_list"):
        _items(node, facts, depth)
        depth += 1
    elif node.type == "table":
        _rows(node, facts)
    elif node.type == "blockquote":
        label = _PANEL.match(_raw(node))
        facts.add("panel", label[1]) if label else facts.add("quote")
    elif node.type == "hr":
        facts.add("rule")
    for child in node.children:
        _walk(child, facts, depth)


def _items(node: SyntaxTreeNode, facts: Facts, depth: int) -> None:
    number = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    for item in node.children:
        first = item.children[0] if item.children else None
        raw = first.children[0].content if first is not None and first.type == "paragraph" else ""
        said = _said(first) if first is not None and first.type == "paragraph" else ""
        task = _TASK.match(raw)
        if task:
            facts.add("task", depth, task[1] == "x", normal(said[3:]))
        else:
            facts.add("item", depth, number, normal(said))
        number = None if number is None else number + 1


def _rows(node: SyntaxTreeNode, facts: Facts) -> None:
    for part in node.children:
        for row in part.children:
            cells = tuple(normal(_said(cell)) for cell in row.children)
            facts.add("head" if part.type == "thead" else "row", cells)


def _links(node: SyntaxTreeNode, facts: Facts) -> None:
    for link in node.walk():
        if link.type == "link":
            add_link(facts, _said(link), str(link.attrs["href"]))


def _raw(node: SyntaxTreeNode) -> str:
    return next((inline.content for inline in node.walk() if inline.type == "inline"), "")


def _said(node: SyntaxTreeNode) -> str:
    return _LABEL.sub("", "".join(_leaves(node)))


def _leaves(node: SyntaxTreeNode) -> Iterator[str]:
    if node.type in ("text", "code_inline"):
        yield node.content
    elif node.type in ("softbreak", "hardbreak") or (node.type == "html_inline" and node.content == "<br>"):
        yield " "
    elif node.type == "html_inline" and node.content not in ("<sub>", "</sub>", "<sup>", "</sup>"):
        yield node.content
    elif node.type == "image":
        yield " "
    for child in node.children:
        yield from _leaves(child)
    if node.type == "image":
        yield " "
