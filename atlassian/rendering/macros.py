"""Macros, which both formats carry under the same names: one function a macro, one table."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from atlassian.rendering.bounds import read_json
from atlassian.rendering.diagrams import diagram_source
from atlassian.rendering.markdown.escaping import escape
from atlassian.rendering.markdown.tree import CODE, STRONG, Block, Code, Expand, Flow, Paragraph, Quote, Run, blocks_of

MAX_VALUE_CHARS = 2_000


@dataclass(slots=True)
class Macro:
    """`body` is what it holds as a page would, `plain` as text alone; `fallback` counts where nothing else does."""

    name: str
    parameters: dict[str, str] = field(default_factory=dict)
    body: Flow | None = None
    plain: str | None = None
    fallback: str = ""

    def parameter(self, *names: str) -> str:
        """The first that is given, on one line as labels and titles are."""
        for name in names:
            if value := " ".join(self.parameters.get(name, "").split()):
                return value
        return ""


def render(macro: Macro) -> Flow:
    if macro.parameter("hidden").lower() == "true":
        return []
    name = macro.name.lower()
    return (MACROS.get(name) or next((shown for word, shown in DIAGRAMS.items() if word in name), _unknown))(macro)


def language(name: str) -> str:
    """A language name could go on as Markdown; only what names of languages are made of stays."""
    return re.sub(r"[^A-Za-z0-9+#._-]", "", name)[:40]


def panel_kind(written: str) -> str:
    """What a panel of ADF calls itself; one of the author's own making is a panel."""
    kind = "".join(letter for letter in written if letter.isalpha()).upper()
    return kind if kind and kind != "CUSTOM" else "PANEL"


def in_line(flow: Flow) -> Flow:
    """What stands within a sentence goes on in it, where it is no more than one line of text."""
    flow = [_code_in_line(node) for node in flow]
    paragraphs = [node for node in flow if isinstance(node, Paragraph)]
    labels = 1 if paragraphs and _is_label(paragraphs[0]) else 0
    if len(paragraphs) != len(flow) or len(paragraphs) - labels != 1:
        return flow
    label: Flow = [*paragraphs[0].runs, Run(" ")] if labels else []
    return [*label, *paragraphs[-1].runs]


def _code_in_line(node: Run | Block) -> Run | Block:
    is_short = isinstance(node, Code) and not node.language and node.text.strip() and "\n" not in node.text.strip()
    return Paragraph([Run(node.text.strip(), frozenset({CODE}))]) if isinstance(node, Code) and is_short else node


def _is_label(paragraph: Paragraph) -> bool:
    return paragraph.runs[0].text.startswith("[macro: ")


def _nothing(macro: Macro) -> Flow:
    return []


# On Cloud the macro `note` is what people see as the yellow Warning, `warning` the red Error, `tip` the green Success.
_SEVERITY = {"info": "INFO", "note": "WARNING", "warning": "ERROR", "tip": "SUCCESS", "panel": "PANEL"}


def _panel(macro: Macro) -> Flow:
    title = " ".join(filter(None, (macro.parameter("panelIconText"), macro.parameter("title"))))
    return [Quote(_body(macro), _SEVERITY[macro.name.lower()], [Run(title)] if title else [])]


def _code(macro: Macro) -> Flow:
    if macro.plain is None and macro.body is None:
        return _unknown(macro)
    name = "" if macro.name == "noformat" else macro.parameter("language", "")
    text = macro.plain if macro.plain is not None else _plain(macro)
    return [*_title(macro), Code(text, language(name))]


def _title(macro: Macro) -> Flow:
    title = macro.parameter("title")
    return [Paragraph([Run(title, frozenset({STRONG}))])] if title else []


def _plain(macro: Macro) -> str:
    lines = ("".join(run.text for run in block.runs) for block in macro.body or [] if isinstance(block, Paragraph))
    return "\n".join(lines) or "".join(node.text for node in macro.body or [] if isinstance(node, Run))


def _diagram(language: str) -> Callable[[Macro], Flow]:
    def diagram(macro: Macro) -> Flow:
        source = diagram_source(macro.plain or _plain(macro), macro.parameters, language)
        return [*_title(macro), Code(source, language)] if source else _unknown(macro)

    return diagram


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
    shown = _visible_parameters(macro)
    if not shown and macro.fallback not in ("", macro.name):
        shown = [Run(f" {macro.fallback}")]
    label = [Run(f"[macro: {macro.name}"), *shown, Run("]")]
    if macro.body is None and macro.plain is None:
        return [*label]
    return [Paragraph(label), *_contents(macro)]


