"""No content crashes the engine: a table or a clear reason, always within a moment."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.tables.changes.canonical import canonical_hash
from checks.tables.profile import profile
from checks.tables.reading import UnreadableTable
from tests.tables.building import table_of, workbook

PIECES = st.sampled_from(
    ["a", "tahun", "2024", ",", ";", "\t", '"', "\n", "\r\n", "\r", "-", "Jumlah", "1.234,5",
     "é", "\0", "Januari", "<html>", "{", "[", "}", "]", ":", "\ufeff", "00", "Rp", "%", " ",
     "35.79", "٣", "\u2028"]
)  # fmt: skip
STARTS = st.sampled_from(
    [b"", b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"[{", b"<"]
)


def judged(content: bytes) -> None:
    try:
        table = table_of(content)
    except UnreadableTable as error:
        assert error.code
        assert str(error).endswith(".")
        return
    assert len(table.columns) == len(table.header)
    assert len(set(table.header)) == len(table.header)
    assert len(table.record_lines) == table.n_rows
    assert all(len(row) == len(table.header) for row in table.rows)
    profile(table)
    canonical_hash(table)


@settings(max_examples=150)
@given(STARTS, st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_reason(start, rest):
    judged(start + rest)


@settings(max_examples=250)
@given(st.lists(PIECES, max_size=60))
def test_any_text_is_a_table_or_a_reason(pieces):
    judged("".join(pieces).encode())


@pytest.mark.parametrize("seed", range(40))
def test_a_workbook_with_broken_bytes_is_a_table_or_a_reason(seed):
    chance = random.Random(seed)
    content = bytearray(workbook([["a", "b"], [1, "x"], [2, "y"]]))
    for _ in range(chance.choice([1, 5, 50])):
        content[chance.randrange(len(content))] = chance.randrange(256)
    judged(bytes(content[: chance.randrange(len(content)) if seed % 2 else len(content)]))
