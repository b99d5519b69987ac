"""The newest period is the newest with a value; time columns are found or declared."""

import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from catalog.rules.terms import Unit
from checks.tables.mending.questions import questions
from checks.tables.profile import profile
from tests.tables.building import table_of, workbook


@pytest.mark.parametrize(
    ("text", "newest", "unit", "columns"),
    [
        ("tahun,n\n2023,1\n2024,2\n", "2024", Unit.YEAR, ("tahun",)),
        ("tahun,bulan,n\n2024,1,5\n2024,11,6\n", "2024-11", Unit.MONTH, ("tahun", "bulan")),
        ("bulan,tahun,n\nPebruari,2024,5\nNopember,2023,6\n", "2024-02", Unit.MONTH,
         ("tahun", "bulan")),
        ("tahun,triwulan,n\n2024,II,5\n2024,III,6\n", "2024-Q3", Unit.QUARTER,
         ("tahun", "triwulan")),
        ("tahun,semester,n\n2024,1,5\n2023,2,6\n", "2024-S1", Unit.SEMESTER, ("tahun", "semester")),
        ("tahun,minggu,n\n2025,7,5\n2025,6,6\n", "2025-W07", Unit.WEEK, ("tahun", "minggu")),
        ("Bulan,IHK\nJuni_2025,1\nMei_2025,2\n", "2025-06", Unit.MONTH, ("Bulan",)),
        ("periode_data,n\n202401,1\n202402,2\n", "2024-02", Unit.MONTH, ("periode_data",)),
        ("tanggal,n\n17/08/2024,1\n18/08/2024,2\n", "2024-08-18", Unit.DAY, ("tanggal",)),
        ("tahun_ajaran,n\n2016/2017,1\n2017/2018,2\n", "2017/2018", Unit.SCHOOL_YEAR,
         ("tahun_ajaran",)),
        ("periode,n\nTW III 2022,1\nTW IV 2022,2\n", "2022-Q4", Unit.QUARTER, ("periode",)),
        ("Jenis,2021,2022\nSapi,1,2\nKuda,3,4\n", "2022", Unit.YEAR, ("2021", "2022")),
        ("Nama,NILAI 2024 SEMESTER I\na,1\nb,2\n", "2024-S1", Unit.SEMESTER,
         ("NILAI 2024 SEMESTER I",)),
        ("judul,Tahun Data\na,2019 - 2024\nb,2013 - 2025\nc,2022\n", "2025", Unit.YEAR,
         ("Tahun Data",)),
        ("periode,n\n2015 - 2019,1\n2020 - 2024,2\n", "2020–2024", Unit.BLOCK, ("periode",)),
    ],
)  # fmt: skip
def test_time_columns_are_found_by_themselves(text, newest, unit, columns):
    seen = profile(table_of(text))
    assert seen.newest_period_label == newest
    assert seen.coverage is not None
    assert seen.coverage.unit is unit
    assert seen.time_columns == columns


def test_a_table_without_times_has_no_coverage():
    seen = profile(table_of("Bulan,Suhu\nJanuari,27.9\nFebruari,28\n"))
    assert seen.coverage is None
    assert seen.newest_period_label is None
    assert seen.max_at is None


def test_rows_without_a_measure_count_for_no_period():
    seen = profile(table_of("kecamatan,tahun,produksi\nA,2020,5\nA,2021,6\nA,2022,\nA,2023,-\n"))
    assert seen.newest_period_label == "2021"
    assert seen.coverage is not None
    assert seen.coverage.counts == {date(2020, 1, 1): 1, date(2021, 1, 1): 1}
    assert seen.n_rows == 4


def test_a_measure_that_is_empty_in_every_row_closes_nothing():
    seen = profile(table_of("kecamatan,tahun,produksi\nA,2022,\nB,2023,\n"))
    assert seen.newest_period_label is None
    assert seen.coverage is not None
    assert not seen.coverage.counts


def test_a_wide_column_without_values_is_not_the_newest_year():
    seen = profile(table_of("Jenis,2021,2022,2023\nSapi,1,2,\nKuda,3,4,-\n"))
    assert seen.newest_period_label == "2022"


def test_zero_is_a_value():
    assert profile(table_of("tahun,n\n2023,1\n2024,0\n")).newest_period_label == "2024"


def test_declared_columns_rule():
    text = "tanggal,tahun_data,n,m\n2024-05-01,2022,1,\n2024-06-01,2023,,5\n"
    table = table_of(text)
    assert profile(table, time_column="Tahun_Data").newest_period_label == "2023"
    assert (
        profile(table, time_column="tahun_data", value_columns=["n"]).newest_period_label == "2022"
    )
    assert profile(table, value_columns=["n"]).newest_period_label == "2024-05-01"


def test_a_declaration_may_join_parts():
    table = table_of("thn,bln,n\n2024,3,1\n2024,4,2\n")
    assert profile(table, time_column="thn + bln").newest_period_label == "2024-04"


def test_a_declared_column_that_is_missing_makes_the_times_unknown():
    seen = profile(table_of("tahun,n\n2024,1\n"), time_column="periode")
    assert seen.coverage is None
    assert seen.newest_period_label is None


def test_a_date_of_birth_is_not_the_time_of_the_row():
    seen = profile(table_of("tanggal_lahir,n\n2001-02-03,1\n2002-02-03,2\n"))
    assert seen.coverage is None


