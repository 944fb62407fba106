"""The score of one rendering, and of many."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dev.scoring.facts import Fact, Facts
from dev.scoring.leaks import leaks
from dev.scoring.markdown_facts import markdown_facts


@dataclass
class Score:
    words: int = 0
    words_found: int = 0
    facts: int = 0
    facts_found: int = 0
    leaks: list[str] = field(default_factory=list)
    output_bytes: int = 0
    visible_bytes: int = 0
    missing: Counter[Any] = field(default_factory=Counter)

    def add(self, other: "Score") -> None:
        self.words += other.words
        self.words_found += other.words_found
        self.facts += other.facts
        self.facts_found += other.facts_found
        self.leaks += other.leaks
        self.output_bytes += other.output_bytes
        self.visible_bytes += other.visible_bytes
        self.missing += other.missing

    @property
    def recall(self) -> float:
        return self.words_found / self.words if self.words else 1.0

    @property
    def structure(self) -> float:
        return self.facts_found / self.facts if self.facts else 1.0

    @property
    def economy(self) -> float:
        return self.output_bytes / self.visible_bytes if self.visible_bytes else 1.0


def score(markdown: str, expected: Facts) -> Score:
    """Structure counts both ways: a fact that the source has not is as wrong as one that is lost."""
    given = markdown_facts(markdown)
    common = expected.structure & given.structure
    wrong: Counter[Fact | str] = Counter()
    wrong.update(expected.structure - given.structure)
    wrong.update({("extra", *fact): count for fact, count in (given.structure - expected.structure).items()})
    wrong.update(expected.words - given.words)
    return Score(
        words=expected.words.total(),
        words_found=(expected.words & given.words).total(),
        facts=expected.structure.total() + given.structure.total(),
        facts_found=2 * common.total(),
        leaks=leaks(markdown, "\n".join(expected.text)),
        output_bytes=len(markdown.encode()),
        visible_bytes=expected.visible_bytes,
        missing=wrong,
    )


def total(scores: Iterable[Score]) -> Score:
    whole = Score()
    for one in scores:
        whole.add(one)
    return whole
