"""A schema by which no file could be judged is refused in the row that states it."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine

from catalog import models
from catalog.intake.documents import Document, RowOutcome
from catalog.intake.load import load
from checks.looking.trials import source_book
from tests.intake.sheets import AGREED_ON, NOW, ZONE, rows_of

HEADER = ("opd", "judul", "periode_data", "skema")


def outcome(engine: Engine, **constraints: Any) -> tuple[RowOutcome, str | None]:
    schema = {"fields": [{"name": "kode", "type": "string", "constraints": constraints}]}
    row = ("Dinkes", "Data Kunjungan", "Bulanan", json.dumps(schema))
    report = load(
        engine,
        [Document("daftar.csv", HEADER, [row])],
        agreed_on=AGREED_ON,
        observed_at=None,
        now=NOW,
        zone=ZONE,
        book=source_book(),
    )
    (verdict,) = report.verdicts
    return verdict.verdict, verdict.reason


@pytest.mark.parametrize("pattern", ["(?=a)b", r"(a)\1", "a{1,2000}", "("])
def test_a_pattern_that_cannot_be_matched_safely_is_refused_with_its_column(
    engine: Engine, pattern: str
):
    verdict, reason = outcome(engine, pattern=pattern)
    assert verdict is RowOutcome.REFUSED
    assert reason is not None
    assert 'Pola kolom "kode"' in reason
    assert not rows_of(engine, models.Dataset)


@pytest.mark.parametrize("pattern", [r"\d{2}(\.\d{2})*", "^(a+)+$"])
def test_every_other_pattern_is_taken(engine: Engine, pattern: str):
    verdict, _ = outcome(engine, pattern=pattern)
    assert verdict is RowOutcome.CREATED
    (dataset,) = rows_of(engine, models.Dataset)
    assert dataset.table_schema["fields"][0]["constraints"]["pattern"] == pattern
