"""Work grows with the document and no faster, and ends within bounds; counted in calls, since clocks vary."""

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from atlassian.rendering import adf, bounds, storage
from atlassian.rendering.imitations import neutralize_imitations
from atlassian.rendering.markdown.flanking import without_punctuation
from atlassian.rendering.markdown.tree import Run
from atlassian.rendering.pagination.pieces import cut
from tests.counted_calls import counted_calls

LENGTHS = (1, 2, 4, 8)
STEP = 60


def calls(work: Callable[[], object]) -> int:
    return counted_calls(work, into_c=True).total()


def text(words: str, *marks: str, href: str = "") -> dict[str, Any]:
    found: list[dict[str, Any]] = [{"type": mark} for mark in marks]
    found += [{"type": "link", "attrs": {"href": href}}] if href else []
    return {"type": "text", "text": words, "marks": found}


def doc(*inline: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "content": [{"type": "paragraph", "content": list(inline)}]}


PARAMETER = '<ac:parameter ac:name="a">b</ac:parameter>'
TEXTS = ["# a\n\n", "> - # a\n", "```\na\n", "[truncated: a] ", "a · b · updated 1\n", "| a |\n"]
PAGES = {
    "marks around punctuation": lambda n: "a<b>" + "(!<i>!</i>)" * n + "</b>",
    "marks side by side": lambda n: "<b>a</b><i>b</i>" * n,
    "marks within each other": lambda n: "<b>a<i>b<s>c</s></i></b>" * n,
    "links": lambda n: '<a href="https://ex.com/a">b</a> ' * n,
    "tags left open": lambda n: "<b>x<i>" * n,
    "tags never opened": lambda n: "</b>x</i>" * n,
    "a tag without an end": lambda n: "<p>x</p><a " + "b " * n,
    "quotes without an end": lambda n: "<p>x</p>" + "<a b='" * n,
    "blanks in a tag": lambda n: "<p>x</p>" + "<a" + " " * n * 10,
    "comments": lambda n: "<!-- a --" * n,
    "references": lambda n: "&nbsp;&#8205;&foo;" * n,
    "a table": lambda n: "<table>" + "<tr><td>a</td><td>b</td></tr>" * n + "</table>",
    "a wide table": lambda n: "<table><tr>" + "<td>a</td>" * n + "</tr></table>",
    "spans": lambda n: "<table>" + '<tr><td rowspan="9" colspan="9">a</td></tr>' * n + "</table>",
    "lists within each other": lambda n: "<ul><li>a" * n,
    "styles": lambda n: "".join(f'<span style="color: #{n * 999 + i:06x}">a</span>' for i in range(n)),
    "hidden text": lambda n: '<div><span style="color: white">a</span></div>' * n,
    "macros": lambda n: (
        '<ac:structured-macro ac:name="x"><ac:parameter ac:name="a">b</ac:parameter></ac:structured-macro>' * n
    ),
    "headings": lambda n: "<h2>Comments (1)</h2>" * n,
}
DOCUMENTS = {
    "marks": lambda n: doc(*[text("a", "strong"), text("!", "em", "strong"), text("(", "strike")] * n),
    "links": lambda n: doc(*[text(f"l{i}", href=f"https://ex.com/{i}") for i in range(n)]),
    "one long text": lambda n: doc(text("a *b* _c_ [d](e) https://f_g_/*h* " * n)),
    "backticks": lambda n: doc(text("`" * n, "code"), text("``` `` `" * n)),
    "panels within each other": lambda n: nested("panel", n),
    "documents in parameters": lambda n: parameter(min(n, 60)),
    "cells": lambda n: {"type": "doc", "content": [{"type": "table", "content": [row(3)] * n}]},
}


def nested(kind: str, depth: int) -> dict[str, Any]:
    node: dict[str, Any] = text("a")
    for _ in range(min(depth, 300)):
        node = {"type": kind, "content": [node]}
    return {"type": "doc", "content": [node]}


def parameter(times: int) -> dict[str, Any]:
    inner = {"type": "extension", "attrs": {"parameters": {"adf": json.dumps(doc(text("a")))}}}
    return {"type": "doc", "content": [inner] * times}


def row(width: int) -> dict[str, Any]:
    return {"type": "tableRow", "content": [{"type": "tableCell", "content": [doc(text("a"))]}] * width}


def grows_with_its_input(work: Callable[[int], Callable[[], object]]) -> bool:
    """Each doubling costs at most two and a half times as much."""
    work(STEP - 1)()  # what is remembered from then on does not count
    counts = [calls(work(STEP * length)) for length in LENGTHS]
    return all(after <= 2.5 * before + 200 for before, after in pairwise(counts))


@pytest.mark.parametrize("name", PAGES)
def test_the_work_of_a_page_grows_with_the_page(name):
    def work(size: int) -> Callable[[], object]:
        page = PAGES[name](size)
        return lambda: storage.to_markdown(page, site_url="https://acme.atlassian.net")

    assert grows_with_its_input(work)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_work_of_a_document_grows_with_the_document(name):
    def work(size: int) -> Callable[[], object]:
        document = DOCUMENTS[name](size)
        return lambda: adf.to_markdown(document, site_url="https://acme.atlassian.net")

    assert grows_with_its_input(work)


UNITS = [*TEXTS, "# # ", "# Comments", "#```", ":00 Comments (reply", "there is more "]


