from types import SimpleNamespace

import pytest
from django.core.cache import cache

from atlassian.upstream import remembered
from atlassian.upstream.remembered import MAX_WRITTEN, WRITTEN_AGAIN_AFTER, remember


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    clock = SimpleNamespace(now=1_000.0)
    monkeypatch.setattr(remembered, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


@pytest.fixture
def written(monkeypatch) -> list[dict[str, str]]:
    """What went to the cache, write by write."""
    writes: list[dict[str, str]] = []
    monkeypatch.setattr(remembered.cache, "set_many", lambda values, ttl: writes.append(values))
    return writes


def test_what_is_remembered_is_in_the_cache():
    remember({"name:1": "Ada"}, 60)

    assert cache.get("name:1") == "Ada"


def test_what_was_written_a_moment_ago_is_not_written_again(clock, written):
    remember({"name:1": "Ada"}, 60)
    clock.now += WRITTEN_AGAIN_AFTER - 1
    remember({"name:1": "Ada", "name:2": "Bo"}, 60)
    remember({"name:1": "Ada", "name:2": "Bo"}, 60)

    assert written == [{"name:1": "Ada"}, {"name:2": "Bo"}]


def test_a_name_that_changed_is_written_at_once(clock, written):
    remember({"name:1": "Ada"}, 60)
    remember({"name:1": "Ada Lindqvist"}, 60)

    assert written[-1] == {"name:1": "Ada Lindqvist"}


def test_after_five_minutes_it_is_written_again(clock, written):
    remember({"name:1": "Ada"}, 60)
    clock.now += WRITTEN_AGAIN_AFTER
    remember({"name:1": "Ada"}, 60)

    assert written == [{"name:1": "Ada"}] * 2


def test_it_is_bounded_how_much_is_known_to_be_written(clock, written):
    for number in range(3 * MAX_WRITTEN):
        remember({f"name:{number}": "Ada"}, 60)

    assert len(remembered._written) <= MAX_WRITTEN + 1
