"""A province's real daftar data and the real listing of what it publishes."""

from pathlib import Path

from sqlalchemy import Engine

from catalog import models
from catalog.intake.documents import RowOutcome
from catalog.intake.holidays import seed_holidays
from catalog.intake.ledger import extend_ledger
from catalog.models import MatchStatus
from catalog.models.almanac import load_calendar
from catalog.models.db import unit_of_work
from tests.intake.sheets import NOW, OBSERVED_AT, ZONE, file_of, load_now, rows_of


def test_every_row_has_a_verdict_and_a_second_load_changes_nothing(
    engine: Engine, real_files: Path
) -> None:
    folder = real_files / "jabar-satudata"
    daftar = file_of(folder / "data-daftar-data-jabar.csv", ",")
    with unit_of_work(engine) as session:
        seed_holidays(session, NOW.date())
    first = load_now(engine, daftar)
    for reason, n in first.reasons.items():
        print(f"{n:5} {reason}")
    assert (first.rows, len(first.verdicts)) == (2_618, 2_618)
    assert [v.row for v in first.verdicts] == list(range(2, 2_620))
    assert (first.created, first.refused) == (2_607, 11)
    assert (first.scheduled, first.unscheduled, first.unpublished) == (2_236, 267, 104)
    assert first.n_identities_shared == 0
    assert sum(first.reasons.values()) == 11 + 267 + 104
    assert all(v.reason for v in first.verdicts if v.verdict is RowOutcome.REFUSED)
    shifted = [v for v in first.verdicts if "bergeser" in (v.reason or "")]
    assert len(shifted) == 2

    tables = models.Dataset, models.Promise, models.Obligation
    before = [[row.model_dump() for row in rows_of(engine, table)] for table in tables]
    second = load_now(engine, daftar)
    assert (second.created, second.updated, second.unchanged) == (0, 0, 2_607)
    assert [[row.model_dump() for row in rows_of(engine, table)] for table in tables] == before

    published = load_now(
        engine,
        file_of(folder / "data-opendata-2908.json", ";"),
        observed_at=OBSERVED_AT,
    )
    assert (published.rows, published.created, published.refused) == (3_427, 3_427, 0)
    found = rows_of(engine, models.ListedTable)
    sure = {t.dataset_id for t in found if t.status is MatchStatus.AUTOMATIC}
    asked = {t.dataset_id for t in found if t.status is MatchStatus.UNSURE}
    print(f"{len(sure)} datasets matched, {len(asked)} to be asked about")
    assert len(sure) >= 90
    assert not sure & asked
    closings = rows_of(engine, models.Closing)
    assert closings
    assert {c.timing_observed for c in closings} == {False}


def test_the_ledger_of_a_province_is_made_once(sqlite_engine: Engine, real_files: Path) -> None:
    load_now(
        sqlite_engine, file_of(real_files / "jabar-satudata" / "data-daftar-data-jabar.csv", ",")
    )
    for is_first in (True, False):
        with unit_of_work(sqlite_engine) as session:
            calendar = load_calendar(session, ZONE)
            n_created = extend_ledger(session, calendar, NOW.replace(year=2027))
        assert n_created > 2_000 if is_first else n_created == 0
