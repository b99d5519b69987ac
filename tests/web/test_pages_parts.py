"""The page of a dataset of several files says how many there are, and which decide."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from catalog.rules.terms import Cadence, Merge
from tests.web.pages_world import Town, build_city, open_web


@pytest.fixture
def client(sqlite_engine: Engine) -> FlaskClient:
    def tell(town: Town) -> None:
        agency = town.agency("Dinas Kesehatan", "Dinkes")
        for slug, n_files, said in (
            ("satu", 1, {}),
            ("semua", 2, {}),
            ("salah-satu", 3, {"merge": Merge.ANY}),
            ("harian", 2, {"cadence": Cadence.HARIAN}),
        ):
            dataset = town.dataset(agency, slug, f"Kunjungan {slug}", **said)
            for _ in range(n_files):
                town.source(dataset)

    return open_web(sqlite_engine, build_city(sqlite_engine, tell)).test_client()


@pytest.mark.parametrize(
    ("slug", "said", "english"),
    [
        (
            "semua",
            "2 berkas; suatu periode terpenuhi bila semuanya memuatnya.",
            "2 files; a period is fulfilled once all of them hold it.",
        ),
        (
            "salah-satu",
            "3 berkas; suatu periode terpenuhi bila salah satunya memuatnya.",
            "3 files; a period is fulfilled once one of them holds it.",
        ),
        (
            "harian",
            "2 berkas; umurnya dihitung dari berkas yang paling lama.",
            "2 files; their age is that of the oldest file.",
        ),
    ],
)
def test_the_page_says_which_files_decide(client, slug, said, english):
    assert said in client.get(f"/dataset/{slug}").text
    assert english in client.get(f"/dataset/{slug}?lang=en").text


def test_a_dataset_of_one_file_says_nothing_of_files(client):
    assert "Berkas sumber" not in client.get("/dataset/satu").text
    assert "Berkas sumber" in client.get("/dataset/semua").text


def test_the_answer_in_json_gives_the_word_and_the_number(client):
    found = {
        slug: client.get(f"/dataset/{slug}.json").json for slug in ("satu", "semua", "salah-satu")
    }
    assert {slug: (page["merge"], page["n_parts"]) for slug, page in found.items()} == {
        "satu": ("all", 1),
        "semua": ("all", 2),
        "salah-satu": ("any", 3),
    }
