"""The sample city, lived through the real pipeline, ends as behaviours.csv says."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest import MonkeyPatch
from sqlalchemy import Engine
from sqlmodel import col, func, select

from catalog import models
from catalog.intake.holidays import seed_holidays
from catalog.intake.load import load
from catalog.models import VersionStatus
from catalog.models.db import engine_for, reading, unit_of_work
from catalog.rules.terms import Access, Headline, Outcome, Rank, State, Validity
from catalog.store.standing import Standing, standings
from checks.commands.loading import documents_in
from checks.looking.trials import source_book
from checks.looking.watcher import watcher_for
from sample_data.agenda import agenda
from sample_data.city import City
from sample_data.feeds import Feeds
from sample_data.files import CITY_NAME, ZONE_NAME, load_files
from sample_data.replay import Replayed, replay

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
N_MONTHS = 8
SLUGS = {
    "produksi-susu": Headline.CURRENT,  # on time
    "imunisasi-dasar-lengkap": Headline.CURRENT,  # semicolon, decimal comma, BOM
    "capaian-iku": Headline.CURRENT,  # title rows above the header
    "izin-terbit": Headline.CURRENT,  # SiCantik: pages of JSON, once without a row
    "perjalanan-dinas": Headline.LATE,  # SPPD: its database has not been there for 20 days
    "ipm-kemiskinan": Headline.NEW,  # idatabase: a view; the year is due in December
    "realisasi-belanja": Headline.CURRENT,  # e-budgeting: a view, away for a few hours
    "pad-harian": Headline.LATE,  # PAD Online: a view, nothing for four working days
    "produk-hukum": Headline.CURRENT,  # JDIH: the feed that the national JDIHN reads
    "kejadian-kebakaran": Headline.CURRENT,  # not valid: a date in words, a key twice
    "layanan-kecamatan-bumiasih": Headline.CURRENT,  # early
    "layanan-kecamatan-sukamaju": Headline.CURRENT,  # uploads
    "kerusakan-bencana": Headline.CURRENT,  # nil
    "pindah-datang": Headline.CURRENT,  # in grace
    "layanan-kecamatan-jayamukti": Headline.ARREARS,  # stopped 5 periods ago
    "gangguan-trantibum": Headline.ARREARS,  # touched without change
    "peserta-kb-aktif": Headline.ARREARS,  # newest rows without values
    "produksi-apel-jeruk": Headline.ARREARS,  # reverted
    "bantuan-sembako": Headline.LATE,  # lost 60 % of the rows
    "objek-pajak-hotel-restoran": Headline.LATE,  # a row of 2099
    "tera-ulang": Headline.LATE,  # a login page
    "prasarana-perumahan": Headline.ARREARS,  # a renamed column
    "pbg-terbit": Headline.LATE,  # always late: October is not there yet
    "perda-ditetapkan": Headline.LATE,  # an upload with NIK waits for walidata since LATE
    "pelatihan-asn": Headline.LATE,  # NIK in the file
    "harga-bahan-pokok": Headline.CURRENT,  # every day
    "kualitas-udara": Headline.ARREARS,  # daily, stopped
    "formasi-asn": Headline.UNSCHEDULED,
    "kelompok-tani": Headline.UNPARSED_SCHEDULE,
    "potensi-konflik": Headline.UNPUBLISHED,
    "tempat-ibadah": Headline.UNOBSERVED,  # never linked
}


@dataclass(frozen=True, slots=True)
class Lived:
    """A lived city: its standings at the end, what was done, and where it is stored."""

    engine: Engine
    city: City
    replayed: Replayed
    standings: Mapping[str, Standing]
    progress: list[tuple[int, int]]
    folder: Path


@pytest.fixture(scope="module")
def lived(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp("city")
    path = folder / "city.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = engine_for(f"sqlite:///{path}")
    city = City(NOW, n_months=N_MONTHS)
    progress: list[tuple[int, int]] = []
    applications = folder / "applications"
    with Feeds(NOW, applications, n_months=N_MONTHS) as feeds, MonkeyPatch.context() as environment:
        for name, secret in feeds.secrets.items():
            environment.setenv(name, secret)
        load_city(engine, city, feeds)
        watcher = watcher_for(
            engine,
            originals_dir=folder / "originals",
            zone=ZONE_NAME,
            clock=lambda: NOW,
            contact="walidata@sukamaju.example",
            allowed_hosts=(feeds.host,),
            host_spacing_seconds=0,
            city_name=CITY_NAME,
        )
        replayed = replay(
            watcher,
            feeds,
            city,
            slugs=list(SLUGS),
            progress=lambda done, n: progress.append((done, n)),
        )
        with reading(engine) as session:
            stands = standings(session, watcher.city(session), NOW)
    yield Lived(engine, city, replayed, {s.slug: s for s in stands}, progress, folder)
    watcher.fetcher.close()
    engine.dispose()


def load_city(engine: Engine, city: City, feeds: Feeds) -> None:
    with unit_of_work(engine) as session:
        seed_holidays(session, city.start_on)
    files = load_files(feeds.address, city.calendar.local_date(NOW))
    report = load(
        engine,
        documents_in(files),
        agreed_on=city.start_on,
        observed_at=None,
        now=city.start_at,
        zone=ZONE_NAME,
        book=source_book(),
    )
    assert (report.rows, report.created, report.refused) == (286, 286, 0)


@pytest.mark.parametrize("slug", list(SLUGS))
def test_a_dataset_ends_in_the_headline_of_its_behaviour(lived: Lived, slug: str):
    assert lived.standings[slug].headline is SLUGS[slug]


def test_what_came_on_time_was_on_time_in_every_period(lived: Lived):
    for slug in ("produksi-susu", "imunisasi-dasar-lengkap", "capaian-iku"):
        standing = lived.standings[slug]
        assert standing.score.value == 1.0, slug
        assert standing.missing == ()
        due = [j for j in standing.judged if j.obligation.due_at <= NOW]
        assert {j.state for j in due} == {State.FULFILLED}
        released = {e.period.label: e.at for e in lived.city.story(slug).events if e.period}
        for judged in due:
            assert judged.closing is not None
            label = judged.obligation.period.label
            assert judged.closing.at == released[label].replace(second=0, microsecond=0)


def test_what_says_no_date_of_its_own_gets_the_benefit_of_the_doubt_since_the_last_look(
    lived: Lived,
):
    for slug in ("izin-terbit", "realisasi-belanja"):
        released = {e.period.label: e.at for e in lived.city.story(slug).events if e.period}
        closings = [j for j in lived.standings[slug].judged if j.closing]
        assert len(closings) >= N_MONTHS - 1
        for judged in closings:
            assert judged.closing is not None
            at = released[judged.obligation.period.label]
            assert judged.obligation.closable_at <= judged.closing.at < at


def test_an_early_row_closes_its_period_the_instant_it_has_ended(lived: Lived):
    judged = [
        j
        for j in lived.standings["layanan-kecamatan-bumiasih"].judged
        if j.closing and j.obligation.closable_at > lived.city.start_at
    ]
    assert len(judged) >= N_MONTHS - 1
    for each in judged:
        assert each.closing is not None
        assert each.closing.at == each.obligation.closable_at


def test_a_release_always_late_is_fulfilled_late_each_time(lived: Lived):
    judged = [j for j in lived.standings["pbg-terbit"].judged if j.closing]
    assert len(judged) >= N_MONTHS - 2
    assert all(j.closing and j.closing.at >= j.obligation.grace_at for j in judged)


def test_touching_a_file_never_closes_anything_and_is_ranked_so(lived: Lived):
    standing = lived.standings["gangguan-trantibum"]
    assert len(standing.missing) == 4
    with reading(lived.engine) as session:
        ranks = session.exec(
            select(models.Version.rank)
            .where(models.Version.dataset_id == standing.dataset_id)
            .order_by(col(models.Version.number))
        ).all()
    assert ranks.count(Rank.E2) >= 10
    assert ranks[-1] is Rank.E2


def test_a_file_that_came_back_is_ranked_as_a_revert(lived: Lived):
    standing = lived.standings["produksi-apel-jeruk"]
    with reading(lived.engine) as session:
        newest = session.exec(
            select(models.Version)
            .where(models.Version.dataset_id == standing.dataset_id)
            .order_by(col(models.Version.number).desc())
        ).first()
    assert newest is not None
    assert newest.rank is Rank.E0


@pytest.mark.parametrize(
    ("slug", "status"),
    [
        ("bantuan-sembako", VersionStatus.QUARANTINED),
        ("objek-pajak-hotel-restoran", VersionStatus.QUARANTINED),
        ("pelatihan-asn", VersionStatus.QUARANTINED),
        ("prasarana-perumahan", VersionStatus.QUARANTINED),
        ("tera-ulang", VersionStatus.QUARANTINED),
        ("perda-ditetapkan", VersionStatus.IN_REVIEW),
    ],
)
def test_what_cannot_be_believed_is_held_back(lived: Lived, slug: str, status: VersionStatus):
    with reading(lived.engine) as session:
        newest = session.exec(
            select(models.Version)
            .where(models.Version.dataset_id == lived.standings[slug].dataset_id)
            .order_by(col(models.Version.number).desc())
        ).first()
    assert newest is not None
    assert newest.status is status
    assert newest.status_reason


def test_nil_periods_are_closed_as_nil(lived: Lived):
    states = [j.state for j in lived.standings["kerusakan-bencana"].judged]
    assert State.NIL in states
    assert State.LATE not in states


def test_every_version_entered_by_a_look_or_an_upload_and_every_look_is_a_check(lived: Lived):
    with reading(lived.engine) as session:
        n_checks = session.exec(select(func.count(col(models.Check.id)))).one()
        n_unseen = session.exec(
            select(func.count(col(models.Version.id))).where(
                col(models.Version.id).not_in(
                    select(models.Check.version_id).where(col(models.Check.version_id).is_not(None))
                )
            )
        ).one()
        outcomes = set(session.exec(select(models.Check.outcome).distinct()).all())
    stops = agenda(lived.city, list(SLUGS))
    assert lived.replayed.n_looks == sum(len(stop.pulled) for stop in stops)
    assert n_checks == lived.replayed.n_looks + lived.replayed.n_uploads
    assert n_unseen == 0
    assert Outcome.OUR_FAULT not in outcomes
    assert Outcome.NOT_MODIFIED in outcomes
    assert lived.progress[-1] == (lived.replayed.n_stops, lived.replayed.n_stops)


def test_every_source_that_lives_can_be_reached(lived: Lived):
    for slug in SLUGS:
        standing = lived.standings[slug]
        if slug == "tempat-ibadah":
            assert standing.access is Access.BELUM_DIPERIKSA
        elif slug == "perjalanan-dinas":
            assert standing.access is Access.PUTUS
        elif lived.city.promised(slug).kind not in ("", "upload"):
            assert standing.access is Access.LANCAR, slug


def test_an_answer_without_a_row_is_refused_and_the_one_after_it_is_the_one_before(lived: Lived):
    kept = versions_of(lived, "izin-terbit")
    refused = [v for v in kept if v.status is not VersionStatus.ACCEPTED]
    assert [(v.status, v.validity) for v in refused] == [
        (VersionStatus.QUARANTINED, Validity.TIDAK_VALID)
    ]
    assert list(refused[0].finding_counts) == ["mutakhir/no-rows"]
    rest = [v for v in kept if v not in refused]
    assert len({v.bytes_hash for v in rest}) == len(rest)
    assert lived.standings["izin-terbit"].score.value == 1.0


def test_an_outage_of_a_database_is_told_as_what_it_is(lived: Lived):
    with reading(lived.engine) as session:
        failed = session.exec(
            select(models.Dataset.slug, models.Check.code)
            .join(models.Check, col(models.Check.dataset_id) == col(models.Dataset.id))
            .where(models.Check.outcome == Outcome.SOURCE_FAILED)
            .distinct()
        ).all()
    assert ("perjalanan-dinas", "no-file") in failed
    assert ("realisasi-belanja", "no-file") in failed
    assert lived.standings["realisasi-belanja"].score.value == 1.0


def test_names_that_an_application_holds_enter_neither_the_originals_nor_the_catalogue(
    lived: Lived,
):
    with closing(sqlite3.connect(lived.folder / "applications" / "ebudgeting.db")) as held:
        assert held.execute("SELECT count(*) FROM buku_belanja").fetchone()[0] > 0
    texts = [
        path.read_bytes() for path in (lived.folder / "originals").rglob("*") if path.is_file()
    ]
    assert any(b"SIC-" in text for text in texts)
    assert any(b"jumlah_spt" in text for text in texts)
    for word in (b"Pemohon", b"Pegawai", b"nama_p"):
        assert not any(word in text for text in texts), word
    assert b"kunci-contoh" not in (lived.folder / "city.db").read_bytes()


def test_a_file_finished_by_hand_is_published_as_not_valid_with_each_mistake_at_its_cell(
    lived: Lived,
):
    newest = versions_of(lived, "kejadian-kebakaran")[-1]
    assert (newest.status, newest.validity) == (VersionStatus.ACCEPTED, Validity.TIDAK_VALID)
    with reading(lived.engine) as session:
        found = session.exec(
            select(models.Finding.code, models.Finding.field).where(
                models.Finding.version_id == newest.id
            )
        ).all()
    assert set(found) == {
        ("type-error", "tanggal"),
        ("constraint-error", "kerugian_rp"),
        ("unique-error", "no_kejadian"),
        ("primary-key", None),
    }


def test_what_has_a_schema_and_is_not_untidy_is_valid(lived: Lived):
    for slug in ("perjalanan-dinas", "ipm-kemiskinan", "realisasi-belanja", "pad-harian"):
        validities = {v.validity for v in versions_of(lived, slug)}
        assert validities == {Validity.VALID}, slug


def versions_of(lived: Lived, slug: str) -> list[models.Version]:
    with reading(lived.engine) as session:
        return list(
            session.exec(
                select(models.Version)
                .where(models.Version.dataset_id == lived.standings[slug].dataset_id)
                .order_by(col(models.Version.number))
            ).all()
        )
