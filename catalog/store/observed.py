"""The evidence behind the verdicts: what was owed, seen and said, not after an instant."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.evidence import Coverage
from catalog.rules.parts import Part
from catalog.rules.rolling import Reading, Watch, together
from catalog.rules.terms import Outcome, Unit
from catalog.store.chosen import Chosen, grouped
from catalog.store.composition import CheckRef, Composition, Newest, Watched, composition
from catalog.store.owed import Owed, ledger
from catalog.store.watches import watches


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that came in at `seen_at` and waits for walidata."""

    seen_at: datetime
    coverage: Coverage | None
    declared_period: str | None


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything the verdicts rest on, by dataset.

    `ledger` holds what is owed in order of (due_at, start); `newest_periods` and
    `validities` one value for each source, the newest content last. Of rolling datasets
    `watches` holds what was seen of each part, `readings` what the parts say together.
    """

    ledger: Mapping[int, Sequence[Owed]]
    made_of: Mapping[int, Composition]
    newest_periods: Mapping[int, Sequence[Newest]]
    validities: Mapping[int, Sequence[Newest]]
    waiting: Mapping[int, Sequence[Waiting]]
    not_delivered: Mapping[int, datetime]
    watches: Mapping[int, Sequence[Watch]]
    readings: Mapping[int, Sequence[Reading]]
    heartbeat_at: datetime | None


def observe(session: Session, chosen: Chosen, now: datetime) -> Observed:
    """Load the evidence of the chosen datasets as it was known at `now`."""
    made_of = _made_of(session, chosen, now)
    seen = watches(session, chosen, now, made_of)
    return Observed(
        ledger=ledger(session, chosen, now),
        made_of=made_of,
        newest_periods=_newest_periods(session, chosen, now),
        validities=_validities(session, chosen, now),
        waiting=_waiting(session, chosen, now),
        not_delivered=_not_delivered(session, chosen, now),
        watches=seen,
        readings={dataset_id: together(each) for dataset_id, each in seen.items()},
        heartbeat_at=heartbeat_at(session, now),
    )


def heartbeat_at(session: Session, now: datetime) -> datetime | None:
    """Return when the watcher last ran and could see the world."""
    query = select(func.max(models.Heartbeat.at)).where(
        col(models.Heartbeat.at) <= now, col(models.Heartbeat.our_fault).is_(None)
    )
    return session.exec(query).one()


def coverage_of(stored: Mapping[str, Any] | None) -> Coverage | None:
    """Return the coverage that a version stores as JSON."""
    if not stored:
        return None
    counts = {date.fromisoformat(start): n for start, n in stored["counts"].items()}
    newest = stored.get("newest_at")
    return Coverage(
        Unit(stored["unit"]), counts, datetime.fromisoformat(newest) if newest else None
    )


def coverage_stored(coverage: Coverage | None) -> dict[str, Any] | None:
    """Return the JSON that `coverage_of` reads back."""
    if coverage is None:
        return None
    return {
        "unit": coverage.unit.value,
        "counts": {start.isoformat(): n for start, n in sorted(coverage.counts.items())},
        "newest_at": coverage.newest_at.isoformat() if coverage.newest_at else None,
    }


def _made_of(session: Session, chosen: Chosen, now: datetime) -> dict[int, Composition]:
    dataset, source, check, version = models.Dataset, models.Source, models.Check, models.Version
    query = (
        select(source, check, version.validity, dataset.merge, dataset.merge_since)  # type: ignore[call-overload]
        .join(dataset, col(dataset.id) == source.dataset_id)
        .join(check, col(check.id) == source.last_check_id, isouter=True)
        .join(version, col(version.id) == check.version_id, isouter=True)
    )
    found = session.exec(chosen.owned(query, source.dataset_id)).all()
    ahead = [s.id for s, *_ in found if s.looked_at is not None and s.looked_at > now]
    earlier = _looks_before(session, ahead, now) if ahead else {}
    watched: dict[int, list[Watched]] = defaultdict(list)
    said = {}
    for s, last, validity, merge, since in found:
        part = Part(s.id or 0, s.created_at, s.retired_at)
        if s.looked_at is not None and s.looked_at <= now:
            facts = s.conclusive_at, s.n_failed, s.failing_since, _ref(last), validity
            one = Watched(s.kind, *facts, part)
        else:
            one = replace(earlier.get(s.id or 0, _NEVER_LOOKED), kind=s.kind, part=part)
        watched[s.dataset_id].append(one)
        said[s.dataset_id] = merge, since
    return {i: composition(each, *said[i], now) for i, each in watched.items()}


def _ref(check: models.Check | None) -> CheckRef | None:
    if check is None:
        return None
    return CheckRef(
        check.at, check.outcome, check.http_status, check.code, check.reason, check.rank
    )


def _looks_before(session: Session, source_ids: Sequence[Any], now: datetime) -> dict[int, Watched]:
    """Rebuild from the checks what a source's bookkeeping said at an earlier instant."""
    check = models.Check
    query = (
        select(check)
        .where(col(check.source_id).in_(source_ids), col(check.at) <= now)
        .order_by(col(check.source_id), col(check.at), col(check.id))
    )
    watched: dict[int, Watched] = {}
    for found in session.exec(query):
        before = watched.get(found.source_id, _NEVER_LOOKED)
        watched[found.source_id] = Watched(
            before.kind,
            found.at if found.conclusive else before.conclusive_at,
            *_failures(before, found),
            _ref(found),
        )
    return watched


