"""Every picture of the folder keeps the port, is a true Plotly figure and lists its numbers."""

import hashlib
import json
import os
import re
import shutil
from pathlib import Path

import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient
from playwright.sync_api import sync_playwright

from catalog.models.db import engine_for
from catalog.store.strip import Look
from dashboards.charts import Figure, all_figures
from dashboards.palette import PAINTS
from dashboards.tally import Face
from tests.web.board_world import ROOT, app_of, build
from tests.web.test_board import NOW, three_agencies

STATIC = ROOT / "dashboards" / "static"
VENDOR = sorted((STATIC / "vendor").glob("*/vendor.json"))
FIGURES = {figure.code: figure for figure in all_figures()}


@pytest.fixture
def client(sqlite_url: str) -> FlaskClient:
    engine = engine_for(sqlite_url)
    build(engine, NOW, three_agencies)
    engine.dispose()
    return app_of(sqlite_url, NOW).test_client()


def drawn(client: FlaskClient) -> dict[str, dict]:
    """The figures of the interactive page by their code."""
    page = client.get("/peta-panas?interaktif=1").text
    blocks = re.findall(
        r'<script type="application/json" id="angka-([^"]+)">(.*?)</script>', page, re.DOTALL
    )
    return {code: json.loads(text) for code, text in blocks}


def test_codes_are_unique_and_fit_an_address() -> None:
    assert len(FIGURES) == len(all_figures())
    assert all(re.fullmatch(r"[a-z][a-z-]*[a-z]", code) for code in FIGURES)


@pytest.mark.parametrize("code", FIGURES)
def test_a_figure_is_accepted_by_plotly_and_says_itself_in_a_sentence(
    client: FlaskClient, code: str
) -> None:
    figure: Figure = FIGURES[code]
    shown = drawn(client)[code]
    assert go.Figure(shown).data, f"{code} draws nothing"
    page = client.get("/peta-panas?interaktif=1").text
    assert f'id="{code}"' in page
    for language in ("id", "en"):
        with client.application.test_request_context(f"/?lang={language}"):
            assert figure.title()


@pytest.mark.parametrize("code", FIGURES)
def test_a_figure_does_not_carry_plotlys_own_template(client: FlaskClient, code: str) -> None:
    assert "template" not in drawn(client)[code]["layout"]


def test_figures_come_only_when_they_are_asked_for(client: FlaskClient) -> None:
    page = client.get("/peta-panas").text
    assert "plotly" not in page
    assert 'href="/peta-panas?interaktif=1#interaktif"' in page


def test_the_heat_map_has_a_flat_colour_for_every_face(client: FlaskClient) -> None:
    trace = drawn(client)["perangkat-daerah-per-bulan"]["data"][0]
    colours = dict(zip(Face, [step[1] for step in trace["colorscale"]][::2], strict=True))
    assert colours == {face: PAINTS[face.look].fill for face in Face}
    # July: Beta's three June releases were on time, Alfa's June of the vector is late.
    assert [row[-1] for row in trace["z"]][:2] == [Face.ON_TIME.gravity, Face.LATE.gravity]


def test_the_months_of_the_bars_add_up_to_all_obligations(client: FlaskClient) -> None:
    bars = drawn(client)["kota-per-bulan"]["data"]
    # Seven scored datasets, the six releases due from February to July.
    assert [sum(column) for column in zip(*(bar["y"] for bar in bars), strict=True)][-6:] == [7] * 6


def test_the_palette_is_that_of_the_style_sheet() -> None:
    light = (ROOT / "catalog" / "static" / "mutakhir.css").read_text().split("@media")[0]
    tokens = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+);", light))
    expected = {
        Look.ON_TIME: "state-good",
        Look.DONE_LATE: "state-pale",
        Look.DONE_UNSEEN: "state-pale",
        Look.RUNNING: "paper",
        Look.SOON: "state-soon",
        Look.LATE: "state-late",
        Look.ARREARS: "state-arrears",
        Look.HELD: "state-held",
        Look.EXCUSED: "state-pale",
        Look.UNKNOWN: "state-unknown",
    }
    assert {look: paint.fill for look, paint in PAINTS.items()} == {
        look: tokens[name] for look, name in expected.items()
    }


@pytest.mark.parametrize("card", VENDOR, ids=lambda card: card.parent.name)
def test_vendored_files_are_what_their_card_says(card: Path) -> None:
    said = json.loads(card.read_text())
    file = card.parent / said["file"]
    assert hashlib.sha256(file.read_bytes()).hexdigest() == said["sha256"]
    assert card.parent.name.endswith(said["version"])
    assert (card.parent / "LICENSE.txt").is_file()
    assert said["licence"]


def browser_path() -> str:
    names = ("chromium-headless-shell", "chromium", "google-chrome")
    found = os.environ.get("MUTAKHIR_CHROME") or next(filter(None, map(shutil.which, names)), None)
    if found:
        return found
    if os.environ.get("MUTAKHIR_REQUIRE_BROWSER") == "1":
        pytest.fail("a browser is required: apt-get install chromium-headless-shell")
    pytest.skip("no browser: apt-get install chromium-headless-shell")


@pytest.mark.browser
def test_the_linked_style_sheet_is_the_one_that_plotly_would_write_itself() -> None:
    bundle = next((STATIC / "vendor").glob("plotly-*/*.js")).read_text()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path())
        page = browser.new_page()
        page.set_content("<div id=g></div>")
        page.add_script_tag(content=bundle)
        page.evaluate("Plotly.newPlot('g', [{type: 'heatmap', z: [[1, 2]]}], {}, {})")
        rules = page.evaluate(
            "[...document.getElementById('plotly.js-style-global').sheet.cssRules]"
            ".map(rule => rule.cssText)"
        )
        browser.close()
    ours = (STATIC / "plotly.css").read_text().splitlines()[1:]
    assert ours == rules
