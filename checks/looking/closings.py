"""Which obligations the accepted versions close, and since when.

The answer rests on stored versions and checks alone, so it is the same whenever and
however often it is asked: by a look, by the tick of time, or after a late decision.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import Session

from catalog.rules.calendar import Calendar
from catalog.rules.evidence import Fulfilment, closes, fulfilment, oldest_closable
from catalog.rules.terms import ClosingKind, Outcome, Rank, Validity
from checks.looking.chains import (
    BEFORE_ITS_PERIOD,
    Known,
    Owed,
    accepted,
    coverages,
    datasets_to_settle,
    has_earlier,
    ledger,
    lock_datasets,
)
from checks.looking.rows import CHECK, CLOSING, run
from checks.sources.instants import http_instant

__all__ = ["Closed", "datasets_to_settle", "lock_datasets", "settle"]


@dataclass(frozen=True, slots=True)
class Closed:
    """One obligation that has just been closed by a version."""

    dataset_id: int
    obligation_id: int
    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Claim:
    """A version that closes an obligation; we learned of it at `seen_at`."""

    owed: Owed
    version: Known
    seen_at: datetime
    rank: Rank


def _unclaimed(owed: Iterable[Owed], claims: Iterable[_Claim]) -> list[Owed]:
    taken = {claim.owed.id for claim in claims}
    return [o for o in owed if o.id not in taken]


def settle(
    session: Session,
    calendar: Calendar,
    now: datetime,
    dataset_ids: Collection[int],
    *,
    fresh: Collection[int] = (),
    revise: bool = False,
) -> tuple[Closed, ...]:
    """Close every obligation of these datasets that an accepted version closes by `now`.

    `fresh` names versions accepted just now: only they may close an oldest obligation
    without naming a period. With `revise` a closing moves to an earlier instant where a
    version confirmed late had been there first. Source: design/freshness.md, section 4.
    """
    if not dataset_ids:
        return ()
    lock_datasets(session, dataset_ids)
    owed = ledger(session, dataset_ids, now, revise=revise)
    if not owed:
        return ()
    since = min(o.rule.closable_at for o in owed)
    versions = accepted(session, {o.dataset_id for o in owed}, since)
    claims = _by_period(session, calendar, now, owed, versions)
    claims += _by_declaration(_unclaimed(owed, claims), versions, now)
    claims += _by_change(session, _unclaimed(owed, claims), versions, fresh)
    return _write(session, claims, now)


def _by_period(
    session: Session,
    calendar: Calendar,
    now: datetime,
    owed: Sequence[Owed],
    versions: Mapping[int, Sequence[Known]],
) -> list[_Claim]:
    """E5: the first version that held the period while it was the current one."""
    candidates: list[tuple[datetime, int, Owed, Known]] = []
    for o in owed:
        begins_at = calendar.midnight(o.rule.period.start) - BEFORE_ITS_PERIOD
        for v in versions.get(o.dataset_id, ()):
            moment = max(v.seen_at, o.rule.closable_at)
            was_current = moment <= now and (v.until is None or moment < v.until)
            if was_current and v.max_at is not None and v.max_at >= begins_at:
                candidates.append((moment, v.id, o, v))
    candidates.sort(key=lambda candidate: candidate[:2])
    held = coverages(session, {v.id for _, _, _, v in candidates})
    claims: dict[int, _Claim] = {}
    for moment, version_id, o, v in candidates:
        coverage = held.get(version_id)
        if o.id not in claims and coverage and closes(o.rule, coverage, moment, calendar):
            claims[o.id] = _claim(o, v, Rank.E5)
    return list(claims.values())


def _may_close_by_change(v: Known) -> bool:
    return v.rank is Rank.E4 and not v.has_coverage and v.validity is not Validity.TIDAK_VALID


def _by_declaration(
    owed: Sequence[Owed], versions: Mapping[int, Sequence[Known]], now: datetime
) -> list[_Claim]:
    """E4 with a period that the operator or the file name declares."""
    claims = []
    for o in owed:
        for v in versions.get(o.dataset_id, ()):
            named = v.declared_period == o.rule.period.label
            if named and _may_close_by_change(v) and max(v.seen_at, o.rule.closable_at) <= now:
                claims.append(_claim(o, v, Rank.E4))
                break
    return claims


def _by_change(
    session: Session,
    owed: Sequence[Owed],
    versions: Mapping[int, Sequence[Known]],
    fresh: Collection[int],
) -> list[_Claim]:
    """E4 without a period: one change closes the oldest open obligation, the first none."""
    claims = []
    for v in (v for known in versions.values() for v in known if v.id in fresh):
        if v.declared_period or not _may_close_by_change(v) or not has_earlier(session, v):
            continue
        still_open = {
            id(o.rule): o for o in owed if o.dataset_id == v.dataset_id and o.closing_id is None
        }
        rule = oldest_closable((o.rule for o in still_open.values()), v.seen_at)
        if rule is not None:
            claims.append(_claim(still_open[id(rule)], v, Rank.E4))
    return claims


def _claim(owed: Owed, version: Known, rank: Rank) -> _Claim:
    moment = max(version.seen_at, owed.rule.closable_at)
    return _Claim(owed, version, max(moment, version.known_at), rank)


def _fulfilled(session: Session, claim: _Claim) -> Fulfilment:
    """Return f of a claim, from the answers that came before the version's first sight."""
    version = claim.version
    negative_at: datetime | None = None
    if not version.is_upload:
        before = {"of_source": version.source_id, "before": version.seen_at}
        negative_at = run(session, _LAST_ANSWER, before).scalar_one()
    return fulfilment(
        version.seen_at,
        negative_at,
        http_instant(version.last_modified),
        claim.owed.rule,
        is_upload=version.is_upload,
    )


def _write(session: Session, claims: Sequence[_Claim], now: datetime) -> tuple[Closed, ...]:
    closed: list[Closed] = []
    rows: list[dict[str, Any]] = []
    for claim in claims:
        owed = claim.owed
        found = _fulfilled(session, claim)
        if owed.closing_id is not None:
            if owed.closed_at is None or found.at >= owed.closed_at:
                continue
            run(session, _RETRACT, {"which": owed.closing_id, "now": now})
        rows.append(
            {
                "obligation_id": owed.id,
                "kind": ClosingKind.FULFILLED,
                "at": found.at,
                "seen_at": claim.seen_at,
                "timing_observed": found.timing_observed,
                "rank": claim.rank,
                "version_id": claim.version.id,
            }
        )
        closed.append(Closed(owed.dataset_id, owed.id, owed.rule.period.label, found.at))
    if rows:
        run(session, _ADD, rows)
    return tuple(closed)


_LAST_ANSWER = select(func.max(CHECK.c.at)).where(
    CHECK.c.source_id == bindparam("of_source"),
    CHECK.c.at < bindparam("before"),
    CHECK.c.outcome.in_((Outcome.COMPLETE, Outcome.NOT_MODIFIED)),
)
_ADD = insert(CLOSING)
_RETRACT = (
    update(CLOSING)
    .where(CLOSING.c.id == bindparam("which"))
    .values(
        retracted_at=bindparam("now"),
        retracted_reason="Versi yang lebih awal memuat periode ini, dikonfirmasi kemudian.",
    )
)
