"""The scorer sees what is lost, what is torn and what leaks, and both renderers stand before it."""

import pytest

from dev.scoring import attached
from dev.scoring.__main__ import FIXTURES, FORMATS, Format, documents, failures, measured
from dev.scoring.adf_facts import adf_facts
from dev.scoring.attached import MAKERS
from dev.scoring.score import score
from dev.scoring.storage_facts import storage_facts

DOCUMENT = {
    "type": "doc",
    "content": [
        {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "Plan"}]},
        {"type": "orderedList", "attrs": {"order": 3}, "content": [{"type": "listItem", "content": []}]},
        {"type": "paragraph", "content": [{"type": "text", "text": "Four words of text"}]},
    ],
}
READ = "## Plan\n\n3.\n\nFour words of text"


def test_a_faithful_reading_scores_full() -> None:
    result = score(READ, adf_facts(DOCUMENT))

    assert (result.recall, result.structure, result.leaks) == (1, 1, [])


@pytest.mark.parametrize(
    "wrong", [READ.replace("## ", "### "), READ.replace("3.", "1."), READ.replace("3.", "-"), READ + "\n\n---"]
)
def test_a_wrong_structure_costs(wrong: str) -> None:
    assert score(wrong, adf_facts(DOCUMENT)).structure < 1


def test_a_lost_word_costs() -> None:
    assert score(READ.replace("words ", ""), adf_facts(DOCUMENT)).recall == 0.8


@pytest.mark.parametrize(
    ("leak", "kind"),
    [
        ('{"type": "text"}', "JSON"),
        ("<ac:link>", "XML"),
        ("6e7c7f2c-b081-482b-bc4a-4faca8ecd2de", "ids"),
    ],
)
def test_what_has_no_place_in_a_text_is_a_leak(leak: str, kind: str) -> None:
    assert score(f"{READ} {leak}", adf_facts(DOCUMENT)).leaks == [kind]


def test_a_passage_that_comes_twice_is_a_leak() -> None:
    passage = "a passage so long that a value which spans rows would not be repeated either"
    expected = storage_facts(f"<p>{passage}</p>")

    assert score(f"{passage}\n\n{passage}", expected).leaks == ["doubled"]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_fixtures_and_generated_documents_reach_the_thresholds(form: Format) -> None:
    result, _ = measured(form, documents(form, FIXTURES) + [form.generate(seed) for seed in range(40)])

    assert failures(result, real=False) == []


@pytest.mark.parametrize("kind", MAKERS)
def test_nearly_every_word_of_an_attached_file_is_read(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attached, "MAKERS", {kind: MAKERS[kind]})

    [(_, _, recall, _)] = attached.scored(2)

    assert recall >= attached.RECALL
