"""The ledger is made ahead, made again while open, and never rewritten once closed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from catalog import models
from catalog.intake.ledger import Version, extend_ledger, owed
from catalog.models.almanac import load_calendar
from catalog.models.db import unit_of_work
from catalog.rules.calendar import Calendar
from catalog.rules.terms import Cadence, ClosingKind, Schedule
from tests.intake.sheets import NOW, ZONE, contents, labels, load_now, rows_of, sheet

CALENDAR = Calendar.of(ZONE, [])
MONTHLY = Version(Cadence.BULANAN, "10 hari", date(2025, 1, 1))
DAFTAR = sheet(
    """
opd,judul,periode_data,jadwal_rilis,terdaftar
Dinkes,Stok Obat,Bulanan,10 hari,2025-06-01
Dinkes,Tenaga Kesehatan,Tahunan,Maret n+1,2025-06-01
Dinkes,Rujukan,Setiap hari,,2025-06-01
"""
)


def extend(engine: Engine, now: datetime) -> int:
    with unit_of_work(engine) as session:
        return extend_ledger(session, load_calendar(session, ZONE), now)


def test_two_periods_are_ahead_and_a_second_run_changes_nothing(engine: Engine) -> None:
    load_now(engine, DAFTAR)
    assert labels(engine) == ["2025-05", "2025-06", "2025-07", "2025-08", "2025-09", "2025", "2026"]
    before = contents(engine)
    assert extend(engine, NOW) == 0
    assert contents(engine) == before


def test_missed_runs_end_in_the_same_ledger(engine: Engine) -> None:
    load_now(engine, DAFTAR)
    for days in range(0, 400, 7):
        extend(engine, NOW + timedelta(days=days))
    often = [row.model_dump(exclude={"id"}) for row in rows_of(engine, models.Obligation)]
    with unit_of_work(engine) as session:
        for row in session.exec(select(models.Obligation)):
            session.delete(row)
    assert extend(engine, NOW + timedelta(days=392)) == len(often)
    once = [row.model_dump(exclude={"id"}) for row in rows_of(engine, models.Obligation)]
    assert sorted(often, key=_place) == sorted(once, key=_place)


def _place(row: dict[str, Any]) -> tuple[int, date]:
    return row["dataset_id"], row["period_start"]


def test_only_the_datasets_asked_for_are_extended(engine: Engine) -> None:
    load_now(engine, DAFTAR)
    with unit_of_work(engine) as session:
        calendar = load_calendar(session, ZONE)
        assert extend_ledger(session, calendar, NOW + timedelta(days=31), [2]) == 0
        assert extend_ledger(session, calendar, NOW + timedelta(days=31), [1]) == 1


def test_a_regional_holiday_moves_open_obligations_and_no_closed_one(engine: Engine) -> None:
    load_now(engine, DAFTAR)
    with unit_of_work(engine) as session:
        july = session.exec(
            select(models.Obligation).where(models.Obligation.label == "2025-07")
        ).one()
        at = july.due_at - timedelta(hours=1)
        session.add(
            models.Closing(obligation_id=july.id, kind=ClosingKind.FULFILLED, at=at, seen_at=at)
        )
    before = {o.label: o.due_date for o in rows_of(engine, models.Obligation)}
    holidays = "tanggal,nama,jenis\n2025-08-11,Hari jadi,daerah\n2025-09-10,Pawai,daerah"
    report = load_now(engine, sheet(holidays, "libur.csv"))
    assert report.created == 2
    after = {o.label: o.due_date for o in rows_of(engine, models.Obligation)}
    assert (before["2025-07"], after["2025-07"]) == (date(2025, 8, 11), date(2025, 8, 11))
    assert (before["2025-08"], after["2025-08"]) == (date(2025, 9, 10), date(2025, 9, 11))
    assert load_now(engine, sheet(holidays, "libur.csv")).unchanged == 2


def test_a_retired_dataset_owes_nothing_new(engine: Engine) -> None:
    load_now(engine, DAFTAR)
    with unit_of_work(engine) as session:
        for dataset in session.exec(select(models.Dataset)):
            dataset.retired_on = date(2025, 9, 1)
    assert extend(engine, NOW + timedelta(days=100)) == 0


def test_what_was_said_about_an_obligation_keeps_it(engine: Engine) -> None:
    load_now(engine, DAFTAR)
    with unit_of_work(engine) as session:
        future = session.exec(
            select(models.Obligation).where(models.Obligation.label == "2025-09")
        ).one()
        session.add(models.Announced(obligation_id=future.id, level=0, at=NOW))
        session.add(
            models.Promise(
                dataset_id=future.dataset_id,
                version=2,
                cadence=Cadence.INSIDENTAL,
                schedule=Schedule.PARSED,
                agreed_on=date(2025, 9, 1),
                created_at=NOW,
            )
        )
    extend(engine, NOW)
    assert "2025-09" in labels(engine)
    assert "2025-08" in labels(engine), "August had ended before the change"


NOON = datetime(2025, 9, 15, 5, tzinfo=UTC)


def test_a_period_due_before_a_change_keeps_its_old_bounds() -> None:
    changed = replace(MONTHLY, rule_text="20 hari", agreed_on=date(2025, 9, 15))
    ledger = owed([MONTHLY, changed], NOON, CALENDAR)
    assert ledger["2025-08"].version == 0
    assert ledger["2025-08"].obligation.due_date == date(2025, 9, 10)
    assert ledger["2025-09"].version == 1
    assert ledger["2025-09"].obligation.due_date == date(2025, 10, 20)


def test_a_period_that_had_ended_is_still_owed_when_the_new_rule_would_skip_it() -> None:
    slow = replace(MONTHLY, rule_text="30 hari")
    fast = replace(MONTHLY, rule_text="5 hari", agreed_on=date(2025, 9, 15))
    ledger = owed([slow, fast], NOON, CALENDAR)
    assert ledger["2025-08"].version == 0
    assert ledger["2025-08"].obligation.due_date == date(2025, 9, 30)
    assert ledger["2025-09"].version == 1


@pytest.mark.parametrize("rule_text", ["***", "Tidak dipublikasikan"])
def test_a_promise_that_loses_its_schedule_owes_only_what_had_ended(rule_text: str) -> None:
    lost = replace(MONTHLY, rule_text=rule_text, agreed_on=date(2025, 9, 15))
    assert max(owed([MONTHLY, lost], NOON, CALENDAR)) == "2025-08"


RULES = st.sampled_from(["5 hari", "10 hari", "3 hari kerja", "Februari n+1", "***"])


@given(
    st.lists(RULES, min_size=1, max_size=4),
    st.lists(st.integers(0, 600), min_size=4, max_size=4),
    st.integers(0, 900),
)
def test_no_change_moves_what_was_due_before_it(
    rules: list[str], days: list[int], until: int
) -> None:
    agreed = sorted(date(2024, 1, 1) + timedelta(days=n) for n in days)
    versions = [Version(Cadence.BULANAN, rule, on) for rule, on in zip(rules, agreed, strict=False)]
    now = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=until)
    whole = owed(versions, now, CALENDAR)
    for n in range(1, len(versions)):
        changed_at = CALENDAR.midnight(versions[n].agreed_on)
        for label, entry in owed(versions[:n], now, CALENDAR).items():
            if entry.obligation.due_at <= changed_at:
                assert whole[label] == entry
