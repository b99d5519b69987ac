"""What single versions claim: which obligations each would close, and since when."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from catalog.rules.calendar import Calendar
from catalog.rules.evidence import Fulfilment, closes, fulfilment, oldest_closable
from catalog.rules.terms import Outcome, Rank
from checks.looking.chains import BEFORE_ITS_PERIOD, Known, Owed, coverages, has_earlier
from checks.looking.parts import may_close_by_change
from checks.looking.rows import CHECK, run
from checks.sources.instants import http_instant


@dataclass(frozen=True, slots=True)
class Claim:
    """A version that closes an obligation; we learned of it at `seen_at`."""

    owed: Owed
    version: Known
    seen_at: datetime
    rank: Rank


def claims_of(
    session: Session,
    calendar: Calendar,
    now: datetime,
    owed: Sequence[Owed],
    versions: Mapping[int, Sequence[Known]],
    fresh: Collection[int],
) -> list[Claim]:
    """Return what versions claim one by one, whichever source of the dataset they are of."""
    claims = _by_period(session, calendar, now, owed, versions)
    claims += _by_declaration(_unclaimed(owed, claims), versions, now)
    return claims + _by_change(session, _unclaimed(owed, claims), versions, fresh)


def _unclaimed(owed: Iterable[Owed], claims: Iterable[Claim]) -> list[Owed]:
    taken = {claim.owed.id for claim in claims}
    return [o for o in owed if o.id not in taken]


def _by_period(
    session: Session,
    calendar: Calendar,
    now: datetime,
    owed: Sequence[Owed],
    versions: Mapping[int, Sequence[Known]],
) -> list[Claim]:
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
    claims: dict[int, Claim] = {}
    for moment, version_id, o, v in candidates:
        coverage = held.get(version_id)
        if o.id not in claims and coverage and closes(o.rule, coverage, moment, calendar):
            claims[o.id] = claim_of(o, v, Rank.E5)
    return list(claims.values())


def _by_declaration(
    owed: Sequence[Owed], versions: Mapping[int, Sequence[Known]], now: datetime
) -> list[Claim]:
    """E4 with a period that the operator or the file name declares."""
    claims = []
    for o in owed:
        for v in versions.get(o.dataset_id, ()):
            named = v.declared_period == o.rule.period.label
            if named and may_close_by_change(v) and max(v.seen_at, o.rule.closable_at) <= now:
                claims.append(claim_of(o, v, Rank.E4))
                break
    return claims


def _by_change(
    session: Session,
    owed: Sequence[Owed],
    versions: Mapping[int, Sequence[Known]],
    fresh: Collection[int],
) -> list[Claim]:
    """E4 without a period: one change closes the oldest open obligation, the first none."""
    claims = []
    for v in (v for known in versions.values() for v in known if v.id in fresh):
        if v.declared_period or not may_close_by_change(v) or not has_earlier(session, v):
            continue
        still_open = {
            id(o.rule): o for o in owed if o.dataset_id == v.dataset_id and o.closing_id is None
        }
        rule = oldest_closable((o.rule for o in still_open.values()), v.seen_at)
        if rule is not None:
            claims.append(claim_of(still_open[id(rule)], v, Rank.E4))
    return claims


def claim_of(owed: Owed, version: Known, rank: Rank) -> Claim:
    """Return the claim of a version, known when it was seen or, later, when it was decided."""
    moment = max(version.seen_at, owed.rule.closable_at)
    return Claim(owed, version, max(moment, version.known_at), rank)


def fulfilled(session: Session, claim: Claim) -> Fulfilment:
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


_LAST_ANSWER = select(func.max(CHECK.c.at)).where(
    CHECK.c.source_id == bindparam("of_source"),
    CHECK.c.at < bindparam("before"),
    CHECK.c.outcome.in_((Outcome.COMPLETE, Outcome.NOT_MODIFIED)),
)
