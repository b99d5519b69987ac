"""What closes an obligation, and since when."""

from datetime import date, timedelta

import pytest

from catalog.rules.evidence import (
    Coverage,
    KnownVersion,
    ListingVerdict,
    closes,
    fulfilment,
    is_future,
    is_nil_allowed,
    listing_says,
    oldest_closable,
    rank_change,
)
from catalog.rules.periods import period_from_label
from catalog.rules.terms import Cadence, Rank, Unit
from tests.rules.story import owed, wib

C, U = Cadence, Unit
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
LONG_AFTER = wib("2027-06-01 00:00")


def covering(unit: Unit, *starts: date, n: int = 1) -> Coverage:
    """A version with n rows that have a value, at each start."""
    return Coverage(unit, dict.fromkeys(starts, n))


@pytest.mark.parametrize(
    ("cadence", "label", "unit", "start"),
    [
        (C.MINGGUAN, "2025-W07", U.WEEK, date(2025, 2, 10)),
        (C.BULANAN, "2025-03", U.MONTH, date(2025, 3, 1)),
        (C.TRIWULANAN, "2025-Q1", U.QUARTER, date(2025, 1, 1)),
        (C.EMPAT_BULANAN, "2025-C2", U.FOUR_MONTHS, date(2025, 5, 1)),
        (C.SEMESTERAN, "2025-S2", U.SEMESTER, date(2025, 7, 1)),
        (C.TAHUNAN, "2025", U.YEAR, date(2025, 1, 1)),
        (C.TAHUN_AJARAN, "2025/2026", U.SCHOOL_YEAR, date(2025, 7, 1)),
        (C.TAHUN_AJARAN, "2025/2026", U.YEAR, date(2025, 1, 1)),
        (C.TAHUN_AJARAN, "2025/2026", U.BLOCK, date(2025, 1, 1)),
        (C.DWITAHUNAN, "2024-2025", U.BLOCK, date(2024, 1, 1)),
        (C.DWITAHUNAN, "2024-2025", U.YEAR, date(2025, 1, 1)),
    ],
)
def test_a_label_of_the_own_cadence_closes_its_period_and_no_other(
    cadence, label, unit, start, wib_calendar
):
    o = owed(cadence, label, wib_calendar)
    found = covering(unit, start)
    assert closes(o, found, LONG_AFTER, wib_calendar)
    for other in (o.period.previous(), o.period.next()):
        stranger = owed(cadence, other.label, wib_calendar)
        assert not closes(stranger, found, LONG_AFTER, wib_calendar)


def test_rows_count_only_with_a_value_and_at_least_as_many_as_asked(wib_calendar):
    o = owed(C.BULANAN, "2025-03", wib_calendar)
    march = date(2025, 3, 1)
    assert not closes(o, covering(U.MONTH, march, n=0), LONG_AFTER, wib_calendar)
    assert not closes(o, Coverage(U.MONTH, {}), LONG_AFTER, wib_calendar)
    for n, expected in ((23, False), (24, True), (25, True)):
        found = covering(U.MONTH, march, n=n)
        assert closes(o, found, LONG_AFTER, wib_calendar, min_rows=24) is expected


@pytest.mark.parametrize(
    ("unit", "newest", "expected"),
    [
        (U.MONTH, date(2025, 2, 1), False),
        (U.MONTH, date(2025, 3, 1), True),
        (U.DAY, date(2025, 3, 24), False),
        (U.DAY, date(2025, 3, 25), True),
        (U.DAY, date(2025, 3, 31), True),
        (U.HOUR, date(2025, 3, 24), False),
        (U.HOUR, date(2025, 3, 25), True),
        (U.WEEK, date(2025, 3, 17), False),
        (U.WEEK, date(2025, 3, 24), True),
        (U.WEEK, date(2025, 3, 31), False),
        (U.YEAR, date(2025, 1, 1), False),
        (U.SEMESTER, date(2025, 1, 1), False),
        (U.FOUR_MONTHS, date(2025, 1, 1), False),
        (U.BLOCK, date(2025, 1, 1), False),
    ],
)
def test_a_quarter_needs_its_last_sub_unit_and_a_coarser_label_says_nothing(
    unit, newest, expected, wib_calendar
):
    o = owed(C.TRIWULANAN, "2025-Q1", wib_calendar)
    assert closes(o, covering(unit, newest), LONG_AFTER, wib_calendar) is expected