def test_a_year_of_birth_or_founding_is_not_the_time_of_the_row():
    seen = profile(table_of("tahun_berdiri,tahun,n\n1990,2023,1\n2025,2024,2\n"))
    assert seen.time_columns == ("tahun",)
    assert seen.newest_period_label == "2024"


@pytest.mark.parametrize(
    "name", ["tahun_bangun", "tahun_berdiri", "tgl_lahir", "tanggal_lahir", "masa_berlaku"]
)
def test_an_attribute_is_the_period_neither_beside_another_time_nor_alone(name):
    cells = (
        ("1990-01-02", "2025-03-04") if "t" in name[:1] and "tahun" not in name else (1990, 2025)
    )
    rows = "".join(f"A{i},{cell},2024,{i}\n" for i, cell in enumerate(cells))
    assert profile(table_of(f"nama,{name},tahun,n\n{rows}")).time_columns == ("tahun",)
    rows = "".join(f"A{i},{cell},{i}\n" for i, cell in enumerate(cells))
    table = table_of(f"nama,{name},n\n{rows}")
    assert profile(table).coverage is None
    if table.columns[1].type.is_time:
        (question,) = [q for q in questions(table) if q.code == "time-or-attribute"]
        assert question.column == name
        assert len(question.readings) == 2


TITLED = "Kedatangan Penumpang per Bulan Tahun 2024,,\n,,\n"


@pytest.mark.parametrize(
    ("text", "newest", "columns"),
    [
        (
            TITLED + "Bulan,Datang,Pergi\nJanuari,5,6\nFebruari,7,8\nMaret,,\n",
            "2024-02",
            ("Bulan",),
        ),
        (TITLED + "Uraian,TW I,TW II\nDatang,5,\nPergi,6,\n", "2024-Q1", ("TW I", "TW II")),
        (TITLED + "Bulan,Datang,Pergi\n1,5,6\n2,7,8\n11,7,8\n", "2024-11", ("Bulan",)),
        ("Laporan,,\nPeriode,A,B\nTriwulan I,1,2\nTriwulan II,3,4\n", None, ()),
        (
            "Tahun 2023 dan Tahun 2024,,\nBulan,A,B\nJanuari,1,2\nFebruari,3,4\n",
            None,
            (),
        ),
        (
            "Data 2023/2024,,\nBulan,A,B\nJanuari,1,2\nFebruari,3,4\n",
            None,
            (),
        ),
        (
            "Tahun 2024 (dicetak 5 Januari 2025),,\nBulan,A,B\nJanuari,1,2\nJuni,3,4\n",
            "2024-06",
            ("Bulan",),
        ),
    ],
)
def test_months_without_a_year_take_the_one_year_of_the_title(text, newest, columns):
    table = table_of(text)
    seen = profile(table)
    assert (seen.newest_period_label, seen.time_columns) == (newest, columns)
    assert (table.decided("title_year") is not None) is (newest is not None)


def test_months_without_a_year_take_the_year_of_the_sheet():
    book = openpyxl.load_workbook(io.BytesIO(workbook([["Bulan", "n"], ["Mei", 1], ["Juni", 2]])))
    book.worksheets[0].title = "Tahun 2023"
    stream = io.BytesIO()
    book.save(stream)
    table = table_of(stream.getvalue())
    assert table.decided("title_year") == "2023"
    assert profile(table).newest_period_label == "2023-06"
    assert profile(table, time_column="bulan").newest_period_label == "2023-06"


def test_a_year_inside_the_table_goes_before_the_title():
    table = table_of("Keadaan Tahun 2025,,\ntahun,bulan,n\n2023,Mei,1\n2023,Juni,2\n")
    assert profile(table).newest_period_label == "2023-06"
    assert table.decided("title_year") is None


@pytest.mark.parametrize(
    "text",
    [
        "tahun,periode,n\n2024,TW II,5\n2024,TW III,6\n",
        "tahun,triwulan,n\n2024,TW II,5\n2024,TW III,6\n",
        "tahun,tw,n\n2024,2,5\n2024,3,6\n",
        "tahun,keterangan waktu,n\n2024,Triwulan II,5\n2024,Triwulan III,6\n",
        "Jenis,2024 TW II,2024 TW III\na,1,2\nb,3,4\n",
    ],
)
def test_quarters_beside_a_year_are_joined_with_it(text):
    assert profile(table_of(text)).newest_period_label == "2024-Q3"


def test_years_across_are_read_with_their_marks():
    table = table_of("Jenis,Tahun 2022,2023*,2024 (sementara)\na,1,2,3\nb,4,5,6\n")
    assert profile(table).newest_period_label == "2024"


def test_times_of_day_without_offset_are_local():
    table = table_of("waktu,suhu\n2025-03-01 06:00,21\n2025-03-01 07:00,22\n")
    seen = profile(table, zone=ZoneInfo("Asia/Makassar"))
    assert seen.max_at == datetime(2025, 2, 28, 23, 0, tzinfo=UTC)
    assert seen.coverage is not None
    assert seen.coverage.newest_at == seen.max_at
    assert seen.coverage.unit is Unit.HOUR


def test_the_shares_of_missing_cells_are_counted():
    seen = profile(table_of("a,b\n1,x\n,y\n-,z\n4,w\n"))
    assert seen.missing == {"a": 0.5, "b": 0.0}


def test_a_text_measure_counts_when_there_is_no_number():
    seen = profile(table_of("id,nama_desa,status,tahun\n1,A,ADA,2020\n2,B,,2021\n"))
    assert seen.value_columns == ("status",)
    assert seen.newest_period_label == "2020"
