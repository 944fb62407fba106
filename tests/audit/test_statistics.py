from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from audit.actors import Actor
from audit.errors import NotPermitted
from audit.models import AuditLog
from audit.statistics import DAYS, activity_per_day, calls_per_hour
from audit.vocabulary import Action, Channel
from console.chart import HEIGHT, sparklines, table_rows, width_of
from tests.audit.factories import make_record

TODAY = date(2026, 8, 22)
ADMIN = Actor("ann@acme.example.com", "acme", Channel.PAGE, role="admin", permitted=frozenset({Action.AUDIT_LIST}))


def calls_per_day(actor: Actor, today: date, **options) -> dict[date, dict]:
    return {day: activity.calls for day, activity in activity_per_day(actor, today, **options).items()}


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _shortly_after_noon(monkeypatch):
    monkeypatch.setattr("audit.statistics.timezone", SimpleNamespace(now=lambda: at(TODAY, 13)))
    monkeypatch.setattr("audit.statistics.COUNTING_SECONDS", 600)  # however busy the machine is


@pytest.mark.django_db
def test_calls_are_counted_by_day_action_and_outcome_within_one_workspace():
    make_record(at(TODAY, 0)), make_record(at(TODAY, 23)), make_record(at(TODAY), outcome="denied")
    make_record(at(TODAY - timedelta(days=DAYS - 1)), action=Action.JIRA_SEARCH)
    make_record(at(TODAY - timedelta(days=DAYS)))
    make_record(at(TODAY), workspace="globex")

    days = calls_per_day(ADMIN, TODAY)

    assert list(days) == [TODAY - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    assert {day: counts for day, counts in days.items() if counts} == {
        TODAY: {("jira.read", "success"): 2, ("jira.read", "denied"): 1},
        TODAY - timedelta(days=DAYS - 1): {("jira.search", "success"): 1},
    }


@pytest.mark.django_db
def test_a_day_that_is_over_is_counted_once(django_assert_num_queries):
    make_record(at(TODAY - timedelta(days=9)))
    first = calls_per_day(ADMIN, TODAY)

    with django_assert_num_queries(2):  # from the hour before this one on: who called what, and of what
        again = calls_per_day(ADMIN, TODAY)

    assert again == first


@pytest.mark.django_db
def test_what_takes_too_long_to_count_is_left_to_the_next_look(monkeypatch):
    monkeypatch.setattr("audit.statistics.COUNTING_SECONDS", -1)
    make_record(at(TODAY - timedelta(days=1)))

    assert calls_per_day(ADMIN, TODAY) == {TODAY: {}}

    monkeypatch.setattr("audit.statistics.COUNTING_SECONDS", 60)
    assert list(calls_per_day(ADMIN, TODAY, days=2).items()) == [
        (TODAY - timedelta(days=1), {("jira.read", "success"): 1}),
        (TODAY, {}),
    ]


@pytest.mark.django_db
def test_today_is_counted_anew():
    calls_per_day(ADMIN, TODAY)
    make_record(at(TODAY))

    assert calls_per_day(ADMIN, TODAY)[TODAY] == {("jira.read", "success"): 1}


@pytest.mark.django_db
def test_of_today_only_the_hours_that_are_not_over_are_counted_anew():
    make_record(at(TODAY, 3))
    calls_per_day(ADMIN, TODAY)
    make_record(at(TODAY, 3)), make_record(at(TODAY, 13))

    assert calls_per_day(ADMIN, TODAY)[TODAY] == {("jira.read", "success"): 2}  # nobody writes at three any more


@pytest.mark.django_db
def test_the_hours_that_the_days_counted_are_not_counted_again(django_assert_num_queries):
    make_record(at(TODAY, 3)), make_record(at(TODAY - timedelta(days=1), 3), action=Action.JIRA_SEARCH)
    make_record(at(TODAY, 3), action=Action.MEMBER_ADD)
    activity_per_day(ADMIN, TODAY)

    with django_assert_num_queries(4):  # this hour and the one before
        hours = calls_per_hour(ADMIN, at(TODAY, 13), hours=38)

    assert (len(hours), min(hours)) == (38, at(TODAY - timedelta(days=1), 0))
    assert {hour: calls for hour, calls in hours.items() if calls} == {
        at(TODAY - timedelta(days=1), 3): 1,
        at(TODAY, 3): 1,
    }


@pytest.mark.django_db
def test_who_may_not_see_the_log_sees_no_numbers_of_it_either():
    with pytest.raises(NotPermitted):
        calls_per_day(Actor("bob@acme.example.com", "acme", Channel.PAGE), TODAY)

    assert AuditLog.objects.get().outcome == "denied"


def test_what_is_too_rare_for_a_bar_is_a_mark_that_says_some():
    days = {
        TODAY - timedelta(days=1): {("jira.read", "success"): 100_000, ("jira.read", "failed"): 1},
        TODAY: {("jira.read", "denied"): 1, ("jira.search", "success"): 5},
    }

    read, search = sparklines(days)

    assert (read.action, read.calls, read.denied, read.failed) == ("jira.read", 100_002, 1, 1)
    assert (search.action, search.calls) == ("jira.search", 5)
    assert [bar.outcome for bar in read.bars] == ["success", "failed some", "denied some"]
    assert all(float(bar.y) >= 0 and float(bar.y) + float(bar.height) <= HEIGHT for bar in (*read.bars, *search.bars))
    assert {bar.height for bar in read.bars[1:]} == {"1.5"}  # a mark, not a height
    assert float(read.bars[0].height) == pytest.approx(HEIGHT, abs=0.1)


def test_the_height_of_a_bar_is_in_proportion():
    (read,) = sparklines(
        {TODAY: {("jira.read", "success"): 100}, TODAY - timedelta(days=1): {("jira.read", "failed"): 25}}
    )

    whole, quarter = (float(bar.height) for bar in read.bars)
    assert whole == 4 * quarter


def test_bars_stay_within_the_strip():
    days = {TODAY: {("jira.read", "success"): 5, ("jira.read", "denied"): 2}}
    (read,) = sparklines(days)

    assert max(bar.x for bar in read.bars) < width_of(days)


def test_an_empty_log_has_no_strip():
    assert sparklines({TODAY: {}}) == []


def test_the_table_says_the_same_as_the_bars_newest_day_first():
    days = {TODAY - timedelta(days=1): {("a.b", "success"): 2}, TODAY: {("a.b", "failed"): 1}}

    rows = [(row["day"], row["outcome"], row["calls"]) for row in table_rows(days)]

    assert rows == [(TODAY, "failed", 1), (TODAY - timedelta(days=1), "success", 2)]
