"""Documents that a seed decides: every node and mark of ADF's schema, and the storage format's elements."""

import random
from collections.abc import Callable
from html import escape
from typing import Any

Node = dict[str, Any]

_WORDS = (
    "deploy", "rollback", "Größe", "日本語", "שלום", "émoji", "a_b_c", "5 * 3 < 4", "C++", "[x]", "*not bold*",
    "# not a heading", "1. not a list", "- nor this", "__init__", "`tick`", "<b>tag</b>", "&amp;", "R&D", "x|y",
    "C:\\temp\\*", "~~kept~~", "[text](url)", "!", "(see below)", "https://example.com/a_b", "e.g.", "100 %", "$PATH",
    "> not a quote", "+1", "=====", "---", "\u00a0", "👩‍💻", "x²", "“quoted”", "key: value", "...", "a\\", "|",
)  # fmt: skip
_URLS = (
    "https://example.com/page?x=1&y=2", "https://en.wikipedia.org/wiki/Bar_(unit)", "mailto:ann@example.com",
    "/wiki/spaces/OPS/pages/1", "https://acme.example/browse/OPS-12", "javascript:alert(1)", "https://a.example/b c",
)  # fmt: skip
_CODE = (
    "x = 1",
    "if a < b:\n    return `c`",
    "```\nfence\n```",
    "SELECT *\nFROM t;\n",
    "",
    "\tindented\n\nblank above",
)
_LANGUAGES = ("python", "c++", "objective-c", "", "js\n# injected")
_MARKS = ("strong", "em", "strike", "underline", "textColor", "backgroundColor", "annotation", "subsup", "code")


