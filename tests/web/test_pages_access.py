"""Only public contents leave the catalogue, byte-identical, and never as a page of ours."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from catalog import models
from catalog.access import PUBLIC, RIGHTS, Deed, Grant, Subject, Visitor, may
from catalog.models import Sensitivity
from catalog.pages.security import HEADERS
from catalog.rules.terms import Role
from tests.web.pages_world import CSV, SECRET_CSV, Town, build_city, open_web

FILE = "/unduh/balita-stunting/2/balita-stunting-v2.csv"
CITY_WIDE = (Role.WALIDATA, Role.PIMPINAN, Role.ADMINISTRATOR)


@pytest.fixture
def client(sqlite_engine: Engine) -> FlaskClient:
    return open_web(sqlite_engine, build_city(sqlite_engine)).test_client()


def test_the_original_is_given_byte_identical_as_an_attachment(client):
    with client.get(FILE, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers
        assert answer.data == CSV
        assert answer.headers["Content-Disposition"] == (
            "attachment; filename=balita-stunting-v2.csv"
        )
        assert answer.mimetype == "text/csv"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_the_same_address_always_leads_to_the_newest_file(client):
    answer = client.get("/unduh/balita-stunting/terbaru")
    assert (answer.status_code, answer.headers["Location"]) == (302, FILE)


def test_a_file_is_not_sent_again_to_who_has_it_and_parts_can_be_asked_for(client):
    with client.get(FILE) as first:
        mark = first.headers["ETag"]
    assert client.get(FILE, headers={"If-None-Match": mark}).status_code == 304
    with client.get(FILE, headers={"Range": "bytes=0-4"}) as part:
        assert (part.status_code, part.data) == (206, CSV[:5])


@pytest.mark.parametrize(
    "address",
    [
        "/unduh/balita-stunting/1/balita-stunting-v1.csv",
        "/unduh/balita-stunting/9/balita-stunting-v9.csv",
        "/unduh/balita-stunting/2/lain.csv",
        "/unduh/balita-stunting/2/balita-stunting-v2.html",
        "/unduh/tidak-ada/1/tidak-ada-v1.csv",
        "/unduh/tidak-ada/terbaru",
        "/unduh/akta-kelahiran/terbaru",
        "/unduh/penduduk-rentan/1/penduduk-rentan-v1.csv",
        "/unduh/penduduk-rentan/terbaru",
        "/unduh/../../etc/passwd",
    ],
)
def test_what_is_refused_restricted_or_absent_is_simply_not_there(client, address):
    assert client.get(address).status_code == 404


def test_a_lost_original_is_said_as_not_found(sqlite_engine):
    drawer = build_city(sqlite_engine)
    drawer.files.clear()
    client = open_web(sqlite_engine, drawer).test_client()
    assert client.get(FILE).status_code == 404
    assert client.get("/dataset/balita-stunting").status_code == 200


def test_of_a_restricted_dataset_only_metadata_is_public(client):
    for address in ("/dataset/penduduk-rentan", "/dataset/penduduk-rentan.json"):
        said = client.get(address).text
        assert "Penduduk Rentan" in said
        for secret in (*SECRET_CSV.decode().split("\r\n")[1].split(","), "alasan-rahasia"):
            assert secret not in said
        assert "nama" not in re.findall(r'<th scope="(?:row|col)">(?:<code>)?(\w+)', said)
        assert "data.example" not in said
    assert "hanya keterangannya yang diumumkan" in client.get("/dataset/penduduk-rentan").text


def test_the_address_of_a_source_is_never_shown_for_it_may_hold_a_key(client):
    for address in ("/dataset/balita-stunting", "/dataset/balita-stunting.json"):
        assert "kunci=rahasia" not in client.get(address).text


def test_every_answer_carries_the_security_headers(client):
    for address in ("/", "/nope", "/dataset.json", "/aset/mutakhir.css", "/opd"):
        with client.get(address) as answer:
            for name, value in HEADERS.items():
                assert answer.headers[name] == value, address


def test_no_page_has_an_inline_style_or_script(client):
    for address in ("/", "/dataset", "/opd", "/opd/dinkes", "/dataset/balita-stunting", "/nope"):
        page = client.get(address).text
        assert not re.search(r"<style|\sstyle=|\son\w+=", page)
        assert not re.search(r"<script(?![^>]*\ssrc=)", page)


NAUGHTY = "\"><script>alert(1)</script>{{7*7}}<img src=x onerror=alert(2)>'"


def test_texts_of_strangers_are_shown_as_text(sqlite_engine):
    def tell(town: Town) -> None:
        agency = town.agency(NAUGHTY, "Dinkes")
        dataset = town.dataset(
            agency,
            "balita",
            NAUGHTY,
            description=NAUGHTY,
            unit=NAUGHTY,
            licence=NAUGHTY,
            concept=NAUGHTY,
            table_schema={"fields": [{"name": NAUGHTY, "type": NAUGHTY, "title": NAUGHTY}]},
        )
        town.source(dataset)
        town.version(dataset, 1, f'a\r\n"{NAUGHTY}"\r\n'.encode(), status_reason=NAUGHTY)
        town.session.add(
            models.Declaration(
                kind=models.DeclarationKind.ANSWER,
                status=models.DeclarationStatus.ACCEPTED,
                dataset_id=dataset,
                reason=NAUGHTY,
                at=town.session.exec(models.Dataset.__table__.select()).first().created_at,
            )
        )

    client = open_web(sqlite_engine, build_city(sqlite_engine, tell)).test_client()
    for address in ("/", "/dataset", "/opd", "/opd/dinkes", "/dataset/balita"):
        page = client.get(address).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "49" not in page.replace("{{7*7}}", "")
    asked = client.get("/dataset", query_string={"q": NAUGHTY, "opd": NAUGHTY}).text
    assert "<script>alert" not in asked


@pytest.mark.parametrize("deed", list(Deed))
@pytest.mark.parametrize("role", list(Role))
def test_rights_hold_in_the_own_agency_or_the_whole_city_and_nowhere_else(deed, role):
    closed = Subject(agency_id=1, sensitivity=Sensitivity.TERTUTUP)
    own = Visitor(7, frozenset({Grant(role, None if role in CITY_WIDE else 1)}))
    other = Visitor(7, frozenset({Grant(role, 2)}))
    granted = role in RIGHTS[deed]
    assert may(own, deed, closed) is (granted or deed is Deed.SEE_METADATA)
    assert may(other, deed, closed) is (deed is Deed.SEE_METADATA)


@pytest.mark.parametrize("deed", list(Deed))
@pytest.mark.parametrize("sensitivity", list(Sensitivity))
def test_the_public_sees_metadata_of_all_and_contents_of_open_data_only(deed, sensitivity):
    expected = deed is Deed.SEE_METADATA or (
        deed is Deed.SEE_CONTENT and sensitivity is Sensitivity.TERBUKA
    )
    assert may(PUBLIC, deed, Subject(1, sensitivity)) is expected


def test_an_agencys_role_without_an_agency_grants_nothing():
    anywhere = Visitor(7, frozenset({Grant(Role.OPERATOR, None)}))
    assert not may(anywhere, Deed.DELIVER, Subject(None, Sensitivity.TERBUKA))
    assert not may(anywhere, Deed.DELIVER, Subject(1, Sensitivity.TERBUKA))
