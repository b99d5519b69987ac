"""Views of a database: only read, bounded in time and rows, named by reference."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from checks.sources import Conditional, Fault, Fetched, Reach, Ref, SourceError
from checks.sources.fetcher import Fetcher
from checks.sources.sql_view import SqlView
from tests.sources.sample_systems import TABLES, changed_rows, sqlite_city

NOW = datetime(2025, 4, 1, tzinfo=UTC)
NAME = "SUMBER_UJI"
ADDRESS = f"env:{NAME}"


@pytest.fixture
def reach(fetcher_for: Callable[..., Fetcher], tmp_path: Path) -> Reach:
    return Reach(fetcher_for(), tmp_path / "scratch")


@pytest.fixture(scope="module")
def postgres_city(postgres_server: str) -> Iterator[str]:
    """The city's databases as one real PostgreSQL database."""
    name = f"kota_{uuid4().hex[:8]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    root, _, query = postgres_server.partition("?")
    address = f"{root.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    with psycopg.connect(address) as connection:
        connection.execute(TABLES)  # type: ignore[call-overload]
    yield address
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def city(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The city's databases, on SQLite and on PostgreSQL in turn; the source may refer to them."""
    if request.param == "sqlite":
        address = sqlite_city(tmp_path / "city.db")
    else:
        address = str(request.getfixturevalue("postgres_city"))
    monkeypatch.setenv(NAME, address)
    return str(request.param)


def fetch(reach: Reach, **options: Any) -> Fetched:
    return SqlView(reach).fetch(Ref(ADDRESS, options), Conditional(), NOW)


def rows(reach: Reach, **options: Any) -> list[dict[str, str]]:
    path = fetch(reach, **options).path
    assert path is not None
    text = path.read_text("utf-8")
    path.unlink()
    return list(json.loads(text))


def refused(reach: Reach, address: str = ADDRESS, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        SqlView(reach).fetch(Ref(address, options), Conditional(), NOW)
    assert caught.value.sentence_id.endswith(".") and caught.value.sentence_en.endswith(".")
    assert not list(reach.scratch.glob("*"))
    return caught.value


def test_a_view_is_read_whole(city: str, reach: Reach) -> None:
    found = rows(reach, tampilan="v_pad_harian", ambil_kolom=["tanggal", "jenis_pajak"])
    assert found == [
        {"tanggal": "2025-03-30", "jenis_pajak": "Pajak hotel"},
        {"tanggal": "2025-03-31", "jenis_pajak": "Pajak hotel"},
    ]


def test_a_query_may_hold_colons_percent_signs_and_comments(city: str, reach: Reach) -> None:
    query = "SELECT opd, '10:30' AS jam FROM v_sppd WHERE opd LIKE 'Dinas%' -- :most"
    assert rows(reach, kueri=query) == [{"opd": "Dinas Kesehatan", "jam": "10:30"}] * 2


def test_three_decimals_cannot_be_taken_for_thousands(city: str, reach: Reach) -> None:
    found = rows(reach, kueri="SELECT nilai FROM v_indikator WHERE nilai > 73.2 OR nilai IS NULL")
    values = sorted(row["nilai"] for row in found)
    assert values[0] == ""
    assert values[1] in ("73.25", "73.2500")


def test_an_unchanged_view_has_the_same_hash_and_a_new_row_another(
    tmp_path: Path, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, sqlite_city(tmp_path / "city.db"))
    before = fetch(reach, tampilan="v_pad_harian").sha256
    turned = "SELECT * FROM v_pad_harian ORDER BY tanggal DESC"
    assert fetch(reach, kueri=turned).sha256 == before
    with changed_rows(tmp_path / "city.db") as city:
        city.execute("INSERT INTO v_pad_harian VALUES ('2025-04-01', 'Pajak hotel', 1, 2, 3)")
    assert fetch(reach, tampilan="v_pad_harian").sha256 != before


WRITES = [
    "DELETE FROM pegawai",
    "SELECT 1; DELETE FROM pegawai",
    "WITH gone AS (DELETE FROM pegawai RETURNING nip) SELECT * FROM gone",
    "SELECT 1) AS a; DELETE FROM pegawai; SELECT * FROM (SELECT 1",
    "SELECT set_config('transaction_read_only', 'off', false)",
    "PRAGMA query_only = OFF",
    "",
]


@pytest.mark.parametrize("query", WRITES)
def test_nothing_can_be_written_through_a_query(city: str, reach: Reach, query: str) -> None:
    error = refused(reach, kueri=query)
    assert error.code in ("bad-options", "bad-query")
    assert error.permanent
    assert rows(reach, tampilan="pegawai") == [{"nip": "1980", "nama": "Budi"}]


ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) "
    "SELECT max(i) AS i FROM n"
)


