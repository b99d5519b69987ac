"""The source of a row: its kind in the officials' words, its options, its recipe, its verdict."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from catalog import models
from catalog.intake.documents import Document, LoadReport, RowOutcome
from catalog.intake.load import load
from catalog.models import SourceKind
from catalog.models.db import unit_of_work
from checks.looking.trials import source_book
from tests.intake.sheets import AGREED_ON, NOW, ZONE, contents, load_now, rows_of

HEADER = ("opd", "judul", "periode_data", "sumber", "alamat", "opsi")


def rows(*sources: tuple[str, str, str], header: tuple[str, ...] = HEADER) -> Document:
    """Make a daftar data of monthly datasets, one for each (sumber, alamat, opsi)."""
    cells = [
        ("Dinkes", f"Data nomor {i}", "Bulanan", *(cell or None for cell in source))
        for i, source in enumerate(sources, start=1)
    ]
    return Document("daftar.csv", header, cells)


def load_rows(engine: Engine, document: Document, **given: Any) -> LoadReport:
    return load(
        engine,
        [document],
        **{
            "agreed_on": AGREED_ON,
            "observed_at": None,
            "now": NOW,
            "zone": ZONE,
            "book": source_book(),
            **given,
        },
    )


def options(**given: Any) -> str:
    return json.dumps(given)


def the_source(engine: Engine) -> models.Source:
    (source,) = rows_of(engine, models.Source)
    return source  # type: ignore[no-any-return]


def refused(engine: Engine, sumber: str, alamat: str = "", opsi: str = "") -> str:
    """Load one row that must be refused; returns the sentence. Nothing of it is written."""
    report = load_rows(engine, rows((sumber, alamat, opsi)))
    (verdict,) = report.verdicts
    assert verdict.verdict is RowOutcome.REFUSED, verdict
    assert (verdict.file, verdict.row) == ("daftar.csv", 2)
    assert rows_of(engine, models.Dataset) == []
    return verdict.reason or ""


WEB = "https://data.sukamaju.example/x"
EVERY_KIND = [
    ("http_file", WEB, "", SourceKind.HTTP_FILE, "data.sukamaju.example:443"),
    ("", WEB, "", SourceKind.HTTP_FILE, "data.sukamaju.example:443"),
    ("Tautan", "http://x.example:8080/a.csv", "", SourceKind.HTTP_FILE, "x.example:8080"),
    ("json_api", WEB, options(jalur_data="data"), SourceKind.JSON_API, "data.sukamaju.example:443"),
    ("API JSON", WEB, "", SourceKind.JSON_API, "data.sukamaju.example:443"),
    ("jdihn", WEB, "", SourceKind.JDIHN, "data.sukamaju.example:443"),
    (
        "Basis Data",
        "env:SUMBER_TIDAK_ADA",
        options(tampilan="v_x"),
        SourceKind.SQL_VIEW,
        "localhost:SUMBER_TIDAK_ADA",
    ),
    (
        "ckan",
        "https://katalog.example/dataset/ihk",
        "",
        SourceKind.CKAN,
        "katalog.example:443",
    ),
    (
        "data.json",
        "https://katalog.example/data.json",
        options(dataset="ihk"),
        SourceKind.DATA_JSON,
        "katalog.example:443",
    ),
    (
        "Google Sheets",
        "https://docs.google.com/spreadsheets/d/abcdefgh/edit#gid=0",
        "",
        SourceKind.GOOGLE_SHEET,
        "docs.google.com:443",
    ),
    ("folder setor", "dinkes/ihk.csv", "", SourceKind.DROP_FOLDER, ""),
    ("unggahan", "", "", SourceKind.UPLOAD, ""),
    ("push", "", "", SourceKind.PUSH, ""),
    ("Kiriman aplikasi", "", "", SourceKind.PUSH, ""),
]


@pytest.mark.parametrize(("word", "address", "given", "kind", "host"), EVERY_KIND)
def test_every_kind_is_understood_with_its_host_and_its_first_look(
    sqlite_engine: Engine, word: str, address: str, given: str, kind: SourceKind, host: str
) -> None:
    report = load_rows(sqlite_engine, rows((word, address, given)))
    assert report.created == 1, report.verdicts
    source = the_source(sqlite_engine)
    assert (source.kind, source.address, source.host) == (kind, address, host)
    assert source.options == (json.loads(given) if given else {})
    assert source.next_look_at == (NOW if kind.is_looked_at else None)


def test_the_words_of_the_kinds_cover_every_kind_that_can_be_a_source() -> None:
    named = {kind for _, _, _, kind, _ in EVERY_KIND}
    assert named == set(SourceKind) - {SourceKind.LISTING}


def test_the_readme_names_every_kind_and_every_recipe() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
    for kind in set(SourceKind) - {SourceKind.LISTING}:
        assert f"| `{kind}`, " in readme
    for recipe in source_book().recipes:
        assert f"`{recipe.name}`" in readme


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("postgresql://pembaca:sandi@basis.example:6000/pad", "basis.example:6000"),
        ("postgresql://pembaca:sandi@basis.example/pad", "basis.example:5432"),
        ("postgresql://pembaca:sandi@[::1]/pad", "[::1]:5432"),
        ("postgresql:///pad", "localhost:5432"),
        ("sqlite:////srv/pad.db", "localhost:pad.db"),
        ("bukan alamat", "localhost:SUMBER_UJI"),
    ],
)
def test_a_view_takes_the_turn_of_its_database_and_never_its_credentials(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, url: str, host: str
) -> None:
    monkeypatch.setenv("SUMBER_UJI", url)
    load_rows(sqlite_engine, rows(("sql_view", "env:SUMBER_UJI", options(tampilan="v"))))
    source = the_source(sqlite_engine)
    assert source.host == host
    assert "sandi" not in repr(source)


RECIPES = [
    ("SiCantik", "https://ws.example/4012.json", "", SourceKind.JSON_API),
    ("SiCantik Cloud", "https://ws.example/4012.json", "", SourceKind.JSON_API),
    ("SPPD", "", "", SourceKind.SQL_VIEW),
    ("idatabase", "", "", SourceKind.SQL_VIEW),
    ("e-budgeting", "", "", SourceKind.SQL_VIEW),
    ("PAD online", "", "", SourceKind.SQL_VIEW),
    ("JDIH", "https://jdih.example/integrasi.php", "", SourceKind.JDIHN),
    ("", "https://ws.example/4012.json", "sicantik", SourceKind.JSON_API),
    ("json_api", "https://ws.example/1.json", options(resep="sicantik"), SourceKind.JSON_API),
    ("sql_view", "env:SUMBER_LAIN", options(resep="pad"), SourceKind.SQL_VIEW),
]


@pytest.mark.parametrize(("word", "address", "given", "kind"), RECIPES)
def test_an_application_is_named_by_its_own_name(
    sqlite_engine: Engine, word: str, address: str, given: str, kind: SourceKind
) -> None:
    report = load_rows(sqlite_engine, rows((word, address, given)))
    assert report.created == 1, report.verdicts
    source = the_source(sqlite_engine)
    assert source.kind is kind
    assert source.address == address or source.address.startswith("env:SUMBER_")
    assert "resep" not in source.options
    (dataset,) = rows_of(sqlite_engine, models.Dataset)
    assert dataset.time_column and dataset.value_columns


def test_a_recipe_is_kept_where_the_row_says_nothing_else(sqlite_engine: Engine) -> None:
    load_rows(
        sqlite_engine,
        rows(("sicantik", WEB, options(halaman="nomor", ambil_kolom=None, jalur_data="data"))),
    )
    assert the_source(sqlite_engine).options == {"halaman": "nomor", "jalur_data": "data"}


def test_a_recipe_whose_columns_are_changed_says_nothing_of_columns(sqlite_engine: Engine) -> None:
    load_rows(sqlite_engine, rows(("jdih", WEB, options(isi="ringkasan"))))
    (dataset,) = rows_of(sqlite_engine, models.Dataset)
    assert (dataset.time_column, dataset.value_columns) == (None, [])


def test_a_column_that_the_row_names_wins_over_the_recipe(sqlite_engine: Engine) -> None:
    header = (*HEADER, "kolom_waktu")
    cells = [("Dinkes", "Izin terbit", "Bulanan", "sicantik", WEB, None, "tgl_terbit")]
    load_rows(sqlite_engine, Document("daftar.csv", header, cells))
    (dataset,) = rows_of(sqlite_engine, models.Dataset)
    assert (dataset.time_column, dataset.value_columns) == ("tgl_terbit", ["no_permohonan"])


WRONG: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "an unknown kind": ("ftp", WEB, "", ("ftp", "json_api", "sicantik")),
    "a listing": ("listing", WEB, "", ("listing", "http_file")),
    "an unknown recipe": ("", WEB, "simda", ("simda", "sicantik", "jdih")),
    "a recipe of another kind": ("jdihn", WEB, "sicantik", ("sicantik", "json_api", "jdihn")),
    "no address": ("json_api", "", "", ("json_api", "kolom alamat")),
    "an address to fill in": ("sicantik", "", "", ("<id>", "ganti")),
    "a user name": ("http_file", "https://u:rahasia1@x.example/a", "", ("nama pengguna",)),
    "a database address as a file": (
        "http_file",
        "postgresql://u:sandi9@x/y",
        "",
        ("nama pengguna",),
    ),
    "another scheme": ("json_api", "ftp://x.example/a", "", ("ftp://x.example/a", "http")),
    "no JSON": ("json_api", WEB, "{jalur", ("bukan JSON", '"jalur_data"')),
    "a list": ("json_api", WEB, "[1]", ("daftar", "objek JSON")),
    "a text": ("json_api", WEB, '"x"', ("teks", "objek JSON")),
    "a NaN": ("json_api", WEB, '{"ukuran": NaN}', ("NaN",)),
    "a NUL": ("json_api", WEB, '{"jalur_data": "a\\u0000"}', ("NUL",)),
    "half a letter": ("json_api", WEB, '{"jalur_data": "\\ud800"}', ("JSON",)),
    "endless JSON": ("json_api", WEB, '{"a":' * 1500 + "1" + "}" * 1500, ("opsi",)),
    "an unknown option": ("json_api", WEB, options(jalur="x"), ('"jalur"', "jalur_data")),
    "a wrong value": (
        "json_api",
        WEB,
        options(ukuran="banyak"),
        ('"ukuran"', '"banyak"', "angka bulat"),
    ),
    "an option that must be there": ("data_json", WEB, "", ('"dataset"', "wajib", "identifier")),
    "a dataset nobody names": ("ckan", "https://katalog.example/", "", ("dataset", "halaman")),
    "options of an upload": ("upload", "", options(x=1), ('"x"',)),
    "a database address": (
        "sql_view",
        "postgresql://u:sandi9@x/y",
        options(tampilan="v"),
        ("env:SUMBER_NAMA",),
    ),
    "a query that writes": (
        "sql_view",
        "env:SUMBER_X",
        options(kueri="DELETE FROM pad"),
        ('"kueri"', "DELETE FROM pad", "SELECT"),
    ),
    "out of the folder": ("folder", "../rahasia.csv", "", ("folder setor",)),
    "a secret itself": (
        "json_api",
        WEB,
        options(rahasia="kunci-asli", kepala_rahasia="X-Key"),
        ('"rahasia"', "env:SUMBER_"),
    ),
    "a secret without a place": (
        "json_api",
        WEB,
        options(rahasia="env:SUMBER_X"),
        ("kepala_rahasia", "parameter_rahasia"),
    ),
    "a secret in the header's name": (
        "http_file",
        WEB,
        options(rahasia="env:SUMBER_X", kepala_rahasia="Authorization: Bearer kunci.asli/9"),
        ('"kepala_rahasia"', "Authorization: Bearer"),
    ),
    "a header of the request's own": (
        "http_file",
        WEB,
        options(rahasia="env:SUMBER_X", kepala_rahasia="Host"),
        ('"kepala_rahasia"',),
    ),
}


@pytest.mark.parametrize(("word", "address", "given", "said"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_source_is_refused_with_what_was_found_and_what_is_expected(
    sqlite_engine: Engine, word: str, address: str, given: str, said: tuple[str, ...]
) -> None:
    sentence = refused(sqlite_engine, word, address, given)
    for part in said:
        assert part in sentence, sentence
    for secret in ("kunci-asli", "kunci.asli", "sandi9", "rahasia1"):
        assert secret not in sentence
    assert sentence.endswith(".")


def test_a_bad_row_stops_no_other(engine: Engine) -> None:
    report = load_rows(
        engine, rows(("json_api", WEB, options(x=1)), ("jdihn", WEB, ""), ("push", "", ""))
    )
    assert [v.verdict for v in report.verdicts] == [
        RowOutcome.REFUSED,
        RowOutcome.CREATED,
        RowOutcome.CREATED,
    ]


def test_a_second_load_of_the_same_options_changes_nothing(engine: Engine) -> None:
    document = rows(
        ("json_api", WEB, options(jalur_data="data", buang_kolom=["nama"])),
        ("sicantik", WEB, options(halaman="nomor")),
        ("pad", "", ""),
        ("push", "", ""),
    )
    load_rows(engine, document)
    before = contents(engine)
    report = load_rows(engine, document, now=NOW + timedelta(days=1))
    assert (report.unchanged, report.updated) == (4, 0)
    assert contents(engine) == before


KNOWN = {
    "etag": '"1"',
    "last_modified": "Mon, 01 Sep 2025 00:00:00 GMT",
    "last_full_at": NOW,
    "conclusive_at": NOW,
    "failing_since": NOW,
    "looked_at": NOW,
    "last_check_id": 7,
    "paused_reason": "dipindahkan",
    "lease": "orang lain",
    "leased_until": NOW + timedelta(minutes=5),
    "n_failed": 3,
    "n_since_full": 4,
    "next_look_at": NOW + timedelta(days=1),
}


@pytest.mark.parametrize(
    ("word", "address", "given"),
    [
        ("json_api", WEB, options(jalur_data="hasil")),
        ("json_api", f"{WEB}/2", options(jalur_data="data")),
        ("jdihn", WEB, ""),
    ],
    ids=["other options", "another address", "another kind"],
)
def test_what_was_known_of_the_old_source_is_forgotten(
    engine: Engine, word: str, address: str, given: str
) -> None:
    load_rows(engine, rows(("json_api", WEB, options(jalur_data="data"))))
    with unit_of_work(engine) as session:
        source = session.get_one(models.Source, the_source(engine).id)
        for name, value in KNOWN.items():
            setattr(source, name, value)
        session.add(source)
    later = NOW + timedelta(hours=1)
    report = load_rows(engine, rows((word, address, given)), now=later)
    assert report.updated == 1
    source = the_source(engine)
    left = {name: getattr(source, name) for name in KNOWN}
    assert left == {
        **dict.fromkeys(KNOWN),
        "n_failed": 0,
        "n_since_full": 0,
        "next_look_at": later,
    }


def test_a_token_ends_with_the_push_and_not_before(sqlite_engine: Engine) -> None:
    load_rows(sqlite_engine, rows(("push", "", "")))
    with unit_of_work(sqlite_engine) as session:
        session.get_one(models.Source, the_source(sqlite_engine).id).token_hash = "ab"
    load_rows(sqlite_engine, rows(("push", "aplikasi-lama", "")))
    assert the_source(sqlite_engine).token_hash == "ab"
    load_rows(sqlite_engine, rows(("http_file", WEB, "")))
    assert the_source(sqlite_engine).token_hash is None


def test_a_row_that_names_no_source_leaves_the_one_there_is(sqlite_engine: Engine) -> None:
    load_rows(sqlite_engine, rows(("json_api", WEB, options(jalur_data="data"))))
    report = load_rows(sqlite_engine, rows(("", "", "")))
    assert report.unchanged == 1
    assert the_source(sqlite_engine).options == {"jalur_data": "data"}


def test_without_a_book_a_source_is_taken_as_it_is(sqlite_engine: Engine) -> None:
    load_now(sqlite_engine, rows(("json_api", WEB, options(apa="saja"))))
    assert the_source(sqlite_engine).options == {"apa": "saja"}
