"""Which obligations the accepted versions close, and since when.

The answer rests on stored versions and checks alone, so it is the same whenever and
however often it is asked: by a look, by the tick of time, or after a late decision.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session

from catalog.rules.calendar import Calendar
from catalog.rules.evidence import Fulfilment, last_part
from catalog.rules.parts import complete_at
from catalog.rules.terms import ClosingKind, Rank
from checks.looking.chains import (
    Known,
    Owed,
    accepted,
    datasets_to_settle,
    ledger,
    lock_datasets,
)
from checks.looking.claims import Claim, claim_of, claims_of, fulfilled
from checks.looking.parts import (
    Composition,
    changes_of_parts,
    compositions,
    may_close_by_change,
)
from checks.looking.rows import CLOSING, run

__all__ = ["Closed", "datasets_to_settle", "lock_datasets", "settle"]


@dataclass(frozen=True, slots=True)
class Closed:
    """One obligation that has just been closed by a version."""

    dataset_id: int
    obligation_id: int
    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Settled:
    """A claim that counts, since f."""

    claim: Claim
    found: Fulfilment


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
    version confirmed late had been there first. Where all of several parts count, the last
    of them closes it. Source: design/freshness.md, sections 3 (merge) and 4.
    """
    if not dataset_ids:
        return ()
    lock_datasets(session, dataset_ids)
    owed = ledger(session, dataset_ids, now, revise=revise)
    if not owed:
        return ()
    since = min(o.rule.closable_at for o in owed)
    ids = {o.dataset_id for o in owed}
    versions = accepted(session, ids, since)
    made_of = compositions(session, ids)
    in_parts = {i for i, each in made_of.items() if each.parts}
    whole = [o for o in owed if o.dataset_id not in in_parts]
    claims = claims_of(session, calendar, now, whole, versions, fresh)
    settled = [_Settled(claim, fulfilled(session, claim)) for claim in claims]
    for dataset_id in sorted(in_parts):
        own = [o for o in owed if o.dataset_id == dataset_id]
        chain = versions.get(dataset_id, ())
        settled += _together(session, calendar, now, own, chain, made_of[dataset_id], fresh)
    return _write(session, [_not_known_before(each, made_of) for each in settled], now)


def _together(
    session: Session,
    calendar: Calendar,
    now: datetime,
    owed: Sequence[Owed],
    versions: Sequence[Known],
    made_of: Composition,
    fresh: Collection[int],
) -> list[_Settled]:
    """Return what all parts of one dataset have delivered, or what was handed in for the whole."""
    if not owed:
        return []
    dataset_id = owed[0].dataset_id
    handed_in = {dataset_id: [v for v in versions if not v.is_part]}
    settled = {
        claim.owed.id: _Settled(claim, fulfilled(session, claim))
        for claim in claims_of(session, calendar, now, owed, handed_in, fresh)
    }
    delivered = _delivered(session, calendar, now, owed, versions, made_of)
    for o in owed:
        claims = {part: of.get(o.id) for part, of in delivered.items()}
        have = {part: claim for part, claim in claims.items() if claim is not None}
        known = {part: claim.seen_at for part, claim in have.items()}
        moment = complete_at(made_of.parts, known, now)
        if moment is None:
            continue
        there = [part.id for part in made_of.parts if part.is_there(moment)]
        found = {part: fulfilled(session, have[part]) for part in there}
        last = last_part(found)
        if o.id not in settled or found[last].at < settled[o.id].found.at:
            settled[o.id] = _Settled(replace(have[last], seen_at=moment), found[last])
    return list(settled.values())


def _delivered(
    session: Session,
    calendar: Calendar,
    now: datetime,
    owed: Sequence[Owed],
    versions: Sequence[Known],
    made_of: Composition,
) -> dict[int, dict[int, Claim]]:
    """Return by part what it claims of each obligation."""
    delivered: dict[int, dict[int, Claim]] = {}
    for part in made_of.parts:
        own = {owed[0].dataset_id: [v for v in versions if v.source_id == part.id]}
        claims = claims_of(session, calendar, now, owed, own, ())
        delivered[part.id] = {claim.owed.id: claim for claim in claims}
    if any(v.is_part and may_close_by_change(v) for v in versions):
        changes = changes_of_parts(session, owed[0].dataset_id, now, delivered)
        for part_id, changed in changes.items():
            for o in owed:
                if o.id in changed:
                    delivered[part_id].setdefault(o.id, claim_of(o, changed[o.id], Rank.E4))
    return delivered


def _not_known_before(settled: _Settled, made_of: Mapping[int, Composition]) -> _Settled:
    """Let nothing be known before that was said which it follows from."""
    since = made_of.get(settled.claim.owed.dataset_id, Composition()).since
    if since is None or settled.claim.seen_at >= since:
        return settled
    return replace(settled, claim=replace(settled.claim, seen_at=since))


def _write(session: Session, settled: Sequence[_Settled], now: datetime) -> tuple[Closed, ...]:
    closed: list[Closed] = []
    rows: list[dict[str, Any]] = []
    for each in settled:
        claim, found = each.claim, each.found
        owed = claim.owed
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


_ADD = insert(CLOSING)
_RETRACT = (
    update(CLOSING)
    .where(CLOSING.c.id == bindparam("which"))
    .values(
        retracted_at=bindparam("now"),
        retracted_reason="Versi yang lebih awal memuat periode ini, dikonfirmasi kemudian.",
    )
)
