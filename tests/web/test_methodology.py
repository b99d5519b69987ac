"""The methodology page says what the code does: every figure of it is computed."""

import re

import pytest
from flask.testing import FlaskClient

from catalog.models.db import engine_for
from catalog.rules import score
from catalog.rules.calendar import Calendar
from catalog.rules.promise import MARGINS
from catalog.rules.release_rule import default_rule
from catalog.rules.terms import Cadence, Rank
from dashboards.methodology import methodology
from tests.web.board_world import app_of, build
from tests.web.test_board import NOW


@pytest.fixture
def client(sqlite_url: str) -> FlaskClient:
    engine = engine_for(sqlite_url)
    build(engine, NOW, lambda world: None)
    engine.dispose()
    return app_of(sqlite_url, NOW).test_client()


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_every_periodic_cadence_is_shown_with_its_margins(client: FlaskClient) -> None:
    page = text_of(client.get("/metodologi").text)
    for cadence, margins in MARGINS.items():
        if cadence.is_periodic:
            days = " dan ".join(map(str, margins.remind_days))
            row = (
                f"{default_rule(cadence).text} {days} {margins.grace_wd} "
                f"{margins.arrears_days} {margins.score_window}"
            )
            assert row in page, cadence


def test_the_worked_example_is_the_one_of_the_rules(client: FlaskClient) -> None:
    page = text_of(client.get("/metodologi").text)
    assert "Skor dataset ini F = 0,6141." in page
    assert "Mei 2025 disampaikan sejam sebelumnya, F menjadi 0,7012" in page
    for pi in ("1,0000", "0,9625", "0,7730", "0,0491", "0,3649"):
        assert pi in page
    assert "April 2025 14 Mei 2025 21 Mei 2025 28 Jun 2025 15 Mei 2025" in page
    assert "memberi 0,250, bukan 1" in page
    assert "median 1212,5, MAD 11,5, dan z = -46,95" in page


def test_the_page_follows_the_constants(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score, "OPEN_CREDIT", 0.0)
    monkeypatch.setattr(score, "DECAY", 1.0)
    page = text_of(client.get("/metodologi").text)
    # (1 + 0.9625 + 0.7730 + 1 + 0 + 0) / 6
    assert "Skor dataset ini F = 0,6226." in page


def test_every_rank_of_evidence_is_explained(client: FlaskClient) -> None:
    page = text_of(client.get("/metodologi").text)
    places = [page.index(f" {rank.name} ") for rank in sorted(Rank, reverse=True)]
    assert places == sorted(places)


def test_example_schedules_are_dated_with_the_citys_holidays(client: FlaskClient) -> None:
    page = text_of(client.get("/metodologi").text)
    assert "10 hari bulanan April 2025 10 Mei 2025 Rabu, 14 Mei 2025" in page
    assert "Februari dan Agustus semesteran Semester II 2024 28 Feb 2025" in page


def test_what_cannot_be_read_is_shown_with_its_reason(client: FlaskClient) -> None:
    page = client.get("/metodologi").text
    assert "bulannya tidak disebut" in page
    assert "3 tanggal tidak cocok dengan data semesteran" in page


def test_the_method_is_given_as_json_and_in_english(client: FlaskClient) -> None:
    answer = client.get("/metodologi.json").get_json()
    assert round(answer["example"]["score"]["value"], 4) == 0.6141
    assert [line["cadence"] for line in answer["cadences"]] == [
        cadence.value for cadence in Cadence if cadence.is_periodic
    ]
    english = text_of(client.get("/metodologi?lang=en").text)
    assert "The score of this dataset is F = 0.6141." in english
    assert "What is judged is the promised release" in english


def test_the_zone_moves_the_bounds_but_not_the_score() -> None:
    jakarta = methodology(Calendar.of("Asia/Jakarta", ())).example
    makassar = methodology(Calendar.of("Asia/Makassar", ())).example
    assert jakarta.score.value == makassar.score.value
    shift = jakarta.lines[0].obligation.due_at - makassar.lines[0].obligation.due_at
    assert shift.total_seconds() == 3600
