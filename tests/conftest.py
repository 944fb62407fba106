from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connections
from rest_framework.test import APIClient

from audit import append_only
from tests.sample_site_fixture import running_sample_site, sample_site  # noqa: F401  fixtures
from tests.triggers import drop_triggers


@pytest.fixture(autouse=True)
def _cheap_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def client_for() -> Callable[[str], APIClient]:
    """A client that sends a key, as an agent does."""

    def make(secret: str) -> APIClient:
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    return make


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
