"""The ledger and the accepted versions of some datasets, as the closings need them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, null, or_, select
from sqlmodel import Session

from catalog import models
from catalog.rules.evidence import Coverage
from catalog.rules.obligations import Obligation
from catalog.rules.periods import Period
from catalog.rules.terms import Rank, Validity
from catalog.store.observed import coverage_of
from checks.looking.rows import CLOSING, DATASET, OBLIGATION, PROMISE, SOURCE, VERSION, run

#: A school year may be named by its first calendar year, half a year before it begins.
BEFORE_ITS_PERIOD = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Owed:
    """One obligation of the ledger; with the closing by a version that stands, if any."""

    id: int
    dataset_id: int
    rule: Obligation
    closing_id: int | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """One accepted version with the time in which it was the current one of its source."""

    id: int
    dataset_id: int
    source_id: int | None
    seen_at: datetime
    until: datetime | None
    known_at: datetime
    rank: Rank | None
    declared_period: str | None
    max_at: datetime | None
    has_coverage: bool
    validity: Validity
    last_modified: str | None
    is_upload: bool
    is_part: bool


def lock_datasets(session: Session, dataset_ids: Collection[int]) -> None:
    """Hold these datasets until the end of the transaction (SQLite holds the whole file)."""
    run(session, _LOCK, {"ids": list(dataset_ids)}).all()


def datasets_to_settle(session: Session, now: datetime) -> set[int]:
    """Return the datasets with an open obligation that some accepted version might close.

    Where a part was taken out the others may have delivered already.
    """
    return {
        row.dataset_id
        for row in run(session, _MIGHT_CLOSE, {"now": now})
        if row.is_declared
        or (row.max_at is not None and row.period_start - row.max_at.date() <= BEFORE_ITS_PERIOD)
    }.union(run(session, _LOST_A_PART).scalars())


def ledger(
    session: Session, dataset_ids: Collection[int], now: datetime, *, revise: bool
) -> list[Owed]:
    """Return the obligations that may close by `now`: the open ones, oldest first.

    With `revise` also those that a version has closed.
    """
    rows = run(session, _LEDGER if revise else _OPEN, {"ids": list(dataset_ids), "now": now})
    return [_owed(row) for row in rows if row.closing_id is None or row.version_id is not None]


def whole_ledger(session: Session, dataset_ids: Collection[int], now: datetime) -> list[Owed]:
    """Return every obligation that might close by `now`, closed or not, oldest first."""
    return [_owed(row) for row in run(session, _LEDGER, {"ids": list(dataset_ids), "now": now})]


def _owed(row: Any) -> Owed:
    return Owed(row.id, row.dataset_id, _rule(row), row.closing_id, row.closed_at)


def _rule(row: Any) -> Obligation:
    return Obligation(
        period=Period(cadence=row.cadence, start=row.period_start, end=row.period_end),
        due_date=row.due_date,
        opens_at=row.opens_at,
        remind_at=row.remind_at,
        due_at=row.due_at,
        grace_at=row.grace_at,
        arrears_at=row.arrears_at,
        closable_at=row.closable_at,
    )


def accepted(
    session: Session, dataset_ids: Collection[int], since: datetime
) -> dict[int, list[Known]]:
    """Return the versions of each dataset that were current at or after an instant.

    Accepted ones alone, oldest first. None is current after its source was taken out.
    """
    rows = run(session, _ACCEPTED, {"ids": list(dataset_ids), "since": since}).all()
    until: dict[int, datetime | None] = {}
    next_of_source: dict[Any, datetime] = {}
    for row in reversed(rows):
        key = (row.dataset_id, row.source_id)
        until[row.id] = next_of_source.get(key, row.retired_at)
        next_of_source[key] = row.seen_at
    versions: dict[int, list[Known]] = defaultdict(list)
    for row in rows:
        versions[row.dataset_id].append(
            Known(
                id=row.id,
                dataset_id=row.dataset_id,
                source_id=row.source_id,
                seen_at=row.seen_at,
                until=until[row.id],
                known_at=row.decided_at or row.seen_at,
                rank=row.rank,
                declared_period=row.declared_period,
                max_at=row.max_at,
                has_coverage=row.has_coverage,
                validity=row.validity,
                last_modified=row.last_modified,
                is_upload=row.kind is None or row.kind.is_sent,
                is_part=row.kind is not None and row.kind.is_looked_at,
            )
        )
    return versions


def has_earlier(session: Session, version: Known) -> bool:
    """Tell whether the dataset had an accepted version before this one."""
    before = {"of_dataset": version.dataset_id, "before": version.seen_at}
    return run(session, _EARLIER, before).first() is not None


def coverages(session: Session, version_ids: Collection[int]) -> dict[int, Coverage | None]:
    """Return what these versions cover."""
    if not version_ids:
        return {}
    rows = run(session, _COVERAGES, {"ids": list(version_ids)})
    return {row.id: coverage_of(row.coverage) for row in rows}


_IDS: Any = bindparam("ids", expanding=True)
_BOUNDS = tuple(
    OBLIGATION.c[name]
    for name in (
        "id",
        "dataset_id",
        "period_start",
        "period_end",
        "due_date",
        "opens_at",
        "remind_at",
        "due_at",
        "grace_at",
        "arrears_at",
        "closable_at",
    )
)
_STANDS = and_(CLOSING.c.obligation_id == OBLIGATION.c.id, CLOSING.c.retracted_at.is_(None))
_IS_CLOSED = select(CLOSING.c.id).where(_STANDS).exists()


def _newest_before(since: Any) -> Any:
    """Build the question for the version of each source that was current just before."""
    older = VERSION.alias("older")
    return (
        select(func.max(older.c.id))
        .where(
            older.c.dataset_id.in_(_IDS),
            older.c.status == models.VersionStatus.ACCEPTED,
            older.c.seen_at < since,
        )
        .group_by(older.c.dataset_id, older.c.source_id)
    )


_IS_ACCEPTED = VERSION.c.status == models.VersionStatus.ACCEPTED
_LOCK = (
    select(DATASET.c.id)
    .where(DATASET.c.id.in_(_IDS))
    .order_by(DATASET.c.id)
    .with_for_update(key_share=True)
)
_LEDGER = (
    select(
        *_BOUNDS,
        PROMISE.c.cadence,
        CLOSING.c.id.label("closing_id"),
        CLOSING.c.at.label("closed_at"),
        CLOSING.c.version_id,
    )
    .join(PROMISE, PROMISE.c.id == OBLIGATION.c.promise_id)
    .outerjoin(CLOSING, _STANDS)
    .where(OBLIGATION.c.dataset_id.in_(_IDS), OBLIGATION.c.closable_at <= bindparam("now"))
    .order_by(OBLIGATION.c.dataset_id, OBLIGATION.c.period_start)
)
_OPEN = _LEDGER.where(CLOSING.c.id.is_(None))
_ACCEPTED = (
    select(
        *(VERSION.c[name] for name in ("id", "dataset_id", "source_id", "seen_at", "decided_at")),
        *(VERSION.c[name] for name in ("rank", "declared_period", "max_at", "validity")),
        VERSION.c.last_modified,
        VERSION.c.coverage.is_not(null()).label("has_coverage"),
        SOURCE.c.kind,
        SOURCE.c.retired_at,
    )
    .outerjoin(SOURCE, SOURCE.c.id == VERSION.c.source_id)
    .where(
        VERSION.c.dataset_id.in_(_IDS),
        _IS_ACCEPTED,
        or_(
            VERSION.c.seen_at >= bindparam("since"),
            VERSION.c.id.in_(_newest_before(bindparam("since"))),
        ),
    )
    .order_by(VERSION.c.dataset_id, VERSION.c.seen_at, VERSION.c.id)
)
_EARLIER = (
    select(VERSION.c.id)
    .where(
        VERSION.c.dataset_id == bindparam("of_dataset"),
        VERSION.c.seen_at < bindparam("before"),
        _IS_ACCEPTED,
    )
    .limit(1)
)
_COVERAGES = select(VERSION.c.id, VERSION.c.coverage).where(VERSION.c.id.in_(_IDS))


def _might_close() -> Any:
    newest = (
        select(VERSION.c.dataset_id, func.max(VERSION.c.max_at).label("max_at"))
        .where(_IS_ACCEPTED)
        .group_by(VERSION.c.dataset_id)
        .subquery()
    )
    is_declared = (
        select(VERSION.c.id)
        .where(
            VERSION.c.dataset_id == OBLIGATION.c.dataset_id,
            VERSION.c.declared_period == OBLIGATION.c.label,
            _IS_ACCEPTED,
        )
        .exists()
    )
    return (
        select(
            OBLIGATION.c.dataset_id,
            OBLIGATION.c.period_start,
            newest.c.max_at,
            is_declared.label("is_declared"),
        )
        .join(newest, newest.c.dataset_id == OBLIGATION.c.dataset_id)
        .where(~_IS_CLOSED, OBLIGATION.c.closable_at <= bindparam("now"))
    )


_MIGHT_CLOSE = _might_close()
_LOST_A_PART = select(SOURCE.c.dataset_id).where(SOURCE.c.retired_at.is_not(None))