def test_a_query_that_runs_too_long_is_stopped(city: str, reach: Reach) -> None:
    started = time.monotonic()
    error = refused(reach, kueri=ENDLESS, batas_detik=1)
    assert (error.code, error.permanent, error.fault) == ("timeout", False, Fault.SOURCE)
    assert time.monotonic() - started < 10


def test_more_rows_than_permitted_are_refused_never_cut(city: str, reach: Reach) -> None:
    assert len(rows(reach, tampilan="v_sppd", batas_baris=3)) == 3
    error = refused(reach, tampilan="v_sppd", batas_baris=2)
    assert (error.code, error.permanent) == ("too-many-rows", True)


@pytest.mark.parametrize(
    "options", [{"tampilan": "v_tidak_ada"}, {"kueri": "SELECT kolom_lain FROM v_sppd"}]
)
def test_a_view_or_column_that_is_not_there_is_permanent(
    city: str, reach: Reach, options: dict[str, str]
) -> None:
    error = refused(reach, **options)
    assert (error.code, error.permanent) == ("bad-query", True)


def test_a_personal_column_is_dropped_before_anything_is_stored(city: str, reach: Reach) -> None:
    fetched = fetch(reach, tampilan="sppd", buang_kolom=["nama"])
    assert fetched.path is not None
    assert b"Budi" not in fetched.path.read_bytes()


ODD_CELLS = {
    "sqlite": [
        ("CAST(x'ff41' AS text)", "bad-query"),
        ("x'ff41'", "binary-column"),
    ],
    "postgresql": [
        ("'infinity'::date", "bad-query"),
        ("'\\\\xff41'::bytea", "binary-column"),
    ],
}


def test_a_cell_that_no_table_can_hold_is_refused_with_its_reason(city: str, reach: Reach) -> None:
    for expression, code in ODD_CELLS[city]:
        error = refused(reach, kueri=f"SELECT {expression} AS isi")
        assert (error.code, error.permanent) == (code, True)


@pytest.mark.postgres
def test_types_of_postgresql_become_plain_text(
    reach: Reach, monkeypatch: pytest.MonkeyPatch, postgres_city: str
) -> None:
    monkeypatch.setenv(NAME, postgres_city)
    query = (
        "SELECT true AS a, 1.5::float8 AS b, ARRAY[1, 2] AS c, '{\"x\": 1}'::jsonb AS d, "
        "timestamptz '2025-03-01 08:00+00' AS e, NULL AS f, 12.500::numeric AS g"
    )
    row = rows(reach, kueri=query)[0]
    assert row.pop("e").startswith("2025-03-01 ")
    assert row == {"a": "true", "b": "1.5", "c": "[1, 2]", "d": '{"x": 1}', "f": "", "g": "12.5000"}


CONNECTIONS = {
    "no file": ("sqlite:////no/such/folder/city.db", "no-file", False),
    "refused": ("postgresql://u:sandi@127.0.0.1:1/x", "connection-refused", False),
    "another database": ("mysql://u:sandi@127.0.0.1/x", "bad-options", True),
    "nonsense": ("sandi", "bad-options", True),
}


@pytest.mark.parametrize(
    ("address", "code", "is_permanent"), CONNECTIONS.values(), ids=CONNECTIONS.keys()
)
def test_a_database_that_cannot_be_reached_is_told_apart_without_its_password(
    reach: Reach, monkeypatch: pytest.MonkeyPatch, address: str, code: str, is_permanent: bool
) -> None:
    monkeypatch.setenv(NAME, address)
    error = refused(reach, tampilan="v_sppd")
    assert (error.code, error.permanent) == (code, is_permanent)
    assert "sandi@" not in error.sentence_id + error.sentence_en
    assert error.__cause__ is None


@pytest.mark.postgres
def test_a_wrong_database_name_is_permanent(
    reach: Reach, monkeypatch: pytest.MonkeyPatch, postgres_city: str
) -> None:
    root, _, query = postgres_city.partition("?")
    wrong = f"{root.rpartition('/')[0]}/tidak_ada" + (f"?{query}" if query else "")
    monkeypatch.setenv(NAME, wrong)
    error = refused(reach, tampilan="v_sppd")
    assert (error.code, error.permanent) == ("database-login", True)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u:sandi@db.kota.go.id/pad",
        "env:MUTAKHIR_DATABASE_URL",
        "env:PATH",
        "env:SUMBER_",
    ],
)
def test_an_address_is_a_reference_and_nothing_else(reach: Reach, address: str) -> None:
    error = refused(reach, address, tampilan="v_sppd")
    assert (error.code, error.permanent) == ("bad-options", True)
    assert "sandi" not in error.sentence_id


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"tampilan": "a", "kueri": "SELECT 1"},
        {"tampilan": "a; DROP TABLE b"},
        {"tampilan": "a", "batas_baris": 0},
        {"tampilan": "a", "batas_detik": 3600},
    ],
)
def test_options_that_do_not_fit_are_refused(reach: Reach, options: dict[str, Any]) -> None:
    assert refused(reach, **options).code == "bad-options"
