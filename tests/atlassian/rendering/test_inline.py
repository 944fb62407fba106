"""Whatever a line holds, a CommonMark parser reads back the same words and the same links."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from atlassian.rendering import adf
from dev.scoring.facts import normal
from dev.scoring.markdown_facts import markdown_facts

WORDS = ["a", "two words", "é", "中文", "😀", "“quoted”", "5 * 3", "a_b_c", "C:\\dir", "R&D", "x|y", "(see)", "1."]
SIGNS = [
    "*",
    "**",
    "_",
    "`",
    "``",
    "~~",
    "[",
    "]",
    "](",
    "(",
    ")",
    "<",
    "<b>",
    "&amp;",
    "&",
    "\\",
    "|",
    "!",
    "#",
    "-",
    ":",
]
STARTS = ["# ", "- ", "+ ", "1. ", "> ", "---", "===", "```", "~~~", "[x] ", "[a]: b", "| a |"]

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def paragraph(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "content": [{"type": "paragraph", "content": list(runs)}]}


def run(text: str, *marks: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "marks": [{"type": mark} for mark in marks]}


def linked(text: str, href: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "marks": [{"type": "link", "attrs": {"href": href}}]}


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS + SIGNS + STARTS), min_size=1, max_size=8), st.sampled_from(["", " "]))
def test_plain_text_reads_back_as_it_was(parts: list[str], space: str) -> None:
    text = space.join(parts)

    tokens = PARSER.parse(adf.to_markdown(paragraph(run(text))))

    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert normal("".join(child.content for child in tokens[1].children or [])) == normal(text)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.builds(
            run,
            st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
            st.sampled_from(["strong", "em", "strike", "code", "underline"]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_marked_words_side_by_side_leave_no_delimiters_in_the_text(runs: list[dict[str, Any]]) -> None:
    facts = markdown_facts(adf.to_markdown(paragraph(*runs)))

    assert normal("".join(facts.text)) == normal("".join(node["text"] for node in runs))


def test_underscores_go_where_the_strong_text_after_them_loses_its_asterisks() -> None:
    styles = (["em"], ["strong"], ["em"], ["em", "strong"], [])

    assert adf.to_markdown(paragraph(*(run("a", *style) for style in styles))) == "aa*a**a***a"


def test_parts_of_a_word_get_no_marks_that_are_not_theirs() -> None:
    for styles in product(([], ["strong"], ["em"], ["strong", "em"]), repeat=4):
        markdown = adf.to_markdown(paragraph(*(run("a", *style) for style in styles)))

        read = marks_of_letters(markdown)
        assert [letter for letter, _ in read] == ["a"] * 4, markdown
        assert all(marks <= set(style) for (_, marks), style in zip(read, styles, strict=True)), markdown


def marks_of_letters(markdown: str) -> list[tuple[str, set[str]]]:
    found: list[tuple[str, set[str]]] = []
    open_marks: set[str] = set()
    for token in PARSER.parseInline(markdown)[0].children or []:
        if token.nesting:
            open_marks ^= {token.type.partition("_")[0]}
        found += [(letter, set(open_marks)) for letter in token.content]
    return found


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS + SIGNS), min_size=1, max_size=5).map("".join))
def test_a_link_keeps_its_text_whatever_brackets_it_holds(text: str) -> None:
    facts = markdown_facts(adf.to_markdown(paragraph(run("see "), linked(text, "https://example.com/a"))))

    assert facts.structure[("link", normal(text), "https://example.com/a")] == 1


def test_an_address_that_markdown_would_break_is_encoded() -> None:
    markdown = adf.to_markdown(paragraph(linked("x", "https://example.com/a b)<c>|d")))

    assert markdown == "[x](https://example.com/a%20b%29%3Cc%3E%7Cd)"


def test_marks_inside_a_word_are_kept_where_commonmark_reads_them() -> None:
    assert adf.to_markdown(paragraph(run("un"), run("believ", "strong"), run("able"))) == "un**believ**able"


def test_punctuation_moves_out_of_marks_that_commonmark_would_not_read() -> None:
    assert adf.to_markdown(paragraph(run("Note:", "strong"), run("text"))) == "**Note**:text"


def test_text_that_needs_no_escape_gets_none() -> None:
    text = 'C++ [x] 5 * 3 < 4 a_b_c #5 R&D {a} ~5 f(x) a/b C:\\temp 100% $HOME "quoted" it\'s x = y'

    assert adf.to_markdown(paragraph(run(text))) == text


def test_a_backslash_before_a_space_at_the_end_of_a_line_breaks_nothing() -> None:
    cell = {"type": "tableHeader", "content": [paragraph(run("C:\\ "), {"type": "hardBreak"}, run("next"))]}
    table = {"type": "table", "content": [{"type": "tableRow", "content": [cell]}]}

    assert adf.to_markdown(cell) == "C:\\\\\\\nnext"
    assert adf.to_markdown({"type": "doc", "content": [table]}).startswith("| C:\\\\<br>next |")


@pytest.mark.parametrize(
    ("runs", "markdown"),
    [
        ([run("a", "em"), run("b", "strong")], "_a_**b**"),
        ([run("a", "strong"), run("b", "em"), run("c", "strong")], "**a**_b_**c**"),
        ([run("a", "em", "strong"), run("b", "em"), run("c", "em", "strong")], "_**a**b**c**_"),
        ([run("a", "em", "strong"), run(" b ", "strong"), run("c", "em", "strong")], "**_a_ b _c_**"),
        ([run("a", "em", "strong"), run("b", "strong"), run("c", "em", "strong")], "**abc**"),
        ([run("a", "strong", "sup"), run("b")], "<sup>**a**</sup>b"),
        ([run("a", "strong"), run("b", "em"), run("c")], "**a***b*c"),
        ([run("a"), run("b", "em"), run("c", "strong"), run("d", "em"), run("e")], "a*b***c***d*e"),
        ([run("a)", "strong"), run("b", "em"), run("c")], "**a**)*b*c"),
    ],
)
def test_emphasis_beside_strong_text_does_not_run_into_it(runs: list[dict[str, Any]], markdown: str) -> None:
    assert adf.to_markdown(paragraph(*runs)) == markdown
