"""The operator's workbooks: faulty cells marked where they stand, safe repairs proposed."""

import io
import json
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from checks.tables.findings import Finding, Report, Severity, report
from checks.tables.grouping import grouped, truncation
from checks.tables.mending.marking import excel_place, marked_workbook, repaired_workbook
from checks.tables.reading import UnreadableTable
from checks.validators.personal_data import PersonalData
from checks.validators.totals import Totals
from tests.tables.building import table_of
from tests.tables.inspections import inspection

TITLED = (
    "Produksi Susu;;;\nKecamatan;Tanggal;Liter;Jumlah\nBatu;17/08/2024;1.234.500;1\n"
    "Bumiaji;18/08/2024;2.000;-\nJumlah;;1.236.500;1\n"
)


def opened(payload: bytes) -> Workbook:
    return load_workbook(io.BytesIO(payload))


def wrong(row: int | None, field: str, number: int, cell: str = "x") -> Finding:
    return Finding(
        "type-error", Severity.ERROR, row, field, number, cell,
        f'Baris {row}, kolom "{field}": "{cell}" bukan bilangan.',
        f'Row {row}, column "{field}": "{cell}" is no number.',
        "Tulis angka.", "Write a number.",
    )  # fmt: skip


def test_a_marked_cell_stands_where_it_stands_in_the_file():
    table = table_of(TITLED)
    finding = wrong(3, "Liter", 3, "2.000")
    assert excel_place(table, finding) == "C4"
    sheet = opened(marked_workbook(table, [finding]))["data"]
    assert sheet["A2"].value == "Kecamatan"
    assert sheet["C4"].value == "2.000"
    assert sheet["C4"].fill.fgColor.rgb == "00FFC7CE"
    assert "bukan bilangan" in sheet["C4"].comment.text
    assert sheet["C3"].comment is None
    assert sheet["A5"].value == "Jumlah"


def test_a_finding_on_a_total_row_marks_the_total():
    sample = inspection("kecamatan,ton,unit\nA,5,1\nB,7,2\nC,8,4\nJumlah,21,7\n")
    findings = list(Totals().run(sample))
    sheet = opened(marked_workbook(sample.table, findings))["data"]
    assert sheet["B5"].value == 21
    assert sheet["B5"].fill.fgColor.rgb == "00FFEB9C"


def test_the_list_of_findings_leads_to_their_cells_in_both_languages():
    table = table_of("a,n\nx,1\ny,2\n")
    found = [wrong(2, "n", 2), wrong(3, "n", 2)]
    listing = opened(marked_workbook(table, found))["temuan"]
    assert listing["A2"].value == "B2"
    assert listing["A2"].hyperlink.location == "data!B2"
    assert listing["C2"].value.startswith(
        'Kolom "n" (B): 2 sel tidak sesuai tipenya, contoh B2 "x", B3'
    )
    english = opened(marked_workbook(table, found, "en"))["findings"]
    assert "2 cells are not of its type" in english["C2"].value


def test_personal_data_are_not_repeated_in_comments_and_lists():
    sample = inspection("nama,nik\nA,3579011708950001\nB,3579011208850002\n")
    found = list(PersonalData().run(sample))
    book = opened(marked_workbook(sample.table, found))
    said = str([cell.value for row in book["temuan"].rows for cell in row])
    said += book["data"]["B2"].comment.text
    assert "3579011708950001" not in said
    assert "3579************" in said


def test_repairs_are_proposed_cell_by_cell_with_what_was_there():
    payload, repairs = repaired_workbook(table_of(TITLED))
    sheet = opened(payload)["data"]
    assert [cell.value for cell in sheet[1]] == ["Kecamatan", "Tanggal", "Liter", "Jumlah"]
    assert sheet["C2"].value == 1234500
    assert sheet["C2"].comment.text == "semula: 1.234.500"
    assert sheet["C2"].fill.fgColor.rgb == "00C6EFCE"
    assert sheet["B2"].value.isoformat() == "2024-08-17T00:00:00"
    assert sheet["A2"].comment is None
    assert sheet.max_row == 3
    assert [(r.code, r.field, r.n) for r in repairs] == [
        ("total_rows", None, 1),
        ("missing_words", None, None),
        ("dates", "Tanggal", 2),
        ("number_signs", "Liter", 2),
    ]
    assert "17/08/2024 → 2024-08-17" in repairs[2].message_id


def test_a_column_that_can_be_read_in_two_ways_is_not_repaired():
    payload, repairs = repaired_workbook(
        table_of("kadar;desa\n1.234;A\n2.345;B\n".replace(";", ","))
    )
    book = opened(payload)
    assert book["data"]["A2"].value in ("1.234", 1.234)
    assert repairs == ()
    assert "dua cara" in book["perbaikan"]["A1"].value


def test_a_clean_file_needs_no_repair():
    payload, repairs = repaired_workbook(table_of("desa,tanggal,n\nA,2024-08-17,5\n"))
    assert repairs == ()
    assert opened(payload)["data"]["C2"].value == 5


@pytest.mark.parametrize("cell", ["=1+1", "+62", "@SUM(A1)", "-x", '=HYPERLINK("http://a")'])
def test_no_cell_is_a_formula(cell):
    table = table_of(json.dumps([{"a": cell, "b": "x"}, {"a": "y", "b": "z"}]), "a.json")
    for payload in (marked_workbook(table, []), repaired_workbook(table)[0]):
        sheet = opened(payload)["data"]
        assert f"'{cell}" in [sheet["A2"].value, sheet["A1"].value, sheet["A3"].value]
        assert b"<f>" not in ZipFile(io.BytesIO(payload)).read("xl/worksheets/sheet1.xml")


def test_many_findings_of_a_kind_become_one_sentence():
    many = [wrong(row, "jumlah", 3) for row in range(2, 216)]
    (group,) = grouped(many)
    assert group.n == 214
    assert group.message_id == (
        'Kolom "jumlah" (C): 214 sel tidak sesuai tipenya, contoh baris 2 "x", baris 3 "x", '
        'baris 4 "x".'
    )
    assert group.message_en.startswith('Column "jumlah" (C): 214 cells are not of its type, e.g.')


def test_a_single_finding_keeps_its_own_sentence():
    (group,) = grouped([wrong(2, "jumlah", 3)])
    assert group.message_id == 'Baris 2, kolom "jumlah": "x" bukan bilangan.'


def test_a_truncated_report_says_so():
    whole = report((wrong(r, "n", 1) for r in range(12_345)), n_rows=9, fields=("n",), seconds=0.0)
    assert isinstance(whole, Report)
    said = truncation(whole)
    assert said is not None
    assert said[0] == "Ada 12.345 temuan; hanya 1.000 yang pertama ditampilkan."
    short = report((wrong(2, "n", 1),), n_rows=9, fields=("n",), seconds=0.0)
    assert truncation(short) is None


@settings(max_examples=60)
@given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=3), min_size=2, max_size=6))
def test_any_text_makes_a_workbook_that_opens(records):
    text = "\n".join("|".join(cell.replace("|", " ") for cell in row) for row in records)
    try:
        table = table_of(text)
    except UnreadableTable:
        return
    found = [wrong(row, table.header[0], 1) for row in range(1, 4)]
    for payload in (marked_workbook(table, found), repaired_workbook(table)[0]):
        assert opened(payload)["data"].max_row >= 1
