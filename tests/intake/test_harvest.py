"""A whole portal taken over: what becomes of its organisations, packages and files."""

import csv
import itertools
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from catalog import models
from catalog.intake.frequencies import frequency_of
from catalog.intake.licences import licence_of
from catalog.intake.portals.portal import PortalAlarm
from catalog.models import SourceKind
from catalog.models.db import unit_of_work
from catalog.rules.terms import Cadence, Schedule
from checks.looking.trials import check_source
from checks.portals.portal import key_of
from checks.sources import answers
from tests.intake.portal_servers import (
    DINKES,
    CkanPortal,
    Harvester,
    entry,
    outcomes,
    package,
    reasons,
    resource,
)
from tests.intake.sheets import AGENCIES, NOW, contents, load_now, rows_of, sheet
from tests.sources.sample_systems import SampleServer

_UNSTORABLE = "Id di portal memuat tanda yang tidak dapat disimpan"
DAFTAR_DATA = (
    "opd,judul,periode_data,jadwal_rilis,satuan\nDinkes,Stok  Obat,Bulanan,10 hari,kotak\n"
)


@pytest.fixture
def portal() -> Iterator[CkanPortal]:
    with CkanPortal() as portal:
        yield portal


@pytest.fixture
def taken(engine: Engine, portal: CkanPortal, tmp_path: Path) -> Harvester:
    return Harvester(engine, portal, tmp_path / "scratch")


@pytest.fixture
def quickly(sqlite_engine: Engine, portal: CkanPortal, tmp_path: Path) -> Harvester:
    """The same on SQLite alone, for what no database can make different."""
    return Harvester(sqlite_engine, portal, tmp_path / "scratch")


@pytest.fixture
def listed(sqlite_engine: Engine, tmp_path: Path) -> Iterator[Callable[[Any], Any]]:
    """Harvest a data.json with this content, a value or bytes as they are."""
    with SampleServer() as server:

        def take(content: Any, **options: bool) -> Any:
            server.pages["/data.json"] = content
            return Harvester(sqlite_engine, server, tmp_path / "scratch").harvest(
                "/data.json", **options
            )

        yield take


def written(engine: Engine) -> dict[str, list[Any]]:
    """Return everything but the trail of what was done."""
    return {name: rows for name, rows in contents(engine).items() if name != "AuditEntry"}


def test_organisations_become_agencies_and_packages_datasets_with_their_tables(
    engine: Engine, portal: CkanPortal, taken: Harvester
) -> None:
    empty = {"name": "dlh", "title": "Dinas Lingkungan Hidup", "state": "active"}
    portal.organisations = [DINKES, empty, {"name": "x", "title": "Lama", "state": "deleted"}]
    portal.offer(
        package(
            "p1",
            "Kunjungan Puskesmas",
            notes="<p>Kunjungan&nbsp;per bulan</p>",
            tags=[{"name": "kesehatan", "display_name": "Kesehatan"}, {"name": "puskesmas"}],
            license_id="cc-by",
            license_title="Creative Commons Attribution",
            license_url="https://creativecommons.org/licenses/by/4.0/",
            extras=[{"key": "frequency", "value": "http://purl.org/cld/freq/monthly"}],
            resources=[resource("r1", "PDF"), resource("r2", "XLSX"), resource("r3", "CSV")],
        )
    )
    report = taken.harvest()
    assert (report.created, report.scheduled, outcomes(report)) == (1, 1, ["created"])
    assert [(a.title, a.verdict.value) for a in report.agencies] == [
        ("Dinas Kesehatan", "created"),
        ("Dinas Lingkungan Hidup", "created"),
    ]
    (dataset,) = rows_of(engine, models.Dataset)
    assert (dataset.title, dataset.slug) == ("Kunjungan Puskesmas", "kunjungan-puskesmas")
    assert (dataset.description, dataset.licence) == ("Kunjungan per bulan", "CC-BY-4.0")
    assert dataset.keywords == ["Kesehatan", "puskesmas"]
    (promise,) = rows_of(engine, models.Promise)
    assert (promise.cadence, promise.schedule) == (Cadence.BULANAN, Schedule.PARSED)
    (source,) = rows_of(engine, models.Source)
    assert (source.kind, source.address) == (SourceKind.CKAN, portal.at(""))
    assert source.options == {"dataset": "p1", "berkas": "r3"}
    assert (source.host, source.next_look_at) == (f"127.0.0.1:{portal.port}", NOW)
    check_source(source.kind, source.address, source.options)
    assert rows_of(engine, models.Obligation)


def test_a_second_harvest_changes_nothing(
    engine: Engine, portal: CkanPortal, taken: Harvester
) -> None:
    portal.offer(*(package(f"p{n}", f"Data Puskesmas {n}") for n in range(5)))
    taken.harvest()
    before = written(engine)
    again = taken.harvest("/api/3/action/package_search", now=NOW + timedelta(days=1))
    assert (again.unchanged, again.created, again.updated, again.gone) == (5, 0, 0, ())
    assert written(engine) == before


