"""What cannot be true in a table is found, said with its place, and nothing else is."""

import random

import pytest

from checks.tables.figures.lost_zeros import lost_groups, whole_measures
from checks.tables.figures.sums import sums
from checks.validators import Finding
from checks.validators.duplicate_rows import DuplicateRows
from checks.validators.impossible_dates import ImpossibleDates
from checks.validators.lost_thousands import LostThousands
from checks.validators.negative_counts import NegativeCounts
from checks.validators.percentages import Percentages
from checks.validators.region_codes import RegionCodes
from checks.validators.totals import Totals
from checks.validators.wrong_unit import WrongUnit
from tests.campaign.plausibility import measured
from tests.tables.building import table_of
from tests.tables.inspections import inspection
from tests.tables.samples import lost_thousands as by_age


def found(validator: type, text: str, previous: str | None = None, **known) -> list[Finding]:
    return list(validator().run(inspection(text, previous, **known)))


def places(findings: list[Finding]) -> list[tuple[int | None, str | None]]:
    return [(one.row, one.field) for one in findings]


def test_the_group_that_lost_its_zeros_is_named_and_each_number_restored():
    true, broken = by_age.text(broken=False), by_age.text(broken=True)
    findings = found(LostThousands, broken)
    assert findings[0].code == "mutakhir/lost-thousands-group"
    assert 'kecamatan "Bumiaji", jenis_kelamin "PEREMPUAN"' in findings[0].message_id
    rows = [line.split(";") for line in true.splitlines()]
    for one in findings[1:]:
        truth = int(rows[one.row - 1][one.field_number - 1])
        assert f"tulis {truth} tanpa" in one.remedy_id
    n_lost = sum(
        a != b
        for left, right in zip(true.splitlines(), broken.splitlines(), strict=True)
        for a, b in zip(left.split(";")[3:-1], right.split(";")[3:-1], strict=True)
    )
    assert len(findings) - 1 == n_lost >= 10


def test_counts_of_people_in_three_decimals_lost_their_thousands_sign():
    text = "desa,penduduk\nA,12.041\nB,5.93\nC,7.102\nD,3.455\nE,9.876\nF,4.321\nG,8.765\n"
    (one,) = found(LostThousands, text)
    assert "12.041 → 12041, 5.93 → 5930" in one.message_id
    assert found(LostThousands, text.replace("penduduk", "kepadatan")) == []


def test_rounded_numbers_lost_nothing():
    rows = "".join(f"D{i},{1000 * (i % 90 + 1)},{500 * i + 1000}\n" for i in range(400))
    assert found(LostThousands, "desa,pagu,realisasi\n" + rows) == []


def test_amounts_rounded_by_some_and_not_by_others_accuse_nobody():
    chance = random.Random(3)
    rows = "".join(
        f"{office},{chance.randint(1000, 9000) * 10 + (0 if office == 'A' else 7)}\n"
        for office in "AB"
        for _ in range(300)
    )
    assert found(LostThousands, "opd,realisasi\n" + rows) == []


@pytest.mark.parametrize("seed", range(5))
def test_honest_numbers_of_many_groups_are_never_accused(seed):
    chance = random.Random(seed)
    rows = "".join(
        f"{place},{sex},{chance.randint(1000, 90000)}\n"
        for place in "ABCDEFGHIJ"
        for sex in "LP"
        for _ in range(160)
    )
    table = table_of("kota,jk,jumlah\n" + rows)
    assert lost_groups(table, whole_measures(table)) == []


def test_a_dip_in_time_is_no_lost_zero():
    passengers = (8020, 7900, 790, 8100, 8055)
    rows = "".join(f"2025-0{month},{n}\n" for month, n in enumerate(passengers, start=1))
    assert found(LostThousands, f"bulan,penumpang\n{rows}") == []


COLUMNS = "kecamatan,laki,perempuan,jumlah\nA,5,6,11\nB,7,8,15\nC,1,2,3\nD,4,4,8\nE,9,1,10\n"


def test_a_total_beside_its_parts_must_be_their_sum():
    (one,) = found(Totals, COLUMNS.replace("C,1,2,3", "C,1,2,4"))
    assert places([one]) == [(4, "jumlah")]
    assert "tertulis 4, padahal penjumlahan kolom rinciannya 3" in one.message_id


