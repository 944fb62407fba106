from collections.abc import Callable

import pytest
from django.test import Client

from dev.sample_site import SampleSite
from tests.factories import make_member
from workspaces.models import User


@pytest.fixture
def browser_of() -> Callable[..., Client]:
    """Somebody's browser, signed in: the member with that role of acme, or of another workspace."""

    def sign_in(role: str, workspace: str = "acme", email: str = "") -> Client:
        email = email or f"{role}@{workspace}.example.com"
        user = User.objects.filter(email=email).first() or make_member(role, workspace, email).user
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def site(sample_site, settings) -> SampleSite:
    """The sample site, where tokens may be sent."""
    settings.ATLASSIAN_ORIGINS = frozenset({sample_site.url})
    settings.ATLASSIAN_GATEWAY_URL = sample_site.gateway_url
    return sample_site
