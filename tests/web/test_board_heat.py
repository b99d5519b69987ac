"""The heat maps: one cell per obligation, and every total the sum of its cells."""

import csv
import io
import re
from collections import Counter
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from catalog.models.almanac import load_calendar
from catalog.models.db import engine_for, reading
from catalog.rules.terms import Cadence, ClosingKind, State
from catalog.store.ledger import ledger_of
from catalog.store.standing import City, standings
from dashboards.tally import Face, Tally
from tests.web.board_world import LONG_AGO, ZONE, World, app_of, build, wib
from tests.web.test_board import AGREED, NOW, on_time, worked_vector


def a_city_of_every_state(world: World) -> None:
    agency = world.agency("Dinas Alfa", "ALFA")
    worked_vector(world, world.dataset(agency, "Stunting", agreed_on=AGREED))
    on_time(world, world.dataset(agency, "Kunjungan", agreed_on=AGREED))
    mixed = world.dataset(agency, "Campuran", agreed_on=AGREED)
    world.close(mixed, "2025-01", wib("2025-02-05 09:00"), timing_observed=False)
    world.close(mixed, "2025-02", wib("2025-03-05 09:00"), kind=ClosingKind.NIL)
    world.close(mixed, "2025-03", wib("2025-04-05 09:00"), kind=ClosingKind.WAIVED)
    world.dataset(agency, "Gelap", agreed_on=AGREED, conclusive_at=LONG_AGO)
    world.dataset(agency, "Mingguan", Cadence.MINGGUAN, agreed_on=AGREED)
    world.dataset(agency, "Triwulan", Cadence.TRIWULANAN, agreed_on=AGREED)
    world.dataset(agency, "Tahunan", Cadence.TAHUNAN, agreed_on=AGREED)
    other = world.agency("Dinas Beta")
    on_time(world, world.dataset(other, "Jalan", agreed_on=AGREED))


@pytest.fixture
def client(sqlite_url: str) -> FlaskClient:
    engine = engine_for(sqlite_url)
    build(engine, NOW, a_city_of_every_state)
    engine.dispose()
    return app_of(sqlite_url, NOW).test_client()


@pytest.fixture
def ledger(sqlite_url: str, client: FlaskClient) -> dict[tuple[str, str], str]:
    """The state of every obligation as the ledger's own answer gives it."""
    engine = engine_for(sqlite_url)
    with reading(engine) as session:
        city = City("Kota Contoh", load_calendar(session, ZONE))
        answer = ledger_of(standings(session, city, NOW), NOW)
    engine.dispose()
    return {(line.dataset, line.period): line.state.value for line in answer.obligations}


def test_every_cell_of_an_agency_shows_the_state_of_the_ledger(
    client: FlaskClient, ledger: dict[tuple[str, str], str]
) -> None:
    answer = client.get("/peta-panas/dinas-alfa.json").get_json()
    cells = {
        (row["dataset"], cell["period"]): cell["state"]
        for row in answer["datasets"]
        for cell in row["cells"]
    }
    assert cells
    assert cells == {key: ledger[key] for key in cells}
    assert set(cells.values()) >= {"FULFILLED", "NIL", "WAIVED", "UNOBSERVED", "LATE", "ARREARS"}


def test_a_month_of_the_map_counts_exactly_the_obligations_of_the_agencys_own_map(
    client: FlaskClient,
) -> None:
    own = client.get("/peta-panas/dinas-alfa.json").get_json()
    by_month = Counter(cell["due_date"][:7] for row in own["datasets"] for cell in row["cells"])
    rows = client.get("/peta-panas.json").get_json()["agencies"]
    months = next(row["months"] for row in rows if row["agency"] == "dinas-alfa")
    assert {m["month"]: sum(m["counts"].values()) for m in months if m["counts"]} == by_month
    assert len(months) == 12