@pytest.mark.parametrize(
    "path", ["/", "/api/3", "/api/action", "/dataset", "/id/dataset/", "/dataset/nama-p1?page=2"]
)
def test_any_page_of_a_portal_names_the_same_portal(
    portal: CkanPortal, quickly: Harvester, path: str
) -> None:
    portal.offer(package("p1", "Data Alfa"))
    quickly.harvest()
    again = quickly.harvest(path)
    assert (again.portal, again.unchanged, again.gone) == (portal.at(""), 1, ())


def test_a_portal_is_the_same_whatever_the_writing_of_its_address() -> None:
    written = ("https://Data.Kota.example:443/", "http://data.kota.example/api/3/action")
    assert {key_of(each, None) for each in written} == {"ckan:data.kota.example"}
    assert key_of("https://data.kota.example:8443/a", None) == "ckan:data.kota.example:8443/a"


def test_what_changed_on_the_portal_is_renewed_and_never_doubled(
    engine: Engine, portal: CkanPortal, taken: Harvester
) -> None:
    portal.offer(package("p1", "Data Alfa"), package("p2", "Data Beta"))
    taken.harvest()
    dlh = {"name": "dlh", "title": "Dinas Lingkungan Hidup"}
    portal.offer(
        package("p2", "Data Alfa", resources=[resource("r-baru", "XLSX")]),
        package("p1", "Data Beta", organization=dlh, frequency="R/P1Y"),
    )
    report = taken.harvest(now=NOW + timedelta(days=1))
    assert outcomes(report) == ["updated", "updated"]
    assert reasons(report.verdicts)[0].startswith("Berubah: judul, sumber.")
    assert "OPD" in reasons(report.verdicts)[1]
    first, second = rows_of(engine, models.Dataset)
    assert (first.title, first.agency_id, second.title) == ("Data Beta", 2, "Data Alfa")
    assert rows_of(engine, models.Source)[1].options == {"dataset": "p2", "berkas": "r-baru"}
    assert [p.cadence for p in rows_of(engine, models.Promise) if p.ends_on is None] == [
        Cadence.INSIDENTAL,
        Cadence.TAHUNAN,
    ]
    assert taken.harvest(now=NOW + timedelta(days=2)).unchanged == 2


def test_what_the_daftar_data_promises_stays_and_gets_its_source(
    engine: Engine, portal: CkanPortal, taken: Harvester
) -> None:
    load_now(engine, sheet(AGENCIES), sheet(DAFTAR_DATA))
    promised = rows_of(engine, models.Promise)
    portal.offer(package("p1", "stok obat", notes="Obat esensial", frequency="yearly"))
    report = taken.harvest()
    assert (outcomes(report), report.scheduled) == (["updated"], 1)
    assert "yang sudah terdaftar dipertahankan" in reasons(report.verdicts)[0]
    (dataset,) = rows_of(engine, models.Dataset)
    assert (dataset.title, dataset.unit) == ("Stok Obat", "kotak")
    assert dataset.description == "Obat esensial"
    assert rows_of(engine, models.Promise) == promised
    assert rows_of(engine, models.Source)[0].kind is SourceKind.CKAN
    assert load_now(engine, sheet(DAFTAR_DATA)).unchanged == 1
    assert taken.harvest().unchanged == 1
    assert len(rows_of(engine, models.Dataset)) == 1


def test_of_two_promises_of_one_title_none_is_guessed(
    sqlite_engine: Engine, portal: CkanPortal, quickly: Harvester
) -> None:
    rows = "Dinkes,Stok Obat,Bulanan,Usia\nDinkes,Stok Obat,Bulanan,Kecamatan"
    load_now(sqlite_engine, sheet(AGENCIES), sheet(f"opd,judul,periode_data,klasifikasi\n{rows}"))
    portal.offer(package("p1", "Stok Obat"))
    assert outcomes(quickly.harvest()) == ["created"]


def test_a_daftar_data_that_comes_later_takes_over_the_promise(
    engine: Engine, portal: CkanPortal, taken: Harvester
) -> None:
    load_now(engine, sheet(AGENCIES))
    portal.offer(package("p1", "Stok Obat"))
    assert taken.harvest().unscheduled == 1
    later = "opd,judul,periode_data,jadwal_rilis\nDinkes,Stok Obat,Bulanan,10 hari\n"
    assert load_now(engine, sheet(later)).updated == 1
    again = taken.harvest(now=NOW + timedelta(days=1))
    assert (again.unchanged, again.scheduled) == (1, 1)
    standing = [p for p in rows_of(engine, models.Promise) if p.ends_on is None]
    assert [p.cadence for p in standing] == [Cadence.BULANAN]


