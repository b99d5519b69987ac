"""A schema is proposed from a file; what can be read in two ways is asked, never guessed."""

import json

import pytest
from frictionless import Schema
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.tables.figures.column_figures import column_figures, n_far
from checks.tables.inference import infer, table_schema
from checks.tables.mending.questions import questions, serial_day
from checks.tables.metadata import variables
from checks.tables.reading import Table, UnreadableTable
from checks.tables.validation import validate
from tests.tables.building import table_of

TIDY = (
    "kode_kecamatan;nama_kecamatan;jenis_kelamin;tahun;semester;jumlah_penduduk;satuan\n"
    "35.79.01;Batu;L;2024;1;50.123;jiwa\n35.79.01;Batu;P;2024;1;49.870;jiwa\n"
    "35.79.02;Bumiaji;L;2024;1;31.004;jiwa\n35.79.02;Bumiaji;P;2024;1;30.900;jiwa\n"
    "35.79.03;Junrejo;L;2024;1;28.412;jiwa\n35.79.03;Junrejo;P;2024;1;-;jiwa\n"
)


def typed(text: str) -> dict[str, str]:
    return {field.name: field.schema_type for field in infer(table_of(text)).fields}


def asked(text: str) -> list[str]:
    return [question.code for question in questions(table_of(text))]


def test_a_tidy_file_gives_types_key_period_unit_and_missing_words():
    inference = infer(table_of(TIDY))
    schema = table_schema(inference)
    assert [(f["name"], f["type"]) for f in schema["fields"]] == [
        ("kode_kecamatan", "string"),
        ("nama_kecamatan", "string"),
        ("jenis_kelamin", "string"),
        ("tahun", "year"),
        ("semester", "integer"),
        ("jumlah_penduduk", "number"),
        ("satuan", "string"),
    ]
    assert schema["fields"][5]["groupChar"] == "."
    assert schema["fields"][0]["constraints"] == {"pattern": r"\d{2}\.\d{2}\.\d{2}"}
    assert schema["missingValues"] == ["", "-"]
    assert schema["primaryKey"] == ["kode_kecamatan", "jenis_kelamin", "tahun", "semester"]
    assert inference.period_columns == ("tahun", "semester")
    assert inference.fields[5].unit == "jiwa"
    assert inference.questions == ()


def test_the_proposed_schema_accepts_the_file_it_came_from(tmp_path):
    path = tmp_path / "penduduk.csv"
    path.write_text(TIDY)
    assert validate(path, table_schema(infer(table_of(TIDY)))).valid


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        ("harga", "Rp 2.000.000|Rp 150.000", "number"),
        ("persen", "97,5 %|88,1 %", "number"),
        ("tanggal", "17/08/2024|03/02/2024", "date"),
        ("tanggal", "2024-08-17|2024-02-03", "date"),
        ("tanggal", "17 Agustus 2024|3 Februari 2024", "string"),
        ("periode", "TW III 2022|TW IV 2022", "string"),
        ("periode", "Semester I 2024|Semester II 2024", "string"),
        ("bulan", "Juni_2025|Juli_2025", "string"),
        ("tahun_ajaran", "2017/2018|2018/2019", "string"),
        ("aktif", "ya|tidak", "boolean"),
        ("nik", "0579011708950001|3579011708950002", "string"),
        ("npsn", "20534567|20534568", "string"),
        ("kode_rekening", "5.1.02.01|5.1.02.02", "string"),
        ("no_telepon", "0341591900|0341591901", "string"),
        ("kode_wilayah", "35.79|35.73", "string"),
        ("kode_desa", "3579010001|3579010002", "string"),
    ],
)
def test_types_as_offices_write_them(name, cells, expected):
    rows = "".join(f"{cell};{i}\n" for i, cell in enumerate(cells.split("|")))
    assert typed(f"{name};n\n{rows}")[name] == expected


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        ("jumlah_kk", "512|633", "integer"),
        ("terdampak_kk", "12|1.240", "number"),
        ("kk", "512|633", "integer"),
        ("kk", "3579011203070012|3579011203070013", "string"),
        ("no_kk", "3579011203070012|3579011203070013", "string"),
        ("perekaman_ktp", "512|633", "integer"),
        ("whatsapp", "81234567890|81234567891", "string"),
    ],
)
def test_what_counts_cards_is_a_count_and_what_numbers_them_a_code(name, cells, expected):
    rows = "".join(f"{cell};{i}\n" for i, cell in enumerate(cells.split("|")))
    assert typed(f"{name};n\n{rows}")[name] == expected


