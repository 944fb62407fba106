"""Walks an ADF document, handing every node to the function for its type."""

from collections.abc import Callable, Mapping
from typing import Any

from atlassian.rendering.adf.fields import Node, attribute, content, nodes_below, text
from atlassian.rendering.bounds import CHARS_A_STEP, MAX_STEPS
from atlassian.rendering.markdown.tree import Block, Flow, Paragraph, Run, blocks_of, runs_of
from atlassian.rendering.visibility import WHITE, colour

# Deeper than what a person wrote, yet so low that lines prefixed once a level do not grow a page out of bounds.
# What lies below still gives its text.
MAX_DEPTH = 32


class Reader:
    """One reading of one document: the table of node types, what links and names need, how deep we are."""

    def __init__(
        self,
        nodes: Mapping[str, Callable[["Reader", Node], Flow]],
        site_url: str,
        names: Mapping[str, str],
        files: Mapping[str, str],
    ) -> None:
        self.nodes = nodes
        self.site_url = site_url
        self.names = names
        self.files = files
        self.ground = WHITE
        self.steps_left = MAX_STEPS
        self._depth = 0
        self.inline = False

    def flow(self, parent: object) -> Flow:
        """The children of a node, each by its type."""
        if self._depth >= MAX_DEPTH:
            return text_below(parent)
        self._depth += 1
        flow: Flow = []
        for child in content(parent):
            flow += self.read(child)
        self._depth -= 1
        return flow

    def blocks(self, parent: object) -> list[Block]:
        """The children where blocks stand."""
        outside, self.inline = self.inline, False
        flow = self.flow(parent)
        self.inline = outside
        return blocks_of(flow)

    def blocks_on(self, written: str, parent: object) -> list[Block]:
        """The children on a ground of the colour that is written."""
        if not written:
            return self.blocks(parent)
        outside, self.ground = self.ground, colour(written) or self.ground
        blocks = self.blocks(parent)
        self.ground = outside
        return blocks

    def runs(self, parent: object) -> list[Run]:
        """The children where only text stands."""
        outside, self.inline = self.inline, True
        flow = self.flow(parent)
        self.inline = outside
        return runs_of(flow)

    def read(self, node: Any) -> Flow:
        self.steps_left -= 1
        if self.steps_left < 0:
            return []
        if isinstance(node, dict):
            if "text" in node:
                node = self._within_bounds(node)
            name = node.get("type")
            return self.nodes.get(name if isinstance(name, str) else "", unknown)(self, node)
        return [Run(text(node))] if isinstance(node, str) else []

    def _within_bounds(self, node: Node) -> Node:
        """A long text counts by its length, and gives no more than is left of what is read."""
        written = node.get("text")
        if not isinstance(written, str) or len(written) < CHARS_A_STEP:
            return node
        self.steps_left -= len(written) // CHARS_A_STEP
        return node if self.steps_left >= 0 else node | {"text": written[: self.steps_left * CHARS_A_STEP]}

    def contents(self, node: Node) -> Flow:
        """The children of something transparent: text among text, blocks among blocks."""
        return [*self.runs(node)] if self.inline else [*self.blocks(node)]


def unknown(reader: Reader, node: Node) -> Flow:
    """A type nobody told us of: what it holds, else what it says, else that it is there."""
    if content(node):
        return reader.contents(node)
    said = text(node.get("text")) or attribute(node, "text", "title")
    run = Run(said or f"[unsupported: {text(node.get('type'))[:60] or 'node'}]")
    return [run] if reader.inline else [Paragraph([run])]


def text_below(root: object) -> Flow:
    """All text however deep, without its structure."""
    said = (text(node.get("text")) or attribute(node, *_TEXT_ATTRIBUTES) for node in nodes_below(content(root)))
    return [Run(" ".join(words for words in said if words))]


_TEXT_ATTRIBUTES = ("text", "shortName", "title")
