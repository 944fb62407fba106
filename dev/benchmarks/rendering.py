"""
How fast documents become Markdown, beside what only parsing them takes: `python -m dev.benchmarks.rendering`.

Sizes grow tenfold; a figure that stays as it was says that the time is linear in the size.
"""

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from lxml import etree

from atlassian.rendering import adf, storage
from dev.scoring.generated import adf_document, storage_page

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
_ROOT = '<page xmlns:ac="ac" xmlns:ri="ri">{}</page>'


def adf_of(size: int) -> str:
    """One document of about this many bytes of JSON."""
    blocks: list[Any] = [block for seed in range(60) for block in adf_document(seed)["content"]]
    times = max(1, round(size / len(json.dumps(blocks))))
    share = min(1.0, size / len(json.dumps(blocks)))
    return json.dumps({"type": "doc", "version": 1, "content": blocks[: int(len(blocks) * share)] * times})


def storage_of(size: int) -> str:
    pages = [storage_page(seed).replace("&nbsp;", " ") for seed in range(60)]
    whole = "".join(pages)
    return "".join(pages[: max(1, int(60 * size / len(whole)))]) * max(1, round(size / len(whole)))


def megabytes_a_second(work: Callable[[Any], Any], material: Any, size: int) -> float:
    started = time.process_time()
    work(material)
    return size / 1e6 / (time.process_time() - started)


def main() -> None:
    print(f"{'':10}{'bytes':>12}{'parsing MB/s':>14}{'rendering MB/s':>16}{'seconds':>9}")
    for size in SIZES:
        written = adf_of(size)
        parsing = megabytes_a_second(json.loads, written, len(written))
        report("ADF", len(written), parsing, megabytes_a_second(adf.to_markdown, json.loads(written), len(written)))
    for size in SIZES:
        page = storage_of(size)
        root = _ROOT.format(page)
        parser = etree.XMLParser(recover=True, huge_tree=True)
        parsing = megabytes_a_second(partial(etree.fromstring, parser=parser), root, len(page))
        report("storage", len(page), parsing, megabytes_a_second(storage.to_markdown, page, len(page)))


def report(name: str, size: int, parsing: float, rendering: float) -> None:
    print(f"{name:10}{size:>12,}{parsing:>14.1f}{rendering:>16.1f}{size / 1e6 / rendering:>9.2f}")


if __name__ == "__main__":
    main()
