"""Every page as JSON: the same value, codes for words, the same states as the ledger."""

from datetime import UTC, date, datetime, timedelta, timezone
from types import MappingProxyType

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from catalog.api import ADDRESSES
from catalog.api import blueprint as api
from catalog.pages.answers import answer_of
from catalog.rules.periods import period_of
from catalog.rules.terms import Cadence, Rank, State
from tests.web.pages_world import build_city, open_web


@pytest.fixture
def client(sqlite_engine: Engine) -> FlaskClient:
    web = open_web(sqlite_engine, build_city(sqlite_engine))
    web.register_blueprint(api)
    return web.test_client()


def test_home_gives_its_number_as_numerator_and_denominator(client):
    home = client.get("/beranda.json").json
    assert home["share"] == {"n": 2, "of": 4}
    assert home["as_of"] == "2026-02-20T03:00:00Z"
    assert {tally["headline"]: tally["n"] for tally in home["tallies"]} == {
        "CURRENT": 2,
        "LATE": 1,
        "ARREARS": 1,
        "UNOBSERVED": 1,
        "NEW": 1,
        "UNSCHEDULED": 1,
        "UNPARSED_SCHEDULE": 1,
    }


def test_the_strip_and_the_ledger_say_the_same_states(client):
    strip = client.get("/dataset/balita-stunting.json").json["line"]["strip"]["cells"]
    ledger = client.get("/dataset/balita-stunting/kewajiban.json").json["obligations"]
    states = {entry["period"]: (entry["state"], entry["timing"]) for entry in ledger}
    assert {cell["period"]: (cell["state"], cell["timing"]) for cell in strip} == {
        period: state for period, state in states.items() if period <= "2026-02"
    }
    assert states["2025-10"] == ("FULFILLED", "LATE")
    assert states["2026-03"] == ("RUNNING", None)


def test_a_missing_period_is_given_with_all_its_bounds(client):
    line = client.get("/dataset/jembatan-rusak.json").json["line"]
    assert (line["headline"], line["n_days_late"]) == ("LATE", 8)
    assert line["missing"] == [
        {
            "period": "2026-01",
            "start": "2026-01-01",
            "end": "2026-02-01",
            "due_date": "2026-02-10",
            "opens_at": "2026-01-31T17:00:00Z",
            "remind_at": "2026-02-05T17:00:00Z",
            "due_at": "2026-02-10T17:00:00Z",
            "grace_at": "2026-02-17T17:00:00Z",
            "arrears_at": "2026-03-27T17:00:00Z",
            "closable_at": "2026-01-31T17:00:00Z",
        }
    ]


def test_json_comes_by_address_or_by_accept_header_and_is_the_same(client):
    asked = {"Accept": "application/json"}
    for page, address in (
        ("/", "/beranda.json"),
        ("/opd", "/opd.json"),
        ("/opd/dinkes", "/opd/dinkes.json"),
        ("/dataset?q=balita", "/dataset.json?q=balita"),
        ("/dataset/balita-stunting", "/dataset/balita-stunting.json"),
    ):
        by_header = client.get(page, headers=asked)
        assert by_header.mimetype == "application/json"
        assert by_header.json == client.get(address).json
        assert by_header.headers["Access-Control-Allow-Origin"] == "*"
        assert "text/html" in client.get(page, headers={"Accept": "*/*"}).content_type


def test_every_html_page_names_its_json(client):
    for address in ("/", "/opd", "/opd/dinkes", "/dataset?q=balita", "/dataset/balita-stunting"):
        page = client.get(address).text
        link = page.split('type="application/json" href="')[1].split('"')[0]
        assert client.get(link.replace("&amp;", "&")).mimetype == "application/json"


def test_the_list_of_addresses_leads_to_answers(client):
    listed = client.get("/api").json
    assert len(listed) == len(ADDRESSES)
    for entry in listed:
        path = entry["path"].removeprefix("http://localhost")
        if path.startswith(("/kepatuhan", "/peta")):
            continue  # the board's own tests ask these
        slug = "dinkes" if path.startswith("/opd") else "balita-stunting"
        assert client.get(path.replace("{slug}", slug)).mimetype == "application/json"


def test_values_become_json_by_kind():
    wib = timezone(timedelta(hours=7))
    assert answer_of(datetime(2026, 1, 1, 0, 0, tzinfo=wib)) == "2025-12-31T17:00:00Z"
    assert answer_of(date(2026, 1, 1)) == "2026-01-01"
    assert answer_of(Rank.E5) == "E5"
    assert answer_of(State.LATE) == "LATE"
    assert answer_of(period_of(Cadence.TRIWULANAN, date(2025, 2, 1))) == "2025-Q1"
    assert answer_of(MappingProxyType({State.LATE: (1, 2.5, None, True)})) == {
        "LATE": [1, 2.5, None, True]
    }
    assert answer_of(datetime(2026, 1, 1, tzinfo=UTC)).endswith("Z")
    with pytest.raises(TypeError):
        answer_of(object())
