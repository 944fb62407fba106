from types import SimpleNamespace

from audit.limits import seconds_to_wait


def test_calls_are_counted_by_name_and_anew_each_minute(monkeypatch):
    counted = [seconds_to_wait("ann's laptop", 2) for _ in range(3)]
    of_another = seconds_to_wait("ben's laptop", 2)
    monkeypatch.setattr("audit.limits.time", SimpleNamespace(time=lambda: 1_800_000_060.0))

    assert (counted, of_another) == ([None, None, 50], None)
    assert seconds_to_wait("ann's laptop", 2) is None