def test_an_inferred_number_says_how_it_is_written():
    fields = {f.name: f.options for f in infer(table_of("a;b;c\n1.234,5;2.000;97,5 %\n")).fields}
    assert fields["a"] == {"groupChar": ".", "decimalChar": ","}
    assert fields["c"] == {"bareNumber": False, "decimalChar": ","}


def test_years_as_columns_are_the_period():
    inference = infer(table_of("uraian,satuan,2021,2022\nLuas,Ha,4,5\nProduksi,Ton,6,7\n"))
    assert inference.is_wide
    assert inference.period_columns == ("2021", "2022")
    assert inference.primary_key == ("uraian",)


def test_without_any_key_a_running_number_is_one_and_measures_never_are():
    assert infer(table_of("id,jenis,n\n1,A,5\n2,A,6\n3,A,7\n")).primary_key == ("id",)
    assert infer(table_of("jenis,n\nA,5\nA,6\nA,7\n")).primary_key == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("kadar\n1.234\n2.345\n", "decimal-or-thousands"),
        ("tanggal,n\n03/04/2024,1\n05/06/2024,2\n", "day-or-month"),
        ("tanggal,n\n03/14/2024,1\n05/26/2024,2\n", "day-or-month"),
        ("tanggal,n\n45521,1\n45522,2\n", "serial-or-number"),
        ("dibangun,n\n1998,1\n2004,2\n", "year-or-number"),
        ("masa,n\n202401,1\n202402,2\n", "month-or-number"),
        ("layak,a\n0,x\n1,y\n1,z\n0,v\n1,w\n", "number-or-yes-no"),
        ("induk,a\n20534567,x\n20534568,y\n20534569,z\n", "code-or-number"),
    ],
)
def test_a_column_that_can_be_read_in_two_ways_is_a_question(text, code):
    (question,) = questions(table_of(text))
    assert question.code == code
    assert len(question.readings) == 2
    assert question.readings[0].examples != question.readings[1].examples
    for reading in question.readings:
        assert reading.label_id in question.message_id
        assert reading.label_en in question.message_en


@pytest.mark.parametrize(
    "text",
    [
        "jumlah_penduduk;a\n5.930;x\n12.041;y\n",
        "tanggal,n\n03/04/2024,1\n15/06/2024,2\n",
        "tahun,n\n1998,1\n2004,2\n",
        "jumlah,a\n0,x\n1,y\n1,z\n0,v\n1,w\n",
        "no,a\n1,x\n2,y\n",
        "luas_ha,a\n12.5,x\n4.25,y\n",
        "realisasi_rp,a\n15189000,x\n15768000,y\n18396000,z\n",
    ],
)
def test_what_can_be_read_in_one_way_is_not_asked(text):
    assert asked(text) == []


def test_the_two_readings_show_what_a_cell_would_mean():
    (question,) = questions(table_of("tanggal,n\n03/04/2024,1\n05/06/2024,2\n"))
    assert question.readings[0].examples[0] == "03/04/2024 → 2024-04-03"
    assert question.readings[1].examples[0] == "03/04/2024 → 2024-03-04"


def test_where_the_second_part_passes_12_the_month_comes_first():
    (question,) = questions(table_of("tanggal,n\n03/14/2024,1\n05/26/2024,2\n"))
    assert question.readings[0].label_id == "bulan/hari/tahun"


def test_day_45521_of_excel_is_the_seventeenth_of_august_2024():
    assert serial_day("45521") == "2024-08-17"


def test_notes_on_variables_say_what_the_table_says_and_leave_concepts_open():
    table = table_of(TIDY)
    notes = {note.alias: note for note in variables(table, infer(table))}
    people = notes["jumlah_penduduk"]
    assert (people.nama, people.ukuran, people.satuan) == ("Jumlah penduduk", "Jumlah", "jiwa")
    assert people.referensi_waktu == "Semester"
    assert people.aturan_validasi == ("tidak boleh negatif",)
    assert (people.konsep, people.definisi) == (None, None)
    assert notes["jenis_kelamin"].value_domain == ("L", "P")
    assert notes["kode_kecamatan"].value_domain == ()
    assert notes["kode_kecamatan"].aturan_validasi == (
        "tidak boleh kosong",
        r"berpola \d{2}\.\d{2}\.\d{2}",
    )


