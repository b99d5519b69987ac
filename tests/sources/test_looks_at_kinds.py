"""A look at each pulled kind: the same judgement as for a file, and nothing new where unchanged."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from catalog.models import SourceKind
from catalog.rules.terms import Cadence, Outcome
from checks.looking.glance import glance
from checks.looking.leases import Leased
from checks.sources import Conditional, Ref
from tests.flow.world import Feed, World, new_world, wib
from tests.sources.sample_systems import PERMITS, REGULATIONS, SampleServer, paged, sqlite_city

AT = wib("2025-04-05 08:00")
ROWS = "bulan,nilai\n2025-02,1\n2025-03,2\n"


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer() as server:
        yield server


@pytest.fixture
def world(sqlite_engine: Engine, server: SampleServer, tmp_path: Path) -> Iterator[World]:
    feed = Feed()
    made = new_world(sqlite_engine, tmp_path, feed, lambda: AT)
    made.may_reach(f"127.0.0.1:{server.port}")
    yield made
    made.watcher.fetcher.close()
    feed.close()


@pytest.fixture
def city(server: SampleServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SampleServer:
    """Every system at once."""
    monkeypatch.setenv("SUMBER_PAD", sqlite_city(tmp_path / "city.db"))
    file = {"id": "r", "name": "ihk", "format": "CSV", "url": "/files/ihk.csv"}
    listed = {"identifier": "ihk", "distribution": [{"downloadURL": "/files/ihk.csv"}]}
    server.pages |= {
        "/permits": paged(PERMITS, 10),
        "/jdih": REGULATIONS,
        "/api/3/action/package_show": {"success": True, "result": {"resources": [file]}},
        "/data.json": {"dataset": [listed]},
        "/files/ihk.csv": ROWS,
        "/spreadsheets/d/lembar1/export": (200, {"Content-Type": "text/csv"}, ROWS),
    }
    return server


def leased(world: World, kind: SourceKind, address: str, time: str, **options: Any) -> Leased:
    values = ["judul"] if kind is SourceKind.JDIHN else []
    dataset_id, source_id = world.promise(
        address, kind=kind, time_column=time, value_columns=values
    )
    return Leased(
        source_id=source_id,
        dataset_id=dataset_id,
        lease="one",
        kind=kind,
        ref=Ref(address, options),
        host="",
        cadence=Cadence.BULANAN,
        rule_text=None,
    )


KINDS: dict[SourceKind, tuple[str, str, dict[str, Any], str]] = {
    SourceKind.JSON_API: (
        "/permits",
        "created_at",
        {"jalur_data": "data.data", "halaman": "nomor", "buang_kolom": ["nama_pemohon"]},
        "2025-03-26T08:00",
    ),
    SourceKind.JDIHN: ("/jdih", "tanggal_pengundangan", {}, "2024-09-15"),
    SourceKind.SQL_VIEW: ("env:SUMBER_PAD", "tanggal", {"tampilan": "v_pad_harian"}, "2025-03-31"),
    SourceKind.CKAN: ("/dataset/ihk", "bulan", {}, "2025-03"),
    SourceKind.DATA_JSON: ("/data.json", "bulan", {"dataset": "ihk"}, "2025-03"),
    SourceKind.GOOGLE_SHEET: ("/spreadsheets/d/lembar1/edit#gid=0", "bulan", {}, "2025-03"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_judged_like_any_file_and_costs_nothing_where_unchanged(
    world: World, city: SampleServer, kind: SourceKind
) -> None:
    path, time, options, newest = KINDS[kind]
    address = path if path.startswith("env:") else city.at(path)
    first = leased(world, kind, address, time, **options)
    seen = glance(world.watcher, first, AT)
    assert seen.outcome is Outcome.COMPLETE
    assert seen.examined is not None
    assert (seen.examined.newest_period, seen.examined.held) == (newest, None)
    assert seen.bytes_hash is not None
    known = Conditional(known=frozenset({seen.bytes_hash}))
    again = leased(world, kind, address, time, **options)
    unchanged = glance(world.watcher, replace(again, conditional=known), AT + timedelta(hours=6))
    assert (unchanged.outcome, unchanged.examined) == (Outcome.COMPLETE, None)
    assert unchanged.bytes_hash == seen.bytes_hash


@pytest.mark.parametrize("kind", [SourceKind.JSON_API, SourceKind.CKAN, SourceKind.GOOGLE_SHEET])
def test_a_kind_whose_system_fails_is_the_failure_of_its_source(
    world: World, city: SampleServer, kind: SourceKind
) -> None:
    path, time, options, _ = KINDS[kind]
    city.pages = {path: (500, {}, b"") for path in city.pages}
    seen = glance(world.watcher, leased(world, kind, city.at(path), time, **options), AT)
    assert (seen.outcome, seen.code) == (Outcome.SOURCE_FAILED, "http-500")
