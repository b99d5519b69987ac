"""The search finds what officials and citizens mean, on both databases alike."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from catalog import models
from catalog.models.db import reading, unit_of_work
from catalog.search import index_datasets, nearest, search, stem, telling_words, words_of
from tests.web.pages_world import Town, build_city


def tell(town: Town) -> None:
    dinkes = town.agency("Dinas Kesehatan", "Dinkes")
    dukcapil = town.agency("Dinas Kependudukan dan Pencatatan Sipil", "Dispendukcapil")
    kominfo = town.agency("Dinas Komunikasi dan Informatika", "Diskominfo")
    town.dataset(dinkes, "stunting", "Jumlah Balita Stunting", keywords=["gizi buruk"])
    town.dataset(dinkes, "puskesmas", "Puskesmas", description="Pelayanan untuk balita.")
    town.dataset(dukcapil, "penduduk", "Jumlah Penduduk Menurut Kecamatan")
    town.dataset(dukcapil, "akta", "Akta Kelahiran", definition="Kutipan O'Brien 'satu' & | ! :*")
    town.dataset(kominfo, "keluhan", "Keluhan Warga", dimension=models.Dimension.GOVERNANCE)
    town.dataset(kominfo, "pegawai", "Pegawai Menurut OPD")


@pytest.fixture
def session(engine: Engine):
    build_city(engine, tell)
    with reading(engine) as session:
        yield session


def found(session: Session, phrase: str) -> list[str]:
    slugs = dict(session.exec(select(models.Dataset.id, models.Dataset.slug)).all())
    return [slugs[hit.dataset_id] for hit in search(session, phrase)]


MEANT = {
    "stunting": ["stunting"],
    "STUNTING": ["stunting"],
    "stunt": ["stunting"],
    "jumlah balita": ["stunting"],
    "data jumlah stunting di dinkes": ["stunting"],
    "gizi": ["stunting"],
    "mengeluh": ["keluhan"],
    "keluhan": ["keluhan"],
    "tata kelola": ["keluhan"],
    "dukcapil akta": ["akta"],
    "disdukcapil akta": ["akta"],
    "kominfo keluhan": ["keluhan"],
    "pegawai skpd": ["pegawai"],
    "o'brien": ["akta"],
    "balita": ["stunting", "puskesmas"],
    "tidakada": [],
    "stunting kominfo": [],
    "": [],
}
SIGNS = ('"', "a* OR b*", "x') --", "'", "&|!:*", "NEAR(a b)", "-", "\x00a", "\\", "%")


def test_phrases_find_what_is_meant_the_best_match_first(session):
    assert {phrase: found(session, phrase) for phrase in MEANT} == MEANT


def test_penduduk_finds_itself_although_its_stem_is_another_word(session):
    assert found(session, "penduduk")[0] == "penduduk"


def test_signs_of_query_languages_are_only_signs(session):
    assert {signs: found(session, signs) for signs in SIGNS} == {signs: [] for signs in SIGNS}


def test_nothing_of_a_dataset_is_left_when_its_words_change(engine):
    build_city(engine, tell)
    with unit_of_work(engine) as session:
        dataset = session.exec(
            select(models.Dataset).where(models.Dataset.slug == "stunting")
        ).one()
        dataset.title = "Prevalensi Tengkes"
        session.flush()
        assert index_datasets(session, [dataset.id]) == 1
        assert found(session, "stunting") == []
        assert found(session, "tengkes") == ["stunting"]
        assert found(session, "akta") == ["akta"]


def test_indexing_everything_again_changes_no_answer(engine):
    build_city(engine, tell)
    with unit_of_work(engine) as session:
        before = [(phrase, found(session, phrase)) for phrase in ("balita", "dinas", "akta")]
        assert index_datasets(session) == 6
        assert [(phrase, found(session, phrase)) for phrase, _slugs in before] == before


def test_words_lose_case_accents_and_signs():
    assert words_of("Jumlah Café, 2024/2025 (jiwa)!") == ["jumlah", "cafe", "2024", "2025", "jiwa"]


@pytest.mark.parametrize(
    ("word", "root"),
    [("keluhan", "keluh"), ("keterlambatan", "lambat"), ("sekolah", "sekolah"), ("2024", "2024")],
)
def test_stems_are_indonesian(word, root):
    assert stem(word) == root


def test_words_that_tell_nothing_ask_nothing():
    assert telling_words("data di dan yang") == []
    assert telling_words("data stunting") == ["stunting"]


def test_a_misspelt_title_is_offered():
    titles = ["Jumlah Balita Stunting", "Panjang Jalan"]
    assert nearest("jumlah balta stuntng", titles) == ["Jumlah Balita Stunting"]
    assert nearest("qqqq", titles) == []
