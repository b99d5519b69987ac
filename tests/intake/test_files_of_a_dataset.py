"""A dataset of several files: a row for each, and the column that says how they count."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from catalog import models
from catalog.intake.documents import Document, RowOutcome
from catalog.intake.parts import RETIRED
from catalog.models import SourceKind
from catalog.models.db import unit_of_work
from catalog.rules.terms import Merge
from tests.intake.sheets import NOW, contents, load_now, rows_of

HEADER = ("opd", "judul", "periode_data", "sumber", "alamat", "gabungan")
WEB = "https://data.sukamaju.example/"
LATER = NOW + timedelta(days=30)


def files(*sources: tuple[str, str], merge: str | None = None) -> Document:
    """Make a daftar data of one monthly dataset with a row for each (sumber, alamat)."""
    cells = [
        ("Dinkes", "Kunjungan puskesmas", "Bulanan", kind or None, address or None, merge)
        for kind, address in sources
    ]
    return Document("daftar.csv", HEADER, cells)


def web(*names: str, merge: str | None = None) -> Document:
    return files(*(("tautan", WEB + name) for name in names), merge=merge)


def addresses(engine: Engine) -> list[str]:
    """Return the files that the dataset consists of now."""
    active = [s for s in rows_of(engine, models.Source) if s.retired_at is None]
    return [source.address.removeprefix(WEB) for source in active]


def the_dataset(engine: Engine) -> Any:
    (dataset,) = rows_of(engine, models.Dataset)
    return dataset


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("semua", Merge.ALL),
        ("Salah Satu", Merge.ANY),
        ("salah_satu", Merge.ANY),
        ("any", Merge.ANY),
        (None, Merge.ALL),
        ("-", Merge.ALL),
    ],
)
def test_the_word_in_the_row_says_which_files_decide(
    sqlite_engine: Engine, written: str | None, meant: Merge
) -> None:
    load_now(sqlite_engine, web("a.csv", merge=written))
    assert the_dataset(sqlite_engine).merge is meant
    assert the_dataset(sqlite_engine).merge_since is None


def test_another_word_is_refused_with_what_was_expected(sqlite_engine: Engine) -> None:
    report = load_now(sqlite_engine, web("a.csv", merge="kadang-kadang"))
    assert report.refused == 1
    assert 'Gabungan "kadang-kadang" tidak dikenal; pakai semua' in (
        report.verdicts[0].reason or ""
    )


def test_a_row_for_each_file_makes_one_dataset_with_all_of_them(engine: Engine) -> None:
    report = load_now(engine, web("timur.csv", "barat.csv", "timur.csv"))
    assert (report.created, report.unchanged) == (1, 2)
    assert [verdict.reason for verdict in report.verdicts] == [
        None,
        "Berkas ke-2 data pada baris 2.",
        "Sama dengan baris 2.",
    ]
    assert addresses(engine) == ["timur.csv", "barat.csv"]
    assert {s.next_look_at for s in rows_of(engine, models.Source)} == {NOW}


def test_a_second_load_of_several_files_changes_nothing(sqlite_engine: Engine) -> None:
    load_now(sqlite_engine, web("a.csv", "b.csv", "c.csv", merge="semua"))
    before = contents(sqlite_engine)
    soon = NOW + timedelta(hours=1)
    report = load_now(sqlite_engine, web("c.csv", "b.csv", "a.csv", merge="semua"), now=soon)
    assert report.unchanged == 3
    assert contents(sqlite_engine) == before


def test_a_file_more_is_another_part_from_then_on(sqlite_engine: Engine) -> None:
    load_now(sqlite_engine, web("a.csv"))
    report = load_now(sqlite_engine, web("a.csv", "b.csv"), now=LATER)
    assert report.verdicts[0].reason == "Berubah: jumlah baris, berkas ke-2."
    a, b = rows_of(sqlite_engine, models.Source)
    assert (a.address, a.created_at) == (WEB + "a.csv", NOW)
    assert (b.address, b.created_at, b.next_look_at) == (WEB + "b.csv", LATER, LATER)


def test_a_file_that_is_named_no_more_is_taken_out_and_never_deleted(sqlite_engine: Engine) -> None:
    load_now(sqlite_engine, web("a.csv", "b.csv"))
    report = load_now(sqlite_engine, web("b.csv"), now=LATER)
    assert report.verdicts[0].verdict is RowOutcome.UPDATED
    assert "1 berkas tidak lagi dipakai" in (report.verdicts[0].reason or "")
    a, b = rows_of(sqlite_engine, models.Source)
    assert (a.retired_at, a.next_look_at, b.retired_at) == (LATER, None, None)
    assert a.paused_reason is not None
    assert [e.action for e in rows_of(sqlite_engine, models.AuditEntry)] == [RETIRED]
    assert load_now(sqlite_engine, web("b.csv"), now=LATER).unchanged == 1


def test_a_file_in_place_of_another_is_its_new_address(sqlite_engine: Engine) -> None:
    load_now(sqlite_engine, web("a.csv", "b.csv"))
    load_now(sqlite_engine, web("b.csv", "c.csv"), now=LATER)
    assert addresses(sqlite_engine) == ["c.csv", "b.csv"]
    assert len(rows_of(sqlite_engine, models.Source)) == 2


def test_rows_that_name_no_source_leave_the_files_alone(sqlite_engine: Engine) -> None:
    load_now(sqlite_engine, web("a.csv", "b.csv"))
    load_now(sqlite_engine, files(("", "")), now=LATER)
    assert addresses(sqlite_engine) == ["a.csv", "b.csv"]


def test_what_people_send_is_no_part_and_stays(sqlite_engine: Engine) -> None:
    load_now(sqlite_engine, web("a.csv", "b.csv"))
    with unit_of_work(sqlite_engine) as session:
        session.add(
            models.Source(
                dataset_id=the_dataset(sqlite_engine).id,
                kind=SourceKind.UPLOAD,
                address="",
                created_at=NOW,
            )
        )
    load_now(sqlite_engine, web("a.csv"), now=LATER)
    assert addresses(sqlite_engine) == ["a.csv", ""]
    load_now(sqlite_engine, files(("unggahan", ""), ("tautan", WEB + "x.csv")), now=LATER)
    assert addresses(sqlite_engine) == ["", ""]


def test_a_change_of_the_word_is_dated_and_written_down(sqlite_engine: Engine) -> None:
    load_now(sqlite_engine, web("a.csv", "b.csv"))
    report = load_now(sqlite_engine, web("a.csv", "b.csv", merge="salah_satu"), now=LATER)
    assert report.verdicts[0].reason == "Berubah: gabungan."
    dataset = the_dataset(sqlite_engine)
    assert (dataset.merge, dataset.merge_since) == (Merge.ANY, LATER)
    (entry,) = rows_of(sqlite_engine, models.AuditEntry)
    assert (entry.action, entry.after) == ("dataset.merge", {"merge": "any"})