def test_the_page_has_one_cell_for_every_obligation_and_says_its_state(
    client: FlaskClient,
) -> None:
    page = client.get("/peta-panas/dinas-alfa").text
    own = client.get("/peta-panas/dinas-alfa.json").get_json()
    n_obligations = sum(len(row["cells"]) for row in own["datasets"])
    assert page.count('class="grid-cell"') == n_obligations
    assert "Maret 2025: terlambat 14 hari kerja, diterima Jumat, 2 Mei 2025" in page
    assert "Februari 2025: dinyatakan nihil" in page


def test_the_gravest_obligation_gives_a_cell_its_letter(client: FlaskClient) -> None:
    page = client.get("/peta-panas").text
    beta = page[page.index("Dinas Beta</a>") :].split("</svg>")[0]
    assert re.findall(r"<text[^>]*>(\w)</text>", beta) == ["T"] * 6
    alfa = page[page.index("Dinas Alfa</a>") :].split("</svg>")[0]
    assert re.findall(r"<text[^>]*>(.)</text>", alfa)[0] == "M"


def test_the_table_behind_the_map_says_how_many_of_the_due_were_delivered(
    client: FlaskClient,
) -> None:
    page = client.get("/peta-panas").text
    table = page[page.index('<table class="numbers">') :]
    beta = table[table.index("Dinas Beta") :].split("</tr>")[0]
    assert beta.count("1/1") == 6
    assert "0/1" not in beta
    # Alfa's July: the June of three datasets, of which one came; the second quarter; the
    # dataset nobody saw; the four weeks that ended in time to be due.
    alfa = table[table.index("Dinas Alfa") :].split("</tr>")[0]
    months = client.get("/peta-panas.json").get_json()["agencies"]
    counts = next(row["months"][-1]["counts"] for row in months if row["agency"] == "dinas-alfa")
    assert counts["FULFILLED_ON_TIME"] == 1
    assert f"1/{sum(counts.values())}</td></tr>" in alfa + "</tr>"


def test_the_sheet_of_the_map_has_a_line_for_every_agency_and_month(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/peta-panas.csv").text)))
    assert len(rows) == 2 * 12
    july = next(
        r for r in rows if r["perangkat_daerah"] == "Dinas Beta" and r["bulan"] == "2025-07"
    )
    assert (july["n"], july["FULFILLED_ON_TIME"]) == ("1", "1")


def test_an_unknown_agency_is_not_found(client: FlaskClient) -> None:
    assert client.get("/peta-panas/tidak-ada").status_code == 404
    assert client.get("/peta-panas/tidak-ada.json").status_code == 404


def test_the_heat_map_names_who_owes_most(client: FlaskClient) -> None:
    page = client.get("/peta-panas").text
    assert "<h1>1 dari 2 perangkat daerah belum menyampaikan sebagian data.</h1>" in page
    assert "terbanyak Dinas Alfa" in page


def test_every_state_has_a_face_and_faces_are_ordered_from_harmless_to_grave() -> None:
    assert {face.state for face in Face} == set(State)
    assert Tally({Face.ON_TIME: 30, Face.ARREARS: 1}).worst is Face.ARREARS
    assert Tally({Face.ON_TIME: 3, Face.DONE_LATE: 1}).worst is Face.DONE_LATE
    assert Tally({}).worst is None
    gravest = sorted(Face, key=lambda face: face.gravity)[-4:]
    assert gravest == [Face.GRACE, Face.UNOBSERVED, Face.LATE, Face.ARREARS]


def test_a_map_made_later_in_the_month_keeps_the_months_in_place(sqlite_url: str) -> None:
    engine = engine_for(sqlite_url)
    build(engine, NOW + timedelta(days=10), a_city_of_every_state)
    engine.dispose()
    client = app_of(sqlite_url, wib("2025-08-01 00:00")).test_client()
    months = client.get("/peta-panas.json").get_json()["agencies"][0]["months"]
    assert [months[0]["month"], months[-1]["month"]] == ["2024-09", "2025-08"]
    before = app_of(sqlite_url, wib("2025-07-31 23:59")).test_client()
    months = before.get("/peta-panas.json").get_json()["agencies"][0]["months"]
    assert [months[0]["month"], months[-1]["month"]] == ["2024-08", "2025-07"]
