"""What helps a person to mend a file: addresses as Excel shows them, copies, questions."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from checks.tables.findings import Finding, Severity
from checks.tables.grouping import grouped
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
