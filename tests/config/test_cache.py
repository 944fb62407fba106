import hashlib
import json
import pickle

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string
from rest_framework.test import APIClient

from audit.limits import seconds_to_wait
from audit.models import AuditLog
from config.env import Env
from dev.demo.servers import own_port
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
    monkeypatch.setenv("CACHE_URL", f"redis://127.0.0.1:{own_port()}/0")
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


def test_one_client_of_redis_serves_all_commands(no_redis):
    assert cache._cache.get_client("name") is cache._cache.get_client("name", write=True)


@pytest.fixture
def redis():
    """The suite's own, where it runs with one."""
    if "RedisCache" not in settings.CACHES["default"]["BACKEND"]:
        pytest.skip("no Redis here")
    return cache._cache.get_client(None, write=True)


def written(key: str) -> str:
    return cache.make_and_validate_key(key)


class Boom:
    def __reduce__(self):
        return (pytest.fail, ("a pickle from Redis was run",))


@pytest.mark.parametrize("foreign", [b"x", b"7", b"", b'["name", "Eve"]', b"\0" * 40, pickle.dumps(Boom())])
def test_what_somebody_else_wrote_into_redis_counts_as_absent(redis, foreign):
    redis.set(written("name"), foreign)

    assert cache.get("name", "nobody") == "nobody"
    assert cache.get_many(["name"]) == {}
    cache.set("name", "Ann")
    assert cache.get("name") == "Ann"


def test_a_value_copied_under_another_key_counts_as_absent(redis):
    cache.set("verified:ann", True)
    redis.set(written("verified:eve"), redis.get(written("verified:ann")))

    assert cache.get("verified:ann") is True
    assert cache.get("verified:eve") is None


def test_redis_holds_json_under_keys_that_name_their_format(redis):
    cache.set_many({"name": {"Ann": ["서울", 1, None, True, ""]}})

    assert cache.get_many(["name"]) == {"name": {"Ann": ["서울", 1, None, True, ""]}}
    assert written("name") == "memory-core:2:name"
    assert json.loads(redis.get("memory-core:2:name")[16:]) == ["name", {"Ann": ["서울", 1, None, True, ""]}]


@pytest.mark.parametrize("foreign", ["text", ["of", "another", "kind"]])
def test_a_counter_that_somebody_spoilt_still_counts_and_leaves_redis_in_use(redis, foreign, caplog):
    spoilt = f"spoilt by {foreign}"
    name = written(f"limit:{hashlib.sha256(spoilt.encode()).hexdigest()}:30000000")
    redis.rpush(name, *foreign) if isinstance(foreign, list) else redis.set(name, foreign)

    assert [seconds_to_wait(spoilt, 2) for _ in range(3)] == [None, None, 50]
    assert caplog.records == []
