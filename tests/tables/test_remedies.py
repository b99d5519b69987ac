"""What helps a person to mend a file: addresses as Excel shows them, copies, questions."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from checks.tables.findings import Finding, Severity
from checks.tables.grouping import grouped, in_file
from checks.tables.mending.marking import excel_place, marked_workbook
from checks.tables.mending.remedies import (
    File,
    clean_text,
    marked_copy,
    mending,
    repaired_copy,
    repaired_text,
    verdict,
)
from checks.tables.reading import UnreadableTable, read_table
from tests.tables.building import table_of, workbook

SHIFTED = workbook(
    [
        [],
        [None, "Tabel 1. Produksi"],
        [],
        [None, "desa", None, "ton"],
        [None, "A", None, "5"],
        [None, "B", None, "banyak"],
        [None, "C", None, "7"],
    ]
)
SCHEMA = {"fields": [{"name": "desa", "type": "string"}, {"name": "ton", "type": "integer"}]}


def wrong(row: int, field: str, number: int) -> Finding:
    return Finding(
        "type-error", Severity.ERROR, row, field, number, "x", "Salah.", "Wrong.", "Ubah.", "Mend."
    )


@pytest.fixture
def shifted(tmp_path: Path) -> Path:
    path = tmp_path / "produksi.xlsx"
    path.write_bytes(SHIFTED)
    return path


def test_a_finding_is_named_by_the_cell_that_excel_shows(shifted: Path) -> None:
    seen = verdict(shifted, SCHEMA, name=shifted.name, engine="fast")
    (group,) = seen.groups
    assert (group.field, group.places) == ("ton", ("D6",))


def test_columns_left_out_before_a_column_do_not_move_its_letter() -> None:
    table = table_of(";;\n;nama;;jumlah\n;a;;1\n;b;;x\n")
    assert excel_place(table, wrong(3, "jumlah", 2)) == "D4"
    (group,) = grouped([wrong(2, "jumlah", 2), wrong(3, "jumlah", 2)], table)
    assert group.places == ("D3", "D4")
    assert 'Kolom "jumlah" (D): 2 sel' in group.message_id


def test_the_marked_copy_has_every_cell_where_the_file_has_it(shifted: Path) -> None:
    table = read_table(shifted)
    sheet = load_workbook(io.BytesIO(marked_workbook(table, [wrong(3, "ton", 2)])))["data"]
    assert [sheet["B4"].value, sheet["D4"].value] == ["desa", "ton"]
    assert sheet["D6"].value == "banyak"
    assert sheet["D6"].comment is not None
    assert sheet["A4"].value is None


def test_a_verdict_masks_personal_numbers_in_findings_and_groups(tmp_path: Path) -> None:
    path = tmp_path / "orang.csv"
    rows = "".join(f"3579011708950{n:03},x\n" for n in range(1, 9))
    path.write_text("nik,n\n" + rows)
    schema = {
        "fields": [
            {"name": "nik", "type": "string", "constraints": {"maxLength": 3}},
            {"name": "n", "type": "integer"},
        ]
    }
    seen = verdict(path, schema, name=path.name, engine="fast")
    assert seen.report.counts == {"constraint-error": 8, "type-error": 8}
    assert "3579011708950" not in str(seen.report.findings) + str(seen.groups)
    assert "3579****" in str(seen.groups)


def test_the_repairs_of_a_sent_file_are_listed_with_its_questions(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("tgl;nilai\n03/04/2024;1.234,5\n05/06/2024;2.000,5\nJumlah;3.235,0\n")
    found = mending(File(path, "x.csv"), [])
    assert [repair.code for repair in found.repairs] == ["total_rows", "number_signs"]
    assert found.untouched == ("tgl",)
    assert [question.column for question in found.questions] == ["tgl"]
    answered = mending(File(path, "x.csv", choices={"tgl": "day-first"}), [])
    assert answered.untouched == ()
    assert [question.column for question in answered.questions] == ["tgl"]
    assert repaired_text(File(path, "x.csv")) == (
        b"tgl,nilai\r\n03/04/2024,1234.5\r\n05/06/2024,2000.5\r\n"
    )


def test_a_row_in_a_sentence_is_the_row_that_excel_shows() -> None:
    table = table_of("Tabel 3\n\ndesa,ket\nA,x\nB,y\n")
    sentence = 'Baris 3, kolom "baris 3": "baris 2" mengulang baris 2.'
    assert in_file(sentence, table) == 'Baris 5, kolom "baris 3": "baris 2" mengulang baris 4.'
    assert in_file("Row 3 repeats row 2.", table) == "Row 5 repeats row 4."
    assert in_file("Ada 12 baris.", table) == "Ada 12 baris."


def test_dates_that_a_schema_agrees_are_mended_though_others_are_none(tmp_path: Path) -> None:
    path, schema = tmp_path / "x.csv", {"fields": [{"name": "tgl", "type": "date"}, {"name": "n"}]}
    path.write_text("tgl,n\n2024-01-31,1\n17 Agustus 2024,2\n05/04/2024,3\n31/02/2024,4\n")
    assert repaired_text(File(path, "x.csv", schema)) == (
        b"tgl,n\r\n2024-01-31,1\r\n2024-08-17,2\r\n2024-04-05,3\r\n31/02/2024,4\r\n"
    )
    path.write_text("tgl,n\n2024-01-31,1\n05/04/2024,3\n03/14/2024,4\n")
    assert b"05/04/2024" in repaired_text(File(path, "x.csv", schema))


def test_a_repair_says_in_which_form_the_dates_are_written(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("tgl,tahun\n2024-08-17,2024.0\n18/08/2024,2024.0\n")
    schema = {"fields": [{"name": "tgl", "type": "date", "format": "%d/%m/%Y"}]}
    asked = mending(File(path, "x.csv", schema), []).repairs
    assert [repair.code for repair in asked] == ["years_as_floats", "dates"]
    assert "menurut skema" in asked[1].message_id
    plainly = mending(File(path, "x.csv"), []).repairs
    assert "tahun-bulan-hari" in plainly[1].message_id


def test_the_repaired_copy_says_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("desa;nilai\nA;1.234,5\nB;2.000,5\n")
    sheet = load_workbook(io.BytesIO(repaired_copy(File(path, "x.csv"), "en")))["data"]
    assert sheet["B2"].value == 1234.5
    assert sheet["B2"].comment.text == "was: 1.234,5"


def test_what_is_no_table_has_groups_and_no_copies(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"")
    found = mending(File(path, "x.csv"), [wrong(2, "a", 1)])
    assert len(found.groups) == 1
    assert (found.repairs, found.questions) == ((), ())
    with pytest.raises(UnreadableTable):
        marked_copy(File(path, "x.csv"), [], "id")


def test_a_table_too_large_for_a_workbook_is_refused_with_the_way_out() -> None:
    table = table_of("a,b\n" + "1,2\n" * 500_001)
    with pytest.raises(UnreadableTable) as caught:
        marked_workbook(table, [])
    assert caught.value.code == "too-large-to-mark"
    assert "pecah" in caught.value.sentence_id


def test_clean_text_is_written_where_it_is_asked(tmp_path: Path) -> None:
    path, out = tmp_path / "x.csv", tmp_path / "out.csv"
    path.write_text("a;n\nx;1.234,5\ny;2.000,5\n")
    clean_text(path, "x.csv", out)
    assert out.read_bytes() == b"a,n\r\nx,1234.5\r\ny,2000.5\r\n"
