"""Rolling datasets: age instead of periods."""

from datetime import date, timedelta

import pytest

from catalog.rules.conclusive import CheckFact
from catalog.rules.errors import Unscheduled
from catalog.rules.rolling import (
    Reading,
    Watch,
    rolling_days,
    rolling_headline,
    rolling_score,
)
from catalog.rules.terms import Cadence, Headline, Outcome
from tests.rules.story import promised, wib

C, H = Cadence, Headline
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
NEWEST = wib("2025-03-10 06:00")


def at_age(cadence, age, calendar, conclusive=True):
    """The headline when the newest time in the data is `age` old."""
    now = NEWEST + age
    reading = Reading(NEWEST, NEWEST)
    proof = now if conclusive else NEWEST
    return rolling_headline(promised(cadence), [reading], proof, now, calendar)


@pytest.mark.parametrize(
    ("cadence", "age", "expected"),
    [
        (C.HARIAN, 36 * HOUR, H.CURRENT),
        (C.HARIAN, 36 * HOUR + SECOND, H.GRACE),
        (C.HARIAN, 48 * HOUR, H.GRACE),
        (C.HARIAN, 48 * HOUR + SECOND, H.LATE),
        (C.HARIAN, 156 * HOUR, H.LATE),
        (C.HARIAN, 156 * HOUR + SECOND, H.ARREARS),
        (C.PER_JAM, 2 * HOUR, H.CURRENT),
        (C.PER_JAM, 2 * HOUR + SECOND, H.GRACE),
        (C.PER_JAM, 4 * HOUR, H.GRACE),
        (C.PER_JAM, 4 * HOUR + SECOND, H.LATE),
        (C.PER_JAM, 26 * HOUR + SECOND, H.ARREARS),
    ],
)
def test_the_age_of_the_newest_time_rules_the_headline(cadence, age, expected, wib_calendar):
    assert at_age(cadence, age, wib_calendar) is expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-05-09 23:59", H.CURRENT),  # the Friday of the data itself
        ("2025-05-14 23:59", H.CURRENT),  # the first working day after a long weekend
        ("2025-05-15 00:00", H.GRACE),
        ("2025-05-15 23:59", H.GRACE),
        ("2025-05-16 00:00", H.LATE),
        ("2025-05-21 23:59", H.LATE),
        ("2025-05-22 00:00", H.ARREARS),
    ],
)
def test_working_day_data_ages_by_working_days_alone(now, expected, wib_calendar):
    reading = Reading(wib("2025-05-09 15:00"), wib("2025-05-09 00:00"))
    at = wib(now)
    assert rolling_headline(promised(C.HARIAN_KERJA), [reading], at, at, wib_calendar) is expected


def test_without_a_conclusive_check_after_the_bound_nothing_is_late(wib_calendar):
    assert at_age(C.HARIAN, 60 * HOUR, wib_calendar, conclusive=False) is H.UNOBSERVED
    assert at_age(C.HARIAN, 40 * HOUR, wib_calendar, conclusive=False) is H.GRACE
    reading = Reading(NEWEST, NEWEST)
    now, proof = NEWEST + 200 * HOUR, NEWEST + 60 * HOUR
    assert rolling_headline(promised(C.HARIAN), [reading], proof, now, wib_calendar) is H.LATE


def test_the_latest_reading_counts_and_none_from_the_future(wib_calendar):
    now = NEWEST + 72 * HOUR
    promise = promised(C.HARIAN)
    older, newer = Reading(NEWEST, NEWEST), Reading(now - HOUR, now - 20 * HOUR)
    unseen = Reading(now + HOUR, now)
    assert rolling_headline(promise, [newer, older], now, now, wib_calendar) is H.CURRENT
    assert rolling_headline(promise, [older, unseen], now, now, wib_calendar) is H.LATE
    withdrawn = Reading(now - HOUR, NEWEST)
    early = Reading(now - 2 * HOUR, now - 20 * HOUR)
    assert rolling_headline(promise, [early, withdrawn], now, now, wib_calendar) is H.LATE


def test_without_any_reading_it_is_unobserved_or_ages_from_the_agreement(wib_calendar):
    promise = promised(C.HARIAN)
    now = wib("2025-03-20 00:00")
    assert rolling_headline(promise, [], now, now, wib_calendar) is H.UNOBSERVED
    agreed = now - 20 * HOUR
    assert rolling_headline(promise, [], now, now, wib_calendar, agreed) is H.NEW
    agreed = now - 400 * HOUR
    assert rolling_headline(promise, [], now, now, wib_calendar, agreed) is H.ARREARS
    assert rolling_headline(promise, [], None, now, wib_calendar, agreed) is H.UNOBSERVED


