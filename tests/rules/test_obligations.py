"""What is owed, when, and in which state it is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from catalog.rules.calendar import Calendar, Holiday
from catalog.rules.errors import Unscheduled
from catalog.rules.obligations import (
    Closing,
    Judged,
    first_period,
    headline,
    judge,
    missing,
    obligations,
    state,
    timing,
    working_days_late,
)
from catalog.rules.periods import period_of
from catalog.rules.promise import MARGINS
from catalog.rules.terms import Cadence, ClosingKind, Headline, HolidayKind, State, Timing
from tests.rules.holiday_file import shipped_holidays
from tests.rules.story import fulfilled, owed, promised, told, wib

C = Cadence
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("cadence", "label", "due_date", "grace_ends", "arrears_ends"),
    [
        (C.BULANAN, "2025-01", date(2025, 2, 10), date(2025, 2, 17), date(2025, 3, 27)),
        (C.BULANAN, "2025-02", date(2025, 3, 10), date(2025, 3, 17), date(2025, 4, 24)),
        (C.BULANAN, "2025-03", date(2025, 4, 10), date(2025, 4, 17), date(2025, 5, 25)),
        (C.BULANAN, "2025-04", date(2025, 5, 14), date(2025, 5, 21), date(2025, 6, 28)),
        (C.BULANAN, "2025-05", date(2025, 6, 10), date(2025, 6, 17), date(2025, 7, 25)),
        (C.BULANAN, "2025-06", date(2025, 7, 10), date(2025, 7, 17), date(2025, 8, 24)),
        (C.TRIWULANAN, "2025-Q1", date(2025, 4, 21), date(2025, 4, 30), date(2025, 6, 20)),
        (C.SEMESTERAN, "2025-S1", date(2025, 7, 30), date(2025, 8, 13), date(2025, 10, 28)),
        (C.TAHUNAN, "2024", date(2025, 4, 8), date(2025, 4, 23), date(2025, 9, 5)),
    ],
)
def test_the_bounds_of_2025(cadence, label, due_date, grace_ends, arrears_ends, wib_calendar):
    obligation = owed(cadence, label, wib_calendar)
    assert obligation.due_date == due_date
    assert obligation.due_at == wib_calendar.midnight_after(due_date)
    assert obligation.grace_at == wib_calendar.midnight_after(grace_ends)
    assert obligation.arrears_at == wib_calendar.midnight_after(arrears_ends)


def test_a_lag_of_ten_working_days_after_march_2025_ends_on_22_april(wib_calendar):
    obligation = owed(C.TRIWULANAN, "2025-Q1", wib_calendar, "10 hari kerja")
    assert obligation.due_date == date(2025, 4, 22)


def test_a_release_due_at_new_year_rolls_to_the_first_working_day(wib_calendar):
    # 1 January 2026 is a holiday, Friday the 2nd is not.
    assert owed(C.BULANAN, "2025-12", wib_calendar, "1 hari").due_date == date(2026, 1, 2)


def test_arrears_never_begin_on_the_day_on_which_grace_ends():
    # A long closure pushes the grace of a week beyond its fourteen days of arrears.
    closed = [Holiday(date(2025, 2, 27) + i * DAY, "tutup", HolidayKind.DAERAH) for i in range(40)]
    obligation = owed(C.MINGGUAN, "2025-W08", Calendar.of("Asia/Jakarta", closed))
    assert obligation.arrears_at == obligation.grace_at + DAY


def test_an_obligation_closes_at_the_end_of_its_period_or_when_a_rule_falls_before_it(wib_calendar):
    year = owed(C.TAHUNAN, "2025", wib_calendar)
    assert year.closable_at == wib_calendar.midnight(date(2026, 1, 1))
    early = owed(C.TAHUNAN, "2025", wib_calendar, "November n")
    assert early.due_date == date(2025, 12, 1)
    assert early.closable_at == early.opens_at == wib_calendar.midnight(date(2025, 11, 2))
    school = owed(C.TAHUN_AJARAN, "2025/2026", wib_calendar)
    assert school.closable_at == school.opens_at == wib_calendar.midnight(date(2025, 9, 17))


def test_a_release_due_on_the_last_day_of_the_period_waits_for_its_end(wib_calendar):
    obligation = owed(C.TAHUNAN, "2025", wib_calendar, "Desember n")
    assert obligation.due_date == date(2025, 12, 31)
    assert obligation.closable_at == obligation.due_at == wib_calendar.midnight(date(2026, 1, 1))


def test_an_obligation_never_opens_before_its_period_begins(wib_calendar):
    obligation = owed(C.TAHUNAN, "2025", wib_calendar, "Januari n")
    assert obligation.remind_at > wib_calendar.midnight(date(2025, 1, 1))
    school = owed(C.TAHUN_AJARAN, "2025/2026", wib_calendar, "Juli n")
    assert school.opens_at >= wib_calendar.midnight(date(2025, 7, 1))


def test_of_two_reminders_the_first_rules_the_state(wib_calendar):
    obligation = owed(C.TAHUNAN, "2024", wib_calendar)
    assert MARGINS[C.TAHUNAN].remind_days == (30, 7)
    assert obligation.remind_at == obligation.due_at - 30 * DAY


@pytest.mark.parametrize(
    ("bound", "before", "after"),
    [
        ("opens_at", State.RUNNING, State.OPEN),
        ("remind_at", State.OPEN, State.DUE_SOON),
        ("due_at", State.DUE_SOON, State.GRACE),
        ("grace_at", State.GRACE, State.LATE),
        ("arrears_at", State.LATE, State.ARREARS),
    ],
)
def test_a_state_changes_exactly_at_its_bound(bound, before, after, wib_calendar):
    obligation = owed(C.BULANAN, "2025-03", wib_calendar)
    at = getattr(obligation, bound)
    for now, expected in ((at - SECOND, before), (at, after), (at + SECOND, after)):
        assert state(obligation, None, now, now) is expected


def test_late_needs_a_conclusive_check_at_or_after_the_end_of_grace(wib_calendar):
    o = owed(C.BULANAN, "2025-03", wib_calendar)
    now = o.grace_at + 10 * DAY
    assert state(o, None, None, now) is State.UNOBSERVED
    assert state(o, None, o.grace_at - SECOND, now) is State.UNOBSERVED
    assert state(o, None, o.grace_at, now) is State.LATE


def test_arrears_need_a_conclusive_check_at_or_after_their_bound_and_stay_late_until_then(
    wib_calendar,
):
    o = owed(C.BULANAN, "2025-03", wib_calendar)
    now = o.arrears_at + 10 * DAY
    assert state(o, None, o.arrears_at - SECOND, now) is State.LATE
    assert state(o, None, o.arrears_at, now) is State.ARREARS
    assert state(o, None, None, now) is State.UNOBSERVED


@pytest.mark.parametrize("kind", list(ClosingKind))
def test_a_closed_obligation_stays_closed_whatever_the_clock_says(kind, wib_calendar):
    o = owed(C.BULANAN, "2025-03", wib_calendar)
    closing = Closing(kind, o.closable_at, o.closable_at)
    for now in (o.opens_at, o.grace_at, o.arrears_at + 900 * DAY):
        assert state(o, closing, now, now).value == kind.value


def test_fulfilled_exactly_at_the_end_of_grace_is_late_and_a_second_earlier_is_not(wib_calendar):
    o = owed(C.BULANAN, "2025-03", wib_calendar)
    assert timing(o, fulfilled(o.grace_at - SECOND)) is Timing.ON_TIME
    assert timing(o, fulfilled(o.grace_at)) is Timing.LATE
    assert timing(o, fulfilled(o.grace_at + SECOND)) is Timing.LATE
    assert timing(o, fulfilled(o.grace_at, observed=False)) is Timing.UNOBSERVED


def test_working_days_late_count_from_the_day_after_due_up_to_the_day_of_release(wib_calendar):
    o = owed(C.BULANAN, "2025-03", wib_calendar)  # due Thursday 10 April, Friday 18 is a holiday
    counted = {
        "2025-04-10 23:59": 0,
        "2025-04-11 00:00": 1,
        "2025-04-18 12:00": 5,
        "2025-04-21 00:00": 6,
    }
    for at, n in counted.items():
        assert working_days_late(o, fulfilled(wib(at)), wib("2026-01-01 00:00"), wib_calendar) == n
        assert working_days_late(o, None, wib(at), wib_calendar) == n


@pytest.mark.parametrize(
    ("agreed_on", "label"),
    [
        (date(2025, 2, 10), "2025-01"),
        (date(2025, 2, 11), "2025-02"),
        (date(2025, 2, 9), "2025-01"),
        (date(2025, 1, 1), "2024-12"),
    ],
)
def test_the_first_obligation_is_the_first_due_after_the_start_of_the_day_of_agreement(
    agreed_on, label, wib_calendar
):
    assert first_period(promised(C.BULANAN), agreed_on, wib_calendar).label == label


def test_a_yearly_list_promises_the_releases_of_its_year(wib_calendar):
    agreed_on = date(2025, 1, 1)
    firsts = {
        (C.TAHUNAN, None): "2024",
        (C.TAHUNAN, "Desember n"): "2025",
        (C.BULANAN, "Februari n+1"): "2024-01",
        (C.TAHUN_AJARAN, "Juni n+1"): "2024/2025",
        (C.SEMESTERAN, "Februari dan Agustus"): "2024-S2",
        (C.LIMA_TAHUNAN, None): "2020–2024",
    }
    for (cadence, text), label in firsts.items():
        assert first_period(promised(cadence, text), agreed_on, wib_calendar).label == label


def test_the_ledger_runs_through_the_present_period_with_two_not_yet_due(wib_calendar):
    now = wib("2025-04-15 12:00")
    ledger = obligations(promised(C.BULANAN), date(2025, 1, 1), now, wib_calendar)
    assert [o.period.label for o in ledger] == [
        "2024-12",
        "2025-01",
        "2025-02",
        "2025-03",
        "2025-04",
        "2025-05",
    ]
    longer = obligations(promised(C.BULANAN), date(2025, 1, 1), now, wib_calendar, n_ahead=4)
    assert longer[:6] == ledger
    assert [o.period.label for o in longer[6:]] == ["2025-06", "2025-07"]


def test_the_ledger_reaches_the_running_period_even_when_all_of_a_year_is_due_at_once(wib_calendar):
    promise = promised(C.BULANAN, "Februari n+1")
    ledger = obligations(promise, date(2025, 1, 1), wib("2025-11-15 00:00"), wib_calendar)
    assert ledger[-1].period.label == "2025-11"
    assert len({o.due_at for o in ledger if o.period.start.year == 2025}) == 1


def test_the_ledger_grows_by_an_idempotent_step(wib_calendar):
    promise = promised(C.TRIWULANAN)
    earlier = obligations(promise, date(2024, 1, 1), wib("2025-01-10 00:00"), wib_calendar)
    later = obligations(promise, date(2024, 1, 1), wib("2025-12-10 00:00"), wib_calendar)
    assert later[: len(earlier)] == earlier
    assert obligations(promise, date(2024, 1, 1), wib("2025-12-10 00:00"), wib_calendar) == later


@pytest.mark.parametrize("cadence", [C.INSIDENTAL, C.HARIAN])
def test_a_promise_without_a_release_rule_owes_no_due_date(cadence, wib_calendar):
    with pytest.raises(Unscheduled):
        obligations(promised(cadence), date(2025, 1, 1), wib("2025-06-01 00:00"), wib_calendar)


def test_an_unread_rule_is_no_reason_to_guess_a_due_date(wib_calendar):
    with pytest.raises(Unscheduled, match="jadwal rilis"):
        obligations(
            promised(C.TAHUNAN, "***"), date(2025, 1, 1), wib("2025-06-01 00:00"), wib_calendar
        )


def test_a_holiday_added_later_moves_only_what_is_computed_anew(wib_calendar):
    before = owed(C.BULANAN, "2025-03", wib_calendar)
    extra = Holiday(date(2025, 4, 10), "Hari daerah", HolidayKind.DAERAH)
    moved = Calendar.of("Asia/Jakarta", [*shipped_holidays(), extra])
    assert owed(C.BULANAN, "2025-03", moved).due_date == date(2025, 4, 11)
    assert before.due_date == date(2025, 4, 10)


# --- headlines --------------------------------------------------------------------------

ON_TIME = {
    "2024-12": wib("2025-01-08 09:00"),
    "2025-01": wib("2025-02-07 09:00"),
    "2025-02": wib("2025-03-07 09:00"),
}
AGREED = date(2025, 1, 1)


def monthly(now, calendar, releases=None, conclusive_at=None):
    """The headline of a monthly dataset agreed on 1 January 2025."""
    promise = promised(C.BULANAN)
    judged = told(promise, AGREED, now, calendar, releases, conclusive_at)
    return headline(promise, judged, now)


def test_a_dataset_is_new_until_its_first_due_date_passes(wib_calendar):
    assert monthly(wib("2025-01-10 23:59"), wib_calendar) is Headline.NEW
    assert monthly(wib("2025-01-11 00:00"), wib_calendar) is Headline.GRACE


def test_a_dataset_that_keeps_its_promise_is_current_and_due_soon_in_the_remind_window(
    wib_calendar,
):
    # March is due on Thursday 10 April: the five days before its end begin on the 6th.
    assert monthly(wib("2025-04-05 23:59"), wib_calendar, ON_TIME) is Headline.CURRENT
    assert monthly(wib("2025-04-06 00:00"), wib_calendar, ON_TIME) is Headline.DUE_SOON
    assert monthly(wib("2025-04-10 23:59"), wib_calendar, ON_TIME) is Headline.DUE_SOON
    early = ON_TIME | {"2025-03": wib("2025-04-02 09:00")}
    assert monthly(wib("2025-04-07 00:00"), wib_calendar, early) is Headline.CURRENT


def test_a_monthly_dataset_is_late_the_day_after_its_grace_ends(wib_calendar):
    assert monthly(wib("2025-04-17 23:59"), wib_calendar, ON_TIME) is Headline.GRACE
    assert monthly(wib("2025-04-18 00:00"), wib_calendar, ON_TIME) is Headline.LATE
    blind = monthly(wib("2025-04-18 00:00"), wib_calendar, ON_TIME, wib("2025-04-17 23:59"))
    assert blind is Headline.UNOBSERVED


def test_a_monthly_dataset_dead_since_january_reads_arrears_on_every_day_of_the_next_year(
    wib_calendar,
):
    releases = {"2024-12": wib("2025-01-08 09:00"), "2025-01": wib("2025-02-07 09:00")}
    promise = promised(C.BULANAN)
    for i in range(365):
        now = wib_calendar.midnight(date(2026, 1, 1) + i * DAY) + 8 * timedelta(hours=1)
        judged = told(promise, AGREED, now, wib_calendar, releases)
        assert headline(promise, judged, now) is Headline.ARREARS


def test_an_older_hole_does_not_darken_the_headline_but_stays_missing(wib_calendar):
    now = wib("2025-04-01 08:00")
    releases = {k: v for k, v in ON_TIME.items() if k != "2025-01"}
    promise = promised(C.BULANAN)
    judged = told(promise, AGREED, now, wib_calendar, releases)
    assert headline(promise, judged, now) is Headline.CURRENT
    assert [o.period.label for o in missing(judged, now)] == ["2025-01"]


def test_missing_are_the_due_open_ones_older_ones_included_and_waived_ones_not(wib_calendar):
    now = wib("2025-05-15 00:00")
    judged = told(promised(C.BULANAN), AGREED, now, wib_calendar, {})
    waived = Closing(ClosingKind.WAIVED, now, now)
    judged[1] = Judged(judged[1].obligation, State.WAIVED, waived)
    assert [o.period.label for o in missing(judged, now)] == [
        "2024-12",
        "2025-02",
        "2025-03",
        "2025-04",
    ]


@pytest.mark.parametrize("kind", [ClosingKind.NIL, ClosingKind.WAIVED])
def test_nil_and_waived_close_the_headline_as_a_release_does(kind, wib_calendar):
    now = wib("2025-04-01 08:00")
    promise = promised(C.BULANAN)
    judged = told(promise, AGREED, now, wib_calendar, ON_TIME)
    last = next(i for i, j in enumerate(judged) if j.obligation.period.label == "2025-02")
    closing = Closing(kind, now - DAY, now - DAY)
    judged[last] = judge(judged[last].obligation, closing, now, now)
    assert headline(promise, judged, now) is Headline.CURRENT


def test_a_file_that_waits_for_review_since_before_the_due_date_stops_the_clock(wib_calendar):
    promise, due = promised(C.BULANAN), owed(C.BULANAN, "2025-03", wib_calendar)
    sent_at, now = due.due_at - DAY, due.arrears_at + DAY
    stopped = judge(due, None, now, sent_at)
    assert stopped.state is State.DUE_SOON
    assert headline(promise, [stopped], now) is Headline.DUE_SOON
    never_sent = judge(due, None, now, now)
    assert headline(promise, [never_sent], now) is Headline.ARREARS


def test_the_worst_of_the_unbroken_run_is_the_headline_and_unobserved_is_worse_than_grace(
    wib_calendar,
):
    now = wib("2025-04-12 00:00")  # March in grace
    promise = promised(C.BULANAN)
    kept = {label: at for label, at in ON_TIME.items() if label != "2025-02"}
    judged = told(promise, AGREED, now, wib_calendar, kept)
    assert headline(promise, judged, now) is Headline.LATE  # February, not yet in arrears
    blind = wib("2025-03-17 23:59")
    judged = told(promise, AGREED, now, wib_calendar, kept, blind)
    assert headline(promise, judged, now) is Headline.UNOBSERVED


@pytest.mark.parametrize(
    ("cadence", "text", "expected"),
    [
        (C.INSIDENTAL, None, Headline.UNSCHEDULED),
        (C.TETAP, "***", Headline.UNSCHEDULED),
        (C.TAHUNAN, "***", Headline.UNPARSED_SCHEDULE),
        (C.TAHUNAN, "Tidak dipublikasikan", Headline.UNPUBLISHED),
    ],
)
def test_what_cannot_be_late_is_never_green(cadence, text, expected):
    promise = promised(cadence, text)
    assert headline(promise, [], wib("2025-06-01 00:00")) is expected
    assert not promise.is_scored


def test_periods_due_at_one_instant_are_ordered_by_their_start(wib_calendar):
    promise = promised(C.BULANAN, "Februari n+1")
    now = wib("2026-03-05 00:00")
    december = {"2025-12": wib("2026-02-20 00:00")}
    judged = told(promise, date(2026, 1, 1), now, wib_calendar, december)
    assert headline(promise, judged, now) is Headline.CURRENT
    assert len(missing(judged, now)) == 11


def test_wib_and_wita_bounds_differ_by_exactly_one_hour(wib_calendar, wita_calendar):
    for cadence in (c for c in Cadence if c.is_periodic):
        period = period_of(cadence, date(2025, 3, 1))
        west, east = (owed(cadence, period.label, c) for c in (wib_calendar, wita_calendar))
        for bound in ("opens_at", "remind_at", "due_at", "grace_at", "arrears_at", "closable_at"):
            assert getattr(west, bound) - getattr(east, bound) == timedelta(hours=1)
        assert west.due_date == east.due_date


def test_a_promise_may_carry_margins_of_its_own(wib_calendar):
    promise = replace(promised(C.BULANAN), grace_wd=0, remind_days=(2,))
    ledger = obligations(promise, AGREED, wib("2025-02-01 00:00"), wib_calendar)
    assert ledger[0].grace_at == ledger[0].due_at
    assert ledger[0].remind_at == ledger[0].due_at - 2 * DAY
