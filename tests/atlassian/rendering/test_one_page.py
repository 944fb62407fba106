"""One page reads the same whichever of the two formats it comes in."""

import json
from pathlib import Path

import pytest

from atlassian.rendering import adf, storage
from dev.scoring.pairs import differences

FOLDER = Path(__file__).parent / "one_page"
SITE = "https://acme.atlassian.net"
NAMES = {"5b10ac8d82e05b22cc7d4ef5": "Ann Lee"}


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.xml")), ids=lambda path: path.stem)
def test_a_page_reads_the_same_in_both_formats(page):
    expected = page.with_suffix(".md").read_text()
    document = json.loads(page.with_suffix(".json").read_text())

    assert storage.to_markdown(page.read_text(), site_url=SITE, names=NAMES) + "\n" == expected
    assert adf.to_markdown(document, site_url=SITE, names=NAMES) + "\n" == expected


def test_the_scorer_counts_lines_that_differ_and_says_why(tmp_path):
    image = '<ac:image><ri:attachment ri:filename="a.png"/></ac:image>'
    (tmp_path / "a.xml").write_text(f"<p>same</p><p>{image}</p><p>one</p>")
    media = {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"type": "file", "id": "1"}}]}
    paragraphs = [{"type": "paragraph", "content": [{"type": "text", "text": words}]} for words in ("same", "other")]
    document = {"type": "doc", "content": [paragraphs[0], media, paragraphs[1]]}
    (tmp_path / "a.json").write_text(json.dumps(document))

    lines, different, reasons = differences(tmp_path)

    assert (lines, different) == (5, 2)
    assert reasons["a picture's file name is in storage format alone"] == 1
    assert [reason for reason in reasons if reason.startswith("another:")]
