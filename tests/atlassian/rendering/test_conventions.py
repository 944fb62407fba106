"""The page on the conventions says what the fixtures hold the renderers to."""

from dev.scoring.conventions import FIXTURES, PAGE, REASONS, page


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == page(), "run make conventions"


def test_every_pair_is_explained() -> None:
    assert {path.stem for path in FIXTURES.glob("*/*.md")} == set(REASONS)
