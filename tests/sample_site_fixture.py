"""Fixtures of the sample site; tests/conftest.py imports them by name."""

from collections.abc import Iterator

import pytest

from dev.sample_site import SampleSite


@pytest.fixture(scope="session")
def running_sample_site() -> Iterator[SampleSite]:
    with SampleSite() as site:
        yield site


@pytest.fixture
def sample_site(running_sample_site: SampleSite) -> Iterator[SampleSite]:
    """A running site with its own content, no faults and nothing received yet."""
    running_sample_site.reset()
    yield running_sample_site
    running_sample_site.faults.clear()