def _body(macro: Macro) -> list[Block]:
    if macro.body is None:
        return blocks_of([Run(macro.plain)]) if macro.plain else []
    return blocks_of(macro.body)


_NOISE = re.compile(
    r"(?:^_|^(?:atlassian-macro-output-type|schemaVersion|layout|style|class|align|border|colou?r|bgColou?r|icon|"
    r"pagePin|anchor|revision|contentVer|lbox|pCenter|zoom|simple|tbstyle|links|baseUrl|toolbar|compressed|server|hash|"
    r"aspect|isUpload|nopanel|inComment|tempPreview|hiResPreview|includedDiagram|imgPageId|linkTarget|viewerToolbar|instance)$|"
    r"(?:[iI]d|ID|[wW]idth|[hH]eight|uuid|Ver)s?$)"
)
_IDENTIFIER = re.compile(
    r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?:ari:cloud|data):\S*", re.IGNORECASE
)
_WORD = re.compile(r"[A-Za-z0-9+]+")
_MIN_PACKED_CHARS = 60


def _visible_parameters(macro: Macro) -> list[Run]:
    """The parameters that say something to a reader: no ids, no measures, no packed data."""
    shown: list[Run] = []
    seen: set[str] = set()
    for name, value in macro.parameters.items():
        value = " ".join(value.split())
        if not value or value in seen or _NOISE.search(name) or _is_data(value):
            continue
        seen.add(value)
        shown += [Run(f" {name}=" if name else " "), _verbatim(value[:MAX_VALUE_CHARS])]
        shown += [Run("…")] if len(value) > MAX_VALUE_CHARS else []
    return shown


def _verbatim(value: str) -> Run:
    """Writes as code what would need backslashes in Markdown, such as a formula."""
    return Run(value) if escape(value, " ", " ") == value else Run(value, frozenset({CODE}))


def _is_data(value: str) -> bool:
    """Whether it is written for programs alone, which only trying to read it can tell: a formula has braces too."""
    plain = unquote(value) if value[:3].lower() in ("%7b", "%5b", "%3c") else value
    is_xml = plain != value and plain.startswith("<")
    return is_xml or bool(_IDENTIFIER.fullmatch(plain)) or _is_json(plain) or _is_packed(plain)


def _is_json(value: str) -> bool:
    if value in ("{}", "[]") or value[:1] not in ("{", "["):
        return value in ("{}", "[]")
    try:
        read = read_json(value)
    except ValueError:
        return False
    return isinstance(read, dict) or any(isinstance(item, dict | list) for item in read)


def _is_packed(value: str) -> bool:
    """Base64 and its like: one long word of both cases and digits, and nothing but such words."""
    if len(value) < _MIN_PACKED_CHARS or not value.isascii() or re.search(r"[^A-Za-z0-9+/=_-]", value):
        return False
    longest = max(_WORD.findall(value), key=len, default="")
    return len(longest) >= 30 and all(re.search(kind, longest) for kind in ("[a-z]", "[A-Z]", "[0-9]"))


MACROS: dict[str, Callable[[Macro], Flow]] = {
    **dict.fromkeys(_SEVERITY, _panel),
    **dict.fromkeys(("code", "noformat"), _code),
    **dict.fromkeys(("expand", "ui-expand"), _expand),
    **dict.fromkeys(("jira", "jiraissues"), _jira),
    **dict.fromkeys(("view-file", "viewpdf", "viewdoc", "viewxls", "viewppt", "multimedia"), _file),
    **dict.fromkeys(
        ("excerpt", "details", "section", "column", "toc-zone", "div", "span", "center", "multiexcerpt"),
        _contents,
    ),
    "uml": _diagram("plantuml"),
    "dot": _diagram("dot"),
    **dict.fromkeys(("toc", "anchor", "style"), _nothing),
    "status": _status,
}
# Apps call their macros after the language, each in its own way.
DIAGRAMS = {"plantuml": _diagram("plantuml"), "mermaid": _diagram("mermaid"), "graphviz": _diagram("dot")}
