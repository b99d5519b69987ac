"""Times as offices write them."""

from datetime import UTC, date, datetime

import pytest

from catalog.rules.periods import read_time, read_time_parts
from catalog.rules.terms import Unit
from catalog.rules.time_labels import month_number

Y, S, F, Q, M, W, D = (
    Unit.YEAR,
    Unit.SEMESTER,
    Unit.FOUR_MONTHS,
    Unit.QUARTER,
    Unit.MONTH,
    Unit.WEEK,
    Unit.DAY,
)


@pytest.mark.parametrize(
    ("text", "start", "end", "unit"),
    [
        ("2024", date(2024, 1, 1), date(2025, 1, 1), Y),
        ("Tahun 2024", date(2024, 1, 1), date(2025, 1, 1), Y),
        ("2024.0", date(2024, 1, 1), date(2025, 1, 1), Y),
        ("2025-03", date(2025, 3, 1), date(2025, 4, 1), M),
        ("2025/3", date(2025, 3, 1), date(2025, 4, 1), M),
        ("03-2025", date(2025, 3, 1), date(2025, 4, 1), M),
        ("202503", date(2025, 3, 1), date(2025, 4, 1), M),
        ("Juni_2025", date(2025, 6, 1), date(2025, 7, 1), M),
        ("Maret 2025", date(2025, 3, 1), date(2025, 4, 1), M),
        ("MARET  2025", date(2025, 3, 1), date(2025, 4, 1), M),
        ("Pebruari 2019", date(2019, 2, 1), date(2019, 3, 1), M),
        ("Nopember 2020", date(2020, 11, 1), date(2020, 12, 1), M),
        ("Mar-25", date(2025, 3, 1), date(2025, 4, 1), M),
        ("Agt 2024", date(2024, 8, 1), date(2024, 9, 1), M),
        ("Sept. 2024", date(2024, 9, 1), date(2024, 10, 1), M),
        ("December 2024", date(2024, 12, 1), date(2025, 1, 1), M),
        ("2024 Oktober", date(2024, 10, 1), date(2024, 11, 1), M),
        ("bulan Mei 2024", date(2024, 5, 1), date(2024, 6, 1), M),
        ("TW III 2022", date(2022, 7, 1), date(2022, 10, 1), Q),
        ("Triwulan 3 2022", date(2022, 7, 1), date(2022, 10, 1), Q),
        ("Triwulan IV Tahun 2022", date(2022, 10, 1), date(2023, 1, 1), Q),
        ("2022-Q3", date(2022, 7, 1), date(2022, 10, 1), Q),
        ("Q3 2022", date(2022, 7, 1), date(2022, 10, 1), Q),
        ("Semester I 2024", date(2024, 1, 1), date(2024, 7, 1), S),
        ("S1 2024", date(2024, 1, 1), date(2024, 7, 1), S),
        ("2024-S2", date(2024, 7, 1), date(2025, 1, 1), S),
        ("Caturwulan 2 2024", date(2024, 5, 1), date(2024, 9, 1), F),
        ("2017/2018", date(2017, 7, 1), date(2018, 7, 1), Unit.SCHOOL_YEAR),
        ("TA 2017/2018", date(2017, 7, 1), date(2018, 7, 1), Unit.SCHOOL_YEAR),
        ("Tahun Ajaran 2017-2018", date(2017, 7, 1), date(2018, 7, 1), Unit.SCHOOL_YEAR),
        ("2019 - 2024", date(2019, 1, 1), date(2025, 1, 1), Unit.BLOCK),
        ("2024–2025", date(2024, 1, 1), date(2026, 1, 1), Unit.BLOCK),
        ("T.A. 2024", date(2024, 1, 1), date(2025, 1, 1), Y),
        ("Tahun Anggaran 2024", date(2024, 1, 1), date(2025, 1, 1), Y),
        ("2023**)", date(2023, 1, 1), date(2024, 1, 1), Y),
        ("2022r", date(2022, 1, 1), date(2023, 1, 1), Y),
        ("2024 (angka sementara)", date(2024, 1, 1), date(2025, 1, 1), Y),
        ("Juni 2025*", date(2025, 6, 1), date(2025, 7, 1), M),
        ("s.d. Juni 2025", date(2025, 6, 1), date(2025, 7, 1), M),
        ("Per 31 Desember 2024", date(2024, 12, 31), date(2025, 1, 1), D),
        ("Keadaan 17 Agust 2024", date(2024, 8, 17), date(2024, 8, 18), D),
        ("2025-W07", date(2025, 2, 10), date(2025, 2, 17), W),
        ("Minggu ke-7 2025", date(2025, 2, 10), date(2025, 2, 17), W),
        ("2025-01-31", date(2025, 1, 31), date(2025, 2, 1), D),
        ("20250131", date(2025, 1, 31), date(2025, 2, 1), D),
        ("2025-01-31 00:00:00", date(2025, 1, 31), date(2025, 2, 1), D),
        ("17 Agustus 2024", date(2024, 8, 17), date(2024, 8, 18), D),
        ("Sabtu, 17 Agt 2024", date(2024, 8, 17), date(2024, 8, 18), D),
        ("August 17, 2024", date(2024, 8, 17), date(2024, 8, 18), D),
        ("17/08/2024", date(2024, 8, 17), date(2024, 8, 18), D),
        ("17-08-2024", date(2024, 8, 17), date(2024, 8, 18), D),
        ("05/04/2024", date(2024, 4, 5), date(2024, 4, 6), D),
        ("17-8-24", date(2024, 8, 17), date(2024, 8, 18), D),
    ],
)
def test_a_time_reads_as_the_days_it_covers(text, start, end, unit):
    label = read_time(text)
    assert label is not None
    assert (label.start, label.end, label.unit, label.at) == (start, end, unit, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "Batu",
        "Juni",
        "12,5",
        "5.930",
        "2024.5",
        "35.79",
        "1234567",
        "202413",
        "31/02/2024",
        "13/13/2024",
        "2025-W54",
        "TW V 2022",
        "Q5 2022",
        "1899",
        "2201",
        "2018/2017",
        "2017/2019",
        "2024 jiwa",
        "2025-01-31 25:00",
        "9" * 61,
    ],
)
def test_what_is_no_time_reads_as_none(text):
    assert read_time(text) is None


