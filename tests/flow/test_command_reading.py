"""`validate` and `read` of any file: within limits, masked, grouped, with copies on request."""

import csv
import io
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.flow.test_command_line import Run, refused, run

__all__ = ["run"]
SCHEMA = {
    "fields": [
        {"name": "nik", "type": "string", "constraints": {"maxLength": 10}},
        {"name": "jumlah", "type": "integer"},
    ]
}
FORMULA = "=1+1"


@pytest.fixture
def people(run: Run, tmp_path: Path) -> Path:
    """A file with personal numbers and 1,200 faulty cells, under a title, with its schema."""
    rows = "".join(f"3579011708950{n % 999:03},x{n}\n" for n in range(600))
    (tmp_path / "orang.csv").write_text("Daftar;\nnik;jumlah\n" + rows.replace(",", ";"))
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA))
    return tmp_path


def test_findings_are_grouped_by_column_with_cells_as_excel_names_them(
    run: Run, people: Path
) -> None:
    result = run("validate", "orang.csv", "--schema", "schema.json")
    assert result.exit_code == 1
    assert "NOT valid: 600 rows, 2 fields" in result.stdout
    assert 'B3: Column "jumlah" (B):' in result.stdout
    assert "There are 1,200 findings; only the first 1,000 are shown." in result.stdout
    assert len(result.stdout.splitlines()) == 4


def test_no_personal_number_is_printed(run: Run, people: Path) -> None:
    for words in (
        ("validate", "orang.csv", "--schema", "schema.json"),
        ("validate", "orang.csv", "--schema", "schema.json", "--json", "--questions"),
        ("read", "orang.csv"),
    ):
        result = run(*words)
        assert "3579011708950" not in result.output, words
        assert "3579****" in result.output, words


def test_brackets_and_colons_of_a_file_are_printed_as_they_stand(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("l [ha],[red]k\n1.5,[/i] :cat:\n2.5,[bold]b\n")
    for command in ("read", "infer", "profile"):
        result = run(command, "x.csv")
        assert result.exit_code == 0, result.output
        assert "l [ha]" in result.stdout
        assert "[red]k" in result.stdout
    assert "[/i] :cat:" in run("read", "x.csv").stdout


def test_the_json_has_groups_beside_the_names_of_the_contract(run: Run, people: Path) -> None:
    answer = json.loads(run("validate", "orang.csv", "--schema", "schema.json", "--json").stdout)
    assert answer["counts"] == {"constraint-error": 600, "type-error": 600}
    assert (len(answer["findings"]), answer["truncated"]) == (1_000, True)
    assert answer["note"].startswith("There are 1,200 findings")
    assert answer["questions"] is None
    groups = {group["field"]: group for group in answer["groups"]}
    assert groups["nik"]["places"] == ["A3", "A4", "A5"]
    assert groups["nik"]["n"] + groups["jumlah"]["n"] == 1_000


def test_the_marked_copy_is_written_where_it_is_asked(run: Run, people: Path) -> None:
    result = run("validate", "orang.csv", "--schema", "schema.json", "--mark", "tanda.xlsx")
    assert result.exit_code == 1
    book = load_workbook(people / "tanda.xlsx")
    assert book.sheetnames == ["data", "findings"]
    assert book["data"]["B3"].comment is not None
    assert "3579011708950" not in str([c.value for row in book["findings"].rows for c in row])


def test_the_repaired_copy_is_a_workbook_or_text(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(f"desa;nilai\n{FORMULA};1.234,5\nB;2.000,5\nJumlah;3.235,0\n")
    assert run("read", "x.csv", "--repair", "baik.csv", "--json").exit_code == 0
    rows = list(csv.reader(io.StringIO((tmp_path / "baik.csv").read_text())))
    assert rows == [["desa", "nilai"], [f"'{FORMULA}", "1234.5"], ["B", "2000.5"]]
    assert run("validate", "x.csv", "--repair", "baik.xlsx").exit_code == 0
    sheet = load_workbook(tmp_path / "baik.xlsx")["data"]
    assert [sheet["A2"].value, sheet["B2"].value] == [f"'{FORMULA}", 1234.5]
    assert (tmp_path / "x.csv").read_text().startswith("desa;nilai\n=1+1;1.234,5")


@pytest.mark.parametrize("option", [("--mark", "x.csv"), ("--repair", "x.doc")])
def test_a_copy_of_another_kind_is_refused(run: Run, people: Path, option: tuple[str, str]) -> None:
    assert option[1] in refused(run("validate", "orang.csv", *option))
    assert not (people / option[1]).exists()


def test_what_can_be_read_in_two_ways_is_shown_both_ways(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("tanggal,n\n03/04/2024,1\n05/06/2024,2\n")
    assert "03/04/2024 → 2024-03-04" in run("read", "x.csv", "--questions").stdout
    (asked,) = json.loads(run("read", "x.csv", "--questions", "--json").stdout)["questions"]
    assert (asked["column"], asked["code"]) == ("tanggal", "day-or-month")
    assert [way["code"] for way in asked["readings"]] == ["day-first", "month-first"]
    assert "questions" not in json.loads(run("read", "x.csv", "--json").stdout)


def test_a_file_that_takes_too_long_is_one_clear_line(run: Run, tmp_path: Path) -> None:
    rows = "".join(f"{n},nama {n}\n" for n in range(300_000))
    (tmp_path / "lama.csv").write_text("kode,nama\n" + rows)
    line = refused(run("read", "lama.csv", "--timeout", "0.2"))
    assert line.startswith("mutakhir: lama.csv: This file was not read within 0.2 seconds")


def test_the_rows_that_are_shown_are_counted(run: Run, people: Path) -> None:
    assert "shown 20 of 600 rows" in run("read", "orang.csv").stdout
