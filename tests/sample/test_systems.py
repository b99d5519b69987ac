"""The six applications that the cities named are sources of the sample city, as recipes say."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from checks.sources.recipes import E_BUDGETING, IDATABASE, PAD, RECIPES, SPPD
from sample_data import databases
from sample_data.city import City
from sample_data.databases import Databases
from sample_data.feeds import Feeds, FeedServer
from sample_data.files import load_files
from sample_data.interfaces import API_KEY, KEY_HEADER
from tests.sample.test_files import rows

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
N_MONTHS = 8
VIEWS = {
    databases.SPPD: SPPD,
    databases.IDATABASE: IDATABASE,
    databases.E_BUDGETING: E_BUDGETING,
    databases.PAD: PAD,
}


@pytest.fixture(scope="module")
def city() -> City:
    return City(NOW, N_MONTHS)


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Feeds]:
    folder = tmp_path_factory.mktemp("applications")
    with Feeds(NOW, folder, n_months=N_MONTHS) as running:
        yield running


def asked(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def named(row: dict[str, str]) -> str:
    options = row["opsi"]
    return json.loads(options)["resep"] if options.startswith("{") else options


def test_each_recipe_is_the_source_of_a_dataset_and_names_its_kind():
    by_recipe = {named(row): row for row in rows("datasets.csv") if row["opsi"]}
    assert set(by_recipe) == {recipe.name for recipe in RECIPES}
    for recipe in RECIPES:
        row = by_recipe[recipe.name]
        assert row["sumber"] == recipe.source
        assert row["kolom_waktu"] == recipe.time_column
        assert set(recipe.value_columns) <= set(row["kolom_nilai"].split(";"))


def test_what_opens_an_application_is_in_the_environment_and_in_no_file(feeds: Feeds):
    loaded = "".join(load_files(feeds.address, NOW.date()).values())
    assert API_KEY not in loaded
    assert "sqlite:" not in loaded
    referred = {word for word in feeds.secrets if f"env:{word}" in loaded}
    assert referred == set(feeds.secrets)


def test_sicantik_hands_out_pages_below_data_data_until_all_are_told(feeds: Feeds, city: City):
    feeds.set_clock(NOW)
    told: list[dict[str, str]] = []
    total = None
    for page in range(1, 10):
        answer = requests.get(
            f"{feeds.address}/izin-terbit.json?page={page}&limit=20",
            headers={KEY_HEADER: API_KEY},
            timeout=5,
        )
        tree = answer.json()
        total = tree["total"]
        told += tree["data"]["data"]
    assert len(told) == total == len(city.rows("izin-terbit", NOW))
    assert len({each["no_permohonan"] for each in told}) == total


@pytest.mark.parametrize(
    ("query", "key", "status"),
    [
        ("", None, 401),
        ("", "lain", 401),
        ("?page=0", API_KEY, 400),
        ("?page=satu", API_KEY, 400),
        ("?limit=501", API_KEY, 400),
        ("?page=999", API_KEY, 200),
    ],
)
def test_sicantik_refuses_who_has_no_key_and_pages_that_are_none(
    feeds: Feeds, query: str, key: str | None, status: int
):
    headers = {KEY_HEADER: key} if key else {}
    address = f"{feeds.address}/izin-terbit.json{query}"
    assert requests.get(address, headers=headers, timeout=5).status_code == status


def test_a_database_is_read_as_a_database_and_not_over_http(feeds: Feeds):
    for database in databases.DATABASES:
        answer = requests.get(f"{feeds.address}/{database.slug}.csv", timeout=5)
        assert answer.status_code == 404
        assert "database" in answer.text


def test_each_view_has_the_columns_that_its_recipe_takes_and_no_names(tmp_path: Path, city: City):
    at = NOW - timedelta(days=40)
    Databases(city, tmp_path).follow(at)
    for database, recipe in VIEWS.items():
        path = tmp_path / database.file_name
        options = recipe.stored_options
        query = options.get("kueri") or (
            f"SELECT {', '.join(options['ambil_kolom'])} FROM {options['tampilan']}"
        )
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute(query)
            assert tuple(column[0] for column in found.description) == recipe.columns
            shown = found.fetchall()
        assert shown
        assert all(None not in row for row in shown)
    views = "SELECT sql FROM sqlite_master WHERE type = 'view'"
    assert "nama" not in asked(tmp_path / databases.SPPD.file_name, views)[0][0]


def test_databases_follow_the_clock_forward_and_back(tmp_path: Path, city: City):
    followed = Databases(city, tmp_path)
    path = tmp_path / databases.E_BUDGETING.file_name
    release = city.releases("realisasi-belanja", NOW - timedelta(days=40), NOW)[-1]
    newest = "SELECT max(bulan) FROM v_realisasi_anggaran"
    months = []
    for at in (release - timedelta(seconds=1), release, release - timedelta(seconds=1)):
        followed.follow(at)
        months += asked(path, newest)[0]
    assert months[0] == months[2] < months[1]


def test_what_has_not_changed_is_not_written_again(tmp_path: Path, city: City):
    followed = Databases(city, tmp_path)
    followed.follow(NOW)
    path = tmp_path / databases.IDATABASE.file_name
    before = path.stat().st_mtime_ns
    followed.follow(NOW + timedelta(seconds=1))
    assert path.stat().st_mtime_ns == before


def test_only_the_databases_that_are_looked_at_follow_until_all_are_told_to(
    tmp_path: Path, city: City
):
    followed = Databases(city, tmp_path)
    followed.follow(NOW - timedelta(days=40), only=["pad-harian"])
    assert [path.name for path in tmp_path.iterdir()] == [databases.PAD.file_name]
    followed.follow(NOW)
    assert len(list(tmp_path.iterdir())) == len(databases.DATABASES) - 1  # SPPD is down


def test_an_application_that_is_down_has_no_database_and_has_it_again_afterwards(
    tmp_path: Path, city: City
):
    followed = Databases(city, tmp_path)
    path = tmp_path / databases.SPPD.file_name
    there = []
    for at in (NOW - timedelta(days=30), NOW, NOW - timedelta(days=30)):
        followed.follow(at)
        there.append(path.exists())
    assert there == [True, False, True]


def test_what_is_added_up_since_january_is_the_sum_of_its_days(tmp_path: Path, city: City):
    Databases(city, tmp_path).follow(NOW)
    path = tmp_path / databases.PAD.file_name
    differing = """
        SELECT count(*) FROM v_pad_harian AS v WHERE realisasi_sd != (
          SELECT sum(s.realisasi_harian) FROM setoran AS s WHERE s.jenis_pajak = v.jenis_pajak
          AND substr(s.tanggal, 1, 4) = substr(v.tanggal, 1, 4) AND s.tanggal <= v.tanggal)
    """
    assert asked(path, "SELECT count(*) > 100 FROM v_pad_harian") == [(1,)]
    assert asked(path, differing) == [(0,)]
    shares = "SELECT max(1.0 * realisasi_sd / target_tahun) FROM v_pad_harian"
    assert 0.5 < asked(path, shares)[0][0] < 1.2


def test_spending_never_passes_its_budget_nor_falls_within_a_year(tmp_path: Path):
    for at in (NOW, datetime(2027, 2, 1, tzinfo=UTC)):
        Databases(City(at), tmp_path).follow(at)
        path = tmp_path / databases.E_BUDGETING.file_name
        assert asked(path, "SELECT max(persen) <= 100 FROM v_realisasi_anggaran") == [(1,)]
        falling = """
            SELECT count(*) FROM v_realisasi_anggaran a JOIN v_realisasi_anggaran b
            ON a.kode_rekening = b.kode_rekening AND substr(a.bulan, 1, 4) = substr(b.bulan, 1, 4)
            AND a.bulan < b.bulan AND a.realisasi > b.realisasi
        """
        assert asked(path, falling) == [(0,)]


def test_the_databases_of_a_running_clock_go_on_with_it(tmp_path: Path, city: City):
    server = FeedServer(city, 0, tmp_path)
    path = tmp_path / databases.E_BUDGETING.file_name
    release = city.releases("realisasi-belanja", NOW - timedelta(days=40), NOW)[-1]
    newest = "SELECT max(bulan) FROM v_realisasi_anggaran"
    server.set_clock(release - timedelta(microseconds=1), running=True)
    before = asked(path, newest)
    server.service_actions()
    assert asked(path, newest) > before
    server.server_close()
