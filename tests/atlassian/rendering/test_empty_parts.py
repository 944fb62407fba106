"""What a page holds without saying anything leaves no trace, and does not change what stands beside it."""

import pytest

from atlassian.rendering import adf, storage

EMPTY = {"type": "paragraph", "content": []}


def node(kind: str, *content: object, **attributes: object) -> dict[str, object]:
    return {"type": kind, "attrs": attributes, "content": list(content)}


def paragraph(words: str) -> dict[str, object]:
    return {"type": "paragraph", "content": [{"type": "text", "text": words}]}


def written(block: object) -> str:
    return adf.to_markdown(node("doc", block))


def test_a_task_that_opens_with_an_empty_paragraph_keeps_the_list_below_it() -> None:
    inner = node("bulletList", node("listItem", paragraph("inner")))
    tasks = node("taskList", node("blockTaskItem", EMPTY, inner, state="TODO"))

    assert written(tasks) == "- [ ]\n\n  - inner"


def test_an_empty_corner_does_not_keep_a_row_from_being_the_head() -> None:
    head = node("tableRow", node("tableCell", EMPTY), node("tableHeader", paragraph("Q1")))
    body = node("tableRow", node("tableHeader", paragraph("North")), node("tableCell", paragraph("3")))

    assert written(node("table", head, body)) == "| | Q1 |\n|---|---|\n| North | 3 |"


def test_empty_points_within_each_other_are_no_rule() -> None:
    point = node("listItem", node("bulletList", node("listItem", node("bulletList", node("listItem", EMPTY)))))

    assert written(node("bulletList", point)) == "-\n  -\n    -"


def test_a_blank_caption_does_not_name_a_picture() -> None:
    caption = node("caption", {"type": "text", "text": " "})

    assert written(node("mediaSingle", node("media", id="1"), caption)) == "[image]"


@pytest.mark.parametrize("name", ["excerpt", "details", "section"])
def test_a_macro_that_shows_its_body_is_named_where_it_has_none(name: str) -> None:
    assert written(node("extension", extensionKey=name)) == f"[macro: {name}]"
    assert storage.to_markdown(f'<ac:structured-macro ac:name="{name}"/>') == f"[macro: {name}]"


@pytest.mark.parametrize("depth", [39, 40, 41, 300])
@pytest.mark.parametrize("tag", ["div", "b"])
def test_empty_elements_leave_no_trace_however_deep_they_stand(depth: int, tag: str) -> None:
    nested = f"<{tag}>" * depth + f"</{tag}>" * depth

    assert storage.to_markdown(f"<p>before</p>{nested}<p>after</p>") == "before\n\nafter"