_NEVER_LOOKED = Watched(models.SourceKind.HTTP_FILE, None, 0, None, None)


def _failures(before: Watched, found: models.Check) -> tuple[int, datetime | None]:
    """Return how many failures run up to a check, and since when."""
    if found.outcome is Outcome.SOURCE_FAILED:
        return before.n_failed + 1, before.failing_since or found.at
    if found.outcome is Outcome.OUR_FAULT:
        return before.n_failed, before.failing_since
    return 0, None


def _newest_periods(session: Session, chosen: Chosen, now: datetime) -> dict[int, list[Newest]]:
    version = models.Version
    newest = (
        select(func.max(version.id))
        .where(
            col(version.status) == models.VersionStatus.ACCEPTED,
            func.coalesce(version.decided_at, version.seen_at) <= now,
        )
        .group_by(col(version.dataset_id), col(version.source_id))
    )
    query = select(version.dataset_id, version.source_id, version.newest_period)
    query = query.where(col(version.id).in_(newest)).order_by(col(version.id))
    return grouped(
        (dataset_id, Newest(source_id, period=period))
        for dataset_id, source_id, period in session.exec(chosen.owned(query, version.dataset_id))
    )


def _validities(session: Session, chosen: Chosen, now: datetime) -> dict[int, list[Newest]]:
    version = models.Version
    newest = (
        select(func.max(version.id))
        .where(col(version.seen_at) <= now)
        .group_by(col(version.dataset_id), col(version.source_id))
    )
    query = select(version.dataset_id, version.source_id, version.validity)
    query = query.where(col(version.id).in_(newest)).order_by(col(version.id))
    return grouped(
        (dataset_id, Newest(source_id, validity))
        for dataset_id, source_id, validity in session.exec(chosen.owned(query, version.dataset_id))
    )


def _waiting(session: Session, chosen: Chosen, now: datetime) -> dict[int, list[Waiting]]:
    version = models.Version
    reviewed = (models.VersionStatus.ACCEPTED, models.VersionStatus.REJECTED)
    waits = or_(
        col(version.status) == models.VersionStatus.IN_REVIEW,
        and_(
            col(version.status).in_(reviewed),
            col(version.sent_for_review),
            col(version.decided_at) > now,
        ),
    )
    query = (
        select(version.dataset_id, version.seen_at, version.coverage, version.declared_period)
        .where(waits, col(version.seen_at) <= now)
        .order_by(col(version.seen_at))
    )
    return grouped(
        (dataset_id, Waiting(seen_at, coverage_of(coverage), declared))
        for dataset_id, seen_at, coverage, declared in session.exec(
            chosen.owned(query, version.dataset_id)
        )
    )


def _not_delivered(session: Session, chosen: Chosen, now: datetime) -> dict[int, datetime]:
    said = models.Declaration
    query = (
        select(said.dataset_id, func.max(said.at))
        .where(
            said.kind == models.DeclarationKind.NOT_DELIVERED,
            said.status == models.DeclarationStatus.ACCEPTED,
            col(said.at) <= now,
        )
        .group_by(col(said.dataset_id))
    )
    return dict(session.exec(chosen.owned(query, said.dataset_id)).all())
