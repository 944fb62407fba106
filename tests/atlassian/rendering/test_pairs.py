"""Each pair of files in `fixtures` is one convention: a document and what an agent reads of it."""

import json
from pathlib import Path

import pytest

from atlassian.rendering import adf, storage

FIXTURES = Path(__file__).parent / "fixtures"
SITE = "https://acme.atlassian.net"
NAMES = {"5b10ac8d82e05b22cc7d4ef5": "Ann Lee"}


def _pairs(folder: str, suffix: str) -> list[Path]:
    return sorted((FIXTURES / folder).glob(f"*{suffix}"))


@pytest.mark.parametrize("source", _pairs("adf", ".json"), ids=lambda path: path.stem)
def test_an_adf_document_reads_as_its_markdown_says(source: Path) -> None:
    document = json.loads(source.read_text())

    markdown = adf.to_markdown(document, site_url=SITE, names=NAMES)

    assert markdown + "\n" == source.with_suffix(".md").read_text()


@pytest.mark.parametrize("source", _pairs("storage", ".xml"), ids=lambda path: path.stem)
def test_a_storage_page_reads_as_its_markdown_says(source: Path) -> None:
    markdown = storage.to_markdown(source.read_text(), site_url=SITE, names=NAMES)

    assert markdown + "\n" == source.with_suffix(".md").read_text()
