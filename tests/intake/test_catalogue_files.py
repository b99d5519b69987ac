"""Agencies, people, holidays and applications."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from catalog import models
from catalog.intake.documents import RowOutcome
from catalog.intake.holidays import seed_holidays
from catalog.models.almanac import load_calendar
from catalog.models.db import reading, unit_of_work
from catalog.rules.terms import Role
from tests.intake.sheets import AGENCIES, NOW, ZONE, contents, load_now, rows_of, sheet

PEOPLE = """
nama,email,opd,peran
Wanodya,Operator.Dinkes@sukamaju.example,Dinkes,Operator
Wanodya,operator.dinkes@sukamaju.example,DPUPR,operator
Jenggala,walidata@sukamaju.example,,walidata
Kirana,kepala@sukamaju.example,1.02,Kepala Dinas
Salah,bukan-surel,Dinkes,operator
Raka,raka@sukamaju.example,Dinkes,juru tulis
Rini,rini@sukamaju.example,Dinkess,operator
"""
APPLICATIONS = """
opd,nama aplikasi,fungsi,terintegrasi,target
Dinkes,SIMPUS,Catatan puskesmas,belum,2026-06-30
DPUPR,SIJALAN,Kondisi jalan,sudah,
DPUPR,SIRUANG,,mungkin,
"""


def test_agencies_are_created_completed_and_left_alone(engine: Engine) -> None:
    first = load_now(engine, sheet(AGENCIES))
    assert (first.rows, first.created, first.refused) == (3, 3, 0)
    assert load_now(engine, sheet(AGENCIES)).unchanged == 3
    later = "nama,singkatan,email\nDINAS KEPENDUDUKAN & PENCATATAN SIPIL,,capil@sukamaju.example"
    assert load_now(engine, sheet(later)).updated == 1
    agency = rows_of(engine, models.Agency)[1]
    assert (agency.abbreviation, agency.email) == ("Dispendukcapil", "capil@sukamaju.example")


def test_a_code_or_abbreviation_of_another_agency_is_refused(engine: Engine) -> None:
    load_now(engine, sheet(AGENCIES))
    report = load_now(
        engine,
        sheet("kode,nama,singkatan\n1.03,Dinas Kesehatan,\n9.99,Dinas Baru,Dinkes"),
    )
    assert report.refused == 2
    assert "sudah dipakai" in (report.verdicts[0].reason or "")
    assert 'Singkatan "Dinkes" sudah dipakai Dinas Kesehatan' in (report.verdicts[1].reason or "")


def test_people_get_their_roles_and_bad_rows_say_what_to_mend(engine: Engine) -> None:
    report = load_now(engine, sheet(PEOPLE, "orang.csv"), sheet(AGENCIES, "opd.csv"))
    people = {p.email: p for p in rows_of(engine, models.Person)}
    roles = [(a.person_id, a.agency_id, a.role) for a in rows_of(engine, models.Assignment)]
    operator = people["operator.dinkes@sukamaju.example"]
    assert roles == [
        (operator.id, 1, Role.OPERATOR),
        (operator.id, 3, Role.OPERATOR),
        (people["walidata@sukamaju.example"].id, None, Role.WALIDATA),
        (people["kepala@sukamaju.example"].id, 1, Role.KEPALA_OPD),
    ]
    refused = {v.row: v.reason for v in report.verdicts if v.verdict is RowOutcome.REFUSED}
    assert list(refused) == [6, 7, 8]
    assert "bukan-surel" in (refused[6] or "")
    assert 'Peran "juru tulis" tidak dikenal; pakai salah satu dari: operator' in (refused[7] or "")
    assert 'OPD "Dinkess" tidak dikenal; mungkin maksudnya Dinkes' in (refused[8] or "")
    assert load_now(engine, sheet(PEOPLE)).unchanged == 4


def test_the_application_inventory_keeps_its_roadmap(engine: Engine) -> None:
    report = load_now(engine, sheet(AGENCIES), sheet(APPLICATIONS))
    applications = rows_of(engine, models.Application)
    assert [(a.name, a.integrated, a.target_on) for a in applications] == [
        ("SIMPUS", False, date(2026, 6, 30)),
        ("SIJALAN", True, None),
    ]
    assert report.refused == 1
    moved = "opd,nama,target\nDinkes,SIMPUS,2026-12-31"
    assert load_now(engine, sheet(moved)).updated == 1
    assert rows_of(engine, models.Application)[0].integrated is False


def test_shipped_holidays_are_seeded_once_and_leave_the_citys_own_days_alone(
    engine: Engine,
) -> None:
    own = "tanggal,nama,jenis\n2025-08-17,Hari Merdeka menurut kota,nasional\n2025-04-25,HUT,"
    load_now(engine, sheet(own))
    with unit_of_work(engine) as session:
        assert seed_holidays(session, date(2025, 9, 1)) > 200
    shipped = rows_of(engine, models.Holiday)[-1]
    with unit_of_work(engine) as session:
        assert seed_holidays(session, date(2025, 9, 2)) == 0
        stale = models.Holiday(
            on_date=date(2025, 2, 3),
            name="Hari yang dipindahkan",
            kind=shipped.kind,
            source=shipped.source,
            imported_on=date(2024, 1, 1),
        )
        session.add(stale)
    with unit_of_work(engine) as session:
        assert seed_holidays(session, date(2025, 9, 3)) == 1
    held = {h.on_date: h for h in rows_of(engine, models.Holiday)}
    assert held[date(2025, 8, 17)].name == "Hari Merdeka menurut kota"
    assert held[date(2025, 4, 25)].kind.value == "daerah"
    assert date(2025, 2, 3) not in held
    with reading(engine) as session:
        calendar = load_calendar(session, ZONE)
    assert not calendar.is_working_day(date(2025, 5, 12))
    assert calendar.local_date(datetime(2025, 5, 11, 17, tzinfo=UTC)) == date(2025, 5, 12)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("17 Agustus,HUT,daerah", "tulis tanggal lengkap"),
        ("1999-08-17,HUT,daerah", "di luar tahun"),
        ("2101-01-01,HUT,daerah", "di luar tahun"),
        ("-,HUT,daerah", "Tanggal kosong"),
        ("2025-08-17,,daerah", "Nama hari libur kosong"),
        ("2025-08-17,HUT,internasional", "tidak dikenal"),
    ],
)
def test_a_bad_holiday_says_what_was_found_and_what_to_do(
    sqlite_engine: Engine, row: str, reason: str
) -> None:
    report = load_now(sqlite_engine, sheet(f"tanggal,nama,jenis\n{row}"))
    assert report.refused == 1
    assert reason in (report.verdicts[0].reason or "")


def test_a_dry_run_gives_every_verdict_and_writes_nothing(engine: Engine) -> None:
    before = contents(engine)
    report = load_now(
        engine,
        sheet(PEOPLE),
        sheet(AGENCIES),
        sheet("opd,judul,periode_data\nDinkes,Kunjungan Puskesmas,Bulanan"),
        dry_run=True,
        now=NOW,
    )
    assert (report.rows, report.created, report.refused, report.dry_run) == (11, 7, 3, True)
    assert contents(engine) == before