def test_a_column_called_total_that_never_was_one_is_left_alone():
    assert found(Totals, "a,laki,perempuan,jumlah\nA,5,6,1\nB,7,8,2\nC,1,2,30\nD,4,4,8\n") == []


@pytest.mark.parametrize(
    ("header", "total"),
    [("laki,perempuan,jumlah_penduduk", "60"), ("L,P,L+P", "60"), ("luas,L,P,total_jiwa", "60"),
     ("2024 L,2024 P,2024 Jml", "60")],
)  # fmt: skip
def test_a_total_that_is_named_for_what_it_sums_is_one_where_rows_say_so(header, total):
    before = "7," if header.startswith("luas") else ""
    rows = "".join(f"D{n},{before}{n},{2 * n},{3 * n}\n" for n in range(1, 12))
    last = f"X,{before}20,30,{total}\n"
    (one,) = found(Totals, f"desa,{header}\n{rows}{last}")
    assert (one.row, one.field) == (13, header.rpartition(",")[2])


def test_what_happens_to_equal_the_only_part_is_no_total():
    rows = "".join(f"D{n},{n},0,{n}\n" for n in range(1, 12))
    assert found(Totals, f"desa,anggota,keluar,jumlah_hadir\n{rows}X,20,3,21\n") == []


def test_a_total_row_below_the_data_must_be_their_sum():
    text = "kecamatan,ton,unit\nA,5,1\nB,7,2\nC,8,4\nJumlah,{},7\n"
    assert found(Totals, text.format(20)) == []
    (one,) = found(Totals, text.format(21))
    assert places([one]) == [(5, "ton")]


def test_a_total_row_with_a_thousands_sign_is_the_same_total():
    text = "kecamatan,ton,unit\nA,500,1\nB,700,2\nC,826,4\nJumlah,2.026,7\n"
    assert found(Totals, text) == []


def test_a_row_of_means_is_no_sum():
    assert found(Totals, "bulan,suhu,hari\nJan,27,14\nFeb,29,16\nRata-rata,28,15\n") == []


def test_means_and_shares_are_never_added_up():
    text = "kecamatan,persen,rata_rata,unit\nA,50,3,1\nB,60,4,2\nC,70,5,3\nJumlah,60,4,6\n"
    assert found(Totals, text) == []


def test_subtotals_inside_the_data_are_checked_group_by_group():
    text = "tahun,jenis_kelamin,jumlah\n" + "".join(
        f"{year},LAKI-LAKI,{year}\n{year},PEREMPUAN,7\n{year},TOTAL,{year + 7}\n"
        for year in range(2015, 2025)
    )
    assert found(Totals, text) == []
    (one,) = found(Totals, text.replace("2020,TOTAL,2027", "2020,TOTAL,20270"))
    assert (one.row, one.field) == (19, "jumlah")
    assert "Barangkali 2.027." in one.message_id


def test_rounded_parts_may_miss_their_total_by_the_rounding():
    text = "a,x_ton,y_ton,jumlah\nA,1.1,1.1,2.3\nB,2.2,2.2,4.4\nC,1.0,1.0,2.1\nD,3.3,3.0,6.3\n"
    assert found(Totals, text) == []
    assert all(each.adds_up for each in sums(table_of(text)))


@pytest.mark.parametrize(
    ("header", "cell", "wrong"),
    [
        ("persen_sanitasi", "100", False),
        ("persen_sanitasi", "100.1", True),
        ("persen_sanitasi", "-0.1", True),
        ("persen_realisasi", "112", False),
        ("persentase_pertumbuhan", "-4", False),
        ("apk", "104", False),
        ("kelembaban (%)", "130", True),
        ("jumlah", "130", False),
    ],
)
def test_a_share_lies_between_0_and_100(header, cell, wrong):
    assert bool(found(Percentages, f"desa,{header}\nA,50\nB,{cell}\n")) is wrong


def test_a_bare_percent_sign_is_a_unit_and_beside_what_was_reached_it_may_pass_100():
    assert places(found(Percentages, "desa,%\nA,50\nB,120\n")) == [(3, "%")]
    assert found(Percentages, "opd,anggaran,realisasi,%\nA,100,120,120\nB,100,50,50\n") == []


def test_a_percentage_among_rows_of_other_units_is_found():
    text = "uraian,satuan,2024\nRumah layak,Persen,{}\nJumlah rumah,Unit,4300\n"
    assert found(Percentages, text.format("93.1")) == []
    assert places(found(Percentages, text.format("931"))) == [(2, "2024")]


