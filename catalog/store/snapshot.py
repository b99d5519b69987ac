"""The whole city as lines, kept in memory until something is written or a minute passes."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlmodel import Session

from catalog.rules.score import Share, city_current
from catalog.rules.score import Standing as Counted
from catalog.store.generation import generation
from catalog.store.line import DatasetLine, formats, line_of
from catalog.store.standing import City, standings

#: A snapshot that took longer than this to take (seconds) is kept a while even when
#: something is written, so that pages stay quick while a sweep records its checks.
SLOW = 0.25
KEPT_PER_SECOND = 5.0


@dataclass(frozen=True)
class Snapshot:
    """Every dataset of the city as it stood at `as_of`, ordered by agency, then title."""

    as_of: datetime
    city: City
    lines: tuple[DatasetLine, ...]

    @cached_property
    def by_id(self) -> Mapping[int, DatasetLine]:
        """The lines by their dataset's id."""
        return {line.dataset_id: line for line in self.lines}

    @cached_property
    def share(self) -> Share:
        """How many of the scored datasets are current: the city's one number."""
        return share_of(self.lines)


def share_of(lines: tuple[DatasetLine, ...]) -> Share:
    """Return how many of the scored datasets among the lines are current."""
    return city_current(Counted(line.headline, len(line.missing), line.score) for line in lines)


def take_snapshot(session: Session, city: City, now: datetime) -> Snapshot:
    """Judge the whole city at `now`; a fixed number of SELECTs."""
    by_dataset = formats(session)
    lines = tuple(
        line_of(standing, now, city.calendar, by_dataset.get(standing.dataset_id))
        for standing in standings(session, city, now)
    )
    return Snapshot(now, city, lines)


class Snapshots:
    """Keeps the newest snapshot of one installation; safe for threads, takes one at a time.

    While a costly one is being taken the others are given the one before, which says
    itself of which instant it is.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._kept: tuple[str, Snapshot] | None = None
        self._cost = 0.0
        self._taken = 0.0

    def newest(self, session: Session, city: Callable[[Session], City], now: datetime) -> Snapshot:
        """Return the snapshot of this minute and of what is written now."""
        mark = f"{now:%Y%m%d%H%M}/{generation(session)}"
        kept = self._kept
        if kept is not None and (kept[0] == mark or self._may_wait(kept[1], now)):
            return kept[1]
        waits = kept is None or self._cost < SLOW
        if not self._lock.acquire(blocking=waits):
            return kept[1] if kept else take_snapshot(session, city(session), now)
        try:
            if self._kept is None or self._kept[0] != mark:
                began = time.monotonic()
                snapshot = take_snapshot(session, city(session), now)
                self._taken = time.monotonic()
                self._cost = self._taken - began
                self._kept = (mark, snapshot)
            return self._kept[1]
        finally:
            self._lock.release()

    def _may_wait(self, snapshot: Snapshot, now: datetime) -> bool:
        """Tell whether an outdated snapshot is too costly to take anew already."""
        if self._cost < SLOW or now < snapshot.as_of:
            return False
        return time.monotonic() - self._taken < KEPT_PER_SECOND * self._cost
