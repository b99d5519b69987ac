"""The six applications that cities named: each recipe reads its system and finds its time."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.models import SourceKind
from checks.looking.trials import Trial, check_source, try_source
from checks.sources import Reach
from checks.sources.fetcher import Fetcher
from checks.sources.recipes import RECIPES, Recipe
from tests.sources.sample_systems import PERMITS, REGULATIONS, SampleServer, sqlite_city

NOW = datetime(2025, 4, 1, tzinfo=UTC)
BY_NAME = {recipe.name: recipe for recipe in RECIPES}


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer() as server:
        server.pages["/api/TemplateData/keluaran/4012.json"] = {"data": {"data": PERMITS}}
        server.pages["/integrasi.php"] = REGULATIONS
        yield server


@pytest.fixture
def reach(server: SampleServer, fetcher_for: Callable[..., Fetcher], tmp_path: Path) -> Reach:
    return Reach(fetcher_for(server.port), tmp_path / "scratch")


@pytest.fixture
def tried(
    server: SampleServer, reach: Reach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Recipe], Trial]:
    """Try a recipe on the sample system that stands for its application."""
    city = sqlite_city(tmp_path / "city.db")
    addresses = {
        "sicantik": server.at("/api/TemplateData/keluaran/4012.json"),
        "jdih": server.at("/integrasi.php"),
    }

    def run(recipe: Recipe) -> Trial:
        if recipe.source is SourceKind.SQL_VIEW:
            monkeypatch.setenv(recipe.address.removeprefix("env:"), city)
        address = addresses.get(recipe.name, recipe.address)
        return try_source(
            recipe.source,
            address,
            recipe.stored_options,
            reach,
            NOW,
            time_column=recipe.time_column,
            value_columns=recipe.value_columns,
        )

    return run


def test_the_six_applications_have_a_recipe() -> None:
    assert set(BY_NAME) == {"sicantik", "sppd", "idatabase", "e_budgeting", "pad", "jdih"}


@pytest.mark.parametrize("recipe", RECIPES, ids=BY_NAME)
def test_a_recipe_reads_its_system_in_the_columns_it_promises(
    recipe: Recipe, tried: Callable[[Recipe], Trial]
) -> None:
    trial = tried(recipe)
    assert trial.header == recipe.columns
    assert trial.n_rows > 0
    assert trial.newest_period is not None
    assert {recipe.time_column, *recipe.value_columns} <= set(trial.header)
    assert "Budi" not in str(trial.rows) and "Pemohon" not in str(trial.rows)


@pytest.mark.parametrize("recipe", RECIPES, ids=BY_NAME)
def test_a_recipe_can_be_loaded_as_it_is(recipe: Recipe) -> None:
    address = recipe.address.replace("<id>", "1").replace("<daerah>", "contoh")
    check_source(recipe.source, address, recipe.stored_options)
    assert recipe.title and recipe.note_id.endswith(".")


@pytest.mark.parametrize(
    ("name", "newest"),
    [
        ("sicantik", "2025-03-26T08:00"),
        ("sppd", "2025-03"),
        ("idatabase", "2024"),
        ("e_budgeting", "2025-03"),
        ("pad", "2025-03-31"),
        ("jdih", "2024-09-15"),
    ],
)
def test_the_newest_period_of_each_system_is_found(
    name: str, newest: str, tried: Callable[[Recipe], Trial]
) -> None:
    assert tried(BY_NAME[name]).newest_period == newest


def test_travel_is_published_as_sums_by_office_and_month(
    tried: Callable[[Recipe], Trial],
) -> None:
    trial = tried(BY_NAME["sppd"])
    assert trial.rows[0] == ("2025-02", "Dinas Kesehatan", "2", "3", "5700000.5")
    assert trial.n_rows == 2