@pytest.mark.parametrize(
    ("header", "wrong"),
    [("jumlah_penduduk", True), ("selisih", False), ("neraca_ton", False), ("suhu", False),
     ("saldo", False), ("kasus", True), ("realisasi_rp", False), ("lat", False),
     ("tinggi_muka_air_cm", False)],
)  # fmt: skip
def test_what_is_counted_is_never_negative(header, wrong):
    assert bool(found(NegativeCounts, f"desa,{header}\nA,5\nB,-2\nC,9\n")) is wrong


def test_a_row_that_says_it_may_be_negative_may():
    text = "uraian,jumlah\nPendapatan,100\nBelanja,120\n{},-20\n"
    assert found(NegativeCounts, text.format("Surplus/(Defisit)")) == []
    assert found(NegativeCounts, text.format("Laju inflasi")) == []
    assert places(found(NegativeCounts, text.format("Barusari"))) == [(4, "jumlah")]


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [("29/02/2024", False), ("29/02/2023", True), ("2024-13-05", True), ("31 Juni 2024", True),
     ("00/01/2024", True), ("5 Juni 2024", False), ("belum ada", False)],
)  # fmt: skip
def test_a_date_must_be_in_the_calendar(cell, wrong):
    rows = "".join(f"{d:02d}/03/2024,{d}\n" for d in range(1, 13))
    findings = found(ImpossibleDates, f"tanggal,n\n{rows}{cell},1\n")
    assert places(findings) == ([(14, "tanggal")] if wrong else [])


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [("20244", True), ("2204", True), ("2O24", True), ("2023", False), ("2024*", False),
     ("0", False), ("Rata-rata", False)],
)  # fmt: skip
def test_one_mistyped_year_is_named_though_the_column_is_numbers_then(cell, wrong):
    rows = "".join(f"{2010 + n},{n}\n" for n in range(12))
    findings = found(ImpossibleDates, f"tahun,n\n{rows}{cell},1\n")
    assert places(findings) == ([(14, "tahun")] if wrong else [])


def test_an_end_lies_not_before_its_beginning():
    rows = "A,2024-05-01,2024-05-03\nB,2024-06-02,2024-06-01\n"
    (one,) = found(ImpossibleDates, f"kegiatan,tanggal_mulai,tanggal_selesai\n{rows}")
    assert places([one]) == [(3, "tanggal_selesai")]


def test_nobody_is_born_tomorrow():
    text = "nama_hewan,tanggal_lahir\nA,2020-05-01\nB,2030-06-02\n"
    assert places(found(ImpossibleDates, text)) == [(3, "tanggal_lahir")]


MILK = "tahun,{}\n2019,5120\n2020,5300\n2021,4988\n2022,5210\n2023,5400\n"


@pytest.mark.parametrize(("cell", "wrong"), [("4988000", True), ("4.988", True), ("49880", False)])
def test_a_value_a_thousand_times_off_is_in_another_unit(cell, wrong):
    text = MILK.format("produksi").replace("4988", cell)
    assert bool(found(WrongUnit, text)) is wrong


def test_years_as_columns_are_a_series_too():
    text = "uraian,2020,2021,2022,2023\nSusu,5120,5300,4988000,5210\nTelur,10,4000,9,70000\n"
    (one,) = found(WrongUnit, text)
    assert places([one]) == [(2, "2022")]


def test_a_column_whose_unit_changed_between_two_versions_is_named_once():
    before = "desa,berat_ton\n" + "".join(f"D{i},{i + 20}\n" for i in range(12))
    now = "desa,berat_ton\n" + "".join(f"D{i},{(i + 20) * 1000}\n" for i in range(12))
    (one,) = found(WrongUnit, now, before)
    assert one.code == "mutakhir/wrong-unit-column"
    assert found(WrongUnit, before, before) == []


def test_rows_alike_but_for_their_number_are_double():
    text = "no,desa,tahun,n\n1,A,2024,5\n2,B,2024,5\n3,A,2024,5\n"
    (one,) = found(DuplicateRows, text)
    assert one.row == 4
    assert "mengulang baris 2" in one.message_id


