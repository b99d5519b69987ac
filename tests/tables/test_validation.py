"""The verdict on a file: every error with its place and remedy, and what others read over."""

import json
from pathlib import Path

import pytest
from frictionless import Schema
from frictionless.resources import TableResource

from checks.tables import large
from checks.tables.reading import Caps, UnreadableTable
from checks.tables.validation import BadSchema, Report, validate
from tests.tables.building import workbook

SCHEMA = {
    "fields": [
        {"name": "id", "type": "integer", "constraints": {"required": True, "unique": True}},
        {"name": "nama", "type": "string", "constraints": {"required": True, "maxLength": 8}},
        {"name": "n", "type": "integer", "constraints": {"minimum": 0}},
    ],
    "primaryKey": ["id"],
}
GOOD = "id,nama,n\n1,Batu,5\n2,Bumiaji,6\n"
BAD = "id,nama,n\n1,Batu,x\n2,,6\n\n3,Junrejo\n4,Sisir,5,6\n4,Temas,-7\n"


def verdict(
    tmp_path: Path, content: str | bytes, schema: object = None, name: str = "file.csv"
) -> Report:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return validate(path, schema)  # type: ignore[arg-type]


def places(report: Report) -> list[tuple[str, int | None, int | None]]:
    return [(f.code, f.row, f.field_number) for f in report.findings]


def test_a_good_file_is_valid(tmp_path):
    report = verdict(tmp_path, GOOD, SCHEMA)
    assert report.valid
    assert report.findings == ()
    assert report.n_rows == 2
    assert report.fields == ("id", "nama", "n")


def test_every_error_has_its_row_field_cell_and_words(tmp_path):
    report = verdict(tmp_path, BAD, SCHEMA)
    assert not report.valid
    assert places(report) == [
        ("type-error", 2, 3),
        ("constraint-error", 3, 2),
        ("blank-row", 4, None),
        ("primary-key", 4, None),
        ("missing-cell", 5, 3),
        ("extra-cell", 6, 4),
        ("constraint-error", 7, 3),
        ("unique-error", 7, 1),
        ("primary-key", 7, None),
    ]
    first = report.findings[0]
    assert (first.field, first.cell) == ("n", "x")
    assert first.message_id == 'Baris 2, kolom "n": "x" bukan bilangan bulat.'
    assert first.remedy_id
    assert report.findings[1].message_id.endswith("melanggar aturan wajib diisi.")
    assert report.counts["constraint-error"] == 2


def test_the_report_is_the_one_that_frictionless_gives(tmp_path):
    report = verdict(tmp_path, BAD, SCHEMA)
    resource = TableResource(
        path="file.csv", basepath=str(tmp_path), schema=Schema.from_descriptor(SCHEMA)
    )
    task = resource.validate().tasks[0]
    expected = [
        (e.type, getattr(e, "row_number", None), getattr(e, "field_number", None))
        for e in task.errors
    ]
    assert places(report) == expected
    assert report.n_rows == task.stats["rows"]


def test_all_errors_are_counted_and_the_first_thousand_shown(tmp_path):
    report = verdict(tmp_path, "id,nama,n\n" + "".join(f"{i},a,x\n" for i in range(1500)), SCHEMA)
    assert len(report.findings) == 1000
    assert report.counts == {"type-error": 1500}
    assert report.truncated
    assert report.n_rows == 1500


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (b'a,b\n1,2\n3,"x\n5,6\n', "mutakhir/unclosed-quote", 3),
        (b"a,b\n1,x\x00y\n2,z\n", "mutakhir/nul-bytes", 2),
        (b"a,b\n1,x\n2,\xff\xfe\x80\n", "mutakhir/bad-encoding", 3),
        (b"a,b\n", "mutakhir/no-rows", None),
        (b"<html><title>Masuk</title></html>", "mutakhir/login-page", None),
        (b"", "mutakhir/empty-file", None),
    ],
)
def test_what_frictionless_reads_over_is_a_finding_of_ours(tmp_path, content, code, row):
    report = verdict(tmp_path, content)
    assert not report.valid
    first = report.findings[0]
    assert (first.code, first.row) == (code, row)
    assert first.message_id.endswith(".")
    assert first.remedy_id.endswith(".")
    assert first.message_en != first.message_id


def test_a_file_that_cannot_be_opened_is_no_verdict(tmp_path):
    with pytest.raises(UnreadableTable) as caught:
        validate(tmp_path / "tidak-ada.csv", SCHEMA)
    assert caught.value.code == "missing-file"


def test_below_title_rows_the_header_is_row_one(tmp_path):
    report = verdict(tmp_path, "Laporan,,\n,,\n" + GOOD.replace("6\n", "x\n"), SCHEMA)
    assert places(report) == [("type-error", 3, 3)]
    assert report.n_rows == 2


