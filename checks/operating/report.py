"""The watcher seen from outside: its last tick, what is due, what fails, what comes next."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlmodel import Session, col

from catalog import models
from catalog.rules.terms import Outcome
from catalog.store.hosts import public_host
from catalog.store.rests import paused_since
from checks.looking.leases import LOOKED_AT
from checks.looking.rows import CHECK, DATASET, SOURCE, run

A_DAY = timedelta(days=1)
N_SHOWN = 10
_MAIL: Any = models.Mail
_BEAT: Any = models.Heartbeat


@dataclass(frozen=True, slots=True)
class Tick:
    """The last round of the watcher; `our_fault` says why it could not see the world."""

    at: datetime
    n_looked: int
    our_fault: str | None


@dataclass(frozen=True, slots=True)
class Queue:
    """The sources that are looked at: how many wait, for how long, how many are in hand.

    `n_lost` leases have run out without a result; the next sweep takes them up.
    """

    n_sources: int
    n_due: int
    oldest_due_at: datetime | None
    n_in_hand: int
    n_lost: int
    n_paused: int
    n_failing: int


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many looks of the last day ended so."""

    outcome: Outcome
    n: int
    mean_seconds: float


@dataclass(frozen=True, slots=True)
class SlowHost:
    """One server and how long its answers took; `host` None where it is not public."""

    host: str | None
    n_looks: int
    mean_seconds: float
    max_seconds: float


@dataclass(frozen=True, slots=True)
class FailingSource:
    """A source that fails since an instant, and how its last look ended."""

    slug: str
    title: str
    failing_since: datetime | None
    n_failed: int
    code: str | None
    http_status: int | None
    next_look_at: datetime | None


@dataclass(frozen=True, slots=True)
class NextLook:
    """One of the next looks."""

    slug: str
    title: str
    at: datetime
    is_due: bool


@dataclass(frozen=True, slots=True)
class PausedSource:
    """A source that is not looked at, why, and since when, where that was written down."""

    slug: str
    title: str
    reason: str
    since_at: datetime | None


@dataclass(frozen=True, slots=True)
class Post:
    """The messages of the outbox."""

    n_waiting: int
    n_sent: int
    n_failed: int
    oldest_waiting_at: datetime | None


@dataclass(frozen=True, slots=True)
class WatcherReport:
    """All of it at one instant; `n_checks` counts every look ever written down."""

    as_of: datetime
    last_tick: Tick | None
    is_stale: bool
    queue: Queue
    n_checks: int
    looks: tuple[OutcomeCount, ...]
    slow_hosts: tuple[SlowHost, ...]
    failing: tuple[FailingSource, ...]
    next_looks: tuple[NextLook, ...]
    paused: tuple[PausedSource, ...]
    post: Post

    @property
    def n_looks(self) -> int:
        """How many looks the last day saw."""
        return sum(each.n for each in self.looks)


def watcher_report(
    session: Session,
    now: datetime,
    *,
    stale_after: timedelta,
    intranet: Collection[str] = (),
) -> WatcherReport:
    """Return how the watcher is doing, in a fixed number of questions.

    Neither addresses nor error texts are in it; `intranet` hosts and private ones are
    counted without their name.
    """
    tick = _last_tick(session, now)
    return WatcherReport(
        as_of=now,
        last_tick=tick,
        is_stale=tick is None or now - tick.at > stale_after,
        queue=queue_of(session, now),
        n_checks=run(session, select(func.coalesce(func.max(CHECK.c.id), 0))).scalar_one(),
        looks=_looks(session, now),
        slow_hosts=_slow_hosts(session, now, frozenset(host.lower() for host in intranet)),
        failing=_failing(session),
        next_looks=_next_looks(session, now),
        paused=_paused(session),
        post=_post(session),
    )


def _last_tick(session: Session, now: datetime) -> Tick | None:
    query = select(_BEAT.at, _BEAT.n_looked, _BEAT.our_fault).where(_BEAT.at <= now)
    found = run(session, query.order_by(_BEAT.at.desc(), _BEAT.id.desc()).limit(1)).first()
    return Tick(*found) if found else None


_WATCHED = (
    SOURCE.c.kind.in_(LOOKED_AT),
    SOURCE.c.retired_at.is_(None),
    SOURCE.c.dataset_id.in_(select(DATASET.c.id).where(DATASET.c.retired_on.is_(None))),
)
_RUNS = SOURCE.c.paused_reason.is_(None)
#: Whatever is paused, an application's pushes too: those are not looked at, but refused.
_AT_REST = (*_WATCHED[1:], ~_RUNS)