def test_an_unpublished_or_unread_promise_keeps_its_own_headline(wib_calendar):
    now = NEWEST
    for text, expected in (("Tidak dipublikasikan", H.UNPUBLISHED), ("***", H.UNPARSED_SCHEDULE)):
        found = rolling_headline(promised(C.HARIAN, text), [], now, now, wib_calendar)
        assert found is expected


def test_data_with_periods_has_no_age(wib_calendar):
    with pytest.raises(Unscheduled, match="bulanan"):
        rolling_headline(promised(C.BULANAN), [], None, NEWEST, wib_calendar)


# --- score ------------------------------------------------------------------------------

NOW = wib("2025-05-01 00:00")
BEGIN = NOW - 720 * HOUR


def hourly(*, without=range(0)):
    """A complete answer every hour of the window, except in some hours."""
    return [CheckFact(BEGIN + i * HOUR, Outcome.COMPLETE) for i in range(721) if i not in without]


def fresh_except(stale):
    """A reading an hour: always new, but standing still in some hours."""
    readings, newest = [], BEGIN
    for i in range(721):
        at = BEGIN + i * HOUR
        newest = newest if i in stale else at
        readings.append(Reading(at, newest))
    return readings


def test_an_always_fresh_feed_scores_one(wib_calendar):
    found = rolling_score(
        promised(C.PER_JAM), [Watch(fresh_except([]), hourly())], NOW, wib_calendar
    )
    assert found == 1.0


def test_six_blind_hours_and_eleven_stale_ones_give_703_of_714(wib_calendar):
    # Nothing new in the hours 101 to 112: stale from 102 until the look at 113 shows new data
    # again. Nobody looked between the hours 400 and 406.
    promise = promised(C.PER_JAM)
    readings = fresh_except(range(101, 113))
    facts = hourly(without=range(401, 406))
    readings = [r for r in readings if not BEGIN + 400 * HOUR < r.seen_at < BEGIN + 406 * HOUR]
    found = rolling_score(promise, [Watch(readings, facts)], NOW, wib_calendar)
    assert found == pytest.approx(703 / 714)


def test_a_dead_source_stays_observed_through_its_back_off(wib_calendar):
    readings = [Reading(BEGIN, BEGIN)]
    facts = [CheckFact(BEGIN, Outcome.COMPLETE)]
    facts += [CheckFact(BEGIN + (1 + 24 * i) * HOUR, Outcome.SOURCE_FAILED) for i in range(30)]
    found = rolling_score(promised(C.HARIAN), [Watch(readings, facts)], NOW, wib_calendar)
    # Two failures a day apart are conclusive: 36 of the 720 hours were fresh.
    assert found == pytest.approx(36 / 720)


def test_nothing_observed_is_no_score(wib_calendar):
    promise = promised(C.HARIAN)
    assert rolling_score(promise, [Watch([], [])], NOW, wib_calendar) is None
    ours = [CheckFact(NOW - HOUR, Outcome.OUR_FAULT)]
    assert rolling_score(promise, [Watch([], ours)], NOW, wib_calendar) is None
    never = rolling_score(promise, [Watch([], hourly())], NOW, wib_calendar)
    assert never == 0.0


def test_the_bar_has_thirty_local_days_the_last_of_them_now(wib_calendar):
    promise = promised(C.HARIAN)
    now = wib("2025-04-30 08:00")
    newest = wib("2025-04-20 00:00")
    facts = [
        CheckFact(wib("2025-04-01 09:00") + 24 * i * HOUR, Outcome.COMPLETE) for i in range(30)
    ]
    days = rolling_days(promise, [Watch([Reading(newest, newest)], facts)], now, wib_calendar)
    assert [d.on for d in days] == [date(2025, 4, 1) + timedelta(days=i) for i in range(30)]
    shown = {d.on.day: d.headline for d in days}
    assert shown[19] is H.UNOBSERVED
    assert shown[20] is H.CURRENT
    assert shown[21] is H.GRACE  # 48 hours at the end of the day
    assert shown[22] is H.LATE
    assert shown[26] is H.LATE
    assert shown[27] is H.ARREARS
    assert shown[30] is H.ARREARS
