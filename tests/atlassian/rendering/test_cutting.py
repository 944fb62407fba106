"""Pieces of a long text: together the whole, each within its budget, nothing torn that could stay whole."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlassian.rendering import adf
from atlassian.rendering.pagination.pieces import Piece, cut
from dev.scoring.generated import adf_document

PAGE = """# Rollout

A paragraph that explains, at some length, what will happen to the service.

| Step | Owner |
|---|---|
| build | Ann |
| deploy | Bo |

> [!WARNING]
> Mind the gap, and read on.

**▸ Details**

- one
  ```python
  a = 1

  b = 2
  ```
- two, with [a link that is long](https://example.com/a/long/address) and **some strong words** after

## Aftercare

The end.
"""


def pieces(content: str, budget: int) -> list[Piece]:
    found = [cut(content, 0, budget)]
    while found[-1].next_offset is not None:
        found.append(cut(content, found[-1].next_offset, budget))
    return found


def spans(content: str, budget: int) -> list[tuple[Piece, int, int]]:
    found = pieces(content, budget)
    ends = [piece.next_offset or len(content) for piece in found]
    return list(zip(found, [0, *ends], ends, strict=False))


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10_000), budget=st.integers(200, 3_000))
def test_the_pieces_of_any_document_are_the_whole_text_within_their_budget(seed: int, budget: int) -> None:
    content = adf.to_markdown(adf_document(seed))

    for piece, start, end in spans(content, budget):
        assert content[start:end] in piece.content
        assert end > start or not content
        assert len(piece.content) <= budget
        assert piece.truncated == (end < len(content))
        assert piece.content_chars == len(content)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), budget=st.integers(-1, 200))
def test_any_budget_makes_progress(seed: int, budget: int) -> None:
    content = adf.to_markdown(adf_document(seed))[:1_500]

    assert "".join(content[start:end] for _, start, end in spans(content, budget)) == content


@pytest.mark.parametrize("budget", range(200, 900, 7))
def test_fences_are_closed_in_every_piece(budget: int) -> None:
    for piece in pieces(PAGE * 3, budget):
        fences = [line.strip() for line in piece.content.split("\n") if "```" in line]

        assert len(fences) % 2 == 0
        assert all(closing == "```" for closing in fences[1::2])


@pytest.mark.parametrize("budget", range(200, 900, 7))
def test_nothing_that_announces_is_left_last(budget: int) -> None:
    for piece in pieces(PAGE * 3, budget)[:-1]:
        last = piece.content.rpartition("[truncated:")[0].rstrip().split("\n")[-1]

        assert not re.match(r"#|> \[!|\*\*▸|\|[-|]+$|\| Step", last), last


@pytest.mark.parametrize("budget", range(200, 900, 7))
def test_rows_links_and_marks_are_never_torn(budget: int) -> None:
    content = PAGE * 3

    for _, _, end in spans(content, budget)[:-1]:
        line = content[content.rfind("\n", 0, end) + 1 : content.find("\n", end)]
        begun = content[content.rfind("\n", 0, end) + 1 : end]
        assert not (begun and line.startswith(("|", "#"))), line
        assert begun.count("[") == begun.count("](") == begun.count(")")
        assert begun.count("**") % 2 == 0


def test_the_marker_says_how_far_what_next_and_where_to_go_on() -> None:
    content = "word " * 100 + "\n\n## Roll*out*\n\n" + "word " * 1000

    piece = cut(content, 0, 610)

    assert piece.next_offset == 502
    assert piece.content.endswith(
        '[truncated: 502 of 5,516 characters shown; next section "Rollout"; call again with offset=502]'
    )


def test_text_that_fits_is_given_whole_and_without_a_marker() -> None:
    assert cut(PAGE, 0, len(PAGE)) == Piece(PAGE, len(PAGE), False, None)


def test_an_offset_beyond_the_end_gives_nothing_more() -> None:
    assert cut("short", 5, 100) == Piece("", 5, False, None)
    assert cut("short", 999, 100) == Piece("", 5, False, None)


def test_a_fence_is_reopened_with_the_prefix_of_its_list_and_quote() -> None:
    content = "> - ```python\n" + ">   line of code\n" * 40 + ">   ```\n"

    first, second = pieces(content, 400)[:2]

    assert first.content.split("\n")[-3] == ">   ```"
    assert second.content.startswith(">   ```python\n>   line of code\n")


def test_a_hash_in_code_is_no_next_section() -> None:
    content = "text\n\n" * 100 + "```bash\n# a comment\n```\n\n## Real\n"

    assert 'next section "Real"' in cut(content, 0, 300).content


def test_a_row_longer_than_a_piece_is_cut_between_words() -> None:
    content = "| a | b |\n|---|---|\n| " + "word " * 200 + "| x |\n"

    ends = [end for _, _, end in spans(content, 300)]

    assert all(content[end - 1] in " \n" for end in ends)
    assert all(start < end for start, end in pairwise(ends))


def test_a_piece_rather_ends_early_than_has_the_next_one_begin_as_indented_code() -> None:
    content = "- one\n- two\n  - three\n" * 10 + "    - four, five and six\n" * 3 + "- seven\n" * 40

    first, second = pieces(content, 330)[:2]

    assert first.content.startswith("- one\n- two\n  - three\n" * 9 + "- one\n- two\n\n[truncated")
    assert second.content.startswith("  - three\n    - four")


def test_code_that_ends_in_a_backslash_is_not_cut() -> None:
    content = "word " * 20 + r"`C:\a path of some length\` " + "word " * 100

    for budget in range(190, 260):
        _, _, end = spans(content, budget)[0]
        assert content[:end].count("`") % 2 == 0


@pytest.mark.parametrize("budget", range(180, 220))
def test_no_escape_is_torn_where_nothing_else_can_be_kept(budget: int) -> None:
    content = r"\*" * 300

    for _, _, end in spans(content, budget)[:-1]:
        assert end % 2 == 0


@pytest.mark.parametrize("budget", range(180, 420, 5))
def test_no_hard_break_is_left_last(budget: int) -> None:
    content = ("a line of some words that goes on\\\nand another one\n\n" * 20).strip()

    for _, _, end in spans(content, budget)[:-1]:
        assert not content[:end].endswith("\\\n")


@pytest.mark.parametrize("budget", range(320, 480, 5))
def test_marks_that_reach_over_a_hard_break_are_not_torn(budget: int) -> None:
    content = "intro " * 30 + "**bold words\\\n" + "more " * 20 + "end** " + "tail " * 60

    for _, _, end in spans(content, budget)[:1]:
        assert content[:end].count("**") % 2 == 0


@pytest.mark.parametrize("opener", ["| a | b |\n|---|---|\n| ", "# "])
def test_a_row_or_heading_too_long_for_this_piece_is_left_to_the_next(opener: str) -> None:
    content = "A paragraph of some words.\n\n" + opener + "word " * 200 + "\n"

    assert cut(content, 0, 400).next_offset == content.index(opener)


@pytest.mark.parametrize("budget", range(180, 300, 3))
def test_no_piece_begins_with_what_would_open_a_block(budget: int) -> None:
    content = "word - word # word 1. word > word | word " * 40

    for _, _, end in spans(content, budget)[:-1]:
        assert content[end:].startswith("word")


@pytest.mark.parametrize("before", ["", "| ", "# x"])
@pytest.mark.parametrize(
    "sign", ["\\\\", "\\*", "&middot;", "<br>", "<sub>x</sub>", "👩\u200d💻", "👍🏽", "e\u0301", "🇩🇪", "a\\\\b\\_"]
)
def test_where_nothing_but_signs_could_be_cut_none_is_torn(before: str, sign: str) -> None:
    whole = (
        "<sub>|</sub>|x"
        if sign.startswith("<sub")
        else r"\\\\|\\[*_]|a|b"
        if sign.startswith("a\\")
        else re.escape(sign)
    )
    content = before + sign * 300

    for budget in range(180, 190):
        for _, start, end in spans(content, budget):
            assert re.fullmatch(rf"(?:{whole})*", content[max(start, len(before)) : end])


def test_no_piece_is_of_blank_lines_alone() -> None:
    content = "A paragraph.\n\n| head |\n|---|\n| " + "word " * 200 + "|\n"

    assert (cut(content, content.index("\n"), 300).next_offset or 0) > content.index("|")
