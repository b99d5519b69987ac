"""Records as one canonical file: the same records, the same bytes; readable as a table."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.sources import Conditional, Reach, SourceError
from checks.sources.answers import parsed, with_query
from checks.sources.fetcher import Fetcher
from checks.sources.records import number_text, records_of, written
from checks.tables.reading import read_table

NAMES = st.sampled_from(["tahun", "nilai", "wilayah", "izin", "catatan"])
VALUES = st.one_of(st.none(), st.booleans(), st.text(max_size=8), st.just({"a": "1"}))
OBJECTS = st.lists(st.dictionaries(NAMES, VALUES, min_size=1), max_size=12)


@pytest.fixture
def reach(fetcher_for: Callable[..., Fetcher], tmp_path: Path) -> Reach:
    return Reach(fetcher_for(), tmp_path / "scratch")


def file_of(reach: Reach, objects: list[dict[str, Any]]) -> bytes:
    path = written(records_of(objects), reach, Conditional(), "x.json").path
    assert path is not None
    content = path.read_bytes()
    path.unlink()
    return content


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(objects=OBJECTS, seed=st.integers(0, 99))
def test_the_order_of_the_records_leaves_no_trace(
    reach: Reach, objects: list[dict[str, Any]], seed: int
) -> None:
    turned = random.Random(seed).sample(objects, len(objects))
    content = file_of(reach, objects)
    assert content == file_of(reach, turned)
    assert len(parsed(content)) == len(objects)


def test_the_file_reads_as_the_table_of_the_records(reach: Reach) -> None:
    objects = [{"tahun": 2023 + i, "jumlah_penduduk": 1000 + i, "kota": "Batu"} for i in range(3)]
    fetched = written(records_of(objects), reach, Conditional(), "x.json")
    assert fetched.path is not None
    table = read_table(fetched.path, name=fetched.file_name, media_type=fetched.media_type)
    assert table.header == ("tahun", "jumlah_penduduk", "kota")
    assert table.rows[2] == ("2025", "1002", "Batu")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1.250", "1.2500"),
        ("-0.125", "-0.1250"),
        ("1.25", "1.25"),
        ("1250", "1250"),
        ("1.5e3", "1.5e3"),
        ("1.1234", "1.1234"),
    ],
)
def test_a_decimal_point_is_never_read_as_thousands(text: str, read: str) -> None:
    assert number_text(text) == read
    assert float(number_text(text)) == float(text)


@pytest.mark.parametrize("depth", [50, 200_000])
def test_json_nested_without_end_is_read_or_refused_but_never_a_crash(
    reach: Reach, depth: int
) -> None:
    content = b'[{"a": ' + b"[" * depth + b"]" * depth + b"}]"
    if depth < 100:
        assert file_of(reach, parsed(content)).count(b"[") == depth + 1
    else:
        with pytest.raises(SourceError, match="JSON"):
            parsed(content)


def test_half_a_surrogate_pair_is_written_as_a_question_mark(reach: Reach) -> None:
    assert b'"a": "?"' in file_of(reach, parsed(rb'[{"a": "\ud83d"}]'))


def test_a_query_keeps_what_it_is_not_told_to_change() -> None:
    assert with_query("http://x/a?b=1&c=&b=2#", c="3", address="4") == (
        "http://x/a?b=1&b=2&c=3&address=4"
    )
