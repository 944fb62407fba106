from types import SimpleNamespace

import pytest

from audit.limits import seconds_to_wait


@pytest.fixture
def cache_away(monkeypatch):
    def away(*args, **kwargs):
        raise ValueError

    monkeypatch.setattr("audit.limits.cache", SimpleNamespace(add=lambda *args, **kwargs: False, incr=away))


def test_without_the_shared_cache_each_process_counts_for_itself(cache_away, monkeypatch):
    counted = [seconds_to_wait("ann's tablet", 2) for _ in range(3)]
    monkeypatch.setattr("audit.limits.time", SimpleNamespace(time=lambda: 1_800_000_060.0))

    assert counted == [None, None, 50]
    assert seconds_to_wait("ann's tablet", 2) is None


def test_calls_are_counted_by_name_and_anew_each_minute(monkeypatch):
    counted = [seconds_to_wait("ann's laptop", 2) for _ in range(3)]
    of_another = seconds_to_wait("ben's laptop", 2)
    monkeypatch.setattr("audit.limits.time", SimpleNamespace(time=lambda: 1_800_000_060.0))

    assert (counted, of_another) == ([None, None, 50], None)
    assert seconds_to_wait("ann's laptop", 2) is None
