"""The evidence behind the verdicts: what was owed, seen and said, not after an instant."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.evidence import CheckFact, Coverage
from catalog.rules.promise import ROLLING_WINDOW_DAYS
from catalog.rules.rolling import Reading
from catalog.rules.terms import Cadence, Outcome, Rank, Unit, Validity
from catalog.store.chosen import Chosen
from catalog.store.owed import Owed, ledger

_ROLLING = tuple(cadence for cadence in Cadence if cadence.is_rolling)


@dataclass(frozen=True, slots=True)
class CheckRef:
    """The newest look at a source."""

    at: datetime
    outcome: Outcome
    http_status: int | None
    code: str | None
    reason: str | None
    rank: Rank | None


@dataclass(frozen=True, slots=True)
class Watched:
    """One source and the newest look at it; `validity` is of the content it found."""

    kind: models.SourceKind
    conclusive_at: datetime | None
    n_failed: int
    failing_since: datetime | None
    last: CheckRef | None
    validity: Validity | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that came in at `seen_at` and waits for walidata."""

    seen_at: datetime
    coverage: Coverage | None
    declared_period: str | None


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything the verdicts rest on, by dataset.

    `ledger` holds what is owed in order of (due_at, start).
    """

    ledger: Mapping[int, Sequence[Owed]]
    sources: Mapping[int, Sequence[Watched]]
    newest_period: Mapping[int, str | None]
    validity: Mapping[int, Validity]
    waiting: Mapping[int, Sequence[Waiting]]
    not_delivered: Mapping[int, datetime]
    readings: Mapping[int, Sequence[Reading]]
    facts: Mapping[int, Sequence[CheckFact]]
    heartbeat_at: datetime | None


def observe(session: Session, chosen: Chosen, now: datetime) -> Observed:
    """Load the evidence of the chosen datasets as it was known at `now`."""
    return Observed(
        ledger=ledger(session, chosen, now),
        sources=_sources(session, chosen, now),
        newest_period=_newest_periods(session, chosen, now),
        validity=_validities(session, chosen, now),
        waiting=_waiting(session, chosen, now),
        not_delivered=_not_delivered(session, chosen, now),
        readings=_readings(session, chosen, now),
        facts=_facts(session, chosen, now),
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


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Group (dataset id, value) pairs by dataset, keeping their order."""
    groups: dict[int, list[Any]] = defaultdict(list)
    for dataset_id, value in rows:
        groups[dataset_id].append(value)
    return groups


def _sources(session: Session, chosen: Chosen, now: datetime) -> dict[int, list[Watched]]:
    source, check, version = models.Source, models.Check, models.Version
    query = (
        select(source, check, version.validity)
        .join(check, col(check.id) == source.last_check_id, isouter=True)
        .join(version, col(version.id) == check.version_id, isouter=True)
    )
    found = session.exec(chosen.owned(query, source.dataset_id)).all()
    ahead = [s.id for s, *_ in found if s.looked_at is not None and s.looked_at > now]
    earlier = _looks_before(session, ahead, now) if ahead else {}
    watched: dict[int, list[Watched]] = defaultdict(list)
    for s, last, validity in found:
        if s.id in earlier:
            watched[s.dataset_id].append(replace(earlier[s.id], kind=s.kind))
        elif s.looked_at is None or s.looked_at > now:
            watched[s.dataset_id].append(Watched(s.kind, None, 0, None, None))
        else:
            watched[s.dataset_id].append(
                Watched(s.kind, s.conclusive_at, s.n_failed, s.failing_since, _ref(last), validity)
            )
    return watched


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


def _newest_periods(session: Session, chosen: Chosen, now: datetime) -> dict[int, str | None]:
    version = models.Version
    newest = (
        select(func.max(version.id))
        .where(
            col(version.status) == models.VersionStatus.ACCEPTED,
            func.coalesce(version.decided_at, version.seen_at) <= now,
        )
        .group_by(col(version.dataset_id))
    )
    query = select(version.dataset_id, version.newest_period).where(col(version.id).in_(newest))
    return dict(session.exec(chosen.owned(query, version.dataset_id)).all())


def _validities(session: Session, chosen: Chosen, now: datetime) -> dict[int, Validity]:
    version = models.Version
    newest = (
        select(func.max(version.id))
        .where(col(version.seen_at) <= now)
        .group_by(col(version.dataset_id))
    )
    query = select(version.dataset_id, version.validity).where(col(version.id).in_(newest))
    return dict(session.exec(chosen.owned(query, version.dataset_id)).all())


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
    return _grouped(
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


def _rolling_ids() -> Any:
    promise = models.Promise
    return select(promise.dataset_id).where(
        col(promise.cadence).in_(_ROLLING), col(promise.ends_on).is_(None)
    )


def _readings(session: Session, chosen: Chosen, now: datetime) -> dict[int, list[Reading]]:
    """Return what rolling datasets held, accepted versions only, oldest first."""
    version = models.Version
    query = (
        select(version.dataset_id, version.seen_at, version.max_at)
        .where(
            version.status == models.VersionStatus.ACCEPTED,
            col(version.max_at).is_not(None),
            col(version.seen_at) <= now,
            col(version.dataset_id).in_(_rolling_ids()),
        )
        .order_by(col(version.seen_at))
    )
    return _grouped(
        (dataset_id, Reading(seen_at, max_at))
        for dataset_id, seen_at, max_at in session.exec(chosen.owned(query, version.dataset_id))
    )


def _facts(session: Session, chosen: Chosen, now: datetime) -> dict[int, list[CheckFact]]:
    """Return the checks of rolling datasets in the window of their score, oldest first."""
    check = models.Check
    since = now - timedelta(days=ROLLING_WINDOW_DAYS + 1)
    query = (
        select(check.dataset_id, check.at, check.outcome)
        .where(
            col(check.at) > since,
            col(check.at) <= now,
            col(check.dataset_id).in_(_rolling_ids()),
        )
        .order_by(col(check.at))
    )
    return _grouped(
        (dataset_id, CheckFact(at, outcome))
        for dataset_id, at, outcome in session.exec(chosen.owned(query, check.dataset_id))
    )
