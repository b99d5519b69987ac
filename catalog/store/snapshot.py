"""The whole city as lines, kept in memory until something is written or a minute passes."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlmodel import Session

from catalog.context import Context
from catalog.models.db import reading
from catalog.rules.score import Share, city_current
from catalog.rules.score import Standing as Counted
from catalog.store.generation import generation
from catalog.store.line import DatasetLine, formats, line_of
from catalog.store.standing import City, Standing, standings

#: Seconds; a snapshot that takes longer is taken beside the visitors.
SLOW = 0.25
#: How many times its cost a costly snapshot rests before the next, while a sweep records.
REST = 10.0
STILL_SHOWN = timedelta(minutes=5)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Every dataset of the city as it stood at `as_of`, ordered by agency, then title.

    `lines` say for pages what `standings` say in full, one for one.
    """

    as_of: datetime
    city: City
    standings: tuple[Standing, ...]
    lines: tuple[DatasetLine, ...]

    @cached_property
    def share(self) -> Share:
        """How many of the scored datasets are current: the city's one number."""
        return share_of(self.lines)


def share_of(lines: Iterable[DatasetLine]) -> Share:
    """Return how many of the scored datasets among the lines are current."""
    return city_current(Counted(line.headline, len(line.missing), line.score) for line in lines)


def take_snapshot(session: Session, city: City, now: datetime) -> Snapshot:
    """Judge the whole city at `now`; a fixed number of SELECTs."""
    by_dataset = formats(session)
    found = standings(session, city, now)
    lines = tuple(
        line_of(standing, now, city.calendar, by_dataset.get(standing.dataset_id))
        for standing in found
    )
    return Snapshot(now, city, found, lines)


class Snapshots:
    """Keeps the newest snapshot of one installation; safe for threads, takes one at a time.

    Small cities get the exact moment each time. Where taking one is costly it is taken
    beside the visitors, who are given the one before; that says itself of when it is.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._kept: tuple[str, Snapshot] | None = None
        self._cost = 0.0
        self._taken = 0.0

    def newest(self, context: Context, session: Session, now: datetime) -> Snapshot:
        """Return the city as it stands in this minute, or a moment ago where that is costly."""
        mark = f"{now:%Y%m%d%H%M}/{generation(session)}"
        kept = self._kept
        if kept is not None and kept[0] == mark:
            return kept[1]
        if kept is None or self._cost < SLOW or not _is_recent(kept[1], now):
            with self._lock:
                return self._renewed(context, session, now, mark)
        if time.monotonic() - self._taken > REST * self._cost:
            beside = threading.Thread(target=self._renew_beside, args=(context, now), daemon=True)
            beside.start()
        return kept[1]

    def _renew_beside(self, context: Context, now: datetime) -> None:
        if not self._lock.acquire(blocking=False):
            return
        try:
            with reading(context.reading_engine) as session:
                mark = f"{now:%Y%m%d%H%M}/{generation(session)}"
                self._renewed(context, session, now, mark)
        finally:
            self._lock.release()

    def _renewed(self, context: Context, session: Session, now: datetime, mark: str) -> Snapshot:
        if self._kept is None or self._kept[0] != mark:
            began = time.monotonic()
            snapshot = take_snapshot(session, context.city(session), now)
            self._taken = time.monotonic()
            self._cost = self._taken - began
            self._kept = (mark, snapshot)
        return self._kept[1]


def _is_recent(snapshot: Snapshot, now: datetime) -> bool:
    """Tell whether a snapshot may still be shown: of the same local day, minutes old."""
    local = snapshot.city.calendar.local_date
    age = now - snapshot.as_of
    return timedelta() <= age <= STILL_SHOWN and local(now) == local(snapshot.as_of)
