"""A listing of what is published fulfils, accuses or says nothing; never more than it knows."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from catalog import models
from catalog.intake.agencies import AgencyBook
from catalog.intake.confirming import NoSuchMatch, confirm_match
from catalog.intake.documents import Document, LoadReport
from catalog.intake.listing import YearsHeld, years_held
from catalog.models import MatchStatus
from catalog.models.almanac import load_calendar
from catalog.models.db import reading, unit_of_work
from catalog.rules.terms import Headline, Outcome, Rank
from catalog.store.standing import City, standings
from tests.intake.sheets import NOW, OBSERVED_AT, ZONE, contents, load_now, rows_of, sheet

EARLIER = datetime(2025, 5, 2, 2, tzinfo=UTC)
DAFTAR = """
opd,judul,periode_data,jadwal_rilis
Dinas Kesehatan,Jumlah Puskesmas,Tahunan,Maret n+1
Dinas Kesehatan,Jumlah Kasus Malaria,Tahunan,Maret n+1
Dinas Kesehatan,Jumlah Rumah Sakit Swasta,Tahunan,Maret n+1
Dinas Kesehatan,Jumlah Kunjungan Lansia,Bulanan,10 hari
"""
LISTING = """
Produsen Data,Judul Tabel,Tahun Data,Status Data,Tautan
Dinas Kesehatan,Jumlah Puskesmas Berdasarkan Kecamatan,2019 - 2024,Tetap,https://a.example/1
Dinas Kesehatan,Jumlah Kasus Malaria,2018 - 2021,Tetap,https://a.example/2
Dinas Kesehatan,Jumlah Rumah Sakit,2019 - 2024,Tetap,https://a.example/3
Dinas Kesehatan,Jumlah Kunjungan Lansia,2020 - 2024,Tetap,https://a.example/4
Dinas Sosial,Jumlah Panti,2024,Tetap,https://a.example/5
Dinas Kesehatan,,2024,Tetap,https://a.example/6
"""


def listing(text: str = LISTING) -> Document:
    return sheet(text, "terbitan.csv")


def load_both(engine: Engine, at: datetime | None = OBSERVED_AT) -> LoadReport:
    load_now(engine, sheet(DAFTAR, "daftar.csv"))
    return load_now(engine, listing(), observed_at=at)


def tables_by_title(engine: Engine) -> dict[str, models.ListedTable]:
    return {table.title: table for table in rows_of(engine, models.ListedTable)}


def headlines(engine: Engine, now: datetime) -> dict[str, Headline]:
    with reading(engine) as session:
        city = City("Sukamaju", load_calendar(session, ZONE))
        return {s.title: s.headline for s in standings(session, city, now)}


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2019 - 2024", YearsHeld(2019, 2024)),
        ("2020", YearsHeld(2020, 2020)),
        ("2019, 2021 dan 2023", YearsHeld(2019, 2023)),
        ("2022/2023 - 2023/2024", YearsHeld(2022, 2023)),
        ("2025", YearsHeld(2025, 2025)),
        ("2019 - 2026", None),
        ("2019 - 2099", None),
        ("-", None),
        ("", None),
        (None, None),
        ("12019", None),
    ],
)
def test_the_years_of_a_table_are_read_and_future_ones_distrusted(
    text: str | None, years: YearsHeld | None
) -> None:
    assert years_held(text, date(2025, 8, 29)) == years


def test_every_row_has_a_verdict_and_a_match_or_its_reason(engine: Engine) -> None:
    report = load_both(engine)
    assert (report.rows, report.created, report.refused) == (6, 5, 1)
    assert (report.n_matched, report.n_unsure) == (3, 1)
    assert [v.reason for v in report.verdicts][:3] == [
        'Cocok dengan "Jumlah Puskesmas".',
        'Cocok dengan "Jumlah Kasus Malaria".',
        'Perlu diperiksa walidata: mungkin "Jumlah Rumah Sakit Swasta".',
    ]
    assert report.verdicts[4].reason == 'OPD "Dinas Sosial" tidak ada dalam daftar data.'
    (held,) = rows_of(engine, models.Listing)
    assert (held.n_tables, held.observed_at) == (5, OBSERVED_AT)


def test_a_year_held_fulfils_with_unobserved_timing_at_the_observation(engine: Engine) -> None:
    load_both(engine)
    (closing,) = rows_of(engine, models.Closing)
    assert (closing.at, closing.seen_at, closing.timing_observed) == (
        OBSERVED_AT,
        OBSERVED_AT,
        False,
    )
    assert closing.rank is Rank.E5
    assert (
        closing.listed_table_id
        == tables_by_title(engine)["Jumlah Puskesmas Berdasarkan Kecamatan"].id
    )
    assert headlines(engine, NOW)["Jumlah Puskesmas"] is Headline.CURRENT


def test_a_year_that_is_missing_is_a_conclusive_negative(engine: Engine) -> None:
    load_both(engine)
    checks = {check.dataset_id: check for check in rows_of(engine, models.Check)}
    assert (checks[2].at, checks[2].outcome, checks[2].conclusive) == (
        OBSERVED_AT,
        Outcome.COMPLETE,
        True,
    )
    assert "sampai 2021" in checks[2].reason
    sources = {s.dataset_id: s for s in rows_of(engine, models.Source)}
    assert (sources[2].kind, sources[2].conclusive_at, sources[2].last_check_id) == (
        models.SourceKind.LISTING,
        OBSERVED_AT,
        checks[2].id,
    )
    assert headlines(engine, NOW)["Jumlah Kasus Malaria"] is Headline.ARREARS
    assert headlines(engine, datetime(2025, 8, 28, tzinfo=UTC))["Jumlah Kasus Malaria"] is (
        Headline.UNOBSERVED
    )


def test_an_unsure_match_and_an_unmatched_dataset_stay_unobserved(engine: Engine) -> None:
    load_both(engine)
    assert headlines(engine, NOW)["Jumlah Rumah Sakit Swasta"] is Headline.UNOBSERVED


def test_years_never_accuse_a_monthly_dataset_of_months_they_do_not_name(engine: Engine) -> None:
    load_both(engine)
    check = next(c for c in rows_of(engine, models.Check) if c.dataset_id == 4)
    assert check.conclusive is False
    assert "2024-12" in check.reason
    assert headlines(engine, NOW)["Jumlah Kunjungan Lansia"] is Headline.UNOBSERVED


def test_a_monthly_dataset_whose_years_stop_before_all_it_owes_is_late(engine: Engine) -> None:
    load_now(engine, sheet(DAFTAR, "daftar.csv"), agreed_on=date(2025, 2, 1))
    load_now(engine, listing(), observed_at=OBSERVED_AT)
    assert headlines(engine, NOW)["Jumlah Kunjungan Lansia"] is Headline.ARREARS


def test_a_running_year_closes_nothing_before_it_has_ended(engine: Engine) -> None:
    load_now(engine, sheet(DAFTAR, "daftar.csv"))
    text = LISTING.replace("2019 - 2024", "2019 - 2025")
    load_now(engine, listing(text), observed_at=OBSERVED_AT)
    closed = {c.obligation_id for c in rows_of(engine, models.Closing)}
    labels = {o.label for o in rows_of(engine, models.Obligation) if o.id in closed}
    assert labels == {"2024"}


def test_the_same_listing_again_changes_nothing(engine: Engine) -> None:
    load_both(engine)
    before = contents(engine)
    for observed_at in (OBSERVED_AT, None):
        report = load_now(engine, listing(), observed_at=observed_at)
        assert (report.unchanged, report.created) == (6, 0)
        assert contents(engine) == before


def test_the_same_content_seen_again_later_is_a_new_observation(engine: Engine) -> None:
    load_both(engine, EARLIER)
    load_now(engine, listing(), observed_at=OBSERVED_AT)
    assert len(rows_of(engine, models.Listing)) == 2
    sources = {s.dataset_id: s for s in rows_of(engine, models.Source)}
    assert sources[2].conclusive_at == OBSERVED_AT
    assert [c.seen_at for c in rows_of(engine, models.Closing)] == [EARLIER]


def test_an_earlier_listing_loaded_later_moves_the_sighting_back(engine: Engine) -> None:
    load_both(engine)
    load_now(engine, listing(), observed_at=EARLIER)
    later, earlier = rows_of(engine, models.Closing)
    assert (later.retracted_at, earlier.seen_at, earlier.retracted_at) == (
        OBSERVED_AT,
        EARLIER,
        None,
    )
    between = headlines(engine, datetime(2025, 6, 1, tzinfo=UTC))
    assert between["Jumlah Puskesmas"] is Headline.CURRENT
    sources = {s.dataset_id: s for s in rows_of(engine, models.Source)}
    assert sources[2].conclusive_at == OBSERVED_AT


def test_datasets_registered_after_a_listing_are_matched_to_it(engine: Engine) -> None:
    load_now(engine, listing(), observed_at=OBSERVED_AT)
    assert rows_of(engine, models.Closing) == []
    load_now(engine, sheet(DAFTAR, "daftar.csv"))
    assert len(rows_of(engine, models.Closing)) == 1
    assert headlines(engine, NOW)["Jumlah Kasus Malaria"] is Headline.ARREARS


def test_one_table_may_deliver_several_datasets_and_several_tables_one(engine: Engine) -> None:
    twice = """
