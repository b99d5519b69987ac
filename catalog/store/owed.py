"""The stored ledger as values of the rules: obligations with the closing that stood."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, and_, or_, select, type_coerce
from sqlmodel import Session, col

from catalog import models
from catalog.rules.obligations import Closing, Obligation
from catalog.rules.periods import Period
from catalog.store.chosen import Chosen


@dataclass(frozen=True, slots=True)
class Owed:
    """One obligation and what closed it, as far as that was known."""

    obligation: Obligation
    closing: Closing | None


def ledger(session: Session, chosen: Chosen, now: datetime) -> dict[int, list[Owed]]:
    """Return what the chosen datasets owe, by dataset, in order of (due_at, start).

    One SELECT of bare columns: a city has tens of thousands of obligations, and the
    instants of each would otherwise pass through Python one by one.
    """
    obligation, closing = models.Obligation, models.Closing
    stood = and_(
        col(closing.obligation_id) == obligation.id,
        col(closing.seen_at) <= now,
        or_(col(closing.retracted_at).is_(None), col(closing.retracted_at) > now),
    )
    query = (
        select(
            col(obligation.dataset_id),
            col(models.Promise.cadence),
            col(obligation.period_start),
            col(obligation.period_end),
            col(obligation.due_date),
            _bare(obligation.opens_at),
            _bare(obligation.remind_at),
            _bare(obligation.due_at),
            _bare(obligation.grace_at),
            _bare(obligation.arrears_at),
            _bare(obligation.closable_at),
            col(closing.kind),
            _bare(closing.at),
            _bare(closing.seen_at),
            col(closing.timing_observed),
            col(closing.rank),
        )
        .join(models.Promise, col(models.Promise.id) == obligation.promise_id)
        .join(closing, stood, isouter=True)
        .order_by(col(obligation.dataset_id), col(obligation.due_at), col(obligation.period_start))
    )
    found: dict[int, list[Owed]] = defaultdict(list)
    for row in session.execute(chosen.owned(query, obligation.dataset_id)):
        found[row[0]].append(_owed(*row[1:]))
    return found


def _bare(column: Any) -> Any:
    """Select an instant as the driver gives it; `_utc` makes it aware."""
    return type_coerce(column, DateTime(timezone=True))


def _utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _owed(
    cadence: Any,
    start: Any,
    end: Any,
    due_date: Any,
    opens_at: datetime,
    remind_at: datetime,
    due_at: datetime,
    grace_at: datetime,
    arrears_at: datetime,
    closable_at: datetime,
    kind: Any,
    closed_at: Any,
    seen_at: Any,
    timing_observed: Any,
    rank: Any,
) -> Owed:
    obligation = Obligation(
        Period(cadence, start, end),
        due_date,
        _utc(opens_at),
        _utc(remind_at),
        _utc(due_at),
        _utc(grace_at),
        _utc(arrears_at),
        _utc(closable_at),
    )
    if kind is None:
        return Owed(obligation, None)
    return Owed(obligation, Closing(kind, _utc(closed_at), _utc(seen_at), timing_observed, rank))
