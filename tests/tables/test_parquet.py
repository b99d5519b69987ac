"""Parquet is read as its table where its reader is installed, else refused by the extra's name."""

import importlib.util
import io
from datetime import date, datetime
from decimal import Decimal

import polars
import pytest

from checks.tables.reading import Caps, UnreadableTable
from tests.tables.building import table_of, types_of


def parquet(columns: dict[str, list[object]], **schema: object) -> bytes:
    stream = io.BytesIO()
    polars.DataFrame(columns, schema_overrides=schema).write_parquet(stream)
    return stream.getvalue()


FRAME = parquet(
    {
        "kode": ["001", "002", None],
        "tanggal": [date(2024, 1, 2), date(2024, 2, 3), None],
        "jam": [
            datetime.fromisoformat("2024-01-02T03:04"),
            datetime.fromisoformat("2024-01-02"),
            None,
        ],
        "jumlah": [5, 7, None],
        "nilai": [1.5, 2.0, None],
        "aktif": [True, False, None],
        "harga": [Decimal("1200.50"), Decimal("10.00"), None],
        "daftar": [[1, 2], [], None],
        "isi": [{"a": 1}, {"a": 2}, None],
    }
)


def refused(content: bytes, caps: Caps | None = None) -> str:
    with pytest.raises(UnreadableTable) as caught:
        table_of(content, "data.parquet", caps)
    return caught.value.code


def test_every_type_becomes_the_cell_that_a_csv_would_hold():
    table = table_of(FRAME, "apa saja.bin")
    assert table.decided("format") == "parquet"
    assert table.rows[0] == (
        "001", "2024-01-02", "2024-01-02 03:04:00", "5", "1.5", "true", "1200.50", "[1, 2]",
        '{"a": 1}',
    )  # fmt: skip
    assert table.rows[1][:6] == ("002", "2024-02-03", "2024-01-02", "7", "2", "false")
    assert types_of(table)[:7] == [
        "string", "date", "date", "integer", "number", "boolean", "number",
    ]  # fmt: skip
    assert table.n_rows == 2


def test_the_names_are_the_header_even_when_they_are_years():
    table = table_of(parquet({"Jenis": ["a", "b"], "2023": [1, 2], "2024": [3, 4]}))
    assert table.header == ("Jenis", "2023", "2024")


@pytest.mark.parametrize(
    ("content", "caps", "code"),
    [
        (FRAME, Caps(n_columns=8), "too-large"),
        (FRAME, Caps(wire_bytes=50), "too-large"),
        (parquet({"a": ["x" * 5_000] * 400, "b": ["y"] * 400}),
         Caps(decoded_bytes=1_000_000), "too-large"),
        (FRAME[: len(FRAME) // 2], None, "binary"),
        (FRAME[: len(FRAME) // 2] + b"PAR1", None, "broken-parquet"),
        (b"PAR1" + b"\x00" * 100 + b"PAR1", None, "broken-parquet"),
    ],
)  # fmt: skip
def test_what_is_too_large_or_damaged_is_refused(content, caps, code):
    assert refused(content, caps) == code


def test_a_frame_of_too_many_cells_is_refused_before_it_is_unpacked():
    stream = io.BytesIO()
    ones = polars.select(polars.repeat(1, 21_000_000, dtype=polars.Int8).alias("a"))
    ones.with_columns(b=polars.col("a")).write_parquet(stream)
    assert len(stream.getvalue()) < 5_000_000
    assert refused(stream.getvalue()) == "too-large"


def test_without_its_reader_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UnreadableTable, match=r"mutakhir\[fast\]") as caught:
        table_of(FRAME)
    assert caught.value.code == "no-parquet-reader"