opd,judul,periode_data,jadwal_rilis,indikator
Dinas Kesehatan,Jumlah Puskesmas,Tahunan,Maret n+1,Indikator Satu
Dinas Kesehatan,Jumlah Puskesmas,Tahunan,Maret n+1,Indikator Dua
"""
    load_now(engine, sheet(twice))
    more = LISTING + "Dinas Kesehatan,Jumlah Puskesmas,2019 - 2021,Tetap,https://a.example/7\n"
    load_now(engine, listing(more), observed_at=OBSERVED_AT)
    sure = [t for t in rows_of(engine, models.ListedTable) if t.status is MatchStatus.AUTOMATIC]
    assert sorted((t.dataset_id, t.last_year) for t in sure) == [
        (1, 2021),
        (1, 2024),
        (2, 2021),
        (2, 2024),
    ]
    assert len(rows_of(engine, models.Closing)) == 2, "the newest of the tables decides"
    (held,) = rows_of(engine, models.Listing)
    assert held.n_tables == 6


def test_a_dataset_with_its_own_source_is_never_accused_by_a_listing(engine: Engine) -> None:
    own = """
opd,judul,periode_data,jadwal_rilis,alamat
Dinas Kesehatan,Jumlah Puskesmas,Tahunan,Maret n+1,https://b.example/p.csv
Dinas Kesehatan,Jumlah Kasus Malaria,Tahunan,Maret n+1,https://b.example/m.csv
"""
    load_now(engine, sheet(own))
    load_now(engine, listing(), observed_at=OBSERVED_AT)
    assert rows_of(engine, models.Check) == []
    assert len(rows_of(engine, models.Closing)) == 1
    assert headlines(engine, NOW)["Jumlah Kasus Malaria"] is Headline.UNOBSERVED


def test_a_source_found_later_replaces_the_listing(engine: Engine) -> None:
    load_both(engine)
    row = "Dinas Kesehatan,Jumlah Kasus Malaria,Tahunan,Maret n+1,https://b.example/m.csv"
    load_now(engine, sheet(f"opd,judul,periode_data,jadwal_rilis,alamat\n{row}"))
    source = next(s for s in rows_of(engine, models.Source) if s.dataset_id == 2)
    assert (source.kind, source.conclusive_at) == (models.SourceKind.HTTP_FILE, None)


def decide(engine: Engine, title: str, *, accept: bool, now: datetime = NOW) -> None:
    table_id = tables_by_title(engine)[title].id
    assert table_id is not None
    with unit_of_work(engine) as session:
        confirm_match(session, table_id, accept, "walidata@sukamaju.example", now)


def test_a_confirmed_match_counts_from_when_the_listing_was_observed(engine: Engine) -> None:
    load_both(engine)
    decide(engine, "Jumlah Rumah Sakit", accept=True)
    assert headlines(engine, NOW)["Jumlah Rumah Sakit Swasta"] is Headline.CURRENT
    newest = rows_of(engine, models.Closing)[-1]
    assert (newest.seen_at, newest.timing_observed) == (OBSERVED_AT, False)
    (entry,) = rows_of(engine, models.AuditEntry)
    assert (entry.action, entry.actor) == ("match.confirmed", "walidata@sukamaju.example")


def test_a_rejected_match_takes_back_what_it_proved_and_is_not_made_again(engine: Engine) -> None:
    load_both(engine)
    decide(engine, "Jumlah Puskesmas Berdasarkan Kecamatan", accept=False)
    decide(engine, "Jumlah Kasus Malaria", accept=False)
    after = headlines(engine, NOW)
    assert after["Jumlah Puskesmas"] is Headline.UNOBSERVED
    assert after["Jumlah Kasus Malaria"] is Headline.UNOBSERVED
    (closing,) = rows_of(engine, models.Closing)
    assert closing.retracted_at == NOW
    load_now(engine, listing(), observed_at=datetime(2025, 8, 30, tzinfo=UTC))
    statuses = [t.status for t in rows_of(engine, models.ListedTable) if t.dataset_id in (1, 2)]
    assert statuses == [MatchStatus.REJECTED] * 4
    assert headlines(engine, NOW)["Jumlah Puskesmas"] is Headline.UNOBSERVED


def test_a_person_may_change_their_mind(engine: Engine) -> None:
    load_both(engine)
    for accept in (False, True, True):
        decide(engine, "Jumlah Puskesmas Berdasarkan Kecamatan", accept=accept)
    assert headlines(engine, NOW)["Jumlah Puskesmas"] is Headline.CURRENT
    assert len(rows_of(engine, models.AuditEntry)) == 2


def test_a_table_without_a_match_cannot_be_confirmed(engine: Engine) -> None:
    load_both(engine)
    with pytest.raises(NoSuchMatch), unit_of_work(engine) as session:
        confirm_match(session, 99_999, True, "walidata", NOW)
    with pytest.raises(NoSuchMatch):
        decide(engine, "Jumlah Panti", accept=True)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Dinas Pemberdayaan Masyarakat Dan Desa", ["DPMD"]),
        ("Badan Pengelolaan Keuangan Dan Aset Daerah", ["Badan Pengelola Keuangan dan Aset"]),
        ("Inspektorat Daerah", ["Inspektorat"]),
        ("Sekretariat Daerah", ["Bagian Hukum, Setda", "Setda - Biro Umum"]),
        ("Dinas Pertanahan", []),
        ("Dinas Kesehatan Hewan", []),
    ],
)
def test_a_publisher_is_found_by_the_portals_spelling_and_never_guessed(
    sqlite_engine: Engine, written: str, names: list[str]
) -> None:
    agencies = (
        "DPMD",
        '"Badan Pengelola Keuangan dan Aset"',
        "Inspektorat",
        '"Bagian Hukum, Setda"',
        "Setda - Biro Umum",
        "Dinas Pertanian",
        "Dinas Kesehatan",
    )
    rows = "\n".join(f"{name},Data {n} Contoh,Tahunan" for n, name in enumerate(agencies))
    load_now(sqlite_engine, sheet(f"opd,judul,periode_data\n{rows}"))
    with reading(sqlite_engine) as session:
        found = AgencyBook.of(session).publishers(written)
        assert [agency.name for agency in found] == names


def test_the_checks_are_found_by_their_code(engine: Engine) -> None:
    load_both(engine)
    with reading(engine) as session:
        looked = session.exec(select(models.Check).where(models.Check.code == "listing")).all()
    assert len(looked) == 3
