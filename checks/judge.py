"""The second verb: let time pass. What changes by time alone is judged without a look."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, case, func, or_, select
from sqlmodel import Session

from catalog import models
from catalog.intake.ledger import extend_ledger
from catalog.models.db import unit_of_work
from catalog.rules.calendar import Calendar
from catalog.rules.terms import Cadence, Schedule
from checks.looking.closings import Closed, datasets_to_settle, settle
from checks.looking.rows import DATASET, OBLIGATION, PROMISE, run
from checks.looking.watcher import Found, Watcher

N_AHEAD = 2
LONG_AGO = date(1900, 1, 1)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did: obligations made ahead, obligations closed by time."""

    at: datetime
    n_created: int
    closed: tuple[Closed, ...]


def tick(
    watcher: Watcher, now: datetime, *, n_looked: int = 0, our_fault: str | None = None
) -> Ticked:
    """Write a heartbeat, make the ledger for the days ahead, close what has become closable.

    Bounds are midnights, and whoever writes settles what is new; so the whole city is asked
    once an hour by each process, and again where promises or obligations were added.

    A row that came early closes its period when that becomes closable, judged on the
    version that was current then; so missed ticks end in the same states, and a second
    tick at the same instant changes nothing. The ledger is extended where it runs short:
    whoever loads promises or holidays brings it up to date at once.
    """
    with unit_of_work(watcher.engine) as session:
        calendar = watcher.calendar(session)
        n_created, closed = 0, list[Closed]()
        hour = now.replace(minute=0, second=0, microsecond=0)
        if watcher.last_tick.found != Found(hour, *run(session, _NEWEST).one()):
            if short := _run_short(session, calendar, now):
                n_created = extend_ledger(session, calendar, now, short)
            ids = sorted(datasets_to_settle(session, now))
            for i in range(0, len(ids), _AT_ONCE):
                closed += settle(session, calendar, now, ids[i : i + _AT_ONCE])
        found = Found(hour, *run(session, _NEWEST).one())
        session.add(models.Heartbeat(at=now, n_looked=n_looked, our_fault=our_fault))
    watcher.last_tick.found = found
    return Ticked(now, n_created, tuple(closed))


def _run_short(session: Session, calendar: Calendar, now: datetime) -> list[int]:
    """Return the datasets without two obligations still to come, or without the running one."""
    found = run(session, _SHORT, {"now": now, "today": calendar.local_date(now)})
    return list(found.scalars())


_NEWEST = select(
    select(func.max(PROMISE.c.id)).scalar_subquery(),
    select(func.max(OBLIGATION.c.id)).scalar_subquery(),
)
_SHORT = (
    select(PROMISE.c.dataset_id)
    .join(DATASET, DATASET.c.id == PROMISE.c.dataset_id)
    .outerjoin(OBLIGATION, OBLIGATION.c.dataset_id == PROMISE.c.dataset_id)
    .where(
        PROMISE.c.ends_on.is_(None),
        PROMISE.c.schedule == Schedule.PARSED,
        PROMISE.c.cadence.in_([cadence for cadence in Cadence if cadence.is_periodic]),
        DATASET.c.retired_on.is_(None),
    )
    .group_by(PROMISE.c.dataset_id)
    .having(
        or_(
            func.count(case((OBLIGATION.c.due_at > bindparam("now"), 1))) < N_AHEAD,
            func.coalesce(func.max(OBLIGATION.c.period_end), LONG_AGO) <= bindparam("today"),
        )
    )
)
