import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from dev.sample_site import SampleSite
from tests.browser.browser_helpers import CHROMIUM, Visitor, chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert CHROMIUM.exists(), f"{CHROMIUM} is missing: apt-get install chromium, or say where it is in CHROMIUM"
    # Playwright's synchronous API runs an event loop in this thread, which Django would take for ours.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with chromium() as running:
        yield running
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def site(running_sample_site: SampleSite, settings: Any) -> SampleSite:
    """The sample site, which the operator permits."""
    running_sample_site.reset()
    settings.ATLASSIAN_ORIGINS = frozenset({running_sample_site.url})
    settings.ATLASSIAN_GATEWAY_URL = running_sample_site.gateway_url
    return running_sample_site


@pytest.fixture
def visit(browser: Browser, live_server: Any) -> Iterator[Callable[..., Visitor]]:
    """Opens a browser context; in the end none of their consoles may have complained, about the CSP or anything."""
    visitors: list[Visitor] = []

    def open_one(**options: Any) -> Visitor:
        visitors.append(Visitor(browser, live_server.url, **options))
        return visitors[-1]

    yield open_one
    for visitor in visitors:
        visitor.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []
