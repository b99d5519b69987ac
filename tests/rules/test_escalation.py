"""Whom to tell, when, and when to hold back."""

from datetime import date, timedelta

import pytest

from catalog.rules.aging import aging
from catalog.rules.escalation import (
    Answer,
    age_level,
    age_telling,
    copied,
    digest_at,
    eta_limit,
    fallback,
    is_eta_allowed,
    is_on_monthly_list,
    level,
    level_with_answer,
    must_hold,
    opening_age_level,
    opening_level,
    recipients,
    telling,
)
from catalog.rules.obligations import judge
from catalog.rules.rolling import Reading, rolling_headline
from catalog.rules.terms import Cadence, Role
from tests.rules.story import fulfilled, owed, promised, wib

C = Cadence
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def march(calendar, now, closing=None, conclusive_at=None):
    """Monthly 2025-03 judged at `now`: due 10 April, grace to the 17th, arrears 25 May."""
    return judge(owed(C.BULANAN, "2025-03", calendar), closing, conclusive_at or now, now)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-03-20 00:00", 0),
        ("2025-04-03 00:00", 0),
        ("2025-04-06 00:00", 1),
        ("2025-04-11 00:00", 2),
        ("2025-04-17 23:59:59", 2),
        ("2025-04-18 00:00", 3),
        ("2025-05-06 23:59:59", 3),
        ("2025-05-07 00:00", 4),
        ("2025-05-25 23:59:59", 4),
        ("2025-05-26 00:00", 5),
    ],
)
def test_the_level_rises_with_the_state_and_once_more_half_way_to_arrears(
    now, expected, wib_calendar
):
    assert level(march(wib_calendar, wib(now)), wib(now)) == expected


def test_what_is_closed_or_unobserved_reproaches_nobody(wib_calendar):
    now = wib("2025-06-30 00:00")
    assert level(march(wib_calendar, now, fulfilled(now)), now) == 0
    blind = march(wib_calendar, now, conclusive_at=wib("2025-04-01 00:00"))
    assert level(blind, now) == 0


def test_every_level_adds_recipients_and_the_walidata_gets_a_copy():
    operator, bidang, opd = Role.OPERATOR, Role.KEPALA_BIDANG, Role.KEPALA_OPD
    assert recipients(0) == ()
    assert recipients(1) == recipients(2) == (operator,)
    assert recipients(3) == (operator, bidang)
    assert recipients(4) == recipients(5) == (operator, bidang, opd, Role.WALIDATA)
    assert copied(3) == ()
    assert copied(4) == copied(5) == (Role.WALIDATA,)
    assert [is_on_monthly_list(n) for n in range(6)] == [False] * 5 + [True]
    assert Role.PIMPINAN not in {role for n in range(6) for role in recipients(n)}


def test_a_bounced_address_falls_back_to_the_next_role_up():
    assert fallback(Role.OPERATOR) is Role.KEPALA_BIDANG
    assert fallback(Role.KEPALA_BIDANG) is Role.KEPALA_OPD
    assert fallback(Role.KEPALA_OPD) is Role.WALIDATA


def told(calendar, now, announced, last_told_at=None, answers=()):
    """What to tell about March at `now`."""
    return telling(march(calendar, now), announced, last_told_at, answers, now, calendar)


def test_a_level_is_announced_once_however_many_runs_were_missed(wib_calendar):
    now = wib("2025-05-30 09:00")
    jump = told(wib_calendar, now, announced=0)
    assert (jump.level, jump.is_announcement, jump.is_nag) == (5, True, False)
    assert told(wib_calendar, now, announced=5, last_told_at=now - DAY).is_silent


def test_a_nag_comes_every_week_from_level_three_on(wib_calendar):
    now = wib("2025-04-28 09:00")
    for waited, nag in ((7 * DAY - SECOND, False), (7 * DAY, True), (8 * DAY, True)):
        found = told(wib_calendar, now, announced=3, last_told_at=now - waited)
        assert found.is_nag is nag
    grace = wib("2025-04-15 09:00")
    assert told(wib_calendar, grace, announced=2, last_told_at=grace - 9 * DAY).is_silent


def test_an_eta_silences_nags_at_level_three_until_its_day_is_over(wib_calendar):
    answers = [Answer(wib("2025-04-20 09:00"), date(2025, 4, 30))]
    during, after = wib("2025-04-30 23:59"), wib("2025-05-01 00:00")
    quiet = told(wib_calendar, during, 3, during - 8 * DAY, answers)
    assert quiet.is_silent
    broken = told(wib_calendar, after, 3, after - 8 * DAY, answers)
    assert (broken.level, broken.is_announcement) == (4, True)


def test_an_eta_does_not_silence_what_is_past_half_way(wib_calendar):
    now = wib("2025-05-10 09:00")
    answers = [Answer(now - DAY, date(2025, 5, 20))]
    assert told(wib_calendar, now, 4, now - 8 * DAY, answers).is_nag


def test_a_broken_eta_raises_by_one_and_never_beyond_five(wib_calendar):
    answers = [Answer(wib("2025-04-20 09:00"), date(2025, 4, 22))]
    for now, expected in (
        (wib("2025-04-22 23:59"), 3),
        (wib("2025-04-23 00:00"), 4),
        (wib("2025-05-10 00:00"), 5),
        (wib("2025-06-10 00:00"), 5),
    ):
        assert level_with_answer(march(wib_calendar, now), answers, now, wib_calendar) == expected
    closed = march(wib_calendar, now, fulfilled(now))
    assert level_with_answer(closed, answers, now, wib_calendar) == 0


def test_one_recovery_note_follows_a_release_that_somebody_was_warned_about(wib_calendar):
    now = wib("2025-04-20 00:00")
    closed = march(wib_calendar, now, fulfilled(now))
    assert telling(closed, 3, now - DAY, [], now, wib_calendar).is_recovery
    assert telling(closed, 0, None, [], now, wib_calendar).is_silent


def test_the_first_load_of_an_old_backlog_starts_from_the_present_level(wib_calendar):
    now = wib("2025-05-30 09:00")
    judged = march(wib_calendar, now)
    start = opening_level(judged, now)
    assert start == 5
    assert telling(judged, start, now, [], now, wib_calendar).is_silent


# --- rolling data -----------------------------------------------------------------------

#: Daily data of Monday: CURRENT to Tuesday noon, GRACE to midnight, ARREARS from Sunday noon.
NEWEST = wib("2025-03-10 00:00")


def age_at(now, calendar, seen=None, cadence=C.HARIAN):
    """The level at `now` of data whose newest time is Monday; the last look was `seen`."""
    promise, reading = promised(cadence), Reading(NEWEST, NEWEST)
    looked_at = wib(seen) if seen else wib(now)
    headline = rolling_headline(promise, [reading], looked_at, wib(now), calendar)
    found = aging(promise, [reading], wib(now), calendar, NEWEST)
    return age_level(headline, found, looked_at)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-03-11 12:00", 0),
        ("2025-03-11 12:00:01", 2),
        ("2025-03-12 00:00", 2),
        ("2025-03-12 00:00:01", 3),
        ("2025-03-16 12:00", 3),
        ("2025-03-16 12:00:01", 5),
        ("2025-09-01 00:00", 5),
    ],
)
def test_the_level_of_rolling_data_rises_with_their_age(now, expected, wib_calendar):
    assert age_at(now, wib_calendar) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-03-11 23:59:59", 0),
        ("2025-03-12 00:00", 2),
        ("2025-03-13 00:00", 3),
        ("2025-03-18 23:59:59", 3),
        ("2025-03-19 00:00", 5),
    ],
)
def test_the_level_of_working_day_data_rises_at_midnights(now, expected, wib_calendar):
    assert age_at(now, wib_calendar, cadence=C.HARIAN_KERJA) == expected


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ("2025-03-11 12:00", 0),
        ("2025-03-11 12:01", 0),
        ("2025-03-12 00:01", 3),
        ("2025-03-16 12:01", 5),
    ],
)
def test_data_that_nobody_looked_at_since_reproach_nobody(seen, expected, wib_calendar):
    """A week later the level is no worse than the last look proves."""
    assert age_at("2025-03-17 00:00", wib_calendar, seen) == expected


def test_a_grace_that_we_did_not_see_is_no_reproach_either(wib_calendar):
    assert age_at("2025-03-11 20:00", wib_calendar, seen="2025-03-11 12:00") == 0
    assert age_at("2025-03-11 20:00", wib_calendar, seen="2025-03-11 19:00") == 2


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2025-03-11 12:00", 0),
        ("2025-03-12 00:00", 2),
        ("2025-03-16 12:00", 3),
        ("2025-03-16 12:01", 5),
    ],
)
def test_old_data_start_from_the_level_they_had_when_loaded(at, expected, wib_calendar):
    bounds = aging(promised(C.HARIAN), [], wib(at), wib_calendar, NEWEST).bounds
    assert opening_age_level(bounds, wib(at)) == expected


def test_an_episode_is_told_by_the_rules_of_obligations(wib_calendar):
    now = wib("2025-03-20 09:00")

    def tell(found, announced, waited=DAY, answers=()):
        return age_telling(found, announced, now - waited, answers, now, wib_calendar)

    assert tell(3, 0).is_announcement
    assert tell(5, 3).is_announcement
    assert tell(3, 3).is_silent
    assert tell(3, 3, 7 * DAY).is_nag
    assert tell(2, 2, 9 * DAY).is_silent
    promised_for_today = [Answer(now - DAY, date(2025, 3, 20))]
    assert tell(3, 3, 8 * DAY, promised_for_today).is_silent
    assert tell(5, 5, 8 * DAY, promised_for_today).is_nag
    broken = [Answer(now - 3 * DAY, date(2025, 3, 19))]
    assert tell(3, 3, DAY, broken).level == 4
    assert tell(0, 3, DAY, broken).level == 0


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-04-10 07:59:59", "2025-04-10 08:00"),
        ("2025-04-10 08:00", "2025-04-10 08:00"),
        ("2025-04-10 08:00:01", "2025-04-11 08:00"),
        ("2025-04-17 09:00", "2025-04-21 08:00"),
        ("2025-04-19 01:00", "2025-04-21 08:00"),
    ],
)
def test_the_digest_goes_out_at_eight_local_on_a_working_day(now, expected, wib_calendar):
    assert digest_at(wib(now), wib_calendar) == wib(expected)


def test_the_digest_of_balikpapan_goes_out_an_hour_before_that_of_batu(wib_calendar, wita_calendar):
    now = wib("2025-04-10 00:30")
    assert digest_at(now, wib_calendar) - digest_at(now, wita_calendar) == timedelta(hours=1)


def test_an_eta_lies_within_fourteen_days_or_half_a_period(wib_calendar):
    now = wib("2025-06-01 09:00")
    year = owed(C.TAHUNAN, "2024", wib_calendar)
    assert eta_limit(year, now) == now + 14 * DAY
    week = owed(C.MINGGUAN, "2025-W07", wib_calendar)
    assert eta_limit(week, now) == now + 3.5 * DAY
    for day, allowed in ((31, False), (1, True), (15, True), (16, False)):
        on = date(2025, 5, 31) if day == 31 else date(2025, 6, day)
        assert is_eta_allowed(year, on, 0, now, wib_calendar) is allowed
        assert is_eta_allowed(None, on, 0, now, wib_calendar) is allowed
    assert is_eta_allowed(year, date(2025, 6, 10), 1, now, wib_calendar)
    assert not is_eta_allowed(year, date(2025, 6, 10), 2, now, wib_calendar)


@pytest.mark.parametrize(
    ("n_datasets", "n_worsened", "held"),
    [(19, 19, False), (20, 4, False), (20, 5, True), (100, 20, False), (100, 21, True)],
)
def test_messages_are_held_when_more_than_a_fifth_worsens_at_once(n_datasets, n_worsened, held):
    assert must_hold(n_datasets, n_worsened, n_datasets, n_datasets) is held


@pytest.mark.parametrize(("now", "held"), [(98, False), (97, True), (100, False), (120, False)])
def test_messages_are_held_when_the_catalogue_shrinks_by_more_than_two_percent(now, held):
    assert must_hold(100, 0, 100, now) is held


def test_an_empty_catalogue_holds_nothing():
    assert not must_hold(0, 0, 0, 0)
