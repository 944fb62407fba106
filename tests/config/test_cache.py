import socket

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string
from rest_framework.test import APIClient

from audit.models import AuditLog
from config.environment import Env
from tests.atlassian.rest_helpers import FOUR, call, connect
from tests.factories import make_api_key, make_member
from workspaces.models import Role


@pytest.mark.skipif("LocMem" not in settings.CACHES["default"]["BACKEND"], reason="another cache has limits of its own")
def test_the_cache_of_a_process_holds_what_many_readers_put_there():
    cache.set_many({f"name:{number}": "Ann" for number in range(5000)})

    assert len(cache.get_many([f"name:{number}" for number in range(5000)])) == 5000


@pytest.fixture
def no_redis(settings, monkeypatch) -> None:
    """CACHE_URL names a port where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("CACHE_URL", f"redis://127.0.0.1:{port}/0")
    settings.CACHES = {"default": Env().cache("CACHE_URL", default="")}
    settings.RATE_LIMIT_PER_MINUTE = 100


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "params", "action"), FOUR)
def test_without_redis_it_still_answers_and_records(no_redis, client_for, sample_site, path, params, action):
    connect(sample_site)
    agent = client_for(make_api_key(Role.MEMBER))

    assert call(agent, path, **params).status_code == 200
    assert call(client_for("mc_unknown"), path, **params).status_code == 401

    assert list(AuditLog.objects.order_by("pk").values_list("action", "outcome")) == [
        (action, "success"),
        (action, "denied"),
    ]


def test_a_redis_that_was_away_is_left_alone_for_a_while(no_redis, caplog):
    assert [cache.get("name", "nobody"), cache.get_many(["name"]), cache.add("name", 1)] == ["nobody", {}, False]

    assert len(caplog.records) == 1


@pytest.mark.django_db
def test_nor_does_the_page_need_it(no_redis):
    browser = APIClient()
    browser.force_login(make_member(Role.ADMIN).user)

    assert browser.get("/integrations/acme/").status_code == 200


@pytest.mark.parametrize("url", ["redis://127.0.0.1:6379/0", "rediss://127.0.0.1:6379/0"])
def test_a_redis_that_hangs_is_waited_for_no_longer_than_a_second(monkeypatch, url):
    monkeypatch.setenv("CACHE_URL", url)
    configured = Env().cache("CACHE_URL", default="")
    backend = import_string(configured["BACKEND"])(configured["LOCATION"], configured)

    connection = backend._cache._get_connection_pool(write=True).make_connection()

    assert connection.socket_timeout == 1
