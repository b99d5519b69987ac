"""The ledger of obligations: made ahead, and made again while open when its bounds change."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, update
from sqlmodel import Session, SQLModel, col, select

from catalog import models
from catalog.rules.calendar import Calendar
from catalog.rules.obligations import Obligation, obligations
from catalog.rules.promise import promise_of
from catalog.rules.release_rule import parse_release_rule
from catalog.rules.terms import Cadence


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a promise as the ledger needs it; equal ones owe the same."""

    cadence: Cadence
    rule_text: str | None
    agreed_on: date


@dataclass(frozen=True, slots=True)
class Owed:
    """An obligation and which version of the promise (from 0) it belongs to."""

    version: int
    obligation: Obligation


def owed(versions: Sequence[Version], until: datetime, calendar: Calendar) -> dict[str, Owed]:
    """Return what the successive versions of one promise owe, by the label of the period.

    A change is never retroactive: what was due before it stays as it was, and so does a
    period that had ended before it and that the new version does not cover. Everything
    else is owed as the newest version says.
    """
    ledger: dict[str, Owed] = {}
    for number, version in enumerate(versions):
        changed_at = calendar.midnight(version.agreed_on)
        kept = {
            label: entry for label, entry in ledger.items() if entry.obligation.due_at <= changed_at
        }
        ended = {
            label: entry
            for label, entry in ledger.items()
            if entry.obligation.period.end <= version.agreed_on
        }
        ledger = {**ended, **_owed_by(number, version, until, calendar), **kept}
    return ledger


def _owed_by(number: int, version: Version, until: datetime, calendar: Calendar) -> dict[str, Owed]:
    promise = promise_of(version.cadence, parse_release_rule(version.rule_text, version.cadence))
    if promise.rule is None:
        return {}
    ledger = obligations(promise, version.agreed_on, until, calendar)
    return {o.period.label: Owed(number, o) for o in ledger}


def extend_ledger(
    session: Session,
    calendar: Calendar,
    now: datetime,
    dataset_ids: Collection[int] | None = None,
) -> int:
    """Create the obligations that are missing up to two periods ahead; return how many.

    Open ones whose bounds changed (a holiday was edited, a promise was renewed) are made
    again; closed ones keep what was true. Running it twice changes nothing.
    """
    promises = _promises(session, dataset_ids)
    stored = _stored(session, dataset_ids)
    closed = _closed(session, dataset_ids)
    memory: dict[tuple[Version, ...], dict[str, Owed]] = {}
    missing: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    superfluous: list[int] = []
    for dataset_id, rows in promises.items():
        versions = tuple(Version(p.cadence, p.rule_text, p.agreed_on) for p in rows)
        if versions not in memory:
            memory[versions] = owed(versions, now, calendar)
        held = stored.get(dataset_id, {})
        for label, entry in memory[versions].items():
            row = _row(dataset_id, rows[entry.version].id, entry.obligation)
            if label not in held:
                missing.append(row)
            elif held[label].id not in closed and _differs(held[label], row):
                changed.append({**row, "id": held[label].id})
        superfluous.extend(
            each.id
            for label, each in held.items()
            if label not in memory[versions] and each.id not in closed
        )
    if missing:
        session.execute(insert(models.Obligation), missing)
    if changed:
        session.execute(update(models.Obligation), changed)
    _withdraw(session, superfluous)
    for known in list(session):
        if isinstance(known, models.Obligation):
            session.expire(known)
    return len(missing)


def _promises(session: Session, dataset_ids: Collection[int] | None) -> Mapping[int, list[Any]]:
    promise, dataset = models.Promise, models.Dataset
    query = (
        select(
            promise.dataset_id, promise.id, promise.cadence, promise.rule_text, promise.agreed_on
        )  # type: ignore[call-overload]
        .join(dataset, col(dataset.id) == promise.dataset_id)
        .where(col(dataset.retired_on).is_(None))
        .order_by(col(promise.dataset_id), col(promise.version))
    )
    if dataset_ids is not None:
        query = query.where(col(promise.dataset_id).in_(dataset_ids))
    grouped: defaultdict[int, list[Any]] = defaultdict(list)
    for row in session.exec(query):
        grouped[row[0]].append(row)
    return grouped


_BOUNDS = (
    "promise_id",
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


def _stored(session: Session, dataset_ids: Collection[int] | None) -> Mapping[int, dict[str, Any]]:
    table: Any = models.Obligation.__table__  # type: ignore[attr-defined]
    query = select(table)
    if dataset_ids is not None:
        query = query.where(table.c.dataset_id.in_(dataset_ids))
    grouped: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for row in session.execute(query):
        grouped[row.dataset_id][row.label] = row
    return grouped


def _closed(session: Session, dataset_ids: Collection[int] | None) -> frozenset[int]:
    closing, obligation = models.Closing, models.Obligation
    query = select(closing.obligation_id).where(col(closing.retracted_at).is_(None))
    if dataset_ids is not None:
        query = query.join(obligation, col(obligation.id) == closing.obligation_id).where(
            col(obligation.dataset_id).in_(dataset_ids)
        )
    return frozenset(session.exec(query))


def _row(dataset_id: int, promise_id: int, obligation: Obligation) -> dict[str, Any]:
    return {
        "dataset_id": dataset_id,
        "promise_id": promise_id,
        "label": obligation.period.label,
        "period_start": obligation.period.start,
        "period_end": obligation.period.end,
        "due_date": obligation.due_date,
        "opens_at": obligation.opens_at,
        "remind_at": obligation.remind_at,
        "due_at": obligation.due_at,
        "grace_at": obligation.grace_at,
        "arrears_at": obligation.arrears_at,
        "closable_at": obligation.closable_at,
    }


def _differs(held: Any, row: Mapping[str, Any]) -> bool:
    return any(getattr(held, bound) != row[bound] for bound in _BOUNDS)


def _withdraw(session: Session, ids: Sequence[int]) -> None:
    """Delete obligations that nobody owes any more, unless something was said about them."""
    if not ids:
        return
    owed_table: Any = models.Obligation.__table__  # type: ignore[attr-defined]
    spoken_of: set[int] = set()
    for table in SQLModel.metadata.tables.values():
        for key in table.foreign_keys:
            if key.column is owed_table.c.id:
                spoken_of.update(session.scalars(select(key.parent).where(key.parent.in_(ids))))
    gone = [each for each in ids if each not in spoken_of]
    session.execute(delete(models.Obligation).where(col(models.Obligation.id).in_(gone)))