@pytest.mark.parametrize("unit", UNITS)
def test_the_work_of_cutting_and_of_imitations_grows_with_the_text(unit):
    assert grows_with_its_input(lambda size: lambda: neutralize_imitations(unit * size))
    assert grows_with_its_input(lambda size: lambda: cut(unit * size, 0, 200))


ORDINARY = """\
## Where the readers are (3)
Only the doors of the museum, and its children's entry, have more than one: 체크인, Überprüfung.

| What | Where | Labels |
|---|---|---|
| Turnstile service | [GATE-2](https://acme.atlassian.net/browse/GATE-2#history) | 2026-11-18 |

```sh
lanternctl reader list --older-than 3.2
```
"""


def test_a_text_without_imitations_is_looked_through_in_few_calls_however_long_it_is():
    assert calls(lambda: neutralize_imitations(ORDINARY * 50)) == calls(lambda: neutralize_imitations(ORDINARY)) < 60


def test_a_text_that_fits_is_not_read_to_be_cut():
    assert calls(lambda: cut("# a\n" * 50, 0, 200)) < 10


class CountedList(list[Run]):
    """A list that counts how many of its members move."""

    moved = 0

    def __delitem__(self, place: Any) -> None:
        CountedList.moved += len(self)
        super().__delitem__(place)

    def pop(self, place: Any = -1) -> Run:
        CountedList.moved += len(self) if place == 0 else 1
        return super().pop(place)


def test_punctuation_is_taken_off_the_ends_without_moving_the_rest_each_time(monkeypatch):
    monkeypatch.setattr("atlassian.rendering.markdown.flanking.list", CountedList, raising=False)

    for size in (1_000, 2_000, 4_000):
        CountedList.moved = 0
        lead, left, _ = without_punctuation([Run("!")] * size, "a", "b")
        assert (len(lead), left) == (size, [])
        assert CountedList.moved <= 3 * size


@pytest.mark.parametrize(
    ("read", "bound"),
    [
        (lambda: storage.to_markdown("<p>a</p>" * 100), 100),
        (lambda: storage.to_markdown("<b>a</b> " * 100), 100),
        (lambda: storage.to_markdown("<b>" + "<p>a</p>" * 100 + "</b>"), 300),
        (lambda: storage.to_markdown("<table>" + "<tr><td>a</td></tr>" * 100 + "</table>"), 50),
        (lambda: adf.to_markdown({"type": "doc", "content": [doc(text("a", "strong"))] * 100}), 100),
    ],
)
def test_a_document_of_too_many_parts_is_cut_short_and_says_so(read, bound, monkeypatch):
    monkeypatch.setattr("atlassian.rendering.storage.reader.MAX_STEPS", bound)
    monkeypatch.setattr("atlassian.rendering.adf.reader.MAX_STEPS", bound)

    markdown = read()

    assert markdown.endswith(bounds.CUT_SHORT)
    assert 0 < markdown.count("a\n") + markdown.count("a**") + markdown.count("| a |") < 100


LONG = "\U0001f600" + "a *" * 1_000


@pytest.mark.parametrize(
    "read",
    [
        lambda: storage.to_markdown(f"<p>{LONG}</p><p>last</p>"),
        lambda: storage.to_markdown(f"<p>{LONG}</p>" * 10),
        lambda: adf.to_markdown({"type": "doc", "content": [doc(text(LONG)), doc(text("last"))]}),
        lambda: adf.to_markdown({"type": "doc", "content": [doc(text(LONG))] * 10}),
    ],
)
def test_of_long_texts_no_more_than_what_is_read_is_kept(read, monkeypatch):
    monkeypatch.setattr("atlassian.rendering.storage.reader.MAX_STEPS", 250)
    monkeypatch.setattr("atlassian.rendering.adf.reader.MAX_STEPS", 250)

    markdown = read()

    assert markdown.endswith(bounds.CUT_SHORT)
    assert "last" not in markdown
    assert 250 < markdown.count("a ") <= 250 * bounds.CHARS_A_STEP / 3


@pytest.mark.parametrize("page", ["<p>seen</p>" * 100, "<p>seen</p><p title='" + "x" * 1_000, "<![CDATA[seen" * 100])
def test_a_page_is_parsed_as_far_as_it_is_read_and_says_so(page, monkeypatch):
    monkeypatch.setattr("atlassian.rendering.storage.source.MAX_SOURCE_CHARS", 100)
    monkeypatch.setattr("atlassian.rendering.storage.document.MAX_SOURCE_CHARS", 100)

    markdown = storage.to_markdown(page)

    assert markdown.startswith("seen")
    assert markdown.endswith(bounds.CUT_SHORT)
    assert markdown.count("seen") <= 100 / len("seen")


@pytest.mark.parametrize("sign", ["*", "\\", "_", "`", "~"])
def test_a_run_of_one_sign_is_escaped_at_once(sign):
    assert calls(lambda: storage.to_markdown(f"<p>a{sign * 10_000}b</p>")) < 1_000


def test_a_large_table_is_within_bounds():
    assert bounds.MAX_STEPS > 400 * 400 * 3


def test_json_of_more_values_than_are_read_is_refused(monkeypatch):
    monkeypatch.setattr("atlassian.rendering.bounds.MAX_JSON_VALUES", 10)

    with pytest.raises(ValueError, match="too many"):
        bounds.read_json("[" + "[]," * 20 + "[]]")


def test_json_that_is_nested_too_deeply_is_refused():
    with pytest.raises(ValueError, match="deep"):
        bounds.read_json("[" * 100_000)
