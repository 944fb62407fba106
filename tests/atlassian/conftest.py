import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from atlassian.upstream import identity
from tests.atlassian.factories import ME, make_credentials
from tests.atlassian.rest_helpers import connect
from tests.factories import make_api_key
from workspaces.models import Role


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


@pytest.fixture
def agent(client_for, sample_site, settings) -> APIClient:
    """An agent with the key of a member of acme, which is connected to the sample site."""
    connect(sample_site)
    return client_for(make_api_key(Role.MEMBER))
