"""Who carries out the looks that are due: the threads of this process, or workers anywhere.

The truth is in our own tables: a source is due, is leased, is given back. An engine only
says who takes the leases, so nothing is lost with it and nothing is looked at twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import func, select

from catalog.models.db import reading, unit_of_work
from catalog.rules.terms import Outcome
from checks.engines.line import LATELY, NEWEST_DECIDED
from checks.judge import tick
from checks.looking.leases import ANY_LOST
from checks.looking.rows import CHECK, run
from checks.looking.watcher import Watcher
from checks.operating.rests import keep_windows

__all__ = ["Backlog", "JobEngine", "rescuing", "ticking"]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What an engine has in hand; `n_stalled` belongs to workers that are no more."""

    n_waiting: int
    n_running: int
    n_stalled: int
    n_failed: int
    oldest_at: datetime | None


class JobEngine(Protocol):
    """Has every source that is due looked at, each by one worker and each host by one at a time."""

    def look_at_due(self) -> int:
        """Have what is due looked at, now or by a worker; returns how many hosts were given out."""
        ...

    def backlog(self) -> Backlog:
        """Return what waits, runs and is stuck."""
        ...


def ticking(watcher: Watcher, engine: JobEngine) -> Callable[[], None]:
    """Return the job of one tick: keep maintenance, have looked at what is due, let time pass.

    The heartbeat counts the looks that were written since the one before, whoever made them,
    as soon as it is settled whose fault they were; the first one counts from its own beginning.
    """
    newest: int | None = None

    def watch() -> None:
        nonlocal newest
        now = watcher.clock()
        with unit_of_work(watcher.engine) as session:
            keep_windows(session, now)
        since = _newest_check(watcher) if newest is None else newest
        engine.look_at_due()
        now = watcher.clock()
        newest = _newest_decided(watcher, since, now)
        n_looked, n_our_faults = _written_between(watcher, since, newest)
        all_dark = n_looked > 0 and n_our_faults == n_looked
        tick(watcher, now, n_looked=n_looked, our_fault="our-line" if all_dark else None)

    return watch


def rescuing(watcher: Watcher, engine: JobEngine) -> Callable[[], None]:
    """Return the job that has taken up, before the next tick, what a killed process held."""

    def rescue() -> None:
        with reading(watcher.reader) as session:
            is_lost = run(session, ANY_LOST, {"now": watcher.clock()}).first() is not None
        if is_lost:
            engine.look_at_due()

    return rescue


def _newest_check(watcher: Watcher) -> int:
    with reading(watcher.reader) as session:
        return int(run(session, select(func.coalesce(func.max(CHECK.c.id), 0))).scalar_one())


def _newest_decided(watcher: Watcher, after: int, now: datetime) -> int:
    recent = {"after": after, "since": now - LATELY}
    with reading(watcher.reader) as session:
        return int(run(session, NEWEST_DECIDED, recent).scalar_one())


def _written_between(watcher: Watcher, after: int, last: int) -> tuple[int, int]:
    """Count the checks of some numbers, all and our own faults; history is not touched."""
    query = (
        select(CHECK.c.outcome, func.count())
        .where(CHECK.c.id > after, CHECK.c.id <= last)
        .group_by(CHECK.c.outcome)
    )
    with reading(watcher.reader) as session:
        found: dict[Outcome, int] = dict(run(session, query).all())
    return sum(found.values()), found.get(Outcome.OUR_FAULT, 0)
