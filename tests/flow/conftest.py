"""What the flow tests share: a feed over real HTTP, and a world on each database."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.flow.world import Feed, World, new_world, wib


@pytest.fixture
def feed() -> Iterator[Feed]:
    """A server on loopback for one test."""
    server = Feed()
    yield server
    server.close()


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = wib("2025-01-01 08:00")

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The simulated clock of the test."""
    return Clock()


@pytest.fixture
def world(engine: Engine, tmp_path: Path, feed: Feed, clock: Clock) -> Iterator[World]:
    """A world on SQLite and on PostgreSQL in turn."""
    made = new_world(engine, tmp_path, feed, clock)
    yield made
    made.watcher.fetcher.close()


@pytest.fixture
def small_world(sqlite_engine: Engine, tmp_path: Path, feed: Feed, clock: Clock) -> Iterator[World]:
    """A world on SQLite alone, where the database makes no difference."""
    made = new_world(sqlite_engine, tmp_path, feed, clock)
    yield made
    made.watcher.fetcher.close()
