"""Only a real change moves the canonical hash: the change vectors of the freshness model."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.tables.changes.canonical import canonical_hash, schema_fingerprint
from checks.tables.mending.export import write_csv_to
from tests.tables.building import table_of, workbook

LINES = [
    "kecamatan,periode,jumlah,diambil",
    "Batu,2024-01,1,x",
    "Bumiaji,2024-02,20,y",
    "Junrejo,2024-03,3.5,z",
]
PLAIN = "\n".join(LINES) + "\n"
HASH = canonical_hash(table_of(PLAIN))


def columns_turned(text: str) -> str:
    return "".join(",".join(reversed(line.split(","))) + "\n" for line in text.splitlines())


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("line ends", PLAIN.replace("\n", "\r\n")),
        ("byte order mark", b"\xef\xbb\xbf" + PLAIN.encode()),
        ("column order", columns_turned(PLAIN)),
        ("row order", "\n".join([LINES[0], *reversed(LINES[1:])]) + "\n"),
        ("outer spaces", PLAIN.replace(",Batu", ", Batu ").replace("Batu,", "  Batu  ,")),
        ("1.0 for 1", PLAIN.replace(",1,", ",1.0,")),
        ("20.00 for 20", PLAIN.replace(",20,", ",20.00,")),
        ("case of the header", PLAIN.replace("kecamatan", " Kecamatan ")),
        ("spelling of a month", PLAIN.replace("2024-01", "Januari 2024")),
        ("every cell quoted", "".join(
            ",".join(f'"{cell}"' for cell in line.split(",")) + "\n" for line in LINES)),
        ("another delimiter", PLAIN.replace(",", ";")),
        ("another encoding", PLAIN.encode("utf-16")),
        ("a last line end less", PLAIN.rstrip("\n")),
        ("blank lines", PLAIN + "\n,,,\n"),
        ("saved as a workbook", workbook([
            LINES[0].split(","), ["Batu", "2024-01", 1, "x"],
            ["Bumiaji", "2024-02", 20, "y"], ["Junrejo", "2024-03", 3.5, "z"]])),
    ],
)  # fmt: skip
def test_a_file_that_is_only_written_differently_has_the_same_hash(what, content):
    assert canonical_hash(table_of(content)) == HASH, what


def test_a_workbook_saved_again_has_other_bytes_and_the_same_hash():
    rows = [["Tahun", "Nilai"], [2023, 1.5], [2024, 2]]
    first, second = workbook(rows), workbook(rows, [["catatan"], ["lain"]])
    assert first != second
    assert canonical_hash(table_of(first)) == canonical_hash(table_of(second))


def test_the_moment_of_the_download_is_no_change():
    def at(hour: int) -> str:
        return f"id,n,generated_at\n1,5,2024-01-01 {hour}:00\n2,6,2024-01-01 {hour}:00\n"

    assert canonical_hash(table_of(at(10))) == canonical_hash(table_of(at(11)))


def test_a_declared_volatile_column_is_no_change():
    other = table_of(PLAIN.replace(",x\n", ",lain\n"))
    assert canonical_hash(other) != HASH
    volatile = ("Diambil ",)
    without = canonical_hash(other, volatile_columns=volatile)
    assert without == canonical_hash(table_of(PLAIN), volatile_columns=volatile)


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("one cell", PLAIN.replace(",20,", ",21,")),
        ("one row more", PLAIN + "Sisir,2024-04,4,w\n"),
        ("one row less", "\n".join(LINES[:-1]) + "\n"),
        ("one row twice", PLAIN + LINES[1] + "\n"),
        ("another period", PLAIN.replace("2024-03", "2024-04")),
        ("another column name", PLAIN.replace("jumlah", "total")),
        ("one cell emptied", PLAIN.replace(",20,", ",,")),
    ],
)
def test_a_real_change_moves_the_hash(what, content):
    assert canonical_hash(table_of(content)) != HASH, what


def test_back_to_an_earlier_content_is_back_to_its_hash():
    changed = PLAIN.replace(",20,", ",21,")
    assert canonical_hash(table_of(changed)) != HASH
    assert canonical_hash(table_of(changed.replace(",21,", ",20,"))) == HASH


def test_two_ways_of_writing_the_same_letter_are_one():
    composed, decomposed = "nama,n\nCaf\u00e9,1\nx,2\n", "nama,n\nCafe\u0301,1\nx,2\n"
    assert canonical_hash(table_of(composed)) == canonical_hash(table_of(decomposed))


def test_the_clean_export_of_a_table_has_its_hash():
    table = table_of("kode;tanggal;nilai\n35.79;17/08/2024;1.234,5\n35.73;18/08/2024;-12,5\n")
    stream = io.StringIO(newline="")
    write_csv_to(table, stream)
    assert canonical_hash(table_of(stream.getvalue())) == canonical_hash(table)


@given(st.permutations(range(4)), st.permutations(range(12)))
def test_no_order_of_rows_or_columns_moves_the_hash(columns, rows):
    names = ["kode", "nama", "tahun", "jumlah"]
    data = [[f"{i:02d}", f"Desa {i % 5}", str(2010 + i), str(i * 7)] for i in range(12)]
    lines = [[names[c] for c in columns], *([data[r][c] for c in columns] for r in rows)]
    straight = [names, *data]
    texts = ["".join(",".join(line) + "\n" for line in some) for some in (lines, straight)]
    first, second = (canonical_hash(table_of(text)) for text in texts)
    assert first == second


def test_the_schema_fingerprint_knows_names_and_types_only():
    same = schema_fingerprint(table_of(PLAIN))
    assert schema_fingerprint(table_of(columns_turned(PLAIN))) == same
    assert schema_fingerprint(table_of(PLAIN.replace("3.5", "4"))) == same
    assert schema_fingerprint(table_of(PLAIN.replace("jumlah", "total"))) != same
    assert schema_fingerprint(table_of(PLAIN.replace("2024-0", "musim "))) != same