def test_a_quarter_label_that_leans_out_of_a_third_of_the_year_does_not_count(wib_calendar):
    o = owed(C.EMPAT_BULANAN, "2025-C1", wib_calendar)
    assert not closes(o, covering(U.QUARTER, date(2025, 4, 1)), LONG_AFTER, wib_calendar)
    assert closes(o, covering(U.QUARTER, date(2025, 1, 1)), LONG_AFTER, wib_calendar)


def test_a_period_ahead_in_the_file_does_not_stand_in_for_the_period(wib_calendar):
    o = owed(C.BULANAN, "2025-03", wib_calendar)
    april = covering(U.MONTH, date(2025, 2, 1), date(2025, 4, 1))
    assert not closes(o, april, LONG_AFTER, wib_calendar)


def test_a_row_of_march_uploaded_on_1_march_closes_nothing_before_1_april(wib_calendar):
    o = owed(C.BULANAN, "2025-03", wib_calendar)
    found = covering(U.MONTH, date(2025, 3, 1))
    end = wib("2025-04-01 00:00")
    assert not closes(o, found, wib("2025-03-01 09:00"), wib_calendar)
    assert not closes(o, found, end - SECOND, wib_calendar)
    assert closes(o, found, end, wib_calendar)
    f = fulfilment(wib("2025-03-01 09:00"), None, None, o)
    assert (f.at, f.timing_observed) == (end, True)


def test_a_file_with_a_value_more_than_a_day_ahead_closes_nothing(wib_calendar):
    o = owed(C.BULANAN, "2025-03", wib_calendar)
    now = wib("2025-04-30 00:00")
    for start, future in ((date(2025, 5, 1), False), (date(2025, 5, 2), True)):
        found = covering(U.DAY, date(2025, 3, 31), start)
        assert is_future(found, now, wib_calendar) is future
        assert closes(o, found, now, wib_calendar) is not future
    empty_ahead = Coverage(U.MONTH, {date(2025, 3, 1): 5, date(2099, 1, 1): 0})
    assert closes(o, empty_ahead, now, wib_calendar)
    timed = Coverage(U.MONTH, {date(2025, 3, 1): 5}, now + DAY + SECOND)
    assert is_future(timed, now, wib_calendar)
    timed = Coverage(U.MONTH, {date(2025, 3, 1): 5}, now + DAY)
    assert not is_future(timed, now, wib_calendar)


def test_a_rule_before_the_period_end_needs_the_last_month_complete_at_the_due_date(wib_calendar):
    o = owed(C.TAHUNAN, "2025", wib_calendar, "November n")  # due on Monday 1 December
    october, november = date(2025, 10, 1), date(2025, 11, 1)
    now = o.opens_at
    assert not closes(o, covering(U.MONTH, october), now, wib_calendar)
    assert closes(o, covering(U.MONTH, november), now + 20 * DAY, wib_calendar)
    assert closes(o, covering(U.YEAR, date(2025, 1, 1)), now, wib_calendar)
    assert not closes(o, covering(U.YEAR, date(2025, 1, 1)), now - SECOND, wib_calendar)
    assert not closes(o, covering(U.DAY, date(2025, 11, 24)), LONG_AFTER, wib_calendar)
    assert closes(o, covering(U.DAY, date(2025, 11, 25)), LONG_AFTER, wib_calendar)


