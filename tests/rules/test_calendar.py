"""Working days and local midnights."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.calendar import Calendar, Holiday
from catalog.rules.terms import HolidayKind
from tests.rules import make_holidays
from tests.rules.holiday_file import PATH, city_calendar, shipped_holidays
from tests.rules.story import law

DAY = timedelta(days=1)
DATES = st.dates(date(2019, 1, 1), date(2027, 6, 30))


def test_a_saturday_a_holiday_and_a_joint_leave_day_are_no_working_days(wib_calendar):
    assert not wib_calendar.is_working_day(date(2025, 5, 10))
    assert not wib_calendar.is_working_day(date(2025, 5, 12))
    assert not wib_calendar.is_working_day(date(2025, 5, 13))
    assert wib_calendar.is_working_day(date(2025, 5, 14))


def test_a_day_rolls_forward_to_the_first_working_day_and_a_working_day_stays(wib_calendar):
    assert wib_calendar.roll(date(2025, 5, 10)) == date(2025, 5, 14)
    assert wib_calendar.roll(date(2025, 5, 14)) == date(2025, 5, 14)


def test_offices_close_for_seven_working_days_between_nyepi_and_lebaran_2025(wib_calendar):
    # Thursday 27 March is the last, Tuesday 8 April the first working day.
    assert wib_calendar.working_days_between(date(2025, 3, 27), date(2025, 4, 7)) == 0
    assert wib_calendar.working_days_between(date(2025, 3, 27), date(2025, 4, 8)) == 1


@pytest.mark.parametrize(
    ("d", "k", "expected"),
    [
        (date(2026, 3, 13), 10, date(2026, 4, 6)),
        (date(2025, 3, 31), 10, date(2025, 4, 22)),
        (date(2025, 3, 31), 0, date(2025, 3, 31)),
        (date(2025, 12, 31), 1, date(2026, 1, 2)),
        (date(2025, 5, 9), 1, date(2025, 5, 14)),
    ],
)
def test_the_kth_working_day_after_a_day(wib_calendar, d, k, expected):
    assert wib_calendar.add_working_days(d, k) == expected


def test_ten_working_days_without_holidays_end_ten_days_earlier():
    bare = Calendar.of("Asia/Jakarta", [])
    assert bare.add_working_days(date(2026, 3, 13), 10) == date(2026, 3, 27)


def test_more_working_days_than_a_year_has_are_counted_on_into_later_years(wib_calendar):
    day = wib_calendar.add_working_days(date(2021, 3, 1), 700)
    assert wib_calendar.working_days_between(date(2021, 3, 1), day) == 700


def test_a_negative_lag_is_refused(wib_calendar):
    with pytest.raises(ValueError, match="-1 working days"):
        wib_calendar.add_working_days(date(2025, 1, 1), -1)


def test_a_week_without_working_days_is_refused():
    with pytest.raises(ValueError, match="no working day"):
        Calendar.of("Asia/Jakarta", [], frozenset(range(7)))


def test_no_working_day_lies_between_a_day_and_itself_or_an_earlier_one(wib_calendar):
    assert wib_calendar.working_days_between(date(2025, 1, 8), date(2025, 1, 8)) == 0
    assert wib_calendar.working_days_between(date(2025, 1, 8), date(2025, 1, 7)) == 0
    assert wib_calendar.working_days_between(date(2025, 1, 8), date(2025, 1, 9)) == 1


@law
@given(DATES, st.integers(0, 300))
def test_working_days_agree_with_walking_day_by_day(a, n):
    calendar = city_calendar()
    b = a + n * DAY
    walked = sum(calendar.is_working_day(a + i * DAY) for i in range(1, n + 1))
    assert calendar.working_days_between(a, b) == walked
    if walked:
        last = max(a + i * DAY for i in range(1, n + 1) if calendar.is_working_day(a + i * DAY))
        assert calendar.add_working_days(a, walked) == last


def test_a_day_begins_at_local_midnight_one_hour_apart_in_wib_and_wita(wib_calendar, wita_calendar):
    assert wib_calendar.midnight(date(2025, 4, 1)) == datetime(2025, 3, 31, 17, tzinfo=UTC)
    assert wita_calendar.midnight(date(2025, 4, 1)) == datetime(2025, 3, 31, 16, tzinfo=UTC)
    assert wib_calendar.midnight_after(date(2025, 3, 31)) == wib_calendar.midnight(date(2025, 4, 1))


def test_the_local_date_changes_at_local_midnight(wib_calendar):
    midnight = datetime(2025, 3, 31, 17, tzinfo=UTC)
    assert wib_calendar.local_date(midnight - timedelta(seconds=1)) == date(2025, 3, 31)
    assert wib_calendar.local_date(midnight) == date(2025, 4, 1)


def test_a_regional_day_is_a_holiday_of_its_city_alone(wib_calendar):
    own = Holiday(date(2025, 10, 17), "Hari Jadi Kota", HolidayKind.DAERAH)
    city = Calendar.of("Asia/Jakarta", [*shipped_holidays(), own])
    assert not city.is_working_day(date(2025, 10, 17))
    assert wib_calendar.is_working_day(date(2025, 10, 17))


def test_the_holidays_of_a_stretch_of_days_come_in_order(wib_calendar):
    found = wib_calendar.holidays_between(date(2025, 5, 12), date(2025, 5, 29))
    assert [h.on.day for h in found] == [12, 13, 29]


def test_the_shipped_file_is_what_the_maker_makes():
    assert PATH.read_text(encoding="utf-8") == make_holidays.text()


def test_the_shipped_file_marks_estimates_and_counts_the_known_working_days(wib_calendar):
    by_day = {h.on: h for h in shipped_holidays()}
    assert by_day[date(2027, 3, 10)].estimated
    assert not by_day[date(2026, 3, 21)].estimated
    assert by_day[date(2025, 5, 13)].kind is HolidayKind.CUTI_BERSAMA
    assert by_day[date(2025, 5, 12)].kind is HolidayKind.NASIONAL
    for year, n_working in ((2026, 240), (2027, 242)):
        found = wib_calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31))
        assert found == n_working
