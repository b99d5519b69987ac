"""A database that is locked, lost, not writable, of another version, or damaged."""

import multiprocessing
import os
import re
import shutil
import sqlite3
import stat
import threading
import time
from contextlib import closing
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import func, select

import app
from catalog import models
from catalog.context import EXTENSION, Context
from catalog.models.db import DatabaseUnusable, engine_for, migrate, reading, unit_of_work
from catalog.rules.terms import Role
from catalog.settings import Mode, Settings
from checks.look import sweep
from checks.looking.watcher import watcher_of
from checks.operating.health import readiness
from checks.operating.keeping import back_up, restore
from checks.operating.soundness import damage_of, inspected, require_not_lost, require_whole
from checks.telling.links import Purpose, Ticket, sign
from tests.campaign.faults.bench import Bench, fault, template
from tests.flow.telling import SECRET, Town, at

NOW = at("2025-04-21 09:00")
_spawn = multiprocessing.get_context("spawn")


def city(bench: Bench, url: str | None = None, patience_seconds: float = 1.0) -> Flask:
    """Return the web application of a small city whose writers wait as long as said."""
    url = url or bench.database()
    settings = Settings(
        _env_file=None,
        database_url=url,
        originals_dir=bench.folder / "originals",
        city_name="Kota Batu",
        secret_key=SECRET,
        mode=Mode.REHEARSAL,
    )
    usual, app.PATIENCE_OF_PAGES = app.PATIENCE_OF_PAGES, patience_seconds
    try:
        site = app.create_app(settings, lambda: NOW)
    finally:
        app.PATIENCE_OF_PAGES = usual
    context: Context = site.extensions[EXTENSION]
    bench.closing.callback(context.engine.dispose)
    bench.closing.callback(context.reading_engine.dispose)
    return site


def settle(site: Flask) -> str:
    """Write one late promise into a city; return the address at which it can be declared nil."""
    context: Context = site.extensions[EXTENSION]
    town = Town(context.engine)
    agency = town.agency("Dinas Kesehatan", "Dinkes")
    person = town.person("Sari", Role.OPERATOR, agency)
    dataset = town.dataset(agency, "Kunjungan Puskesmas")
    march = town.obligation(dataset, "2025-03")
    return f"/jawab/{sign(Ticket(Purpose.NIL, person, NOW, dataset, march), SECRET)}"


def form_of(client: FlaskClient, address: str) -> dict[str, str]:
    """Return the fields that the form at an address must send back, filled in."""
    page = client.get(address).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token, page[:300]
    return {"csrf_token": token[1], "reason": "Tidak ada kunjungan selama renovasi."}


def _hold(path: Path, held: threading.Event, release: threading.Event) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        held.set()
        release.wait(60)
        holder.execute("ROLLBACK")


@fault("F5", "the database is locked by another process", "pages served; writers 503; 0 lost")
def locked(bench: Bench) -> None:
    url = bench.database()
    site = city(bench, url)
    address = settle(site)
    client = site.test_client()
    values = form_of(client, address)
    path = Path(url.removeprefix("sqlite:///"))
    held, release = threading.Event(), threading.Event()
    holder = threading.Thread(target=_hold, args=(path, held, release))
    holder.start()
    held.wait(10)
    for page in ("/", "/dataset", "/opd", "/readyz"):
        bench.expect(f"{page} while locked", client.get(page).status_code, 200)
    began = time.monotonic()
    answer = client.post(address, data=values)
    seconds = time.monotonic() - began
    bench.expect("a form while locked", answer.status_code, 503)
    bench.need("no Retry-After", answer.headers.get("Retry-After"))
    bench.need(f"it waited {seconds:.1f} s", 0.9 <= seconds <= 10)
    release.set()
    holder.join()
    bench.expect("the same form afterwards", client.post(address, data=values).status_code, 200)
    engine = bench.engine(url)
    with reading(engine) as session:
        n_rows = session.exec(select(func.count()).select_from(models.Declaration)).one()
    bench.expect("declarations", n_rows, 1)
    bench.expect("writers wait at most", app.PATIENCE_OF_PAGES <= 10, True)
    _count_up(bench, url)


