"""
Atlassian Document Format as Markdown.

One small function per type of node reads it into what a person sees; a type that is not in the table gives
its children. https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from collections.abc import Callable, Mapping

from atlassian.rendering import macros
from atlassian.rendering.adf import inline
from atlassian.rendering.adf.extensions import macro, nested_document
from atlassian.rendering.adf.fields import Node, attribute, attributes, content, kind, nodes_below, number, text
from atlassian.rendering.adf.reader import Reader, unknown
from atlassian.rendering.imitations import end_of_reading
from atlassian.rendering.markdown import blocks as markdown
from atlassian.rendering.markdown.tree import (
    Block,
    Cell,
    Code,
    Expand,
    Flow,
    Heading,
    List,
    ListItem,
    Paragraph,
    Quote,
    Rule,
    Run,
    Table,
    blocks_of,
    is_visible,
    runs_of,
)


def to_markdown(
    document: object, *, site_url: str = "", names: Mapping[str, str] = {}, files: Mapping[str, str] = {}
) -> str:
    """
    Returns whatever the document is, broken or hostile.

    `names` maps account ids to people's names, `files` the ids of media to names of files, where they are known.
    """
    reader = Reader(NODES, site_url, names, files)
    read = blocks_of(reader.flow(document))
    return end_of_reading(markdown.write(read), reader.steps_left < 0)


def blocks_in(
    parameters: Mapping[str, str], *, site_url: str, names: Mapping[str, str], steps: int
) -> tuple[list[Block], int]:
    """The document in a parameter of a page's extension, and how many steps are left of those that it may take."""
    reader = Reader(NODES, site_url, names, {})
    reader.steps_left = steps
    return nested_document(reader, parameters), reader.steps_left


def account_ids(document: object) -> set[str]:
    """The people whom the document mentions without saying their names."""
    return unnamed(document)[0]


def unnamed(document: object) -> tuple[set[str], list[str]]:
    """In one pass: the people whom the document mentions without a name, and its pictures that bring none, in order."""
    people: set[str] = set()
    pictures: list[str] = []
    for node in nodes_below(document):
        node_type = node.get("type")
        if node_type == "mention" and not inline.mention_text(node):
            people.add(attribute(node, "id"))
        elif node_type == "media" and not inline.file_name(node):
            pictures.append(attribute(node, "id"))
    return people - {""}, list(dict.fromkeys(filter(None, pictures)))


def paragraph(reader: Reader, node: Node) -> Flow:
    return [Paragraph(reader.runs(node))]


def heading(reader: Reader, node: Node) -> Flow:
    level = number(attributes(node).get("level"), 1)
    return [Heading(max(1, min(level, 6)), reader.runs(node))]


def rule(reader: Reader, node: Node) -> Flow:
    return [Rule()]


def code_block(reader: Reader, node: Node) -> Flow:
    code = "".join(map(_code_text, nodes_below(content(node))))
    return [Code(code, macros.language(attribute(node, "language")))]


def _code_text(node: Node) -> str:
    if kind(node) == "hardBreak":
        return "\n"
    return text(node.get("text")).replace("\u00a0", " ") or attribute(node, "text", "shortName")


def block_quote(reader: Reader, node: Node) -> Flow:
    return [Quote(reader.blocks(node))]


def panel(reader: Reader, node: Node) -> Flow:
    """A panel of the author's own making is told apart by its sign, where that is a character."""
    sign = attribute(node, "panelIconText")
    title = [Run(sign)] if sign and not sign.startswith(":") else []
    body = reader.blocks_on(attribute(node, "panelColor"), node)
    return [Quote(body, macros.panel_kind(attribute(node, "panelType")), title)]


def expand(reader: Reader, node: Node) -> Flow:
    title = attribute(node, "title").strip()
    return [Expand([Run(title)] if title else [], reader.blocks(node))]


def bullet_list(reader: Reader, node: Node) -> Flow:
    return [List(_items(reader, node))]


def ordered_list(reader: Reader, node: Node) -> Flow:
    start = number(attributes(node).get("order"), 1)
    return [List(_items(reader, node), start if 0 <= start <= 999_999_999 else 1)]


def _items(reader: Reader, node: Node) -> list[ListItem]:
    """The points of a list; a list that stands among points belongs to the one before it."""
    items: list[ListItem] = []
    for child in content(node):
        name = kind(child)
        if name in _ITEMS:
            items.append(_ITEMS[name](reader, child))
        elif name in _LISTS and items:
            items[-1].body += reader.blocks([child])
        elif blocks := reader.blocks([child]):
            items.append(ListItem(blocks))
    return items


def _point(reader: Reader, node: Node) -> ListItem:
    return ListItem(reader.blocks(node))


def _task(reader: Reader, node: Node) -> ListItem:
    done = attribute(node, "state").upper() == "DONE"
    return ListItem(reader.blocks(node), "[x] " if done else "[ ] ")


def _decision(reader: Reader, node: Node) -> ListItem:
    state = attribute(node, "state").upper()
    return ListItem(reader.blocks(node), "Decision? " if state == "UNDECIDED" else "Decision: ")


def table(reader: Reader, node: Node) -> Flow:
    rows = [_row(reader, row) for row in content(node)]
    return [Table(_numbered(rows) if attributes(node).get("isNumberColumnEnabled") is True else rows)]


def _numbered(rows: list[list[Cell]]) -> list[list[Cell]]:
    """A column of numbers that the page counts itself; the head has none."""
    number = 0
    numbered: list[list[Cell]] = []
    for row in rows:
        is_head = not number and bool(row) and all(cell.header for cell in row)
        number += 0 if is_head else 1
        numbered.append([Cell([] if is_head else [Paragraph([Run(str(number))])], is_head), *row])
    return numbered