def test_what_a_table_does_not_say_of_its_measures_is_not_said_for_it():
    table = table_of(
        "id,tahun,IHK,skala,pertumbuhan (%),persen_lulus,selisih\n1,2023,101.5,4.25,-2.5,97.5,3\n"
        "2,2024,103.1,4.5,105.1,98.5,-4\n"
    )
    notes = {note.alias: note for note in variables(table, infer(table))}
    number = notes["id"]
    assert (number.ukuran, number.referensi_waktu, number.satuan) == (None, None, None)
    assert notes["IHK"].ukuran == "Indeks"
    assert notes["skala"].ukuran is None
    assert notes["selisih"].aturan_validasi == ()
    assert notes["pertumbuhan (%)"].aturan_validasi == ()
    assert notes["persen_lulus"].aturan_validasi == ("0 sampai 100",)


@pytest.mark.parametrize(
    ("name", "unit"),
    [("kerugian_rp", "rupiah"), ("luas_ha", "ha"), ("panjang_km", "km"), ("persen_lulus", "persen"),
     ("m", None), ("jumlah", None),
     ("kepadatan_jiwa_km2", None), ("Hasil (Kw/Ha)", "Kw/Ha"), ("Luas (km2)", "km2"),
     ("program", None)],
)  # fmt: skip
def test_a_unit_at_the_end_of_a_name_is_the_unit(name, unit):
    (_, field) = infer(table_of(f"desa,{name}\nA,5\nB,6\n")).fields
    assert field.unit == unit


def test_personal_variables_are_not_open_and_their_values_not_listed():
    table = table_of("nik,jenis\n3579011708950001,A\n3579011708950001,A\n")
    (nik, _) = variables(table, infer(table))
    assert not nik.apakah_variabel_bisa_diakses_umum
    assert nik.value_domain == ()


def test_names_of_people_are_no_value_domain():
    rows = "Siti Lestari,A\nBudi Santoso,A\n" * 3
    table = table_of(f"nama,jenis\n{rows}")
    name, kind = variables(table, infer(table))
    assert (name.value_domain, kind.value_domain) == ((), ("A",))


def test_the_figures_of_each_column():
    text = "bulan,n,jenis\nJanuari 2024,5,A\nMaret 2024,,B\nFebruari 2024,12,A\n"
    month, number, kind = column_figures(table_of(text))
    assert (month.lowest, month.highest) == ("Januari 2024", "Maret 2024")
    assert (number.lowest, number.highest, number.middle) == ("5", "12", 8.5)
    assert (number.n_missing, round(number.missing_share, 2)) == (1, 0.33)
    assert (kind.n_distinct, kind.lowest) == (2, None)


def test_numbers_far_from_the_middle_are_counted_by_the_robust_rule():
    history = [1203.0, 1188, 1240, 1215, 1199, 1222, 1231, 1210]
    assert n_far(history) == 0
    assert n_far([*history, 412]) == 1
    assert n_far(history[:7]) is None
    assert n_far([5.0] * 9) is None


CELLS = st.one_of(
    st.sampled_from(
        ["-", "", "1.234", "12,5", "17/08/2024", "ya", "35.79.01", "2024", "=1+1", "x"]
    ),
    st.text(alphabet="0123456789.,-/ RpA%", max_size=12),
)


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(["tahun", "jumlah", "kode", "nama", "tanggal", "a"]), min_size=1, max_size=4
    ),
    st.data(),
)
def test_any_table_gives_a_schema_that_frictionless_takes(header, data):
    rows = data.draw(st.lists(st.tuples(*[CELLS] * len(header)), min_size=1, max_size=8))
    records = [[f"{name}{i}" for i, name in enumerate(header)], *rows]
    table = read_json(records)
    if table is None:
        return
    schema = table_schema(infer(table))
    assert Schema.from_descriptor(schema).to_descriptor()["fields"]
    assert len(variables(table, infer(table))) == len(table.header)
    assert len(column_figures(table)) == len(table.header)


def read_json(records: list[list[str]]) -> Table | None:
    described = [dict(zip(records[0], row, strict=True)) for row in records[1:]]
    try:
        return table_of(json.dumps(described), name="data.json")
    except UnreadableTable:
        return None