def test_total_and_section_rows_are_not_held_against_the_schema(tmp_path):
    report = verdict(tmp_path, GOOD + "Jumlah,,11\n", SCHEMA)
    assert report.valid
    assert report.n_rows == 2


def test_a_workbook_is_validated_as_it_is_read(tmp_path):
    rows = [["Daftar"], ["id", "nama", "n"], [1, "Batu", 5], [2, "Bumiaji", "x"]]
    report = verdict(tmp_path, workbook(rows), SCHEMA, "file.xlsx")
    assert places(report) == [("type-error", 3, 3)]


def test_declared_indonesian_signs_are_understood(tmp_path):
    schema = {
        "fields": [
            {"name": "nama", "type": "string"},
            {"name": "nilai", "type": "number", "decimalChar": ",", "groupChar": "."},
        ]
    }
    assert verdict(tmp_path, "nama;nilai\na;1.234,5\nb;12,5\n", schema).valid


@pytest.mark.parametrize("name", ["[table].csv", "a*b.csv", "http:.csv", "datapackage.json"])
def test_odd_file_names_are_only_names(tmp_path, name):
    assert verdict(tmp_path, GOOD, SCHEMA, name).valid


def test_a_foreign_schema_keeps_only_what_is_harmless(tmp_path):
    secret = tmp_path / "rahasia.json"
    secret.write_text(json.dumps({"fields": [{"name": "lain"}]}))
    schema = {
        **SCHEMA,
        "$schema": secret.as_uri(),
        "profile": secret.as_uri(),
        "foreignKeys": [{"fields": ["id"], "reference": {"resource": "x", "fields": ["id"]}}],
    }
    assert verdict(tmp_path, GOOD, schema).valid


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"path": "x"}, "fields"),
        ({"fields": [{"type": "integer"}]}, "Kolom ke-1"),
        ({"fields": [{"name": "a", "type": "bilangan"}]}, "Skema"),
        ({"fields": [{"name": "a"}], "primaryKey": ["b"]}, "b"),
        ({"fields": [{"name": "a", "constraints": {"pattern": "("}}]}, "Pola"),
        ({"fields": [{"name": "a", "constraints": {"pattern": "(?=a).*"}}]}, "RE2"),
        ({"fields": [{"name": "a", "constraints": {"pattern": r"(a)\1"}}]}, "RE2"),
        ({"fields": [{"name": "a", "constraints": {"pattern": "a{1,2000}"}}]}, "RE2"),
        ({"fields": [{"name": "a", "constraints": {"pattern": r"(a+)+\b"}}]}, "pengulangan"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused_with_its_reason(tmp_path, schema, said):
    with pytest.raises(BadSchema, match=said):
        verdict(tmp_path, GOOD, schema)


@pytest.mark.parametrize("pattern", ["[A-Z]{2}\\d+", "(ab)+c", "(?:a|b)*", "\\d{2}(\\.\\d{2})*"])
def test_ordinary_patterns_are_taken(tmp_path, pattern):
    schema = {"fields": [{"name": "a", "constraints": {"pattern": pattern}}, {"name": "b"}]}
    assert isinstance(verdict(tmp_path, "a,b\nx,y\nz,w\n", schema), Report)


def test_a_large_file_is_looked_through_without_being_held(tmp_path, monkeypatch):
    monkeypatch.setattr(large, "LARGE_BYTES", 1_000)
    rows = "".join(f"{i},Desa {i % 9},{i}\n" for i in range(2_000))
    good = verdict(tmp_path, "id,nama,n\n" + rows, SCHEMA)
    assert good.valid
    assert good.n_rows == 2_000
    broken = verdict(tmp_path, "id,nama,n\n" + rows + '9999,"terbuka,1\n', SCHEMA)
    assert broken.findings[0].code == "mutakhir/unclosed-quote"
    assert broken.findings[0].row == 2_002
    cut = verdict(tmp_path, ("id,nama,n\n" + rows).encode() + b"9999,\xff\xfe\x80,1\n", SCHEMA)
    assert cut.findings[0].code == "mutakhir/bad-encoding"


def test_only_a_large_csv_passes_the_size_cap(tmp_path, monkeypatch):
    monkeypatch.setattr(large, "LARGE_BYTES", 100)
    path = tmp_path / "file"
    path.write_text(GOOD * 20)
    assert validate(path, None, caps=Caps(wire_bytes=50)).counts.get("mutakhir/too-large") is None
    path.write_text(json.dumps([{"a": 1, "b": 2}] * 20))
    report = validate(path, None, caps=Caps(wire_bytes=50))
    assert report.findings[0].code == "mutakhir/too-large"