def test_what_a_daftar_data_says_too_is_no_more_overwritten(
    sqlite_engine: Engine, portal: CkanPortal, quickly: Harvester
) -> None:
    load_now(sqlite_engine, sheet(AGENCIES))
    portal.offer(package("p1", "Stok Obat", frequency="MONTHLY", notes="Dari portal"))
    quickly.harvest()
    load_now(
        sqlite_engine, sheet("opd,judul,periode_data,deskripsi\nDinkes,Stok Obat,Bulanan,Asli")
    )
    portal.offer(package("p1", "Stock of Drugs", frequency="yearly", notes="Dari portal"))
    assert quickly.harvest().unchanged == 1
    (dataset,) = rows_of(sqlite_engine, models.Dataset)
    assert (dataset.title, dataset.description) == ("Stok Obat", "Asli")
    assert len(rows_of(sqlite_engine, models.Promise)) == 1


def test_a_row_of_the_old_title_is_another_dataset_than_the_one_that_was_renamed(
    sqlite_engine: Engine, portal: CkanPortal, quickly: Harvester
) -> None:
    load_now(sqlite_engine, sheet(AGENCIES))
    portal.offer(package("p1", "Data Alfa"))
    quickly.harvest()
    portal.offer(package("p1", "Data Beta"))
    quickly.harvest()
    load_now(sqlite_engine, sheet("opd,judul,periode_data\nDinkes,Data Alfa,insidental"))
    titles = [dataset.title for dataset in rows_of(sqlite_engine, models.Dataset)]
    assert titles == ["Data Beta", "Data Alfa"]


def test_a_harvest_closes_a_dataset_but_never_opens_one(
    sqlite_engine: Engine, portal: CkanPortal, quickly: Harvester
) -> None:
    def sensitivity() -> str:
        return str(rows_of(sqlite_engine, models.Dataset)[0].sensitivity)

    portal.offer(package("p1", "Stok Obat"))
    quickly.harvest()
    portal.offer(package("p1", "Stok Obat", accessRights="http://x.example/right/RESTRICTED"))
    assert (quickly.harvest().updated, sensitivity()) == (1, "terbatas")
    portal.offer(package("p1", "Stok Obat"))
    assert (quickly.harvest().unchanged, sensitivity()) == (1, "terbatas")


def test_a_listing_gives_way_to_the_source_of_the_portal(
    sqlite_engine: Engine, portal: CkanPortal, quickly: Harvester
) -> None:
    listing = "opd,judul,tahun_data,tautan\nDinkes,Stok Obat,2023-2024,https://a.example/obat"
    promised = sheet("opd,judul,periode_data\nDinkes,Stok Obat,Tahunan", "daftar.csv")
    load_now(sqlite_engine, sheet(AGENCIES), promised, sheet(listing, "terbitan.csv"))
    portal.offer(package("p1", "Stok Obat"))
    assert quickly.harvest().updated == 1
    kinds = [source.kind for source in rows_of(sqlite_engine, models.Source)]
    assert kinds == [SourceKind.CKAN]


def test_a_source_that_somebody_set_is_left_alone(
    engine: Engine, portal: CkanPortal, taken: Harvester
) -> None:
    portal.offer(package("p1", "Stok Obat"))
    taken.harvest()
    with unit_of_work(engine) as session:
        source = session.get_one(models.Source, 1)
        source.kind, source.address = SourceKind.HTTP_FILE, "https://dinkes.example/obat.csv"
        source.options = {}
    portal.offer(package("p1", "Stok Obat", resources=[resource("lain")]))
    report = taken.harvest()
    assert outcomes(report) == ["unchanged"]
    assert "Sumber http_file yang sudah dipasang dibiarkan" in reasons(report.verdicts)[0]
    portal.offer(package("p2", "Lain Lagi"))
    assert [each.paused for each in taken.harvest(retire_missing=True).gone] == [False]
    assert rows_of(engine, models.Source)[0].address == "https://dinkes.example/obat.csv"


def test_what_vanished_is_named_and_paused_only_when_asked(
    engine: Engine, portal: CkanPortal, taken: Harvester
) -> None:
    both = package("p1", "Data Alfa"), package("p2", "Data Beta")
    portal.offer(*both)
    taken.harvest()
    portal.offer(both[0])
    (gone,) = taken.harvest().gone
    assert (gone.dataset, gone.paused) == ("data-beta", False)
    assert taken.harvest(retire_missing=True, dry_run=True).gone[0].paused
    assert rows_of(engine, models.Source)[1].paused_reason is None
    (gone,) = taken.harvest(retire_missing=True).gone
    source = rows_of(engine, models.Source)[1]
    assert gone.paused
    assert source.paused_reason.startswith("Tidak ada lagi di portal")
    assert rows_of(engine, models.Dataset)[1].retired_on is None
    portal.offer(*both)
    back = taken.harvest(now=NOW + timedelta(days=3))
    assert (outcomes(back), back.gone) == (["unchanged", "updated"], ())
    source = rows_of(engine, models.Source)[1]
    assert (source.paused_reason, source.next_look_at) == (None, NOW + timedelta(days=3))
    assert [a.action for a in rows_of(engine, models.AuditEntry) if "source." in a.action] == [
        "source.harvested",
        "source.harvested",
        "source.paused",
        "source.resumed",
    ]