def test_a_rule_so_early_that_no_sub_unit_is_complete_takes_the_first(wib_calendar):
    o = owed(C.TAHUNAN, "2025", wib_calendar, "Februari n")
    first = covering(U.QUARTER, date(2025, 1, 1))
    assert closes(o, first, LONG_AFTER, wib_calendar)


# --- f ----------------------------------------------------------------------------------


def march(calendar):
    """Monthly 2025-03: due 10 April, grace ends 17 April."""
    return owed(C.BULANAN, "2025-03", calendar)


@pytest.mark.parametrize(
    ("negative", "seen", "f", "on_time"),
    [
        ("2025-04-17 20:00", "2025-04-18 06:00", "2025-04-17 20:00:01", True),
        ("2025-04-08 09:00", "2025-04-23 09:00", "2025-04-08 09:00:01", True),
        ("2025-04-18 06:00", "2025-04-23 09:00", "2025-04-18 06:00:01", False),
        ("2025-04-17 23:59:58", "2025-04-23 09:00", "2025-04-17 23:59:59", True),
        ("2025-04-17 23:59:59", "2025-04-23 09:00", "2025-04-18 00:00:00", False),
    ],
)
def test_our_own_blindness_is_never_the_agencys_delay(negative, seen, f, on_time, wib_calendar):
    o = march(wib_calendar)
    found = fulfilment(wib(seen), wib(negative), None, o)
    assert found.at == wib(f)
    assert found.timing_observed
    assert (found.at < o.grace_at) is on_time


def test_last_modified_decides_only_between_the_last_negative_and_the_first_sight(wib_calendar):
    o = march(wib_calendar)
    negative, seen = wib("2025-04-12 06:00"), wib("2025-04-20 06:00")
    inside = wib("2025-04-19 12:00")
    assert fulfilment(seen, negative, inside, o).at == inside
    assert fulfilment(seen, negative, seen, o).at == seen
    for outside in (negative, wib("2025-04-01 00:00"), seen + SECOND):
        assert fulfilment(seen, negative, outside, o).at == negative + SECOND


def test_without_an_earlier_answer_a_late_first_sight_has_unobserved_timing(wib_calendar):
    o = march(wib_calendar)
    for seen, observed in ((o.grace_at - SECOND, True), (o.grace_at, False)):
        found = fulfilment(seen, None, wib("2025-04-05 00:00"), o)
        assert (found.at, found.timing_observed) == (seen, observed)


def test_an_upload_is_its_own_witness(wib_calendar):
    o = march(wib_calendar)
    seen = o.grace_at + 3 * DAY
    found = fulfilment(seen, None, None, o, is_upload=True)
    assert (found.at, found.timing_observed) == (seen, True)
    early = fulfilment(wib("2025-03-20 09:00"), None, None, o, is_upload=True)
    assert early.at == o.closable_at


def test_a_negative_one_instant_before_the_sight_does_not_push_f_beyond_it(wib_calendar):
    o = march(wib_calendar)
    seen = wib("2025-04-15 06:00")
    negative = seen - timedelta(milliseconds=200)
    assert fulfilment(seen, negative, None, o).at == seen


# --- ranks ------------------------------------------------------------------------------


def test_changes_rank_against_the_whole_history():
    a, b = KnownVersion("A", "a"), KnownVersion("B", "b")
    assert rank_change("A", "a", []) is Rank.E4
    assert rank_change("A", "a2", [a]) is Rank.E2
    assert rank_change("A", "a", [a]) is Rank.E1
    assert rank_change("B", "b", [a]) is Rank.E4
    assert rank_change("A", "a", [a, b]) is Rank.E0
    assert rank_change("A", "new bytes", [a, b]) is Rank.E0
    assert rank_change("C", "a", [a, b]) is Rank.E4