def _n(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _n_at_rest() -> Any:
    counted = select(func.count()).select_from(SOURCE).where(*_AT_REST)
    return counted.correlate(None).scalar_subquery()


def queue_of(session: Session, now: datetime) -> Queue:
    """Return how many sources wait, are in hand, rest or fail at an instant."""
    due = and_(_RUNS, SOURCE.c.next_look_at <= now)
    is_leased = SOURCE.c.lease.is_not(None)
    return Queue(
        *run(
            session,
            select(
                func.count(),
                _n(due),
                func.min(case((due, SOURCE.c.next_look_at))),
                _n(and_(is_leased, SOURCE.c.leased_until > now)),
                _n(and_(is_leased, SOURCE.c.leased_until <= now)),
                _n_at_rest(),
                _n(and_(_RUNS, SOURCE.c.n_failed > 0)),
            )
            .select_from(SOURCE)
            .where(*_WATCHED),
        ).one()
    )


def _of_last_day(now: datetime) -> Any:
    """Join through the sources: their index of checks begins with them, not with time."""
    return and_(CHECK.c.source_id == SOURCE.c.id, CHECK.c.at > now - A_DAY, CHECK.c.at <= now)


def _looks(session: Session, now: datetime) -> tuple[OutcomeCount, ...]:
    found = run(
        session,
        select(CHECK.c.outcome, func.count(), func.avg(CHECK.c.seconds))
        .select_from(SOURCE)
        .join(CHECK, _of_last_day(now))
        .group_by(CHECK.c.outcome)
        .order_by(CHECK.c.outcome),
    )
    return tuple(OutcomeCount(outcome, n, round(mean, 4)) for outcome, n, mean in found)


def _slow_hosts(session: Session, now: datetime, intranet: frozenset[str]) -> tuple[SlowHost, ...]:
    mean = func.avg(CHECK.c.seconds)
    found = run(
        session,
        select(SOURCE.c.host, func.count(), mean, func.max(CHECK.c.seconds))
        .select_from(SOURCE)
        .join(CHECK, _of_last_day(now))
        .where(SOURCE.c.host != "", SOURCE.c.kind != models.SourceKind.SQL_VIEW)
        .group_by(SOURCE.c.host)
        .order_by(mean.desc(), SOURCE.c.host)
        .limit(N_SHOWN),
    )
    return tuple(
        SlowHost(public_host(host, intranet), n, round(mean, 4), round(longest, 4))
        for host, n, mean, longest in found
    )


def _failing(session: Session) -> tuple[FailingSource, ...]:
    found = run(
        session,
        select(
            DATASET.c.slug,
            DATASET.c.title,
            SOURCE.c.failing_since,
            SOURCE.c.n_failed,
            CHECK.c.code,
            CHECK.c.http_status,
            SOURCE.c.next_look_at,
        )
        .select_from(SOURCE)
        .join(DATASET, DATASET.c.id == SOURCE.c.dataset_id)
        .outerjoin(CHECK, CHECK.c.id == SOURCE.c.last_check_id)
        .where(*_WATCHED, _RUNS, SOURCE.c.n_failed > 0)
        .order_by(SOURCE.c.failing_since, SOURCE.c.id)
        .limit(N_SHOWN),
    )
    return tuple(FailingSource(*row) for row in found)


def _next_looks(session: Session, now: datetime) -> tuple[NextLook, ...]:
    found = run(
        session,
        select(DATASET.c.slug, DATASET.c.title, SOURCE.c.next_look_at)
        .select_from(SOURCE)
        .join(DATASET, DATASET.c.id == SOURCE.c.dataset_id)
        .where(*_WATCHED, _RUNS, SOURCE.c.next_look_at.is_not(None))
        .order_by(SOURCE.c.next_look_at, SOURCE.c.id)
        .limit(N_SHOWN),
    )
    return tuple(NextLook(slug, title, at, at <= now) for slug, title, at in found)


def _paused(session: Session) -> tuple[PausedSource, ...]:
    found = run(
        session,
        select(SOURCE.c.id, DATASET.c.slug, DATASET.c.title, SOURCE.c.paused_reason)
        .select_from(SOURCE)
        .join(DATASET, DATASET.c.id == SOURCE.c.dataset_id)
        .where(*_AT_REST)
        .order_by(DATASET.c.slug, SOURCE.c.id)
        .limit(N_SHOWN),
    ).all()
    since = paused_since(session, [row.id for row in found])
    return tuple(
        PausedSource(row.slug, row.title, row.paused_reason, since.get(row.id)) for row in found
    )


def _post(session: Session) -> Post:
    states = models.MailState
    is_waiting = col(models.Mail.state) == states.WAITING
    return Post(
        *run(
            session,
            select(
                _n(is_waiting),
                _n(col(models.Mail.state) == states.SENT),
                _n(col(models.Mail.state) == states.FAILED),
                func.min(case((is_waiting, _MAIL.created_at))),
            ),
        ).one()
    )
