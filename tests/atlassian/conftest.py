import pytest
from django.core.cache import cache

from atlassian.upstream import identity
from tests.atlassian.factories import ME, make_credentials


@pytest.fixture(autouse=True)
def _verified_a_moment_ago(_empty_cache):
    """Credentials as a connection test has just left them."""
    for provider in ("jira", "confluence"):
        for email in ("bot@acme.example.com", "other@acme.example.com"):
            identity.remember(make_credentials(provider, email=email), ME)


@pytest.fixture
def unverified(_verified_a_moment_ago):
    """Credentials of which Atlassian has said nothing yet."""
    cache.clear()