class AdfDocuments:
    """One document a seed. `_inline` and `_block` choose among all that the schema lets stand there."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.depth = 0

    def document(self) -> Node:
        return {"type": "doc", "version": 1, "content": self._some(self._block, 2, 9)}

    def _some(self, make: Callable[[], Node], least: int, most: int) -> list[Node]:
        return [make() for _ in range(self.random.randint(least, most))]

    def words(self, most: int = 6) -> str:
        return " ".join(self.random.choice(_WORDS) for _ in range(self.random.randint(1, most)))

    def _text(self) -> Node:
        node: Node = {"type": "text", "text": self.words()}
        marks = [self._mark(kind) for kind in self.random.sample(_MARKS, self.random.choice((0, 0, 0, 1, 1, 2)))]
        if self.random.random() < 0.15:
            marks.append({"type": "link", "attrs": {"href": self.random.choice(_URLS)}})
        return {**node, "marks": marks} if marks else node

    def _mark(self, kind: str) -> Node:
        attrs = {"subsup": {"type": self.random.choice(("sub", "sup"))}, "textColor": {"color": "#ff0000"}}
        return {"type": kind, "attrs": attrs[kind]} if kind in attrs else {"type": kind}

    def _inline(self) -> Node:
        if self.random.random() < 0.6:
            return self._text()
        return self.random.choice(
            (
                {"type": "hardBreak"},
                {"type": "mention", "attrs": {"id": "557058:1", "text": "@Ann Lee"}},
                {"type": "mention", "attrs": {"id": "557058:2"}},
                {"type": "emoji", "attrs": {"shortName": ":smile:", "text": "😄"}},
                {"type": "emoji", "attrs": {"shortName": ":party_parrot:", "id": "atlassian-party_parrot"}},
                {"type": "date", "attrs": {"timestamp": str(self.random.randint(0, 2_000_000_000) * 1000)}},
                {"type": "status", "attrs": {"text": self.random.choice(("DONE", "In *progress*")), "color": "green"}},
                {"type": "inlineCard", "attrs": {"url": self.random.choice(_URLS[:5])}},
                {"type": "inlineCard", "attrs": {"data": {"@type": "Document", "name": "A plan", "url": _URLS[0]}}},
                {"type": "placeholder", "attrs": {"text": "Type something"}},
                {"type": "mediaInline", "attrs": {"id": "1", "collection": "c", "type": "file", "alt": "notes.pdf"}},
                {"type": "inlineExtension", "attrs": {"extensionType": "com.example", "extensionKey": "chart"}},
            )
        )

    def _line(self, kind: str, **attrs: Any) -> Node:
        node: Node = {"type": kind, "content": self._some(self._inline, 0 if kind == "paragraph" else 1, 6)}
        return {**node, "attrs": attrs} if attrs else node

    def _paragraph(self) -> Node:
        return self._line("paragraph")

    def _block(self) -> Node:
        leaves = [self._paragraph, self._paragraph, self._heading, self._code, self._rule, self._media, self._card]
        nests = [self._list, self._list, self._tasks, self._decisions, self._quote, self._panel, self._expand]
        nests += [self._table, self._layout, self._extension, self._synced]
        if self.depth >= 3:
            return self.random.choice(leaves)()
        self.depth += 1
        node = self.random.choice(leaves + nests)()
        self.depth -= 1
        return node

    def _heading(self) -> Node:
        return self._line("heading", level=self.random.randint(1, 6))

    def _code(self) -> Node:
        code = self.random.choice(_CODE)
        node: Node = {"type": "codeBlock", "attrs": {"language": self.random.choice(_LANGUAGES)}}
        return {**node, "content": [{"type": "text", "text": code}]} if code else node

    def _rule(self) -> Node:
        return {"type": "rule"}

    def _media(self) -> Node:
        file = {"type": "media", "attrs": {"type": "file", "id": "1", "collection": "c", "alt": "plan.png"}}
        web = {"type": "media", "attrs": {"type": "external", "url": "https://example.com/a.png", "alt": "a chart"}}
        children: list[Node] = [self.random.choice((file, web))]
        if self.random.random() < 0.5:
            children.append({"type": "caption", "content": [{"type": "text", "text": self.words(3)}]})
        group = {"type": "mediaGroup", "content": [file, file]}
        return self.random.choice((group, {"type": "mediaSingle", "attrs": {"layout": "center"}, "content": children}))

    def _card(self) -> Node:
        query = {"id": "d", "parameters": {"jql": "project = EDM"}, "views": [{"type": "table"}]}
        issues = {"url": "https://acme.example/issues/?jql=project%20%3D%20EDM", "datasource": query}
        return self.random.choice(
            (
                {"type": "blockCard", "attrs": {"url": _URLS[0]}},
                {"type": "blockCard", "attrs": issues},
                {"type": "embedCard", "attrs": {"url": _URLS[4], "layout": "wide"}},
            )
        )

    def _list(self) -> Node:
        kind = self.random.choice(("bulletList", "orderedList"))
        node: Node = {"type": kind, "content": self._some(self._item, 1, 4)}
        return {**node, "attrs": {"order": self.random.choice((1, 1, 3, 0, 98))}} if kind == "orderedList" else node

    def _item(self) -> Node:
        more = (self._list, self._code, self._paragraph, self._media, self._tasks)
        children = [self._line("paragraph")]
        if self.depth < 3 and self.random.random() < 0.4:
            self.depth += 1
            children += [self.random.choice(more)()]
            self.depth -= 1
        return {"type": "listItem", "content": children}

    def _tasks(self) -> Node:
        return {
            "type": "taskList",
            "attrs": {"localId": "t"},
            "content": [self._task(), *self._some(self._task_or_list, 0, 3)],
        }

    def _task(self) -> Node:
        return self._line("taskItem", localId="i", state=self.random.choice(("TODO", "DONE")))

    def _task_or_list(self) -> Node:
        if self.depth < 3 and self.random.random() < 0.3:
            self.depth += 1
            node = self._tasks()
            self.depth -= 1
            return node
        return self._task()

    def _decisions(self) -> Node:
        return {"type": "decisionList", "attrs": {"localId": "d"}, "content": self._some(self._decision, 1, 3)}

    def _decision(self) -> Node:
        return self._line("decisionItem", localId="i", state="DECIDED")

    def _quote(self) -> Node:
        return {"type": "blockquote", "content": self._some(self.random.choice((self._paragraph, self._list)), 1, 3)}

    def _panel(self) -> Node:
        kind = self.random.choice(("info", "note", "tip", "warning", "error", "success", "custom"))
        return {"type": "panel", "attrs": {"panelType": kind}, "content": self._some(self._block, 1, 3)}

    def _expand(self) -> Node:
        kind = self.random.choice(("expand", "nestedExpand"))
        return {"type": kind, "attrs": {"title": self.words(3)}, "content": self._some(self._block, 1, 3)}

    def _layout(self) -> Node:
        columns = [
            {"type": "layoutColumn", "attrs": {"width": 50}, "content": self._some(self._block, 1, 2)} for _ in "ab"
        ]
        return {"type": "layoutSection", "content": columns}

    def _extension(self) -> Node:
        attrs = {"extensionType": "com.example", "extensionKey": self.random.choice(("excerpt", "chart"))}
        return {"type": "bodiedExtension", "attrs": attrs, "content": self._some(self._block, 1, 2)}

    def _synced(self) -> Node:
        kind = self.random.choice(("bodiedSyncBlock", "nodeOfTomorrow"))
        return {"type": kind, "attrs": {"resourceId": "r", "localId": "l"}, "content": self._some(self._block, 1, 2)}

    def _table(self) -> Node:
        width = self.random.randint(1, 4)
        headed = self.random.random() < 0.6
        rows = [self._row(width, headed and not place) for place in range(self.random.randint(1, 4))]
        return {"type": "table", "attrs": {"layout": "default"}, "content": rows}

    def _row(self, width: int, header: bool) -> Node:
        return {"type": "tableRow", "content": [self._cell(header) for _ in range(width)]}

    def _cell(self, header: bool) -> Node:
        attrs = {"colspan": self.random.choice((1, 1, 1, 2)), "rowspan": self.random.choice((1, 1, 1, 2))}
        inside = self.random.choice(
            (self._paragraph, self._paragraph, self._list, self._code, self._panel, self._tasks)
        )
        depth, self.depth = self.depth, 3
        content = self._some(inside, 1, 2)
        self.depth = depth
        return {"type": "tableHeader" if header else "tableCell", "attrs": attrs, "content": content}


def adf_document(seed: int) -> Node:
    return AdfDocuments(seed).document()


class StoragePages(AdfDocuments):
    """The same choices written as Confluence stores them."""

    def page(self) -> str:
        return "".join(self._written(node) for node in self.document()["content"])

    def _written(self, node: Node) -> str:
        write = getattr(self, "_as_" + node["type"], None)
        return write(node) if write else self._all(node)

    def _all(self, node: Node) -> str:
        return "".join(self._written(child) for child in node.get("content", ()))

    def _as_text(self, node: Node) -> str:
        written = escape(node["text"], quote=False).replace("\u00a0", "&nbsp;")
        for mark in node.get("marks", ()):
            written = self._marked(mark, written)
        return written

    def _marked(self, mark: Node, written: str) -> str:
        tags = {"strike": "del", "underline": "u", "textColor": "span", "backgroundColor": "span", "annotation": "span"}
        if mark["type"] == "link":
            return f'<a href="{escape(mark["attrs"]["href"])}">{written}</a>'
        tag = mark["attrs"]["type"] if mark["type"] == "subsup" else tags.get(mark["type"], mark["type"])
        return f"<{tag}>{written}</{tag}>"

    def _as_paragraph(self, node: Node) -> str:
        return f"<p>{self._all(node)}</p>"

    def _as_heading(self, node: Node) -> str:
        level = node["attrs"]["level"]
        return f"<h{level}>{self._all(node)}</h{level}>"

    def _as_hardBreak(self, node: Node) -> str:
        return "<br />"

    def _as_rule(self, node: Node) -> str:
        return "<hr />"

    def _as_date(self, node: Node) -> str:
        return '<time datetime="2026-08-22" />'

    def _as_mention(self, node: Node) -> str:
        return f'<ac:link><ri:user ri:account-id="{node["attrs"]["id"]}" /></ac:link>'

    def _as_emoji(self, node: Node) -> str:
        fallback = node["attrs"].get("text", node["attrs"]["shortName"])
        return f'<ac:emoticon ac:name="blue-star" ac:emoji-fallback="{fallback}" />'

    def _as_status(self, node: Node) -> str:
        return self._macro("status", title=node["attrs"]["text"])

    def _as_inlineCard(self, node: Node) -> str:
        return self._macro("jira", key="OPS-12")

    def _as_codeBlock(self, node: Node) -> str:
        code = "".join(child["text"] for child in node.get("content", ())).replace("]]>", "]]]]><![CDATA[>")
        body = f"<ac:plain-text-body><![CDATA[{code}]]></ac:plain-text-body>"
        return self._macro("code", body, language=node["attrs"]["language"])

    def _as_bulletList(self, node: Node) -> str:
        return f"<ul>{self._all(node)}</ul>"

    def _as_orderedList(self, node: Node) -> str:
        return f'<ol start="{node["attrs"]["order"]}">{self._all(node)}</ol>'

    def _as_listItem(self, node: Node) -> str:
        return f"<li>{self._all(node)}</li>"

    def _as_taskList(self, node: Node) -> str:
        return f"<ac:task-list>{self._all(node)}</ac:task-list>"

    def _as_taskItem(self, node: Node) -> str:
        state = "complete" if node["attrs"]["state"] == "DONE" else "incomplete"
        body = f"<ac:task-body><span>{self._all(node)}</span></ac:task-body>"
        return f"<ac:task><ac:task-id>7</ac:task-id><ac:task-status>{state}</ac:task-status>{body}</ac:task>"

    def _as_decisionList(self, node: Node) -> str:
        return f"<ul>{self._all(node)}</ul>"

    def _as_decisionItem(self, node: Node) -> str:
        return f"<li>{self._all(node)}</li>"

    def _as_blockquote(self, node: Node) -> str:
        return f"<blockquote>{self._all(node)}</blockquote>"

    def _as_panel(self, node: Node) -> str:
        name = node["attrs"]["panelType"]
        name = name if name in ("info", "note", "tip", "warning") else "panel"
        return self._macro(name, f"<ac:rich-text-body>{self._all(node)}</ac:rich-text-body>", title="On *this*")

    def _as_expand(self, node: Node) -> str:
        body = f"<ac:rich-text-body>{self._all(node)}</ac:rich-text-body>"
        return self._macro("expand", body, title=node["attrs"]["title"])

    def _as_nestedExpand(self, node: Node) -> str:
        return self._as_expand(node)

    def _as_layoutSection(self, node: Node) -> str:
        cells = "".join(f"<ac:layout-cell>{self._all(column)}</ac:layout-cell>" for column in node["content"])
        return f"<ac:layout><ac:layout-section>{cells}</ac:layout-section></ac:layout>"

    def _as_table(self, node: Node) -> str:
        return f"<table><colgroup><col /></colgroup><tbody>{self._all(node)}</tbody></table>"

    def _as_tableRow(self, node: Node) -> str:
        return f"<tr>{self._all(node)}</tr>"

    def _as_tableCell(self, node: Node, tag: str = "td") -> str:
        attrs = node["attrs"]
        return f'<{tag} colspan="{attrs["colspan"]}" rowspan="{attrs["rowspan"]}">{self._all(node)}</{tag}>'

    def _as_tableHeader(self, node: Node) -> str:
        return self._as_tableCell(node, "th")

    def _as_media(self, node: Node) -> str:
        return '<ac:image><ri:attachment ri:filename="plan.png" /></ac:image>'

    def _as_caption(self, node: Node) -> str:
        return ""

    def _macro(self, name: str, body: str = "", **parameters: str) -> str:
        told = "".join(
            f'<ac:parameter ac:name="{key}">{escape(value)}</ac:parameter>' for key, value in parameters.items()
        )
        return f'<ac:structured-macro ac:name="{name}">{told}{body}</ac:structured-macro>'


def storage_page(seed: int) -> str:
    return StoragePages(seed).page()
