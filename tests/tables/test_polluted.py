"""However badly a table is written, a person's reading of it is ours, or the reason is told."""

from pathlib import Path

import pytest

from checks.tables.reading import UnreadableTable, read_table
from checks.tables.validation import validate
from tests.tables.pollutions import CLEAN, HEADER, PLAIN, ROWS, Polluted, all_pollutions, written

# What is not read, and why.
NOT_REACHED = {
    "two-tables-no-blank": "nothing but its labels parts the second table from the first",
    "nul-cell": "refused by name: a NUL byte is damage that only its agency can mend",
}
CASES = all_pollutions()


def read(tmp_path: Path, case: Polluted) -> tuple[list[str], list[list[str]]]:
    path = tmp_path / "file"
    path.write_bytes(case.content)
    table = read_table(path, name="data.csv")
    return list(table.header), [[cell or "" for cell in row] for row in table.rows]


def test_there_are_many_pollutions_and_no_two_of_one_name():
    assert len({case.name for case in CASES}) == len(CASES) >= 170
    assert set(NOT_REACHED) < {case.name for case in CASES}


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name not in NOT_REACHED], ids=lambda case: case.name
)
def test_a_polluted_table_is_read_as_its_clean_one(tmp_path, case):
    assert read(tmp_path, case) == (case.header, case.rows)


def test_what_is_not_reached_is_refused_or_at_least_not_empty(tmp_path):
    known = {case.name: case for case in CASES}
    with pytest.raises(UnreadableTable, match="NUL"):
        read(tmp_path, known["nul-cell"])
    header, rows = read(tmp_path, known["two-tables-no-blank"])
    assert header == HEADER
    assert rows[: len(ROWS)] == ROWS


@pytest.mark.parametrize(
    ("text", "code", "value"),
    [
        (written(CLEAN, delimiter="~|~"), "delimiter", "~|~"),
        (written(CLEAN, quote="'", quotes_all=True), "quote", "'"),
        (PLAIN.replace("Barang A 0", r'"kotak \"A\" besar"'), "escape", "\\"),
        (written(CLEAN, delimiter=", "), "spaces", ""),
        (PLAIN.replace("Barang C 2", '"Barang "C" 2"'), "mended_rows", "4"),
        (PLAIN + "\r\nwilayah,luas\r\nBatu,4\r\nBeji,5\r\n", "other_tables", "27, 28, 29"),
        (PLAIN + "\x1a", "stray_marks", "1"),
    ],
)
def test_every_mended_thing_is_a_decision(tmp_path, text, code, value):
    path = tmp_path / "file"
    path.write_text(text, newline="")
    table = read_table(path)
    assert table.decided(code) == value
    assert table.n_rows == len(ROWS)


@pytest.mark.parametrize(
    "text",
    [
        "nama\nDesa Batu Indah\nDesa Sisir Utara\nDesa Punten Asri\n",
        "jam\n08:00\n09:30\n10:15\n",
        'alamat\n"Jalan A, RT 1"\nJalan B; lantai 2\nJalan C\nJalan D\n',
    ],
)
def test_marks_of_prose_do_not_cut_one_column_into_several(tmp_path, text):
    path = tmp_path / "file"
    path.write_text(text)
    assert len(read_table(path).header) == 1


def test_the_values_that_spaces_separate_need_a_column_of_numbers(tmp_path):
    path = tmp_path / "file"
    path.write_text("kode nama jumlah\na1 Batu 5\nb2 Sisir 7\nc3 Temas 9\n")
    assert read_table(path).header == ("kode", "nama", "jumlah")


@pytest.mark.parametrize("engine", ["fast", "frictionless"])
@pytest.mark.parametrize("dialect", [{"quote": "'"}, {"delimiter": "~|~"}, {"delimiter": ", "}])
def test_a_table_in_an_odd_dialect_is_validated_as_it_is_read(tmp_path, engine, dialect):
    path = tmp_path / "file.csv"
    kinds = ["string", "string", "date", "integer", "number", "string", "string"]
    fields = [{"name": n, "type": kind} for n, kind in zip(HEADER, kinds, strict=True)]
    path.write_text(written(CLEAN, **dialect), newline="")
    assert validate(path, {"fields": fields}, engine=engine).valid
    wrong = [*CLEAN[:3], [*CLEAN[3][:3], "banyak", *CLEAN[3][4:]], *CLEAN[4:]]
    path.write_text(written(wrong, **dialect), newline="")
    (finding,) = validate(path, {"fields": fields}, engine=engine).findings
    assert (finding.code, finding.row, finding.field) == ("type-error", 4, "jumlah")
