"""JSON: a data.json catalogue and plain records."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from catalog import models
from catalog.intake.catalogues import as_table
from catalog.intake.documents import JsonDocument, UnknownDocument
from tests.intake.sheets import load_now, rows_of


def entry(**stated: object) -> dict[str, object]:
    return {
        "title": "Stok Obat",
        "publisher": {"name": "Dinas Kesehatan"},
        "accrualPeriodicity": "R/P1M",
        **stated,
    }


def test_a_catalogue_entry_becomes_a_dataset_with_the_default_rule(engine: Engine) -> None:
    value = {
        "dataset": [
            entry(
                description="<p>Obat&nbsp;esensial</p>",
                accessLevel="restricted public",
                license="CC-BY-4.0",
                keyword=["obat", "No keyword provided"],
                modified="-",
                issued="-",
                distribution=[
                    {"downloadURL": "https://a.example/x.pdf", "format": "pdf"},
                    {"downloadURL": "https://a.example/x.csv", "format": "CSV"},
                ],
            )
        ]
    }
    report = load_now(engine, JsonDocument("data.json", value))
    assert (report.created, report.scheduled, report.verdicts[0].row) == (1, 1, 1)
    (dataset,) = rows_of(engine, models.Dataset)
    assert (dataset.description, dataset.keywords) == ("Obat esensial", ["obat"])
    assert dataset.sensitivity is models.Sensitivity.TERBATAS
    assert rows_of(engine, models.Source)[0].address == "https://a.example/x.csv"
    assert rows_of(engine, models.Promise)[0].rule_text is None
    assert load_now(engine, JsonDocument("data.json", value)).unchanged == 1


def test_an_entry_without_frequency_promises_nothing(engine: Engine) -> None:
    value = {
        "dataset": [entry(accrualPeriodicity=None), entry(title="B C", accrualPeriodicity="-")]
    }
    report = load_now(engine, JsonDocument("data.json", value))
    assert (report.created, report.unscheduled) == (1, 1)
    assert "Tanpa jadwal (insidental)" in (report.verdicts[0].reason or "")
    assert rows_of(engine, models.Obligation) == []


@pytest.mark.parametrize(
    ("periodicity", "cadence"),
    [
        ("R/P1Y", "tahunan"),
        ("R/P3M", "triwulanan"),
        ("R/P6M", "semesteran"),
        ("r/p1d", "harian"),
        ("Bulanan", "bulanan"),
        ("irregular", "insidental"),
    ],
)
def test_iso_and_indonesian_frequencies_are_understood(
    sqlite_engine: Engine, periodicity: str, cadence: str
) -> None:
    value = {"dataset": [entry(accrualPeriodicity=periodicity)]}
    load_now(sqlite_engine, JsonDocument("data.json", value))
    assert rows_of(sqlite_engine, models.Promise)[0].cadence.value == cadence


def test_entries_that_are_no_datasets_are_refused_one_by_one(sqlite_engine: Engine) -> None:
    value = {"dataset": ["x", entry(accrualPeriodicity="R/P3Y"), entry(title=7), entry()]}
    report = load_now(sqlite_engine, JsonDocument("data.json", value))
    assert [(v.row, v.verdict.value) for v in report.verdicts] == [
        (1, "refused"),
        (2, "refused"),
        (3, "refused"),
        (4, "created"),
    ]


def test_a_list_of_records_is_read_by_its_names(sqlite_engine: Engine) -> None:
    value = [
        {"opd": "Dinkes", "judul": "Stok Obat", "periode_data": "Bulanan"},
        {"opd": "Dinkes", "judul": "Rujukan", "periode_data": "Bulanan", "lisensi": None},
    ]
    assert load_now(sqlite_engine, JsonDocument("data.json", value)).created == 2


@pytest.mark.parametrize("value", [None, 3, "x", [], [1], {"data": []}])
def test_other_json_is_refused(value: object) -> None:
    with pytest.raises(UnknownDocument, match="tidak dikenal"):
        as_table(JsonDocument("x.json", value))


def test_a_real_harvested_catalogue_is_loaded_without_its_filler(
    sqlite_engine: Engine, real_files: Path
) -> None:
    path = real_files / "sdi-catalogue" / "data__v03_2021-10-13.json"
    report = load_now(sqlite_engine, JsonDocument(path.name, json.loads(path.read_text())))
    assert (report.rows, report.created, report.refused) == (4, 4, 0)
    datasets = rows_of(sqlite_engine, models.Dataset)
    assert all("Lorem" not in (d.description or "") for d in datasets)
    assert all(d.keywords != ["No keyword provided"] for d in datasets)