def test_a_time_of_day_with_an_offset_is_an_instant_in_utc():
    label = read_time("2025-01-31T10:30:00+07:00")
    assert label is not None
    assert (label.start, label.unit) == (date(2025, 1, 31), Unit.HOUR)
    assert label.at == datetime(2025, 1, 31, 3, 30, tzinfo=UTC)


def test_a_time_of_day_without_an_offset_stays_local():
    for text in ("2025-01-31 10:30", "31/01/2025 10.30"):
        label = read_time(text)
        assert label is not None
        assert label.unit is Unit.HOUR
        assert label.at is not None
        assert label.at.tzinfo is None
        assert (label.at.hour, label.at.minute) == (10, 30)


@pytest.mark.parametrize(
    ("parts", "start", "unit"),
    [
        ({"year": 2025}, date(2025, 1, 1), Y),
        ({"year": "2025.0", "month": "3"}, date(2025, 3, 1), M),
        ({"year": "2025", "month": "Nopember"}, date(2025, 11, 1), M),
        ({"year": "2025", "month": "Agt."}, date(2025, 8, 1), M),
        ({"year": "2025", "month": "03.0"}, date(2025, 3, 1), M),
        ({"year": "2025", "month": "Maret 2025"}, date(2025, 3, 1), M),
        ({"year": "2025", "quarter": "Triwulan III"}, date(2025, 7, 1), Q),
        ({"year": "2025", "quarter": 4}, date(2025, 10, 1), Q),
        ({"year": "2025", "quarter": "Q2"}, date(2025, 4, 1), Q),
        ({"year": "2025", "semester": "II"}, date(2025, 7, 1), S),
        ({"year": "2025", "semester": "Semester 1"}, date(2025, 1, 1), S),
        ({"year": "2025", "week": "7"}, date(2025, 2, 10), W),
        ({"year": "2025", "week": "Minggu 7"}, date(2025, 2, 10), W),
        ({"year": "2025", "month": "2", "day": "28"}, date(2025, 2, 28), D),
        ({"year": "2025/2026"}, date(2025, 7, 1), Unit.SCHOOL_YEAR),
        ({"year": "2025/2026", "semester": "Ganjil"}, date(2025, 7, 1), S),
        ({"year": "2025/2026", "semester": "genap"}, date(2026, 1, 1), S),
    ],
)
def test_columns_of_a_year_and_its_part_read_together(parts, start, unit):
    label = read_time_parts(**parts)
    assert label is not None
    assert (label.start, label.unit) == (start, unit)


@pytest.mark.parametrize(
    "parts",
    [
        {"year": "Batu"},
        {"year": "Batu", "month": "3"},
        {"year": "2025", "month": "13"},
        {"year": "2025", "month": "Jumlah"},
        {"year": "2025", "quarter": "5"},
        {"year": "2025", "semester": "III"},
        {"year": "2025", "week": "54"},
        {"year": "2025", "month": "2", "day": "30"},
        {"year": "2025/2026", "semester": "ketiga"},
    ],
)
def test_a_part_that_cannot_be_read_makes_the_whole_unreadable(parts):
    assert read_time_parts(**parts) is None


def test_month_names_are_read_in_both_languages():
    assert month_number("Pebruari") == 2
    assert month_number(" okt. ") == 10
    assert month_number("October") == 10
    assert month_number("Juno") is None