def test_a_public_reason_shows_no_secret_of_the_address(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    with SampleServer() as server:
        taken = Harvester(sqlite_engine, server, tmp_path / "scratch")
        server.pages["/data.json"] = [entry(), entry(identifier="d2", title="Data Alfa")]
        taken.harvest("/data.json?kunci=sandi")
        server.pages["/data.json"] = [entry()]
        taken.harvest("/data.json?kunci=sandi", retire_missing=True)
    reason = rows_of(sqlite_engine, models.Source)[1].paused_reason
    assert "/data.json (diketahui" in reason
    assert "sandi" not in reason


def test_a_pause_that_somebody_set_outlives_a_change_of_the_portal(
    sqlite_engine: Engine, portal: CkanPortal, quickly: Harvester
) -> None:
    portal.offer(package("p1", "Data Alfa"))
    quickly.harvest()
    with unit_of_work(sqlite_engine) as session:
        session.get_one(models.Source, 1).paused_reason = "Server dipindahkan"
    portal.offer(package("p1", "Data Alfa", resources=[resource("baru")]))
    assert quickly.harvest().updated == 1
    source = rows_of(sqlite_engine, models.Source)[0]
    assert (source.options["berkas"], source.paused_reason) == ("baru", "Server dipindahkan")


def test_all_pages_are_read_whatever_the_portal_gives_at_once(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    with CkanPortal(page_size=7) as portal:
        portal.organisations = [
            {"name": f"o{n}", "title": f"Dinas Nomor {n}", "state": "active"} for n in range(60)
        ]
        portal.offer(*(package(f"p{n:03}", f"Data ke {n}") for n in range(40)))
        report = Harvester(sqlite_engine, portal, tmp_path).harvest()
    assert (report.created, len(report.agencies)) == (40, 61)
    searched = [path for path in portal.asked if "package_search" in path]
    assert len(searched) == 6


def test_every_page_has_the_time_of_one_fetch(
    portal: CkanPortal, quickly: Harvester, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = itertools.count(0, 25)
    monkeypatch.setattr(answers, "monotonic", lambda: float(next(clock)))
    portal.page_size = 2
    portal.offer(*(package(f"p{n}", f"Data ke {n}") for n in range(8)))
    assert quickly.harvest().created == 8


def test_a_page_that_fails_in_the_middle_writes_nothing(
    engine: Engine, portal: CkanPortal, taken: Harvester
) -> None:
    portal.page_size, portal.fails_from = 10, 20
    portal.offer(*(package(f"p{n:03}", f"Data ke {n}") for n in range(40)))
    before = contents(engine)
    with pytest.raises(PortalAlarm, match=r"after 20 of 40 entries.*nothing was written.*500"):
        taken.harvest()
    assert contents(engine) == before


def test_a_failing_list_of_organisations_writes_nothing_but_a_missing_one_is_no_fault(
    sqlite_engine: Engine, portal: CkanPortal, quickly: Harvester
) -> None:
    portal.offer(package("p1", "Data Alfa"))
    portal.pages["/api/3/action/organization_list"] = (503, {}, b"busy")
    with pytest.raises(PortalAlarm, match="503"):
        quickly.harvest()
    assert rows_of(sqlite_engine, models.Dataset) == []
    portal.pages["/api/3/action/organization_list"] = (403, {}, {"success": False})
    assert quickly.harvest().created == 1


def test_a_list_of_organisations_that_knows_no_pages_is_read_once(
    portal: CkanPortal, quickly: Harvester
) -> None:
    portal.offer(package("p1", "Data Alfa"))
    portal.pages["/api/3/action/organization_list"] = {"success": True, "result": [DINKES]}
    assert [a.title for a in quickly.harvest().agencies] == ["Dinas Kesehatan"]


def test_a_portal_that_slides_while_it_is_read_is_not_believed(
    sqlite_engine: Engine, portal: CkanPortal, quickly: Harvester
) -> None:
    portal.page_size = 2
    alfa, beta, gama = (package(id, f"Data {id}") for id in ("p1", "p2", "p3"))
    portal.offer(alfa, beta, beta, gama)
    with pytest.raises(PortalAlarm, match="changed while its pages were read"):
        quickly.harvest()
    assert rows_of(sqlite_engine, models.Agency) == []


def test_an_entry_that_stands_twice_on_one_page_is_refused_and_hides_no_other(
    portal: CkanPortal, quickly: Harvester
) -> None:
    alfa, beta = package("p1", "Data Alfa"), package("p2", "Data Beta")
    portal.offer(alfa, alfa, beta)
    report = quickly.harvest()
    assert (report.created, report.refused) == (2, 1)
    assert "Id butir ini sama dengan butir 1" in (report.verdicts[1].reason or "")


def test_an_entry_that_is_no_object_is_refused_and_hides_no_other(
    portal: CkanPortal, quickly: Harvester
) -> None:
    portal.offer(package("p1", "Data Alfa"), package("p2", "Data Beta"))
    portal.packages.insert(1, "bukan objek")  # type: ignore[arg-type]
    report = quickly.harvest()
    assert (report.created, report.refused) == (2, 1)
    assert "tanpa id" in (report.verdicts[1].reason or "")


def test_a_portal_without_entries_is_an_alarm(
    engine: Engine, portal: CkanPortal, taken: Harvester
) -> None:
    before = contents(engine)
    with pytest.raises(PortalAlarm, match="offers no dataset at all"):
        taken.harvest()
    portal.offer(package("p1", "Data Alfa", private=True))
    with pytest.raises(PortalAlarm, match="offers no dataset at all"):
        taken.harvest()
    assert contents(engine) == before


@pytest.mark.parametrize(("n_left", "is_believed"), [(5, True), (4, False)])
def test_a_portal_that_lost_more_than_half_is_not_believed(
    engine: Engine, portal: CkanPortal, taken: Harvester, n_left: int, is_believed: bool
) -> None:
    every = [package(f"p{n}", f"Data ke {n}") for n in range(10)]
    portal.offer(*every)
    taken.harvest()
    portal.offer(*every[:n_left])
    if is_believed:
        assert len(taken.harvest().gone) == 10 - n_left
        return
    before = contents(engine)
    with pytest.raises(PortalAlarm, match="offers 4 datasets and offered 10 at the last harvest"):
        taken.harvest(retire_missing=True)
    assert contents(engine) == before
    assert len(taken.harvest(accept_shrink=True).gone) == 6
    assert taken.harvest().unchanged == 4


def test_what_the_portal_keeps_to_itself_is_left_out_with_the_reason(
    sqlite_engine: Engine, portal: CkanPortal, quickly: Harvester
) -> None:
    portal.offer(
        package("p1", "Data Alfa"),
        package("p2", "Data Privat", private=True),
        package("p3", "Data Draf", state="draft"),
        package("p4", "Pemanenan", type="harvest"),
        package("p5", "Data Rahasia", extras=[{"key": "sifat", "value": "DIKECUALIKAN"}]),
        package("p6", "Data Terbatas", extras=[{"key": "sifat", "value": "Terbatas"}]),
    )
    report = quickly.harvest()
    assert outcomes(report) == ["created", *["left_out"] * 4, "created"]
    assert [reason.split(";")[0] for reason in reasons(report.verdicts)[1:5]] == [
        "Bersifat privat di portal",
        'Belum atau tidak lagi terbit di portal (status "draft")',
        'Bukan dataset di portal (jenis "harvest").',
        "Tertutup menurut portal",
    ]
    assert [d.sensitivity.value for d in rows_of(sqlite_engine, models.Dataset)] == [
        "terbuka",
        "terbatas",
    ]
    portal.packages[0]["private"] = True
    assert [each.dataset for each in quickly.harvest().gone] == ["data-alfa"]


#: A title, and what is kept of it; None where nothing is.
NAUGHTY_TITLES = [
    ("-", None),
    ("***", None),
    ("  \n\t ", "nama-p1"),
    ("2024", None),
    ("D" * 1_001, None),
    (["daftar"], "nama-p1"),
    ("Stok\x00 Obat\x07", "Stok Obat"),
    ("Stok\n\n  Obat\r\n", "Stok Obat"),
    ("\u202eStok Obat\u200b", "Stok Obat"),
    ("Stok Obat \ud800", "Stok Obat"),
    ("<script>alert(1)</script> Obat", "<script>alert(1)</script> Obat"),
    ("=1+1; DROP TABLE dataset; --", "=1+1; DROP TABLE dataset; --"),
    ("Prevalensi 🦠 ÉPIDÉMIE 病", "Prevalensi 🦠 ÉPIDÉMIE 病"),
]


@pytest.mark.parametrize(("title", "kept"), NAUGHTY_TITLES)
def test_a_naughty_title_is_made_clean_or_refused_with_the_reason(
    sqlite_engine: Engine, portal: CkanPortal, quickly: Harvester, title: Any, kept: Any
) -> None:
    portal.offer(package("p1", title), package("p2", "Data Alfa"))
    report = quickly.harvest()
    titles = [d.title for d in rows_of(sqlite_engine, models.Dataset)]
    if kept is None:
        assert (outcomes(report), titles) == (["refused", "created"], ["Data Alfa"])
        assert "Judul" in reasons(report.verdicts)[0]
        assert "portal" in reasons(report.verdicts)[0]
    else:
        assert outcomes(report) == ["created", "created"]
        assert titles[0] == kept
    json.dumps([v.title for v in report.verdicts], ensure_ascii=False).encode()


def test_signs_that_no_database_holds_are_dropped_wherever_they_stand(
    engine: Engine, portal: CkanPortal, taken: Harvester
) -> None:
    bad = "a\x00b\ud800 c"
    portal.offer(
        package(
            f"p1{bad}",
            f"Judul {bad}",
            notes=bad,
            tags=[{"name": bad}],
            license_title=bad,
            frequency=bad,
            organization={"name": bad, "title": f"Dinas {bad}"},
            resources=[resource("r1", name=bad), resource("r2", name=bad)],
        ),
        package("p2", "Data Alfa", state=bad),
        package("p3", "Data Beta", resources=[{**resource("r3"), "id": bad}]),
    )
    report = taken.harvest()
    assert outcomes(report) == ["created", "left_out", "created"]
    (dataset, other) = rows_of(engine, models.Dataset)
    said = (dataset.title, dataset.description, dataset.licence, *dataset.keywords)
    assert said == ("Judul ab c", "ab c", "ab c", "ab c")
    assert other.title == "Data Beta"
    assert rows_of(engine, models.Source) == []
    assert reasons(report.verdicts)[2].startswith(_UNSTORABLE)
    json.dumps([v.reason for v in report.verdicts], ensure_ascii=False).encode()
    assert taken.harvest().unchanged == 2


def test_two_packages_of_one_title_stay_two_and_say_so(
    engine: Engine, portal: CkanPortal, taken: Harvester
) -> None:
    portal.offer(package("p1", "Stok Obat"), package("p2", "STOK OBAT"))
    report = taken.harvest()
    assert outcomes(report) == ["created", "created"]
    assert "Judul dan OPD sama dengan butir 1." in reasons(report.verdicts)[1]
    assert [d.slug for d in rows_of(engine, models.Dataset)] == ["stok-obat", "stok-obat-2"]
    assert taken.harvest().unchanged == 2


def test_one_dataset_of_two_portals_is_taken_from_the_first(
    sqlite_engine: Engine, portal: CkanPortal, quickly: Harvester, tmp_path: Path
) -> None:
    portal.offer(package("p1", "Stok Obat"))
    quickly.harvest()
    with CkanPortal() as second:
        second.offer(package("p1", "STOK OBAT"), package("p2", "Data Alfa"))
        report = Harvester(sqlite_engine, second, tmp_path / "s").harvest()
        assert (outcomes(report), report.gone) == (["refused", "created"], ())
        assert f"(ckan:127.0.0.1:{portal.port})" in reasons(report.verdicts)[0]
    assert quickly.harvest().gone == ()


def test_a_portal_that_moved_keeps_its_datasets(
    engine: Engine, portal: CkanPortal, taken: Harvester, tmp_path: Path
) -> None:
    packages = package("p1", "Stok Obat"), package("p2", "Data Alfa"), package("p3", "Data Beta")
    portal.offer(*packages)
    taken.harvest()
    old = f"ckan:127.0.0.1:{portal.port}"
    with CkanPortal() as new:
        moved = Harvester(engine, new, tmp_path / "s")
        new.offer(packages[0])
        with pytest.raises(PortalAlarm, match="offers 1 datasets and offered 3"):
            moved.harvest(moved_from=old)
        new.offer(*packages)
        with pytest.raises(PortalAlarm, match="nothing was harvested from there"):
            moved.harvest(moved_from="ckan:lain.example")
        report = moved.harvest(moved_from=old)
        assert (report.updated, report.created, report.gone) == (3, 0, ())
        assert {s.address for s in rows_of(engine, models.Source)} == {new.at("")}
        assert moved.harvest().unchanged == 3
        taken.harvest(accept_shrink=True)
        with pytest.raises(PortalAlarm, match="nothing was harvested from there"):
            moved.harvest(moved_from=old)


def test_an_organisation_is_matched_as_the_daftar_data_is(
    sqlite_engine: Engine, portal: CkanPortal, quickly: Harvester
) -> None:
    load_now(sqlite_engine, sheet(AGENCIES))

    def of(id: str, name: str, title: str | None) -> dict[str, Any]:
        return package(id, f"Data {id}", organization={"name": name, "title": title})

    portal.offer(
        of("a", "dinas-kesehatan", "DINAS KESEHATAN"),
        of("b", "dpupr", "Pekerjaan Umum Kota"),
        of("c", "dinas-kependudukan-pencatatan-sipil", None),
        of("d", "dinas-kesehtaan", "Dinas Kesehtaan"),
        of("e", "dlh", "Dinas Lingkungan Hidup"),
        package("f", "Data Yatim", organization=None),
        of("g", "pu-kota", "Dinas Pekerjaan Umum dan Penataan Ruang Kota"),
    )
    report = quickly.harvest()
    assert outcomes(report) == [*["created"] * 3, "refused", "created", "refused", "created"]
    assert "mungkin maksudnya Dinkes" in reasons(report.verdicts)[3]
    assert "belum ada di daftar OPD dan ditambahkan" in reasons(report.verdicts)[4]
    assert "tanpa organisasi" in reasons(report.verdicts)[5]
    assert [d.agency_id for d in rows_of(sqlite_engine, models.Dataset)] == [1, 3, 2, 4, 3]


def test_the_table_to_watch_is_the_most_readable_and_of_several_the_newest(
    sqlite_engine: Engine, portal: CkanPortal, quickly: Harvester
) -> None:
    years = [
        resource("2024", last_modified="2025-01-10"),
        resource("2025", last_modified="2025-08-10"),
        resource("2023", created="2024-01-10"),
    ]
    beside = [resource("tabel"), resource("kamus", name="Kamus data")]
    portal.offer(
        package("p1", "Satu Berkas Setahun", resources=[*years, resource("x", "PDF")]),
        package("p2", "Dengan Kamus", resources=beside),
        package("p3", "Hanya PDF", resources=[resource("y", "PDF")]),
        package("p4", "Tanpa Berkas", resources=None),
        package("p5", "Alamat Rusak", resources=[{**resource("z"), "url": "ftp://a/b.csv"}]),
        package("p6", "Per Tahun Dengan Kamus", resources=[*years, *beside[1:]]),
    )
    report = quickly.harvest()
    options = [source.options for source in rows_of(sqlite_engine, models.Source)]
    assert options == [
        {"dataset": "p1", "format": "csv", "pilih": "terbaru"},
        {"dataset": "p2", "berkas": "tabel"},
        {"dataset": "p6", "berkas": "2025"},
    ]
    said = reasons(report.verdicts)
    assert said[0].startswith('3 berkas csv di portal; dipantau yang terakhir diubah: "2025".')
    assert all(text.startswith("Tanpa berkas tabel di portal") for text in said[2:5])
    assert report.created == 6


def test_a_dry_run_says_everything_and_writes_nothing(
    engine: Engine, portal: CkanPortal, taken: Harvester
) -> None:
    portal.offer(package("p1", "Data Alfa"), package("p2", "-"))
    before = contents(engine)
    report = taken.harvest(dry_run=True)
    assert (outcomes(report), report.dry_run) == (["created", "refused"], True)
    assert contents(engine) == before


@pytest.mark.parametrize(
    ("text", "cadence"),
    [
        ("http://publications.europa.eu/resource/authority/frequency/ANNUAL_2", "semesteran"),
        ("http://publications.europa.eu/resource/authority/frequency/ANNUAL_3", "empat_bulanan"),
        ("http://purl.org/cld/freq/threeTimesAYear", "empat_bulanan"),
        ("QUARTERLY", "triwulanan"),
        ("R/P12M", "tahunan"),
        ("R/P0.5Y", "semesteran"),
        ("R5/P1W", "mingguan"),
        ("R/PT24H", "harian"),
        ("Tahun Ajaran", "tahun_ajaran"),
        ("NEVER", "tetap"),
        ("EMPAT_BULANAN", "empat_bulanan"),
    ],
)
def test_frequencies_of_portals_are_understood(text: str, cadence: str) -> None:
    found = frequency_of(text)
    assert (found.cadence.value, found.reason) == (cadence, None)


@pytest.mark.parametrize(
    "text", ["bimonthly", "R/P3Y", "R/P2W", "UNKNOWN", "3 Tahunan", "R/P1", "sesuka hati"]
)
def test_an_unclear_frequency_promises_nothing_and_says_so(text: str) -> None:
    found = frequency_of(text)
    assert found.cadence is Cadence.INSIDENTAL
    assert f'"{text}", yang tidak dikenal' in (found.reason or "")


@pytest.mark.parametrize("text", [None, "", "-", "…"])
def test_a_missing_frequency_promises_nothing_and_says_so(text: str | None) -> None:
    found = frequency_of(text)
    assert found.cadence is Cadence.INSIDENTAL
    assert "tidak menyebut frekuensi" in (found.reason or "")


@pytest.mark.parametrize(
    ("extras", "cadence"),
    [
        ([{"key": "data_update_frequency", "value": "90"}], Cadence.TRIWULANAN),
        ([{"key": "data_update_frequency", "value": "-1"}], Cadence.TETAP),
        ({"Frekuensi": "Tahunan"}, Cadence.TAHUNAN),
        ([{"key": "accrualPeriodicity", "value": "ANNUAL"}], Cadence.TAHUNAN),
        ([{"key": "frequency", "value": "x"}, {"key": "frekuensi", "value": "TW"}], "triwulanan"),
    ],
)
def test_the_frequency_is_found_where_portals_write_it(
    sqlite_engine: Engine, portal: CkanPortal, quickly: Harvester, extras: Any, cadence: str
) -> None:
    portal.offer(package("p1", "Data Alfa", extras=extras))
    quickly.harvest()
    assert rows_of(sqlite_engine, models.Promise)[0].cadence == cadence


@pytest.mark.parametrize(
    ("texts", "licence"),
    [
        (("https://creativecommons.org/licenses/by-sa/3.0/igo/",), "CC-BY-SA-3.0"),
        (("http://creativecommons.org/publicdomain/zero/1.0/",), "CC0-1.0"),
        (("Open Database", "https://www.opendatacommons.org/licenses/odbl/1-0/"), "ODbL-1.0"),
        (("Lisensi Kota", "https://a.example/lisensi"), "Lisensi Kota"),
        (("notspecified", "", None), None),
    ],
)
def test_licences_are_named_alike(texts: tuple[str | None, ...], licence: str | None) -> None:
    assert licence_of(*texts) == licence


def test_an_odd_data_json_is_read_entry_by_entry(
    sqlite_engine: Engine, listed: Callable[..., Any]
) -> None:
    entries = [
        entry(license="https://creativecommons.org/licenses/by/4.0/", keyword="obat"),
        entry(identifier="d2", title="Rujukan", distribution=None, publisher="Dinas Kesehatan"),
        entry(identifier="d1", title="Id Kembar"),
        "bukan objek",
        entry(identifier=None, title="Tanpa Id", accrualPeriodicity=None),
        entry(identifier="d5", title="Tertutup", accessLevel="non-public"),
        entry(identifier="d6", title="Tautan", distribution=[{"accessURL": "https://a.example"}]),
        entry(
            identifier="d7",
            title="Per Tahun",
            distribution=[
                {"downloadURL": "https://a.example/a b 2024.csv", "mediaType": "text/csv"},
                None,
                {"downloadURL": "https://a.example/2025.csv#x", "mediaType": "text/csv"},
            ],
        ),
    ]
    body = b"\xef\xbb\xbf" + json.dumps({"dataset": entries}).encode()
    report = listed(body)
    assert outcomes(report) == [
        "created",
        "created",
        "refused",
        "refused",
        "created",
        "left_out",
        "created",
        "created",
    ]
    assert "sama dengan butir 1" in reasons(report.verdicts)[2]
    datasets = rows_of(sqlite_engine, models.Dataset)
    assert (datasets[0].licence, datasets[0].keywords) == ("CC-BY-4.0", ["obat"])
    assert [(s.kind, s.address) for s in rows_of(sqlite_engine, models.Source)] == [
        (SourceKind.HTTP_FILE, "https://a.example/obat.csv"),
        (SourceKind.HTTP_FILE, "https://a.example/obat.csv"),
        (SourceKind.HTTP_FILE, "https://a.example/2025.csv"),
    ]
    again = listed({"dataset": [each for each in entries if each != "bukan objek"]})
    assert (again.unchanged, again.created, again.gone) == (5, 0, ())


def test_a_data_json_may_be_a_bare_list_with_most_of_an_entry_missing(
    sqlite_engine: Engine, listed: Callable[..., Any]
) -> None:
    bare = {"title": "Stok Obat", "publisher": {"name": "Dinas Kesehatan"}, "keyword": None}
    report = listed([bare, {"title": "Yatim", "publisher": {"name": None}}, {}])
    assert outcomes(report) == ["created", "refused", "refused"]
    assert "tanpa organisasi" in reasons(report.verdicts)[1]
    assert listed([bare, {}]).unchanged == 1


def test_a_new_file_of_a_data_json_replaces_the_old_address(
    sqlite_engine: Engine, listed: Callable[..., Any]
) -> None:
    listed([entry()])
    newer = [{"downloadURL": "https://a.example/obat-2.csv", "format": "csv"}]
    assert outcomes(listed([entry(distribution=newer)])) == ["updated"]
    assert [s.address for s in rows_of(sqlite_engine, models.Source)] == [
        "https://a.example/obat-2.csv"
    ]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b'{"dataset": [{"title": "x"', "no whole JSON"),
        (b"<html>Masuk</html>", "a web page"),
        ({"data": []}, "No list of records"),
        ({"error": "maintenance"}, "answered with a message"),
        ((200, {}, b""), "JSON was expected"),
    ],
)
def test_what_is_no_data_json_is_an_alarm(
    listed: Callable[..., Any], content: Any, found: str
) -> None:
    with pytest.raises(PortalAlarm, match=found):
        listed(content)


