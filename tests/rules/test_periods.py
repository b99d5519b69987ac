"""Periods and their labels."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.errors import Unscheduled
from catalog.rules.periods import (
    UnknownPeriod,
    period_from_label,
    period_of,
    periods_per_year,
    shift_month,
)
from catalog.rules.terms import Cadence
from tests.rules.story import law

PERIODIC = [c for c in Cadence if c.is_periodic]
C = Cadence


@pytest.mark.parametrize(
    ("cadence", "day", "label", "start", "end"),
    [
        (C.MINGGUAN, date(2025, 2, 16), "2025-W07", date(2025, 2, 10), date(2025, 2, 17)),
        (C.MINGGUAN, date(2024, 12, 30), "2025-W01", date(2024, 12, 30), date(2025, 1, 6)),
        (C.BULANAN, date(2025, 3, 31), "2025-03", date(2025, 3, 1), date(2025, 4, 1)),
        (C.TRIWULANAN, date(2025, 1, 1), "2025-Q1", date(2025, 1, 1), date(2025, 4, 1)),
        (C.EMPAT_BULANAN, date(2025, 12, 31), "2025-C3", date(2025, 9, 1), date(2026, 1, 1)),
        (C.SEMESTERAN, date(2025, 7, 1), "2025-S2", date(2025, 7, 1), date(2026, 1, 1)),
        (C.TAHUNAN, date(2025, 6, 5), "2025", date(2025, 1, 1), date(2026, 1, 1)),
        (C.TAHUN_AJARAN, date(2026, 6, 30), "2025/2026", date(2025, 7, 1), date(2026, 7, 1)),
        (C.TAHUN_AJARAN, date(2026, 7, 1), "2026/2027", date(2026, 7, 1), date(2027, 7, 1)),
        (C.DWITAHUNAN, date(2025, 5, 5), "2024–2025", date(2024, 1, 1), date(2026, 1, 1)),
        (C.LIMA_TAHUNAN, date(2024, 12, 31), "2020–2024", date(2020, 1, 1), date(2025, 1, 1)),
        (C.LIMA_TAHUNAN, date(2025, 1, 1), "2025–2029", date(2025, 1, 1), date(2030, 1, 1)),
    ],
)
def test_a_day_lies_in_the_period_of_the_label(cadence, day, label, start, end):
    period = period_of(cadence, day)
    assert (period.label, period.start, period.end) == (label, start, end)
    assert period.last_day == end - timedelta(days=1)


@law
@given(st.sampled_from(PERIODIC), st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_periods_tile_the_days_and_labels_read_back(cadence, day):
    period = period_of(cadence, day)
    assert period.start <= day < period.end
    assert period.next().start == period.end
    assert period.next().previous() == period
    assert period_of(cadence, period.last_day) == period
    assert period_of(cadence, period.end) == period.next()
    assert period_from_label(cadence, period.label) == period
    assert period < period.next()


def test_a_plain_hyphen_in_the_label_of_a_block_is_the_same_label():
    assert period_from_label(C.DWITAHUNAN, "2024-2025").label == "2024–2025"


@pytest.mark.parametrize(
    ("cadence", "label"),
    [
        (C.BULANAN, "2025-13"),
        (C.BULANAN, "2025"),
        (C.TRIWULANAN, "2025-Q5"),
        (C.MINGGUAN, "2025-W53"),
        (C.TAHUN_AJARAN, "2025/2027"),
        (C.DWITAHUNAN, "2025-2026"),
        (C.LIMA_TAHUNAN, "2024-2025"),
        (C.TAHUNAN, "0000"),
        (C.HARIAN, "2025-01-01"),
    ],
)
def test_a_label_that_no_period_has_is_refused_by_name(cadence, label):
    with pytest.raises(UnknownPeriod, match=label):
        period_from_label(cadence, label)


@pytest.mark.parametrize("cadence", [c for c in Cadence if not c.is_periodic])
def test_rolling_and_unscheduled_data_have_no_periods(cadence):
    with pytest.raises(Unscheduled, match=cadence.value):
        period_of(cadence, date(2025, 1, 1))


def test_the_reference_year_is_the_first_of_a_school_year_and_the_last_of_a_block():
    assert period_from_label(C.TAHUN_AJARAN, "2025/2026").reference_year == 2025
    assert period_from_label(C.DWITAHUNAN, "2024-2025").reference_year == 2025
    assert period_from_label(C.MINGGUAN, "2025-W01").reference_year == 2025
    assert period_from_label(C.BULANAN, "2025-12").reference_year == 2025


def test_a_year_has_as_many_periods_as_its_months_allow():
    found = {cadence: periods_per_year(cadence) for cadence in PERIODIC}
    assert found == {
        C.MINGGUAN: None,
        C.BULANAN: 12,
        C.TRIWULANAN: 4,
        C.EMPAT_BULANAN: 3,
        C.SEMESTERAN: 2,
        C.TAHUNAN: 1,
        C.TAHUN_AJARAN: 1,
        C.DWITAHUNAN: None,
        C.LIMA_TAHUNAN: None,
    }


def test_months_shift_over_the_turn_of_the_year():
    assert shift_month(date(2025, 12, 31), 1) == date(2026, 1, 1)
    assert shift_month(date(2025, 1, 15), -1) == date(2024, 12, 1)
