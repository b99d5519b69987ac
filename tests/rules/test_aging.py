"""Episodes of rolling datasets: since when the data are CURRENT, or too old."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.rules.aging import aging, opening_bounds
from catalog.rules.errors import Unscheduled
from catalog.rules.rolling import Reading, rolling_headline
from catalog.rules.terms import Cadence, Headline
from tests.rules.story import promised, wib

C = Cadence
HOUR = timedelta(hours=1)
AGREED = wib("2025-03-01 00:00")
DAILY, HOURLY = promised(C.HARIAN), promised(C.PER_JAM)


def read(seen, newest):
    """A look at `seen` that found data up to `newest`; None for rows without a time."""
    return Reading(wib(seen), wib(newest) if newest else None)


def episode(now, *readings, calendar, promise=DAILY):
    """(is CURRENT, since) at `now`, for a promise agreed on 1 March 2025."""
    found = aging(promise, readings, wib(now), calendar, AGREED)
    return found.is_current, found.since


#: Daily data are CURRENT for 36 hours, in GRACE for 12 more.
MONDAY = read("2025-03-10 08:00", "2025-03-10 00:00")  # CURRENT until the 11th, 12:00
BEHIND = read("2025-03-13 08:00", "2025-03-11 00:00")  # too old already when it was seen
FRESH = read("2025-03-14 08:00", "2025-03-14 00:00")  # CURRENT until the 15th, 12:00


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-03-10 08:00", (True, "2025-03-10 08:00")),
        ("2025-03-11 12:00", (True, "2025-03-10 08:00")),
        ("2025-03-11 12:01", (False, "2025-03-11 12:00")),
        ("2025-03-13 09:00", (False, "2025-03-11 12:00")),
        ("2025-03-14 07:59", (False, "2025-03-11 12:00")),
        ("2025-03-14 08:00", (True, "2025-03-14 08:00")),
        ("2025-03-20 00:00", (False, "2025-03-15 12:00")),
    ],
)
def test_an_episode_begins_when_the_data_were_last_current(now, expected, wib_calendar):
    """New rows that are too old themselves end no episode; the one of the 13th is such."""
    found = episode(now, MONDAY, BEHIND, FRESH, calendar=wib_calendar)
    assert found == (expected[0], wib(expected[1]))


def test_data_that_are_withdrawn_grow_old_when_that_is_seen(wib_calendar):
    back = read("2025-03-14 20:00", "2025-03-09 00:00")
    found = episode("2025-03-15 00:00", MONDAY, FRESH, back, calendar=wib_calendar)
    assert found == (False, wib("2025-03-14 20:00"))


def test_looks_in_between_that_find_fresh_data_make_one_stretch(wib_calendar):
    daily = [read(f"2025-03-{d} 08:00", f"2025-03-{d} 00:00") for d in (10, 11, 12, 13)]
    found = episode("2025-03-13 20:00", *daily, calendar=wib_calendar)
    assert found == (True, wib("2025-03-10 08:00"))
    del daily[1]  # nothing was seen of the 11th: the data of the 10th grew old at noon
    found = episode("2025-03-13 20:00", *daily, calendar=wib_calendar)
    assert found == (True, wib("2025-03-12 08:00"))


@pytest.mark.parametrize(
    ("readings", "newest"),
    [
        ((), None),
        ((read("2025-03-13 08:00", None),), None),
        ((read("2025-03-13 08:00", "2025-03-02 00:00"),), "2025-03-02 00:00"),
    ],
)
def test_what_was_never_current_has_no_beginning(readings, newest, wib_calendar):
    found = aging(DAILY, readings, wib("2025-03-14 00:00"), wib_calendar, AGREED)
    assert (found.is_current, found.since) == (False, None)
    assert found.newest_at == (wib(newest) if newest else None)
    assert found.bounds.current == (wib(newest) if newest else AGREED) + 36 * HOUR
    assert found.lasts_from(wib("2025-03-01 00:00"))


def test_an_episode_lasts_from_every_instant_after_its_beginning(wib_calendar):
    found = aging(DAILY, [MONDAY], wib("2025-03-13 00:00"), wib_calendar, AGREED)
    assert not found.lasts_from(wib("2025-03-11 11:59"))
    assert found.lasts_from(wib("2025-03-11 12:00"))
    fresh = aging(DAILY, [MONDAY], wib("2025-03-11 00:00"), wib_calendar, AGREED)
    assert not fresh.lasts_from(wib("2025-03-11 00:00"))


def test_working_day_data_grow_old_at_the_end_of_a_working_day(wib_calendar):
    """Friday 9 May 2025; Monday and Tuesday are off: CURRENT to the end of Wednesday the 14th."""
    friday = read("2025-05-09 15:00", "2025-05-09 00:00")
    promise = promised(C.HARIAN_KERJA)
    found = aging(promise, [friday], wib("2025-05-16 00:00"), wib_calendar, AGREED)
    assert found.since == wib("2025-05-15 00:00") - timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("at", "readings", "newest"),
    [
        ("2025-03-12 00:00", (MONDAY, FRESH), "2025-03-10 00:00"),
        ("2025-03-09 00:00", (MONDAY, FRESH), "2025-03-10 00:00"),
        ("2025-03-09 00:00", (), None),
    ],
)
def test_what_a_dataset_held_first_it_held_when_it_was_loaded(at, readings, newest, wib_calendar):
    bounds = opening_bounds(DAILY, readings, wib(at), wib_calendar, AGREED)
    assert bounds.current == (wib(newest) if newest else AGREED) + 36 * HOUR


def test_data_with_periods_have_no_episodes(wib_calendar):
    with pytest.raises(Unscheduled):
        aging(promised(C.BULANAN), [], AGREED, wib_calendar, AGREED)


_HISTORY = st.lists(st.tuples(st.integers(0, 400), st.integers(-30, 60)), max_size=12)


@settings(max_examples=150, deadline=None)
@given(history=_HISTORY, now=st.integers(0, 420), later=st.integers(0, 60))
def test_an_episode_agrees_with_the_headline_and_keeps_its_beginning(
    history, now, later, wib_calendar
):
    """CURRENT is what the headline says; while nothing new is seen an episode stays the same."""
    readings = [
        Reading(AGREED + seen * HOUR, AGREED + (seen - age) * HOUR) for seen, age in history
    ]
    at = AGREED + now * HOUR
    found = aging(HOURLY, readings, at, wib_calendar, AGREED)
    headline = rolling_headline(HOURLY, readings, at, at, wib_calendar, AGREED)
    assert found.is_current == (headline is Headline.CURRENT)
    assert found.since is None or found.since <= at
    known = [r for r in readings if r.seen_at <= at]
    again = aging(HOURLY, known, at + later * HOUR, wib_calendar, AGREED)
    if not found.is_current:
        assert (again.is_current, again.since) == (False, found.since)
    elif again.is_current:
        assert again.since == found.since
    else:
        assert again.since == found.bounds.current