def test_a_real_data_json_is_taken_over_without_its_filler(
    sqlite_engine: Engine, listed: Callable[..., Any], real_files: Path
) -> None:
    path = real_files / "sdi-catalogue" / "data__v03_2021-10-13.json"
    report = listed(path.read_bytes())
    assert (report.created, report.unscheduled, len(report.agencies)) == (4, 4, 2)
    assert len(rows_of(sqlite_engine, models.Source)) == 4
    assert all("Lorem" not in (d.description or "") for d in rows_of(sqlite_engine, models.Dataset))
    assert listed(path.read_bytes()).unchanged == 4


def test_the_real_tables_of_a_province_are_taken_over_through_a_ckan(
    sqlite_engine: Engine, portal: CkanPortal, quickly: Harvester, real_files: Path
) -> None:
    path = real_files / "jabar-satudata" / "data-opendata-2908.json"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))[::10]
    portal.offer(
        *(
            package(
                f"p{n:04}",
                row["Judul Tabel"],
                organization={"name": f"o{n}", "title": row["Produsen Data"]},
            )
            for n, row in enumerate(rows)
        )
    )
    report = quickly.harvest()
    assert (report.created, report.refused) == (len(rows), 0)
    n_agencies = len({row["Produsen Data"] for row in rows})
    assert len(rows_of(sqlite_engine, models.Agency)) == n_agencies
    assert quickly.harvest().unchanged == len(rows)
