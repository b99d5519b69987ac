"""Large files are judged in a stream; what is beyond their head is judged or told."""

import json

import pytest

from checks.tables import large, validation
from checks.tables.readers import json_stream
from checks.tables.readers.json_stream import as_csv, is_json_lines
from checks.tables.reading import Caps, UnreadableTable
from checks.tables.validation import validate

FIELDS = [{"name": "id", "type": "integer"}, {"name": "nama", "type": "string"}]
SCHEMA = {"fields": [*FIELDS, {"name": "n", "type": "integer"}]}
N_ROWS = 700


@pytest.fixture
def _small_is_large(monkeypatch):
    for module in (validation, large):
        monkeypatch.setattr(module, "LARGE_BYTES", 1_000)


def objects(**more: object) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [
        {"id": i, "nama": f"Desa, {i % 9}", "n": i} for i in range(N_ROWS)
    ]
    rows[400] |= {"n": "banyak"} | more
    return rows


def lines(rows: list[dict[str, object]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize("engine", ["fast", "frictionless"])
def test_large_json_lines_have_the_report_of_small_ones(tmp_path, monkeypatch, engine):
    path = tmp_path / "data.jsonl"
    path.write_text(lines(objects(baru="x", dalam={"a": 1})))
    held = validate(path, SCHEMA, engine=engine)
    monkeypatch.setattr(validation, "LARGE_BYTES", 1_000)
    streamed = validate(path, SCHEMA, engine=engine, caps=Caps(wire_bytes=50_000))
    assert not streamed.valid
    assert streamed.n_rows == held.n_rows == N_ROWS
    assert streamed.fields == held.fields
    assert streamed.counts == held.counts
    assert streamed.findings == held.findings
    assert "type-error" in streamed.counts


@pytest.mark.usefixtures("_small_is_large")
@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ('{"id": 1, "nama"\n', "mutakhir/broken-json"),
        ("[1, 2]\n", "mutakhir/broken-json"),
        ('{"id": 1, "nama": "' + "x" * 200 + '"}\n', "mutakhir/too-large"),
    ],
)
def test_a_line_that_is_no_object_is_named(tmp_path, broken, code):
    path = tmp_path / "data.jsonl"
    path.write_text(lines(objects()) + broken)
    (finding,) = validate(path, SCHEMA, caps=Caps(cell_chars=100)).findings
    assert finding.code == code
    assert finding.row == (N_ROWS + 1 if code.endswith("json") else None)


def test_names_that_come_late_have_their_column_from_the_first_row(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text('{"a": 1}\n\n{"a": null, "b": {"c": true}}\n{"d": "x\\ny"}\n')
    assert is_json_lines(path) is False
    with as_csv(path, Caps()) as flat:
        assert flat.read_text().splitlines() == ["a,b.c,d", "1,,", ",true,", ',,"x', 'y"']
    assert not flat.exists()


def test_more_names_than_columns_may_be_are_refused(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text("".join(f'{{"k{i}": 1}}\n' for i in range(6)))
    with pytest.raises(UnreadableTable, match="kolom"), as_csv(path, Caps(n_columns=5)):
        pass


def test_a_disk_without_room_is_a_reason_not_a_crash(tmp_path, monkeypatch):
    path = tmp_path / "data.jsonl"
    path.write_text(lines(objects()))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(json_stream, "_written", full)
    with pytest.raises(UnreadableTable, match="disk"), as_csv(path, Caps()):
        pass


@pytest.mark.usefixtures("_small_is_large")
@pytest.mark.parametrize("engine", ["fast", "frictionless"])
@pytest.mark.parametrize(
    ("end", "said"),
    [("Jumlah,,5\n", "Jumlah"), ("Sumber: BPS,,\n", "Sumber: BPS"), ("", None)],
)
def test_sums_below_a_large_table_are_told(tmp_path, engine, end, said):
    path = tmp_path / "data.csv"
    rows = "".join(f"{i},Desa {i % 9},{i}\n" for i in range(60_000))
    path.write_text("id,nama,n\n" + rows + end)
    fields = [{"name": "id", "type": "string"}, *SCHEMA["fields"][1:]]
    report = validate(path, {"fields": fields}, engine=engine)
    told = [f for f in report.findings if f.code == "mutakhir/rows-beyond"]
    assert len(told) == (said is not None)
    assert report.valid
    if said is not None:
        assert said in told[0].message_id
        assert report.counts["mutakhir/rows-beyond"] == 1
