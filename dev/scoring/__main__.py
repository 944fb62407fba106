"""Prints the table and exits with 1 where a renderer stays below what it must reach. An argument: another corpus."""

import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlassian.rendering import adf, storage
from dev.scoring import attached
from dev.scoring.adf_facts import SITE, adf_facts
from dev.scoring.facts import Facts
from dev.scoring.generated import adf_document, storage_page
from dev.scoring.hostile import hostile_adf, hostile_storage
from dev.scoring.pairs import differences
from dev.scoring.score import Score, score, total
from dev.scoring.storage_facts import storage_facts

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests/atlassian/rendering/fixtures"
GENERATED = 300
ATTACHED = 5  # files of each kind
HOSTILE_TIMEOUT = 10  # of processor time for a hostile document; far more than it takes, far less than for ever

RECALL, STRUCTURE, GENERATED_STRUCTURE, ECONOMY = 0.99, 0.97, 0.94, 1.25


@dataclass(frozen=True)
class Format:
    name: str
    render: Callable[[Any], str]
    facts: Callable[[Any], Facts]
    read: Callable[[str], Any]
    suffix: str
    generate: Callable[[int], Any]
    hostile: Callable[[], Iterable[tuple[str, Callable[[], Any]]]]


FORMATS = (
    Format(
        "ADF",
        lambda document: adf.to_markdown(document, site_url=SITE),
        adf_facts,
        json.loads,
        "adf/*.json",
        adf_document,
        hostile_adf,
    ),
    Format(
        "storage",
        lambda page: storage.to_markdown(page, site_url=SITE),
        storage_facts,
        str,
        "storage/*.xml",
        storage_page,
        hostile_storage,
    ),
)


def documents(form: Format, folder: Path) -> list[Any]:
    """All but the broken ones, of which nobody else can say what they mean."""
    paths = sorted(path for path in folder.glob(form.suffix) if path.stem != "broken")
    return [form.read(path.read_text()) for path in paths]


def measured(form: Format, found: list[Any]) -> tuple[Score, float]:
    """The score of the documents together, and how many MB/s they are rendered at."""
    started = time.process_time()
    rendered = [form.render(document) for document in found]
    seconds = time.process_time() - started
    size = sum(len(document if isinstance(document, str) else json.dumps(document)) for document in found)
    scores = (score(markdown, form.facts(document)) for markdown, document in zip(rendered, found, strict=True))
    return total(scores), size / 1e6 / seconds


def survived_hostile_input(form: Format) -> tuple[int, int, list[str]]:
    tried, fallen = 0, []
    for name, make in form.hostile():
        tried += 1
        document = make()
        started = time.process_time()
        try:
            form.render(document)
        except (Exception, RecursionError) as exc:  # noqa: BLE001 - whatever it is, it is what we look for
            fallen.append(f"{name}: {exc!r}")
            continue
        if time.process_time() - started > HOSTILE_TIMEOUT:
            fallen.append(f"{name}: too slow")
    return tried - len(fallen), tried, fallen


def failures(result: Score, real: bool) -> list[str]:
    """The thresholds that a set of documents stays below; economy is judged on what people wrote."""
    below = []
    if result.recall < RECALL:
        below.append(f"text recall {result.recall:.3f} < {RECALL}")
    least = STRUCTURE if real else GENERATED_STRUCTURE
    if result.structure < least:
        below.append(f"structure {result.structure:.3f} < {least}")
    if result.leaks:
        below.append(f"leaks: {result.leaks[:3]}")
    if real and result.economy > ECONOMY:
        below.append(f"{result.economy:.2f} bytes a visible byte > {ECONOMY}")
    return below


def main(corpus: Path | None = None) -> int:
    """With a corpus, a folder of real documents of yours: adf/*.json, storage/*.xml, pairs/."""
    failed: list[str] = []
    print(f"{'':28}{'documents':>10}{'recall':>8}{'structure':>11}{'leaks':>7}{'bytes':>7}{'MB/s':>7}")
    for form in FORMATS:
        sets = {
            "fixtures": documents(form, FIXTURES),
            "corpus": documents(form, corpus) if corpus else [],
            "generated": [form.generate(seed) for seed in range(GENERATED)],
        }
        for name, found in sets.items():
            if found:
                result, speed = measured(form, found)
                failed += [f"{form.name} {name}: {failure}" for failure in failures(result, name == "corpus")]
                print(row(f"{form.name}, {name}", len(found), result, speed))
        survived, tried, fallen = survived_hostile_input(form)
        failed += [f"{form.name} hostile: {name}" for name in fallen]
        print(f"{form.name + ', hostile':28}{tried:>10}   {survived} survived")
    if corpus:
        print_pairs(corpus / "pairs")
    failed += print_attached()
    print(*failed, sep="\n")
    return 1 if failed else 0


def print_pairs(folder: Path) -> None:
    lines, different, reasons = differences(folder)
    if lines:
        print(f"pages in both formats: {different} of {lines} lines differ")
        print(*(f"  {count:>4}  {reason}" for reason, count in reasons.most_common()), sep="\n")


def print_attached() -> list[str]:
    failed = []
    for kind, count, recall, size in attached.scored(ATTACHED):
        print(f"{'attached ' + kind:28}{count:>10}{recall:>8.4f}{size / 1000:>12.0f} KB")
        failed += [f"attached {kind}: text recall {recall:.4f} < {attached.RECALL}"] if recall < attached.RECALL else []
    return failed


def row(label: str, count: int, result: Score, speed: float) -> str:
    figures = f"{result.recall:>8.4f}{result.structure:>11.4f}{len(result.leaks):>7}{result.economy:>7.2f}{speed:>7.1f}"
    return f"{label:28}{count:>10}{figures}"


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
