"""A small, seeded part of the campaign of killed sweeps; the whole has its own command."""

from pathlib import Path

from sqlalchemy import Engine

from tests.campaign.kill_sweeps import campaign
from tests.flow.conftest import feed
from tests.flow.world import Feed

__all__ = ["feed"]


def test_killed_sweeps_lose_no_check_and_make_none_twice(
    engine: Engine, tmp_path: Path, feed: Feed
) -> None:
    found = campaign(engine, tmp_path, feed, n_kills=5, seed=1, n_sources=40)
    assert found.n_kills == 5
    assert found.is_sound, found