def test_two_answers_to_one_question_contradict_each_other():
    rows = "".join(f"D{i},L,2024,{i}\n" for i in range(40))
    (one,) = found(DuplicateRows, f"desa,jk,tahun,n\n{rows}D7,L,2024,8\n")
    assert (one.row, one.field) == (42, "n")
    assert "berbeda isi dengan baris 9" in one.message_id


def test_two_events_of_a_kind_on_one_day_are_no_contradiction():
    rows = "".join(f"A,kebakaran,2024-01-{i % 31 + 1:02d},{i}\n" for i in range(32))
    assert found(DuplicateRows, f"desa,jenis,tanggal,kerugian_rp\n{rows}") == []


def codes(header: str, *cells: str, city: str | None = None) -> list[str]:
    text = f"{header},n\n" + "".join(f"{cell},1\n" for cell in cells)
    return [str(one.cell) for one in found(RegionCodes, text, city_code=city)]


HOME = ("35.79.01", "35.79.02", "35.79.03")


def test_a_district_that_is_not_is_found():
    assert codes("kode_kecamatan", *HOME, "35.79.04") == ["35.79.04"]


def test_a_province_and_a_regency_that_are_not_are_found():
    known = ("3578", "3579", "3573", "3511")
    assert codes("kode_kabupaten_kota", *known, "9979") == ["9979"]
    assert codes("kode_kabupaten_kota", *known, "3580") == ["3580"]


def test_the_statistics_office_numbers_regencies_its_own_way_outside_java():
    assert codes("bps_kode_kabupaten_kota", "6404", "6401", "6471") == []
    assert codes("kemendagri_kode_kabupaten_kota", "6404", "6401", "6471") == ["6404"]


def test_a_code_of_another_city_is_a_stray_where_nearly_all_are_of_one():
    assert codes("kode_kecamatan", *HOME * 5, "35.73.01") == ["35.73.01"]
    assert codes("kode_kecamatan", *HOME, "35.73.01", "35.78.01") == []
    assert codes("kode_kecamatan", *HOME * 2, "35.73.01", city="3579") == ["35.73.01"]


def test_where_the_city_is_known_a_table_of_three_districts_is_enough():
    assert codes("kode_kecamatan", *HOME, "35.73.01", city="3579") == ["35.73.01"]
    assert codes("kode_kecamatan_asal", *HOME, "35.73.01", city="3579") == []


def test_districts_of_another_city_alone_are_named_once():
    elsewhere = "kode_kecamatan,n\n35.73.01,1\n35.73.02,2\n35.73.03,3\n"
    (one,) = found(RegionCodes, elsewhere, city_code="3579")
    assert "semua kode dari Kota Malang (3573)" in one.message_id
    assert found(RegionCodes, elsewhere) == []
    regencies = "kode_kabupaten_kota,n\n3573,1\n3507,2\n"
    assert found(RegionCodes, regencies, city_code="3579") == []


def test_a_city_above_its_districts_is_a_whole_code():
    assert codes("kode_wilayah", "35.79", *HOME, "35.79.01.1001", city="3579") == []
    assert codes("kode_wilayah", "35.73", *HOME * 3) == ["35.73"]


def test_a_village_must_lie_in_the_district_beside_it():
    text = "kode_kecamatan,kode_desa,n\n" + "".join(
        f"35.79.01,35.79.01.{village},1\n" for village in range(2001, 2014)
    )
    (one,) = found(RegionCodes, text + "35.79.01,35.79.02.2001,1\n")
    assert "tidak berada di dalam 35.79.01" in one.message_id


def test_numbers_within_a_region_are_no_whole_codes():
    assert codes("kdkec", "010", "020", "030") == []
    assert codes("kode_rekening", "5.1.02", "5.1.03", "9.9.99") == []


def test_faults_put_into_the_sample_city_are_found_at_their_row_and_nothing_else_is_said():
    """The full size by its own command: python -m tests.campaign.plausibility."""
    score = measured(seed=7, days_back=(0,), step=4)
    assert score.tables > 25
    assert score.false_alarms.total() == 0
    assert score.besides.total() == 0
    for code in ("negative-count", "percentage", "duplicate-row", "impossible-date"):
        assert score.found[f"mutakhir/{code}"] == score.put_in[f"mutakhir/{code}"] > 0
    for code in ("wrong-unit", "total-differs"):
        assert score.found[f"mutakhir/{code}"] >= 0.75 * score.put_in[f"mutakhir/{code}"] > 0