def _count_up(bench: Bench, url: str) -> None:
    """Four writers read a number and write it back, one higher, a hundred times each."""
    engine = bench.engine(url)
    with unit_of_work(engine) as session:
        session.add(models.Heartbeat(at=NOW, n_looked=0))

    def count() -> None:
        for _ in range(25):
            with unit_of_work(engine) as session:
                session.exec(select(models.Heartbeat)).one().n_looked += 1

    writers = [threading.Thread(target=count) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with reading(engine) as session:
        n_counted = session.exec(select(models.Heartbeat)).one().n_looked
    bench.expect("counted", n_counted, 100)
    bench.say(f"pages 200, forms 503 with Retry-After, {n_counted} of 100 updates kept")


def _as_nobody(url: str, answers: "multiprocessing.Queue[str]") -> None:
    """Try to write as a user who may only read."""
    engine = engine_for(url)
    os.setuid(65534)
    try:
        with unit_of_work(engine) as session:
            session.add(models.Heartbeat(at=NOW, n_looked=0))
        answers.put("written")
    except DBAPIError as error:
        answers.put(str(error.orig))


@fault(
    "F6",
    "DB missing, not writable, of another schema",
    "not ready; never made anew; named",
    fast=False,
)
def lost(bench: Bench) -> None:
    url = bench.database()
    path = Path(url.removeprefix("sqlite:///"))
    site = city(bench, url)
    settle(site)
    context: Context = site.extensions[EXTENSION]
    (context.settings.originals_dir / "ab").mkdir(parents=True)
    client = site.test_client()
    watcher = watcher_of(context)
    bench.closing.callback(watcher.fetcher.close)
    bench.expect("ready before", client.get("/readyz").status_code, 200)
    away = path.with_suffix(".away")
    path.rename(away)
    bench.expect("/readyz without it", client.get("/readyz").status_code, 503)
    bench.expect("a page without it", client.get("/dataset").status_code, 503)
    for what, deed in (
        ("a sweep", lambda: sweep(watcher, n_workers=1)),
        ("a tick", inspected(context, context.today, lambda: None)),
        ("a start", lambda: app.prepare(context)),
    ):
        try:
            deed()
            bench.misses.append(f"{what} went on without a database")
        except (DBAPIError, DatabaseUnusable) as error:
            bench.need(f"{what} does not name the file: {error}", path.name in str(error))
    bench.need("an empty database was made in its place", not path.exists())
    away.rename(path)
    bench.expect("ready again by itself", client.get("/readyz").status_code, 200)
    bench.expect("a page again", client.get("/dataset").status_code, 200)
    _not_writable(bench, path, url)
    _other_schema(bench, site, url)


def _not_writable(bench: Bench, path: Path, url: str) -> None:
    if os.geteuid() != 0:
        path.chmod(stat.S_IRUSR)
    answers: multiprocessing.Queue[str] = _spawn.Queue()
    for each in path.parent.glob(f"{path.name}*"):
        each.chmod(0o644)
    process = _spawn.Process(target=_as_nobody, args=(url, answers))
    process.start()
    said = answers.get(timeout=60)
    process.join()
    path.chmod(0o644)
    bench.need(f"not writable: {said!r}", "readonly" in said or "unable to open" in said)


def _other_schema(bench: Bench, site: Flask, url: str) -> None:
    engine = bench.engine(url)
    with engine.begin() as connection:
        known = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    context: Context = site.extensions[EXTENSION]
    bench.need("an older schema is ready", not readiness(context).is_ready)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    bench.need("a newer schema is ready", not readiness(context).is_ready)
    try:
        migrate(engine)
        bench.misses.append("a newer schema was migrated")
    except DatabaseUnusable as error:
        bench.need(f"newer schema: {error}", "schema" in str(error))
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{known}'"))
    bench.expect("ready with its own schema", readiness(context).is_ready, True)
    bench.say("pages and readiness 503, nothing made anew, well again by itself")


@fault("F8", "torn or corrupt database", "found at start and nightly; restored with equal counts")
def damaged(bench: Bench) -> None:
    world = bench.world()
    for n in range(30):
        world.promise(world.feed.serve(f"/{n}.csv", f"Bulan,IHK\nFebruari 2025,{n}\n"))
    sweep(world.watcher, n_workers=2)
    url = world.engine.url.render_as_string(hide_password=False)
    settings = Settings(
        _env_file=None,
        database_url=url,
        originals_dir=world.watcher.originals.folder,
        mode=Mode.REHEARSAL,
        secret_key=SECRET,
    )
    context = app.open_context(settings, lambda: NOW)
    bench.closing.callback(context.engine.dispose)
    bench.closing.callback(context.reading_engine.dispose)
    archive = bench.folder / "backup.tar.gz"
    back_up(context, archive)
    before = _counted(url)
    bench.expect("whole before", damage_of(context.engine), None)
    bench.worlds.remove(world)
    for engine in (world.engine, context.engine, context.reading_engine):
        engine.dispose()
    path = Path(url.removeprefix("sqlite:///"))
    _flip(path, bench.seed)
    bench.need("the damage was not found", damage_of(context.engine))
    for what, deed in (
        ("the start", lambda: require_whole(context.engine)),
        ("the nightly look", inspected(context, context.today, lambda: None)),
    ):
        try:
            deed()
            bench.misses.append(f"{what} went on with a damaged database")
        except DatabaseUnusable as error:
            named = path.name in str(error) and "restore" in str(error)
            bench.need(f"{what} says no way out: {error}", named)
    began = time.monotonic()
    context.engine.dispose()
    context.reading_engine.dispose()
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    shutil.rmtree(settings.originals_dir)
    restore(context, archive)
    seconds = time.monotonic() - began
    bench.expect("restored counts", _counted(url), before)
    bench.expect("whole again", damage_of(context.engine), None)
    with reading(world.engine) as session:
        blobs = session.exec(select(models.Version.blob)).all()
    bench.need("originals are missing", all(world.watcher.originals.has(blob) for blob in blobs))
    bench.need(f"restore took {seconds:.0f} s", seconds < 300)
    path.write_bytes(b"")
    try:
        require_not_lost(context)
        bench.misses.append("an emptied database was taken for a new one")
    except DatabaseUnusable:
        bench.say(f"damage named at start and nightly; restore in {seconds:.2f} s, counts equal")
    shutil.copy(template(), path)


def _flip(path: Path, seed: int) -> None:
    """Overwrite pages in the middle of a database, as a torn write would leave them."""
    content = bytearray(path.read_bytes())
    size = 4096
    for page in range(4, len(content) // size, 7):
        content[page * size : page * size + 200] = bytes((seed + n) % 251 for n in range(200))
    path.write_bytes(content)


def _counted(url: str) -> dict[str, int]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as found:
        names = [
            name for (name,) in found.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
            ) if "search" not in name
        ]  # fmt: skip
        return {n: found.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in names}
