"""Every node and mark that ADF's schema knows, and what becomes of those that it does not know."""

from typing import Any

import pytest

from atlassian.rendering import adf

INLINE = ["text", "mention", "emoji", "date", "status", "inlineCard", "mediaInline", "inlineExtension"]
HOLDING = [
    *("blockquote", "bodiedExtension", "bodiedSyncBlock", "bulletList", "caption", "codeBlock", "decisionItem"),
    *("decisionList", "doc", "expand", "heading", "layoutColumn", "layoutSection", "listItem", "nestedExpand"),
    *("orderedList", "panel", "paragraph", "table", "tableCell", "tableHeader", "tableRow", "taskItem", "taskList"),
    *("blockTaskItem", "mediaSingle", "mediaGroup", "multiBodiedExtension", "extensionFrame"),
]
SILENT = ["hardBreak", "placeholder"]
ALONE = ["blockCard", "embedCard", "extension", "media", "rule", "syncBlock"]
MARKS = [
    *("alignment", "annotation", "backgroundColor", "border", "breakout", "code", "dataConsumer", "em", "fontSize"),
    *("fragment", "indentation", "link", "strike", "strong", "subsup", "textColor", "underline"),
]


def read(*nodes: dict[str, Any]) -> str:
    return adf.to_markdown({"type": "doc", "content": list(nodes)})


@pytest.mark.parametrize("kind", [*HOLDING, "typeOfTomorrow"])
def test_what_a_node_holds_is_never_lost(kind: str) -> None:
    said = read({"type": kind, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "held"}]}]})

    assert "held" in said
    assert "[unsupported" not in said


@pytest.mark.parametrize("mark", [*MARKS, "markOfTomorrow"])
def test_no_mark_loses_its_text(mark: str) -> None:
    assert "marked" in read({"type": "text", "text": "marked", "marks": [{"type": mark, "attrs": {}}]})


def test_a_node_that_holds_and_says_nothing_is_named() -> None:
    assert read({"type": "syncBlock", "attrs": {"resourceId": "r"}}) == "[unsupported: syncBlock]"
