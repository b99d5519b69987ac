"""A look at each pulled kind: the same judgement as for a file, and nothing new where unchanged."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app import create_app
from catalog import models
from catalog.context import EXTENSION, Context
from catalog.intake.documents import Document
from catalog.intake.load import load
from catalog.models import SourceKind, VersionStatus
from catalog.models.db import reading
from catalog.rules.terms import Access, Cadence, Outcome, Rank
from catalog.settings import Mode, Settings
from checks.engines.shares import crew_of, hosts_due, look_at_share, share_of
from checks.look import sweep
from checks.looking.glance import glance
from checks.looking.leases import LOOKED_AT, Leased, lease_due
from checks.looking.outage import blame
from checks.looking.seen import Seen, failed
from checks.looking.trials import source_book
from checks.sources import Conditional, Ref
from checks.sources.faults import no_connection
from tests.flow.conftest import Clock
from tests.flow.world import ZONE, Feed, World, new_world, wib
from tests.sources.sample_systems import (
    PERMITS,
    REGULATIONS,
    TABLES,
    SampleServer,
    changed_rows,
    paged,
    sqlite_city,
)

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


class City:
    """Every system of a city behind one world: what a row says, and how its content changes."""

    def __init__(self, world: World, server: SampleServer, folder: Path) -> None:
        self.world, self.server, self.folder = world, server, folder
        self.clock = Clock()
        self.clock.now = AT
        (folder / "setor" / "dinkes").mkdir(parents=True)
        self.world.watcher = replace(world.watcher, clock=self.clock, drop_folder=folder / "setor")
        self.drop(ROWS)

    def drop(self, body: str) -> None:
        (self.folder / "setor" / "dinkes" / "ihk.csv").write_text(body)

    def load(self, kind: SourceKind) -> None:
        """Load one row of a daftar data whose source is of this kind."""
        path, time, options, _ = ROWS_OF[kind]
        is_web = path.startswith("/")
        header = ("opd", "judul", "periode_data", "sumber", "alamat", "opsi", "kolom_waktu")
        address = self.server.at(path) if is_web else path
        row = ("Dinkes", "Data uji", "Bulanan", kind.value, address, json.dumps(options), time)
        values = ("kolom_nilai",) if kind is SourceKind.JDIHN else ()
        report = load(
            self.world.engine,
            [Document("daftar.csv", (*header, *values), [(*row, *(["judul"] * len(values)))])],
            agreed_on=AT.date(),
            observed_at=None,
            now=AT,
            zone=ZONE,
            book=source_book(),
        )
        assert report.created == 1, report.verdicts

    def source(self) -> models.Source:
        with reading(self.world.engine) as session:
            return session.exec(select(models.Source)).one()

    def look_when_due(self) -> models.Check:
        """Look at what is due when it is; returns the newest check."""
        self.clock.now = self.source().next_look_at or AT
        assert sweep(self.world.watcher, n_workers=2).looked == 1
        return self.world.checks(self.source().dataset_id)[-1]


ROWS_OF: dict[SourceKind, tuple[str, str, dict[str, Any], str]] = {
    **KINDS,
    SourceKind.HTTP_FILE: ("/files/ihk.csv", "bulan", {}, "2025-03"),
    SourceKind.DROP_FOLDER: ("dinkes/ihk.csv", "bulan", {}, "2025-03"),
}
MORE_ROWS = f"{ROWS}2025-04,3\n"


def _permits(city: City) -> None:
    city.server.pages["/permits"] = paged([*PERMITS, {**PERMITS[0], "no_permohonan": "P-099"}], 10)


def _regulations(city: City) -> None:
    city.server.pages["/jdih"] = [*REGULATIONS, {**REGULATIONS[0], "judul": "Tentang sampah"}]


def _file(city: City) -> None:
    city.server.pages["/files/ihk.csv"] = MORE_ROWS


def _sheet(city: City) -> None:
    answer = (200, {"Content-Type": "text/csv"}, MORE_ROWS)
    city.server.pages["/spreadsheets/d/lembar1/export"] = answer


def _database(city: City) -> None:
    row = "INSERT INTO v_pad_harian VALUES ('2025-04-01', 'Pajak hotel', 5000, 7, 1209)"
    address = str(city.world.engine.url.render_as_string(hide_password=False))
    if address.startswith("sqlite"):
        with changed_rows(city.folder / "city.db") as connection:
            connection.execute(row)
    else:
        with psycopg.connect(address.replace("+psycopg", "")) as connection:
            connection.execute(row)


NEWS: dict[SourceKind, Callable[[City], None]] = {
    SourceKind.JSON_API: _permits,
    SourceKind.JDIHN: _regulations,
    SourceKind.SQL_VIEW: _database,
    SourceKind.CKAN: _file,
    SourceKind.DATA_JSON: _file,
    SourceKind.HTTP_FILE: _file,
    SourceKind.GOOGLE_SHEET: _sheet,
    SourceKind.DROP_FOLDER: lambda city: city.drop(MORE_ROWS),
}


@pytest.fixture
def whole_city(
    engine: Engine,
    database_url: str,
    city: SampleServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[City]:
    """Every system of a city; its database is of the kind that keeps the catalogue."""
    if engine.dialect.name == "postgresql":
        address = database_url.replace("+psycopg", "")
        with psycopg.connect(address) as connection:
            connection.execute(TABLES)
        monkeypatch.setenv("SUMBER_PAD", address)
    feed = Feed()
    world = new_world(engine, tmp_path, feed, lambda: AT)
    world.may_reach(f"127.0.0.1:{city.port}")
    yield City(world, city, tmp_path)
    world.watcher.fetcher.close()
    feed.close()


def test_every_kind_that_can_be_looked_at_is_tried_here() -> None:
    assert set(ROWS_OF) == set(NEWS) == set(LOOKED_AT)


@pytest.mark.parametrize("kind", ROWS_OF)
def test_a_loaded_kind_is_leased_looked_at_and_becomes_versions(
    whole_city: City, kind: SourceKind
) -> None:
    city, newest = whole_city, ROWS_OF[kind][3]
    city.load(kind)
    swept = sweep(city.world.watcher, n_workers=2)
    assert (swept.looked, swept.changed, swept.failed, swept.quarantined) == (1, 1, 0, 0)
    source = city.source()
    (first,) = city.world.versions(source.dataset_id)
    assert (first.status, first.number, first.newest_period) == (VersionStatus.ACCEPTED, 1, newest)
    assert (source.conclusive_at, source.lease) == (AT, None)
    assert source.next_look_at is not None and source.next_look_at > AT

    again = city.look_when_due()
    assert again.outcome in (Outcome.COMPLETE, Outcome.NOT_MODIFIED)
    assert again.version_id == first.id
    assert len(city.world.versions(source.dataset_id)) == 1

    NEWS[kind](city)
    city.look_when_due()
    second = city.world.versions(source.dataset_id)[-1]
    assert (second.number, second.status, second.n_rows) == (
        2,
        VersionStatus.ACCEPTED,
        (first.n_rows or 0) + 1,
    )
    assert second.rank in (Rank.E4, Rank.E5)
    standing = city.world.standing(source.dataset_id, city.clock.now)
    assert (standing.access, standing.source_kind) == (Access.LANCAR, kind)


@pytest.mark.parametrize("kind", [kind for kind in ROWS_OF if kind is not SourceKind.DROP_FOLDER])
def test_a_kind_that_lost_its_way_is_the_sources_own_failure_or_ours(
    whole_city: City, kind: SourceKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = whole_city
    city.load(kind)
    city.server.pages = {path: (404, {}, b"none") for path in city.server.pages}
    monkeypatch.delenv("SUMBER_PAD")
    sweep(city.world.watcher, n_workers=2)
    (check,) = city.world.checks(city.source().dataset_id)
    code = "no-such-dataset" if kind is SourceKind.CKAN else "http-404"
    expected = (Outcome.SOURCE_FAILED, code)
    if kind is SourceKind.SQL_VIEW:
        expected = (Outcome.OUR_FAULT, "no-secret")
    assert (check.outcome, check.code) == expected
    assert city.world.versions(check.dataset_id) == []


def test_a_database_file_or_a_folder_that_answers_does_not_prove_that_our_line_is_up(
    whole_city: City,
) -> None:
    lost = [_unreached(whole_city, f"h{i}.example:443") for i in range(3)]
    for host in ("", "localhost:pad.db"):
        assert {s.outcome for s in blame(lost, frozenset({host}))} == {Outcome.OUR_FAULT}
    assert {s.outcome for s in blame(lost, frozenset({"lain.example:443"}))} == {
        Outcome.SOURCE_FAILED
    }


def _unreached(city: City, host: str) -> Seen:
    error = no_connection(TimeoutError())
    one = leased(city.world, SourceKind.HTTP_FILE, f"https://{host}/", "bulan")
    return failed(replace(one, host=host), AT, 1.0, error)


def test_a_view_takes_the_turn_of_the_database_that_its_reference_names_today(
    whole_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SUMBER_PAD")
    whole_city.load(SourceKind.SQL_VIEW)
    assert whole_city.source().host == "localhost:SUMBER_PAD"
    monkeypatch.setenv("SUMBER_PAD", "postgresql://pembaca:sandi9@basis.example:6000/pad")
    (leased_now,) = lease_due(whole_city.world.engine, AT, 1, 60)
    assert leased_now.host == "basis.example:6000"
    assert "sandi9" not in repr(leased_now)


@pytest.mark.parametrize("kind", [SourceKind.JSON_API, SourceKind.SQL_VIEW, SourceKind.DROP_FOLDER])
def test_a_worker_takes_every_kind_by_the_host_that_is_stored(
    whole_city: City, kind: SourceKind
) -> None:
    whole_city.load(kind)
    watcher = whole_city.world.watcher
    assert hosts_due(watcher, AT) == [whole_city.source().host]
    crew = crew_of(watcher, 1)
    assert look_at_share(watcher, share_of(whole_city.source().host), crew) == 1
    crew.close()
    assert len(whole_city.world.versions(whole_city.source().dataset_id)) == 1
    assert hosts_due(watcher, AT) == []


def test_where_a_database_stands_is_on_no_page(
    whole_city: City, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUMBER_PAD", "postgresql://pembaca:sandi9@basis.example:6000/pad")
    whole_city.load(SourceKind.SQL_VIEW)
    monkeypatch.delenv("SUMBER_PAD")
    sweep(whole_city.world.watcher, n_workers=1)
    settings = Settings(
        database_url=database_url, originals_dir=tmp_path / "originals", mode=Mode.REHEARSAL
    )
    site = create_app(settings, lambda: AT)
    client = site.test_client()
    for path in (
        "/dataset/data-uji",
        "/dataset/data-uji.json",
        "/dataset",
        "/pemantau",
        "/metrics",
    ):
        response = client.get(path)
        assert response.status_code == 200, path
        assert "basis.example" not in response.get_data(as_text=True), path
    context: Context = site.extensions[EXTENSION]
    context.engine.dispose()
    context.reading_engine.dispose()