def _row(reader: Reader, node: object) -> list[Cell]:
    """A non-row node becomes a one-cell row."""
    cells = content(node)
    if kind(node) != "tableRow" and not any(kind(cell) in _CELLS for cell in cells):
        return [Cell(reader.blocks([node]))]
    return [_cell(reader, cell) for cell in cells]


def _cell(reader: Reader, node: object) -> Cell:
    found = attributes(node) if isinstance(node, dict) else {}
    name = kind(node)
    return Cell(
        reader.blocks_on(text(found.get("background")), node if name in _CELLS else [node]),
        name == "tableHeader",
        number(found.get("colspan"), 1),
        number(found.get("rowspan"), 1),
    )


def media_single(reader: Reader, node: Node) -> Flow:
    """An image with its caption; the caption is the alt text if the image has none."""
    parts: dict[str, list[Node]] = {"media": [], "caption": []}
    for child in content(node):
        parts.setdefault(kind(child), []).append(child)
    pictures, caption = parts.pop("media"), reader.runs(parts.pop("caption"))
    others = [block for unusual in parts.values() for block in reader.blocks(unusual)]
    caption = _one_line(caption) if is_visible(caption) else []
    if caption and len(pictures) == 1 and inline.is_nameless(reader, pictures[0]):
        return [Paragraph([Run("[image: "), *caption, Run("]")]), *others]
    link = inline.href(reader, node)
    runs = [run for picture in pictures for run in runs_of(inline.file(reader, picture, "image", link))]
    return [Paragraph([*runs, *([Run("\n"), *caption] if caption else [])]), *others]


def _one_line(runs: list[Run]) -> list[Run]:
    """A caption without the breaks in and around it."""
    runs = [run._replace(text=run.text.replace("\n", " ")) for run in runs]
    while not runs[-1].text.strip():
        runs.pop()
    while not runs[0].text.strip():
        runs.pop(0)
    runs[0] = runs[0]._replace(text=runs[0].text.lstrip())
    return [*runs[:-1], runs[-1]._replace(text=runs[-1].text.rstrip())]


def media_group(reader: Reader, node: Node) -> Flow:
    runs: list[Run] = []
    for child in content(node):
        runs += [Run("\n"), *reader.runs([child])]
    return [Paragraph(runs)]


def as_block(reader: Reader, node: Node) -> Flow:
    return [Paragraph([run for run in inline.card(reader, node) if isinstance(run, Run)])]


def extension(reader: Reader, node: Node) -> Flow:
    return [*blocks_of(inline_extension(reader, node))]


def inline_extension(reader: Reader, node: Node) -> Flow:
    if not content(node) and (nested := nested_document(reader, attributes(node).get("parameters"))):
        return [*nested]
    shown = macros.render(macro(reader, node))
    return macros.in_line(shown) if reader.inline else shown


def jira_issue(reader: Reader, node: Node) -> Flow:
    return macros.render(macros.Macro("jira", {"key": attribute(node, "issueKey")}))


def unsupported(reader: Reader, node: Node) -> Flow:
    """What an editor did not know is kept whole within; only what does not read either is named."""
    original = attributes(node).get("originalValue")
    if isinstance(original, dict):
        return reader.read(original)
    older: Flow = [*nested_document(reader, attributes(node))]
    return (macros.in_line(older) if reader.inline else older) or unknown(reader, node)


_ITEMS: dict[str, Callable[[Reader, Node], ListItem]] = {
    "listItem": _point,
    "taskItem": _task,
    "blockTaskItem": _task,
    "decisionItem": _decision,
}
_CELLS = {"tableCell", "tableHeader"}
_LISTS = {"bulletList", "orderedList", "taskList", "decisionList"}

# Places, which say nothing of their own, and what belongs into a list or table but stands outside.
_TRANSPARENT = (
    *("doc", "layoutSection", "layoutColumn", "bodiedSyncBlock", "extensionFrame", "caption"),
    *("listItem", "taskItem", "blockTaskItem", "decisionItem", "tableRow", "tableCell", "tableHeader"),
)

NODES: dict[str, Callable[[Reader, Node], Flow]] = {
    "blockCard": as_block,
    "blockquote": block_quote,
    **dict.fromkeys(_TRANSPARENT, inline.contents),
    "bodiedExtension": extension,
    "bulletList": bullet_list,
    "codeBlock": code_block,
    "date": inline.date,
    "decisionList": bullet_list,
    "embedCard": as_block,
    "emoji": inline.emoji,
    "expand": expand,
    "extension": extension,
    "hardBreak": inline.hard_break,
    "heading": heading,
    "image": inline.old_image,
    "inlineCard": inline.card,
    "inlineExtension": inline_extension,
    "media": inline.media,
    "mediaGroup": media_group,
    "mediaInline": inline.media,
    "mediaSingle": media_single,
    "mention": inline.mention,
    "multiBodiedExtension": extension,
    "nestedExpand": expand,
    "orderedList": ordered_list,
    "panel": panel,
    "paragraph": paragraph,
    "placeholder": inline.nothing,
    "rule": rule,
    "status": inline.status,
    "table": table,
    "taskList": bullet_list,
    "text": inline.text_node,
    "unsupportedBlock": unsupported,
    "unsupportedInline": unsupported,
    "confluenceJiraIssue": jira_issue,
    "confluenceUnsupportedBlock": unsupported,
    "confluenceUnsupportedInline": unsupported,
}
