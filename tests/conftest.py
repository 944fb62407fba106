from collections.abc import Callable
from types import SimpleNamespace

import pytest
import responses
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connections
from django.test import Client
from rest_framework.test import APIClient

from atlassian.upstream import remembered
from audit import append_only
from tests.factories import make_api_key
from tests.sample_site_fixture import running_sample_site, sample_site  # noqa: F401  fixtures
from tests.triggers import drop_triggers
from workspaces.models import Role, User


@pytest.fixture(autouse=True)
def _cheap_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _one_minute(monkeypatch):
    """Calls are counted by the minute, which could otherwise end in the middle of a test."""
    monkeypatch.setattr("audit.limits.time", SimpleNamespace(time=lambda: 1_800_000_010.0))


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    remembered._written.clear()


@pytest.fixture(autouse=True)
def pauses(monkeypatch) -> list[float]:
    """The seconds that would have passed before Atlassian was asked again; no test sleeps through them."""
    made: list[float] = []
    monkeypatch.setattr("atlassian.upstream.transport.sleep", made.append)
    return made


@pytest.fixture
def no_site_answers():
    """Saving looks whose token it is: here no site can be reached, and saving must not mind."""
    with responses.RequestsMock(assert_all_requests_are_fired=False):
        yield


@pytest.fixture
def client_for() -> Callable[[str], APIClient]:
    """A client that sends a key, as an agent does."""

    def make(secret: str) -> APIClient:
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    return make


@pytest.fixture
def admin(client_for) -> APIClient:
    """An agent with the key of an admin of acme."""
    return client_for(make_api_key(Role.ADMIN))


@pytest.fixture
def operator() -> Client:
    """A superuser's browser, signed in."""
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", "a-long-password-1"))
    return client


@pytest.fixture(scope="session", autouse=True)
def _flush_may_empty_the_audit_log():
    """The triggers would refuse the flush with which a transactional test ends."""
    handle = flush.Command.handle

    def handle_without_triggers(self, **options):
        database = connections[options["database"]]
        drop_triggers(database)
        handle(self, **options)
        append_only.install_triggers(database)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush.Command, "handle", handle_without_triggers)
        yield
