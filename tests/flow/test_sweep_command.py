"""`mutakhir sweep` leaves no connection behind, however it ends."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.context import Context
from catalog.settings import Settings
from catalog.terminal import Installation
from checks.commands.sweeping import sweep_command
from checks.look import UnknownDataset
from checks.sources.fetcher import Fetcher
from tests.flow.conftest import Clock
from tests.flow.engines import NOW
from tests.flow.world import World


@pytest.fixture
def here(small_world: World, tmp_path: Path, clock: Clock) -> Installation:
    clock.now = NOW
    watcher = small_world.watcher
    address = small_world.feed.serve("/a.csv", "Bulan,IHK\nFebruari 2025,1\n")
    small_world.promise(address, now=NOW)
    settings = Settings(
        _env_file=None,
        originals_dir=tmp_path / "originals",
        allowed_hosts=(small_world.feed.address.removeprefix("http://"),),
    )
    context = Context(settings, watcher.engine, watcher.reader, watcher.originals, clock)
    return Installation(lambda _: context, lambda _: None, clock)


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[Fetcher]:
    found: list[Fetcher] = []
    usual = Fetcher.close

    def close(self: Fetcher) -> None:
        usual(self)
        found.append(self)

    monkeypatch.setattr(Fetcher, "close", close)
    return found


def test_a_sweep_closes_its_connections(here: Installation, closed: list[Fetcher]) -> None:
    found = CliRunner().invoke(sweep_command, ["--all"], obj=here)
    assert "looked 1, changed 1, failed 0" in found.output
    assert len(closed) == 1


def test_a_sweep_that_is_refused_closes_them_too(here: Installation, closed: list[Fetcher]) -> None:
    found = CliRunner().invoke(sweep_command, ["--only", "tidak-ada"], obj=here)
    assert isinstance(found.exception, UnknownDataset)
    assert len(closed) == 1
