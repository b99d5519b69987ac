"""What is refused before harm is done: a lost or damaged database, a clock that jumped."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

import app
from catalog import models
from catalog.context import Context
from catalog.models.db import DatabaseUnusable, engine_for, migrate, reading, unit_of_work
from catalog.settings import Mode, Settings
from checks.engines import ticking
from checks.engines.threads import Threads
from checks.operating.clock import ClockDoubtful, clocked, jump_since_last_beat
from checks.operating.doctor import examine_health
from checks.operating.soundness import (
    clear_scratch,
    damage_of,
    inspected,
    require_not_lost,
    require_whole,
)
from tests.flow.conftest import Clock
from tests.flow.world import World, wib

BODY = "Bulan,IHK\nFebruari 2025,105.9\n"


@pytest.fixture
def context(sqlite_url: str, tmp_path: Path) -> Iterator[Context]:
    settings = Settings(
        _env_file=None,
        database_url=sqlite_url,
        originals_dir=tmp_path / "originals",
        mode=Mode.REHEARSAL,
        tls_exceptions="data.opd.test:443=2025-02-28",
    )
    made = app.open_context(settings, lambda: wib("2025-03-01 08:00"))
    yield made
    made.engine.dispose()
    made.reading_engine.dispose()


def path_of(context: Context) -> Path:
    return Path(context.settings.database_url.removeprefix("sqlite:///"))


def test_connecting_never_makes_a_database(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(DBAPIError, match=r"none\.db"), engine.connect():
        raise AssertionError("connected to nothing")
    assert not (tmp_path / "none.db").exists()
    migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()


def test_a_database_put_in_the_place_of_another_is_the_one_that_is_read(
    context: Context, tmp_path: Path
) -> None:
    path = path_of(context)
    shutil.copy(path, tmp_path / "other.db")
    with unit_of_work(context.engine) as session:
        session.add(models.Heartbeat(at=wib("2025-03-01 08:00")))
    for each in path.parent.glob(f"{path.name}*"):
        each.rename(each.with_name(f"away{each.name}"))
    (tmp_path / "other.db").rename(path)
    with reading(context.reading_engine) as session:
        assert session.exec(select(models.Heartbeat)).all() == []


def test_an_older_database_is_copied_before_it_is_changed(context: Context) -> None:
    with context.engine.begin() as connection:
        newest = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    migrate(context.engine)
    assert not list(path_of(context).parent.glob("*.before-*"))
    with context.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    with pytest.raises(DatabaseUnusable):
        migrate(context.engine)  # its tables are newer than it says
    kept = path_of(context).with_name(f"{path_of(context).name}.before-0001")
    assert kept.is_file()
    assert newest != "0001"


def test_a_start_without_the_database_of_the_originals_is_refused(context: Context) -> None:
    require_not_lost(context)
    path_of(context).unlink()
    require_not_lost(context)
    (context.settings.originals_dir / "ab").mkdir(parents=True)
    with pytest.raises(DatabaseUnusable, match="restore"):
        require_not_lost(context)


def test_a_damaged_database_is_named_by_doctor_and_stops_the_watcher(context: Context) -> None:
    assert damage_of(context.engine) is None
    with context.engine.begin() as connection:
        for n in range(3000):
            connection.execute(
                text("INSERT INTO heartbeat (at, n_looked) VALUES ('2025-03-01', :n)"), {"n": n}
            )
    context.engine.dispose()
    context.reading_engine.dispose()
    path = path_of(context)
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'heartbeat'"
        (page,) = connection.execute(query).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : (page - 1) * size + 100] = bytes(100)
    path.write_bytes(content)
    with pytest.raises(DatabaseUnusable, match="damaged"):
        require_whole(context.engine)
    ran: list[int] = []
    with pytest.raises(DatabaseUnusable, match="damaged"):
        inspected(context, lambda: date(2025, 3, 1), lambda: ran.append(1))()
    assert ran == []


def test_the_whole_database_is_examined_once_a_day(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_examined: list[bool] = []
    monkeypatch.setattr(
        "checks.operating.soundness.require_whole",
        lambda engine, *, is_thorough: n_examined.append(is_thorough),
    )
    days = iter([date(2025, 3, 1), date(2025, 3, 1), date(2025, 3, 2)])
    job = inspected(context, lambda: next(days), lambda: None)
    for _ in range(3):
        job()
    assert n_examined == [True, True]


def test_doctor_names_an_exception_that_has_ended_and_a_clock_that_runs_behind(
    context: Context,
) -> None:
    with unit_of_work(context.engine) as session:
        session.add(models.Heartbeat(at=wib("2025-03-02 08:00")))
    signs = {sign.what: sign for sign in examine_health(context, wib("2025-03-01 08:00")).signs}
    assert signs["database"].well
    assert not signs["clock"].well
    assert not signs["tls exceptions"].well
    assert "data.opd.test:443" in signs["tls exceptions"].found


def test_only_old_halves_leave_the_scratch_folder(tmp_path: Path) -> None:
    (tmp_path / "half").write_bytes(b"x")
    now = (tmp_path / "half").stat().st_mtime
    assert clear_scratch(tmp_path, 60, now + 59) == 0
    assert clear_scratch(tmp_path, 60, now + 61) == 1
    assert clear_scratch(tmp_path / "none", 60, now) == 0


@pytest.mark.parametrize(
    ("step", "is_jump"),
    [
        (timedelta(hours=26), False),
        (timedelta(hours=26, seconds=1), True),
        (timedelta(minutes=-10), False),
        (timedelta(minutes=-10, seconds=-1), True),
    ],
)
def test_a_jump_is_more_than_a_rest_or_less_than_nothing(
    small_world: World, clock: Clock, step: timedelta, is_jump: bool
) -> None:
    assert jump_since_last_beat(small_world.watcher, clock.now) is None
    with unit_of_work(small_world.engine) as session:
        session.add(models.Heartbeat(at=clock.now))
    found = jump_since_last_beat(small_world.watcher, clock.now + step)
    assert found == (step if is_jump else None)


def test_after_a_long_rest_the_servers_say_whether_the_clock_is_right(
    small_world: World, clock: Clock
) -> None:
    world = small_world
    world.promise(world.feed.serve("/x.csv", BODY))
    job = clocked(world.watcher, ticking(world.watcher, Threads(world.watcher, 1)))
    clock.now = wib("2025-03-01 08:00")
    job()
    clock.now = wib("2025-03-04 08:00")
    said = world.feed.answers["/x.csv"].headers
    said["Date"] = "Sat, 01 Mar 2025 01:05:00 GMT"
    with pytest.raises(ClockDoubtful, match="wrong by 2 days"):
        job()
    assert len(world.checks(1)) == 1
    said["Date"] = "Tue, 04 Mar 2025 01:00:05 GMT"
    job()
    world.feed.fail("/x.csv", 404, Date="kemarin")
    clock.now = wib("2025-03-09 08:00")
    with pytest.raises(ClockDoubtful, match="0 of 1 servers"):
        job()