def test_a_change_without_a_declared_period_may_close_only_the_oldest_that_has_ended(wib_calendar):
    open_ones = [owed(C.BULANAN, f"2025-0{m}", wib_calendar) for m in (4, 2, 3)]
    assert oldest_closable(open_ones, wib("2025-04-01 00:00")).period.label == "2025-02"
    assert oldest_closable(open_ones, wib("2025-02-28 23:59")) is None
    assert oldest_closable([], LONG_AFTER) is None


@pytest.mark.parametrize(
    ("cadence", "label", "nils", "allowed"),
    [
        (C.BULANAN, "2025-03", [], True),
        (C.BULANAN, "2025-03", ["2025-02"], True),
        (C.BULANAN, "2025-03", ["2025-01", "2025-02"], False),
        (C.BULANAN, "2025-03", ["2025-02", "2025-04"], False),
        (C.BULANAN, "2025-03", ["2024-12", "2025-01"], True),
        (C.TAHUNAN, "2025", ["2024"], False),
        (C.TAHUNAN, "2025", ["2023"], True),
        (C.TAHUN_AJARAN, "2025/2026", ["2024/2025"], False),
        (C.LIMA_TAHUNAN, "2020-2024", ["2015-2019"], False),
    ],
)
def test_nihil_may_be_declared_twice_in_a_row_and_once_for_yearly_data(
    cadence, label, nils, allowed
):
    declared = [period_from_label(cadence, nil) for nil in nils]
    assert is_nil_allowed(period_from_label(cadence, label), declared) is allowed


@pytest.mark.parametrize(
    ("cadence", "label", "years", "expected"),
    [
        (C.TAHUNAN, "2024", (2022, 2024), ListingVerdict.HOLDS),
        (C.TAHUNAN, "2024", (2022, 2023), ListingVerdict.LACKS),
        (C.TAHUNAN, "2024", (2025, 2026), ListingVerdict.SILENT),
        (C.TAHUN_AJARAN, "2024/2025", (2024, 2024), ListingVerdict.HOLDS),
        (C.TAHUN_AJARAN, "2024/2025", (2023, 2023), ListingVerdict.LACKS),
        (C.DWITAHUNAN, "2024-2025", (2025, 2025), ListingVerdict.HOLDS),
        (C.DWITAHUNAN, "2024-2025", (2024, 2024), ListingVerdict.SILENT),
        (C.DWITAHUNAN, "2024-2025", (2023, 2023), ListingVerdict.LACKS),
        (C.BULANAN, "2024-03", (2024, 2024), ListingVerdict.SILENT),
        (C.BULANAN, "2024-03", (2023, 2023), ListingVerdict.LACKS),
        (C.TAHUNAN, "2024", (2019, 2024), ListingVerdict.HOLDS),
        (C.TAHUNAN, "2024", (2019, 2023), ListingVerdict.LACKS),
        (C.TAHUNAN, "2018", (2019, 2023), ListingVerdict.SILENT),
        (C.TAHUN_AJARAN, "2024/2025", (2019, 2024), ListingVerdict.HOLDS),
        (C.TAHUN_AJARAN, "2025/2026", (2019, 2024), ListingVerdict.LACKS),
        (C.DWITAHUNAN, "2024–2025", (2019, 2023), ListingVerdict.LACKS),
        (C.DWITAHUNAN, "2024–2025", (2019, 2024), ListingVerdict.SILENT),
        (C.DWITAHUNAN, "2024–2025", (2019, 2025), ListingVerdict.HOLDS),
        (C.BULANAN, "2025-01", (2019, 2024), ListingVerdict.LACKS),
        (C.BULANAN, "2024-12", (2019, 2024), ListingVerdict.SILENT),
        (C.SEMESTERAN, "2024-S1", (2019, 2024), ListingVerdict.SILENT),
        (C.TRIWULANAN, "2025-Q1", (2019, 2024), ListingVerdict.LACKS),
    ],
)
def test_a_listing_proves_whole_years_alone(cadence, label, years, expected):
    assert listing_says(period_from_label(cadence, label), *years) is expected
