"""The city is kept in memory only as long as it is right; previews trust no file."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from catalog import models
from catalog.context import EXTENSION, Context
from catalog.models.db import reading, unit_of_work
from catalog.pages.preview import N_COLUMNS, N_ROWS, preview_of
from catalog.store import snapshot as kept
from catalog.store.generation import generation
from catalog.store.snapshot import Snapshot, Snapshots
from catalog.store.versions import Stored
from tests.web.pages_world import NOW, Drawer, build_city, open_web


@pytest.fixture
def context(sqlite_engine: Engine) -> Context:
    return open_web(sqlite_engine, build_city(sqlite_engine)).extensions[EXTENSION]


def newest(snapshots: Snapshots, context: Context, now=NOW) -> Snapshot:
    with reading(context.reading_engine) as session:
        return snapshots.newest(context, session, now)


def beat(context: Context) -> None:
    with unit_of_work(context.engine) as session:
        session.add(models.Heartbeat(at=NOW))


def test_the_city_is_judged_once_a_minute_unless_something_is_written(context):
    snapshots = Snapshots()
    first = newest(snapshots, context)
    assert newest(snapshots, context, NOW + timedelta(seconds=59)) is first
    assert newest(snapshots, context, NOW + timedelta(seconds=60)) is not first
    beat(context)
    assert newest(snapshots, context) is not first


def test_a_costly_city_is_judged_beside_its_visitors(context, monkeypatch):
    monkeypatch.setattr(kept, "SLOW", -1.0)
    monkeypatch.setattr(kept, "REST", 0.0)
    snapshots = Snapshots()
    first = newest(snapshots, context)
    before = set(threading.enumerate())
    beat(context)
    assert newest(snapshots, context) is first
    for thread in set(threading.enumerate()) - before:
        thread.join()
    assert newest(snapshots, context) is not first


def test_a_costly_city_is_never_shown_as_of_another_day_or_long_ago(context, monkeypatch):
    monkeypatch.setattr(kept, "SLOW", -1.0)
    snapshots = Snapshots()
    newest(snapshots, context)
    for later in (NOW + timedelta(minutes=6), NOW + timedelta(days=1), NOW - timedelta(days=1)):
        assert newest(snapshots, context, later).as_of == later


def test_while_a_costly_city_rests_a_sweep_does_not_wake_it(context, monkeypatch):
    monkeypatch.setattr(kept, "SLOW", -1.0)
    monkeypatch.setattr(kept, "REST", 1e9)
    snapshots = Snapshots()
    first, before = newest(snapshots, context), threading.active_count()
    beat(context)
    assert newest(snapshots, context) is first
    assert threading.active_count() == before


def test_every_kind_of_write_changes_the_generation(context):
    def mark() -> str:
        with reading(context.reading_engine) as session:
            return generation(session)

    marks = [mark()]
    with unit_of_work(context.engine) as session:
        session.get(models.Closing, 1).retracted_at = NOW
    marks.append(mark())
    with unit_of_work(context.engine) as session:
        session.get(models.Version, 1).decided_at = NOW
    marks.append(mark())
    with unit_of_work(context.engine) as session:
        session.get(models.Dataset, 1).updated_at = NOW + timedelta(days=1)
    marks.append(mark())
    beat(context)
    marks.append(mark())
    assert len(set(marks)) == 5


HEADER = ("Tahun", "Jumlah")


def preview(content: bytes, header=HEADER, file_format="CSV"):
    drawer = Drawer()
    return preview_of(drawer, Stored(1, drawer.keep("a", content), file_format, header))


@pytest.mark.parametrize(
    "content",
    [
        b"Tahun,Jumlah\n2024,7\n",
        b"\xef\xbb\xbfTahun;Jumlah\r\n2024;7\r\n",
        b"Tabel 3\nDinas,,\n\nTahun,Jumlah\n2024,7\n",
        b"Tahun\tJumlah\n2024\t7\n",
        b" Tahun |Jumlah \n2024|7\n",
    ],
)
def test_a_preview_finds_the_header_in_every_dialect(content):
    shown = preview(content)
    assert shown is not None
    assert (shown.header, shown.rows) == (HEADER, (("2024", "7"),))


def test_a_preview_reads_old_windows_letters_and_cuts_what_is_long():
    many = tuple(f"k{n}" for n in range(N_COLUMNS + 3))
    wide = preview((",".join(many) + "\n" + "x" * 500 + "\n").encode(), many)
    assert wide is not None
    assert (len(wide.header), wide.n_more_columns, len(wide.rows[0][0])) == (N_COLUMNS, 3, 121)
    old = preview("Tahun,Jumlah\n2024,caf\xe9\n".encode("cp1252"))
    assert old is not None
    assert old.rows == (("2024", "caf\xe9"),)
    long = preview(b"Tahun,Jumlah\n" + b"2024,7\n" * 50_000)
    assert long is not None
    assert len(long.rows) == N_ROWS


@pytest.mark.parametrize(
    "content",
    [b"", b"lain,kepala\n1,2\n", b"\x00\x01\x02", b'Tahun,"Jumlah\n2024,7\n', b"<html>" * 20_000],
)
def test_what_cannot_be_previewed_is_left_out(content):
    assert preview(content) is None


def test_only_text_tables_with_a_known_header_are_previewed():
    assert preview(b"Tahun,Jumlah\n", file_format="XLSX") is None
    assert preview(b"Tahun,Jumlah\n", header=()) is None
    assert preview_of(Drawer(), None) is None
    assert preview_of(Drawer(), Stored(1, "0" * 64, "CSV", HEADER)) is None
