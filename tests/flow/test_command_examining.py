"""`infer`, `profile` and `diff`: what a file proposes, what it holds, what changed."""

import json
from pathlib import Path

import pytest

from tests.flow.test_command_line import Run, refused, run

__all__ = ["run"]
OLD = (
    "tahun;kode_kecamatan;nik;kerugian_rp;indeks\n"
    "2023;35.79.01;3579011708950001;1.000.000;1.234\n"
    "2024;35.79.01;3579011708950002;2.500.000;2.345\n"
)


@pytest.fixture
def files(run: Run, tmp_path: Path) -> Path:
    (tmp_path / "lama.csv").write_text(OLD)
    new = OLD.replace("indeks", "indeks_air").replace("2.500.000", "2.750.000")
    (tmp_path / "baru.csv").write_text(new + "2025;35.79.01;3579011708950003;5;3.456\n")
    return tmp_path


def test_what_a_file_proposes_is_a_schema_that_it_keeps(run: Run, files: Path) -> None:
    answer = json.loads(run("infer", "lama.csv", "--out", "skema.json", "--json").stdout)
    assert json.loads((files / "skema.json").read_text()) == answer["schema"]
    assert (answer["period_columns"], answer["is_wide"]) == (["tahun"], False)
    assert answer["primary_key"] == answer["schema"]["primaryKey"] == ["tahun"]
    assert answer["units"] == {"kerugian_rp": "rupiah"}
    assert [asked["column"] for asked in answer["questions"]] == ["indeks"]
    notes = {note["alias"]: note for note in answer["variables"]}
    assert notes["nik"]["apakah_variabel_bisa_diakses_umum"] is False
    assert run("validate", "lama.csv", "--schema", "skema.json").exit_code == 0
    shown = run("infer", "lama.csv").stdout
    assert "primary key: tahun\nperiod: tahun\n? Column" in shown


def test_a_file_in_figures(run: Run, files: Path) -> None:
    answer = json.loads(run("profile", "lama.csv", "--json").stdout)
    assert (answer["n_rows"], answer["newest_period"]) == (2, "2024")
    figures = {column["name"]: column for column in answer["columns"]}
    assert figures["kerugian_rp"]["highest"] == "2.500.000"
    assert figures["tahun"]["n_distinct"] == 2
    assert len(answer["canonical_hash"]) == len(answer["schema_fingerprint"]) == 64
    assert "2 rows; period column tahun; newest period 2024" in run("profile", "lama.csv").stdout


def test_what_changed_is_told_in_words_and_numbers_and_masked(run: Run, files: Path) -> None:
    result = run("diff", "lama.csv", "baru.csv", "--key", "tahun")
    assert result.exit_code == 0
    assert "column 'indeks' became 'indeks_air'" in result.stdout
    assert "rows: 1 added, 0 removed, 1 changed" in result.stdout
    assert '[kerugian_rp: "2500000" -> "2750000"]' in result.stdout
    assert "| 2024" in result.stdout.replace(", 2024", "| 2024")
    assert "35790117089500" not in run("diff", "lama.csv", "baru.csv", "--json").stdout
    assert "the content is the same" in run("diff", "lama.csv", "lama.csv").stdout


def test_what_cannot_be_examined_is_refused_in_one_line(run: Run, files: Path) -> None:
    (files / "kosong.csv").write_text("")
    assert "is empty" in refused(run("profile", "kosong.csv"))
    assert "kosong.csv" in refused(run("diff", "lama.csv", "kosong.csv"))
    assert 'no column "desa"' in refused(run("diff", "lama.csv", "baru.csv", "--key", "desa"))
    assert "is a folder" in refused(run("infer", "."))
    assert "is a folder" in refused(run("validate", "lama.csv", "--schema", "."))
