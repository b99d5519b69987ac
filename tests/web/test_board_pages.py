"""The board's pages: what they say, in every form, of every instant, in both languages."""

import csv
import gzip
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from catalog.context import EXTENSION
from catalog.models.db import engine_for
from catalog.rules.terms import Cadence
from tests.web.board_world import World, app_of, build, counting, wib
from tests.web.test_board import AGREED, MONTHS, NOW, on_time, three_agencies


def client_of(url: str, tell=three_agencies, now: datetime = NOW) -> FlaskClient:
    engine = engine_for(url)
    build(engine, now, tell)
    engine.dispose()
    return app_of(url, now).test_client()


@pytest.fixture
def client(sqlite_url: str) -> FlaskClient:
    return client_of(sqlite_url)


@pytest.fixture
def web(client: FlaskClient) -> Iterator[Flask]:
    yield client.application


def text_of(page: str) -> str:
    """The words of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_first_heading_is_the_answer_with_numerator_and_denominator(
    client: FlaskClient,
) -> None:
    page = client.get("/kepatuhan").text
    assert "<h1>6 dari 7 dataset yang dinilai mutakhir (86 %).</h1>" in page
    assert "38 dari 42 periode terakhir yang dinilai tersedia tepat waktu (90 %)." in page
    assert "2 dari 3 perangkat daerah diperingkat; teratas Dinas Beta." in page


def test_a_row_shows_rank_score_and_both_measures_with_what_they_are_made_of(
    client: FlaskClient,
) -> None:
    page = client.get("/kepatuhan").text
    row = text_of(page[page.index('<tr id="dinas-alfa">') :].split("</tr>")[0])
    for said in ("2 Dinas Alfa ALFA", "0,87 2,61 dari 3 dataset", "78 % 14 dari 18", "hari kerja"):
        assert said in row
    assert "2 periode" in row
    assert "Juni 2025 (jatuh tempo 10 Jul 2025) Terlambat" in row
    assert "Petugas cuti Dijanjikan 25 Jul 2025." in row


def test_an_unranked_agency_stands_below_with_its_reason(client: FlaskClient) -> None:
    page = text_of(client.get("/kepatuhan").text)
    below = page[page.index("Belum diperingkat") :]
    assert "Dinas Gama" in below
    assert "Baru 1 dataset yang dapat dinilai; peringkat memerlukan sedikitnya 3." in below


def test_the_strip_of_an_agency_counts_its_periods_in_words(client: FlaskClient) -> None:
    page = client.get("/kepatuhan").text
    assert "Juni 2025: 3 periode jatuh tempo, 2 tepat waktu dan 1 terlambat." in page
    # The city and three agencies, six months each: where nothing fell due there is no column.
    assert page.count('class="hit"') == 4 * 6
    assert "18 periode jatuh tempo sejak Agustus 2024" in page


def test_the_json_is_the_status_answer_with_headline_codes(client: FlaskClient) -> None:
    answer = client.get("/kepatuhan.json").get_json()
    assert answer["as_of"] == "2025-07-21T01:00:00Z"
    assert answer["formula"] == "S1"
    assert answer["city"]["current"] == {"n": 6, "of": 7, "value": 0.8571}
    assert [a["agency"] for a in answer["agencies"]] == ["dinas-beta", "dinas-alfa", "dinas-gama"]
    alfa = answer["agencies"][1]
    assert (alfa["rank"], alfa["score"], alfa["score_total"], alfa["n_agreed"]) == (
        2,
        0.8714,
        2.6141,
        3,
    )
    stunting = next(d for d in answer["datasets"] if d["title"] == "Angka Stunting")
    assert stunting == {
        "dataset": stunting["dataset"],
        "title": "Angka Stunting",
        "agency": "dinas-alfa",
        "state": "LATE",
        "score": 0.6141,
        "next_due": "2025-08-11",
        "missing": ["2025-05", "2025-06"],
    }


def test_the_header_accept_gives_the_same_json_as_the_address(client: FlaskClient) -> None:
    asked = client.get("/kepatuhan", headers={"Accept": "application/json"})
    assert asked.get_json() == client.get("/kepatuhan.json").get_json()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?cari=dinas&urut=nama", ["Dinas Alfa", "Dinas Beta", "Dinas Gama"]),
        ("?cari=gama", ["Dinas Gama"]),
    ],
)
def test_the_sheets_hold_exactly_the_rows_that_are_shown(
    client: FlaskClient, query: str, shown: list[str]
) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"/kepatuhan.csv{query}").text)))
    assert [row["perangkat_daerah"] for row in rows] == shown
    book = load_workbook(io.BytesIO(client.get(f"/kepatuhan.xlsx{query}").data))
    assert [row[2].value for row in book.active.iter_rows(min_row=2)] == shown
    agencies = client.get(f"/kepatuhan.json{query}").get_json()["agencies"]
    assert [agency["name"] for agency in agencies] == shown


def test_a_cell_that_a_spreadsheet_would_run_is_defused(sqlite_url: str) -> None:
    client = client_of(sqlite_url, lambda world: world.dataset(world.agency('=1+"2"'), "Angka"))
    rows = list(csv.DictReader(io.StringIO(client.get("/kepatuhan.csv").text)))
    assert rows[0]["perangkat_daerah"] == '\'=1+"2"'
    book = load_workbook(io.BytesIO(client.get("/kepatuhan.xlsx").data))
    assert book.active["C2"].value == '\'=1+"2"'


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?urut=nama", ["Dinas Alfa", "Dinas Beta", "Dinas Gama"]),
        ("?urut=tunggakan", ["Dinas Alfa", "Dinas Beta", "Dinas Gama"]),
        ("?urut=ketepatan", ["Dinas Beta", "Dinas Alfa", "Dinas Gama"]),
        ("?keadaan=LATE", ["Dinas Alfa"]),
        ("?keadaan=UNSCHEDULED", ["Dinas Gama"]),
        ("?cari=ALFA", ["Dinas Alfa"]),
        ("?cari=tidak+ada", []),
        ("?urut=apa&keadaan=apa", ["Dinas Beta", "Dinas Alfa", "Dinas Gama"]),
    ],
)
def test_the_form_chooses_and_orders_agencies(
    client: FlaskClient, query: str, names: list[str]
) -> None:
    answer = client.get(f"/kepatuhan.json{query}").get_json()
    assert [a["name"] for a in answer["agencies"]] == names
    page = client.get(f"/kepatuhan{query}").text
    found = re.findall(r'<tr id="([^"]+)">', page)
    assert found == [name.lower().replace(" ", "-") for name in names]


def test_the_filter_is_said_as_a_sentence(client: FlaskClient) -> None:
    page = text_of(client.get("/kepatuhan?cari=alfa&keadaan=LATE&urut=nama").text)
    assert (
        "1 dari 3 perangkat daerah yang namanya memuat “alfa” dan mempunyai dataset "
        "berkeadaan “Terlambat”, diurutkan menurut nama." in page
    )


def test_the_board_can_be_asked_about_an_earlier_instant(client: FlaskClient) -> None:
    page = client.get("/kepatuhan?pada=2025-03-18T00:00+07:00").text
    assert "Keadaan pada Selasa, 18 Maret 2025, 00.00 WIB" in page
    answer = client.get("/kepatuhan.json?pada=2025-03-18").get_json()
    assert answer["as_of"] == "2025-03-17T17:00:00Z"


@pytest.mark.parametrize("text", ["2025-03-18T00:00+07:00", "2025-03-18T00:00%2B07:00"])
def test_a_plus_sign_that_a_form_turned_into_a_blank_is_understood(
    client: FlaskClient, text: str
) -> None:
    assert client.get(f"/kepatuhan.json?pada={text}").get_json()["as_of"] == "2025-03-17T17:00:00Z"


@pytest.mark.parametrize("text", ["kemarin", "2025-13-01", "2025-07-22", "9999-12-31T23:59-14:00"])
def test_an_unreadable_or_future_instant_is_refused_with_a_clear_sentence(
    client: FlaskClient, text: str
) -> None:
    answer = client.get(f"/kepatuhan?pada={text}")
    assert answer.status_code == 400
    assert "Tulis tanggal seperti 2025-08-29" in answer.text
    assert client.get(f"/kepatuhan.json?pada={text}").get_json()["status"] == 400


def test_links_of_an_earlier_instant_stay_in_it(client: FlaskClient) -> None:
    page = client.get("/peta-panas?pada=2025-03-18").text
    assert '/peta-panas/dinas-alfa?pada=2025-03-18"' in page
    assert "/peta-panas.csv?pada=2025-03-18" in page


@pytest.mark.parametrize(
    "address", ["/kepatuhan", "/peta-panas", "/peta-panas/dinas-alfa", "/kartu"]
)
def test_every_page_is_whole_in_english(client: FlaskClient, address: str) -> None:
    page = client.get(f"{address}?lang=en").text
    assert '<html lang="en">' in page
    for word in ("perangkat", "jatuh tempo", "periode", "keadaan"):
        assert word not in text_of(page).casefold()


def test_the_month_page_speaks_of_the_end_of_that_month(client: FlaskClient) -> None:
    page = text_of(client.get("/kartu?bulan=2025-04").text)
    assert "Keadaan pada Rabu, 30 April 2025, 23.59 WIB" in page
    assert "Dicetak Senin, 21 Juli 2025." in page
    assert client.get("/kartu").status_code == 200
    assert client.get("/kartu.json?bulan=2025-04").get_json()["as_of"] == "2025-04-30T16:59:59Z"


@pytest.mark.parametrize("month", ["2025-07", "2025-14", "April"])
def test_a_month_that_has_not_ended_or_is_none_is_refused(client: FlaskClient, month: str) -> None:
    assert client.get(f"/kartu?bulan={month}").status_code == 400


def test_nothing_runs_inline(client: FlaskClient) -> None:
    for address in ("/kepatuhan", "/peta-panas?interaktif=1", "/metodologi", "/kartu"):
        page = client.get(address).text
        scripts = re.findall(r"<script([^>]*)>", page)
        assert all(' src="' in s or 'type="application/json"' in s for s in scripts)
        assert " style=" not in page
        assert "<style" not in page


def test_names_are_shown_as_text_wherever_they_appear(sqlite_url: str) -> None:
    naughty = "</script><script>alert(1)</script>"

    def tell(world: World) -> None:
        agency = world.agency(naughty, naughty)
        dataset = world.dataset(agency, f"Angka {naughty}", agreed_on=AGREED)
        world.answer(dataset, "2025-06", naughty, NOW - timedelta(days=1))

    client = client_of(sqlite_url, tell)
    slug = client.get("/kepatuhan.json").get_json()["agencies"][0]["agency"]
    for address in ("/kepatuhan", "/peta-panas?interaktif=1", f"/peta-panas/{slug}", "/kartu"):
        answer = client.get(address)
        if answer.status_code == 200:
            assert "<script>alert" not in answer.text


def test_an_empty_city_says_that_nothing_can_be_judged(sqlite_url: str) -> None:
    client = client_of(sqlite_url, lambda world: None)
    assert "Belum ada dataset Kota Contoh yang dapat dinilai." in client.get("/kepatuhan").text
    assert client.get("/peta-panas").status_code == 200
    assert client.get("/kepatuhan.csv").text.count("\n") == 1


def test_an_unchanged_board_is_not_made_again_and_a_change_is_seen_at_once(
    sqlite_url: str,
) -> None:
    client = client_of(sqlite_url)
    engine = client.application.extensions[EXTENSION].reading_engine
    with counting(engine) as first:
        client.get("/kepatuhan")
    with counting(engine) as second:
        client.get("/kepatuhan")
    assert second.n <= 3 < first.n
    writer = client.application.extensions[EXTENSION].engine
    build(writer, NOW, lambda world: world.dataset(world.agency("Dinas Baru"), "Data Baru"))
    assert "Dinas Baru" in client.get("/kepatuhan").text


def test_a_known_page_is_answered_with_not_modified(client: FlaskClient) -> None:
    first = client.get("/kepatuhan")
    again = client.get("/kepatuhan", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_the_board_of_sixty_agencies_is_lighter_than_thirty_kilobytes(sqlite_url: str) -> None:
    def tell(world: World) -> None:
        for number in range(60):
            agency = world.agency(f"Dinas Urusan Nomor {number}", f"DUN{number}")
            for title in ("Jumlah Penerima Layanan", "Panjang Jalan Mantap", "Angka Stunting"):
                dataset = world.dataset(agency, title, agreed_on=AGREED)
                on_time(world, dataset, MONTHS[: number % 7])

    client = client_of(sqlite_url, tell)
    page = client.get("/kepatuhan")
    sent = len(gzip.compress(page.data, 6))
    for address in set(re.findall(r'(?:href|src)="(/(?:aset|papan)[^"]+)"', page.text)):
        with client.get(address) as file:
            sent += len(gzip.compress(file.data, 6))
    assert sent <= 30_000


def test_cadences_without_periods_do_not_disturb_the_maps(sqlite_url: str) -> None:
    def tell(world: World) -> None:
        agency = world.agency("Dinas Alfa")
        world.dataset(agency, "Curah Hujan", Cadence.HARIAN)
        world.dataset(agency, "Peta Dasar", Cadence.TETAP)

    client = client_of(sqlite_url, tell, wib("2025-07-21 08:00"))
    page = text_of(client.get("/peta-panas/dinas-alfa").text)
    assert "Tidak ada periode yang jatuh tempo dalam 12 bulan ini." in page
