"""Macros, which both formats carry under the same names: one function a macro, one table."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from atlassian.rendering.markdown.tree import STRONG, Block, Code, Expand, Flow, Paragraph, Quote, Run, blocks_of


@dataclass(slots=True)
class Macro:
    """`body` is what the macro holds as a page would, `plain` what it holds as text alone."""

    name: str
    parameters: dict[str, str] = field(default_factory=dict)
    body: Flow | None = None
    plain: str | None = None

    def parameter(self, *names: str) -> str:
        return next((self.parameters[name] for name in names if self.parameters.get(name)), "")


def render(macro: Macro) -> Flow:
    if macro.parameter("hidden").lower() == "true":
        return []
    return MACROS.get(macro.name.lower(), _unknown)(macro)


def language(name: str) -> str:
    """A language name could go on as Markdown; only what names of languages are made of stays."""
    return re.sub(r"[^A-Za-z0-9+#._-]", "", name)[:40]


def _nothing(macro: Macro) -> Flow:
    return []


def _panel(macro: Macro) -> Flow:
    title = macro.parameter("title")
    return [Quote(_body(macro), macro.name.upper(), [Run(title)] if title else [])]


def _code(macro: Macro) -> Flow:
    if macro.plain is None and macro.body is None:
        return _unknown(macro)
    title = macro.parameter("title")
    head: Flow = [Paragraph([Run(title, frozenset({STRONG}))])] if title else []
    name = "" if macro.name == "noformat" else macro.parameter("language", "")
    text = macro.plain if macro.plain is not None else _plain(macro)
    return [*head, Code(text, language(name))]


def _plain(macro: Macro) -> str:
    return "".join(node.text for node in macro.body or [] if isinstance(node, Run))


def _expand(macro: Macro) -> Flow:
    title = macro.parameter("title")
    return [Expand([Run(title)] if title else [], _body(macro))]


def _status(macro: Macro) -> Flow:
    title = macro.parameter("title")
    return [Run(f"[{title}]")] if title else []


def _jira(macro: Macro) -> Flow:
    query = macro.parameter("key", "jqlQuery", "jql", "issueKey", "filter")
    return [Run(f"[Jira: {query}]")] if query else _unknown(macro)


def _file(macro: Macro) -> Flow:
    name = macro.parameter("name", "attachment", "")
    return [Run(f"[attachment: {name}]")] if name else _unknown(macro)


def _contents(macro: Macro) -> Flow:
    """Text that stands for something else, such as a diagram's source, is code."""
    if macro.body is None and macro.plain is None:
        return _unknown(macro)
    return [*blocks_of(macro.body)] if macro.body is not None else [Code(macro.plain or "")]


def _unknown(macro: Macro) -> Flow:
    label = Run("[" + " ".join(["macro: " + macro.name, *_visible_parameters(macro)]) + "]")
    if macro.body is None and macro.plain is None:
        return [label]
    return [Paragraph([label]), *_contents(macro)]


def _body(macro: Macro) -> list[Block]:
    if macro.body is None:
        return blocks_of([Run(macro.plain)]) if macro.plain else []
    return blocks_of(macro.body)


_NOISE = re.compile(
    r"(?:^_|^(?:atlassian-macro-output-type|schemaVersion|layout|style|class|align|border|colou?r|bgColou?r|icon|"
    r"pagePin|anchor|revision|contentVer|lbox|pCenter|zoom|simple|tbstyle|links|baseUrl|toolbar|compressed|server|hash)$|"
    r"(?:[iI]d|ID|[wW]idth|[hH]eight|uuid|Ver)s?$)"
)
# Packed data, identifiers, JSON as it is or encoded for an address.
_UNREADABLE = re.compile(r"(?!\w+://)\S{60,}|[0-9a-fA-F-]{32,}|ari:cloud:\S*|[{\[].*[}\]]|%7B.*", re.DOTALL)
MAX_VALUE_CHARS = 500


def _visible_parameters(macro: Macro) -> list[str]:
    """The parameters that say something to a reader: no ids, no measures, no packed data."""
    told: list[str] = []
    seen: set[str] = set()
    for name, value in macro.parameters.items():
        value = " ".join(value.split())
        if not value or value in seen or _NOISE.search(name) or _UNREADABLE.fullmatch(value):
            continue
        seen.add(value)
        told.append((f"{name}=" if name else "") + value[:MAX_VALUE_CHARS])
    return told


MACROS: dict[str, Callable[[Macro], Flow]] = {
    **dict.fromkeys(("info", "note", "tip", "warning", "panel"), _panel),
    **dict.fromkeys(("code", "noformat"), _code),
    **dict.fromkeys(("expand", "ui-expand"), _expand),
    **dict.fromkeys(("jira", "jiraissues"), _jira),
    **dict.fromkeys(("view-file", "viewpdf", "viewdoc", "viewxls", "viewppt", "multimedia"), _file),
    **dict.fromkeys(
        ("excerpt", "details", "section", "column", "toc-zone", "div", "span", "center", "multiexcerpt"),
        _contents,
    ),
    **dict.fromkeys(("toc", "anchor"), _nothing),
    "status": _status,
}
