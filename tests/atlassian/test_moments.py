import pytest

from atlassian.moments import day, in_utc, instant, minute


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-11-18T15:22:40.000+0900", "2026-11-18 06:22 UTC"),
        ("2026-11-18T15:22:40.000Z", "2026-11-18 15:22 UTC"),
        ("2026-11-18T23:30:00-08:00", "2026-11-19 07:30 UTC"),
        ("2026-11-18T15:22:40", "2026-11-18 15:22"),
        ("2026-11-18", "2026-11-18"),
        ("soon\n# x", "soon # x"),
        ("9999-12-31T23:59:59-0100", "9999-12-31T23:59:59-0100"),
        ("", ""),
    ],
)
def test_a_moment_is_shown_to_the_minute_in_utc_and_a_date_as_a_date(given, shown):
    assert minute(given) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-11-18T23:30:00-08:00", "2026-11-19"),
        ("2026-11-18T01:00:00", "2026-11-18"),
        ("2026-11-18", "2026-11-18"),
    ],
)
def test_a_day_is_the_day_in_utc(given, shown):
    assert day(given) == shown


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        ("2026-11-18T15:22:40.512+0000", "2026-11-18T15:22:40.512+0000"),
        ("2026-11-18T15:22:40.512Z", "2026-11-18T15:22:40.512Z"),
        ("2026-11-18T15:22:40.512+0900", "2026-11-18T06:22:40.512Z"),
        ("2026-11-18", "2026-11-18"),
        ("soon", "soon"),
    ],
)
def test_json_holds_utc_and_what_is_utc_already_is_left_alone(given, answered):
    assert in_utc(given) == answered


def test_moments_of_different_zones_sort_by_when_they_were():
    earlier, later = "2026-10-25T02:50:00.000+0200", "2026-10-25T02:10:00.000+0100"

    assert instant("no moment") < instant(earlier) < instant(later)
