"""How every dataset stands at an instant: judged when it is read, from stored evidence.

An instant in the past gives what could be known then: closings count from when they were
seen, checks and versions from when they happened.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.calendar import Calendar
from catalog.rules.evidence import closes
from catalog.rules.obligations import (
    Judged,
    Obligation,
    Promise,
    headline,
    judge,
    missing,
    promise_of,
)
from catalog.rules.parts import oldest_of_all
from catalog.rules.release_rule import parse_release_rule
from catalog.rules.rolling import (
    Reading,
    RollingDay,
    Watch,
    rolling_days,
    rolling_headline,
    rolling_score,
)
from catalog.rules.score import Score, dataset_score
from catalog.rules.terms import Access, Cadence, Headline, Merge, State, Validity
from catalog.store.chosen import Chosen
from catalog.store.composition import (
    CheckRef,
    Composition,
    Watched,
    access_of,
    newest_period_of,
    validity_of,
)
from catalog.store.observed import Observed, Waiting, observe
from catalog.store.owed import Owed


@dataclass(frozen=True, slots=True)
class City:
    """The city that is watched; a promise without a source counts from `registration_due_on`."""

    name: str
    calendar: Calendar
    registration_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class AgencyRef:
    """An agency as it is named beside a dataset."""

    id: int
    slug: str
    name: str
    abbreviation: str | None

    @property
    def short(self) -> str:
        """The abbreviation, or the name where there is none."""
        return self.abbreviation or self.name


@dataclass(frozen=True, slots=True)
class Standing:
    """How one dataset stands.

    `judged` holds every obligation in order of (due_at, start), those ahead included;
    `days` is the 30-day bar of a rolling dataset, empty for others; `review_since` is
    when the oldest file that waits for walidata came in; `n_parts` counts the files that
    are looked at, and `merge` says which of them decide.
    """

    dataset_id: int
    slug: str
    title: str
    agency: AgencyRef
    dimension: models.Dimension | None
    classification: str | None
    unit: str | None
    licence: str | None
    sensitivity: models.Sensitivity
    promise: Promise
    rule_text: str | None
    reason: str | None
    agreed_on: date
    judged: tuple[Judged, ...]
    headline: Headline
    next_due: Obligation | None
    missing: tuple[Obligation, ...]
    score: Score
    access: Access
    validity: Validity
    last_check: CheckRef | None
    newest_period: str | None
    last_fulfilled: Judged | None
    source_kind: models.SourceKind | None
    merge: Merge
    n_parts: int
    conclusive_at: datetime | None
    review_since: datetime | None
    days: tuple[RollingDay, ...]


def standings(
    session: Session,
    city: City,
    now: datetime,
    *,
    dataset_ids: Collection[int] | None = None,
    agency_id: int | None = None,
) -> tuple[Standing, ...]:
    """Judge every dataset, or those named, at `now`; ordered by agency name, then title."""
    chosen = Chosen(dataset_ids, agency_id)
    rows = session.exec(
        chosen.narrow(
            select(models.Dataset, models.Agency, models.Promise)
            .join(models.Agency, col(models.Agency.id) == models.Dataset.agency_id)
            .join(models.Promise, col(models.Promise.dataset_id) == models.Dataset.id)
            .where(col(models.Promise.ends_on).is_(None))
            .order_by(col(models.Agency.name), col(models.Dataset.title), col(models.Dataset.id))
        )
    ).all()
    evidence = observe(session, chosen, now)
    return tuple(
        _stand(dataset, agency, promise, evidence, city, now) for dataset, agency, promise in rows
    )


@lru_cache(maxsize=4096)
def _promised(cadence: Cadence, rule_text: str | None) -> Promise:
    return promise_of(cadence, parse_release_rule(rule_text, cadence))


def _stand(
    dataset: models.Dataset,
    agency: models.Agency,
    written: models.Promise,
    evidence: Observed,
    city: City,
    now: datetime,
) -> Standing:
    dataset_id = dataset.id or 0
    promise = _promised(written.cadence, written.rule_text)
    made_of = evidence.made_of.get(dataset_id, Composition())
    sources = made_of.sources
    conclusive_at = _conclusive_at(dataset_id, sources, evidence, city, now)
    waiting = evidence.waiting.get(dataset_id, ())
    judged = tuple(
        _judge(owed, conclusive_at, waiting, city, now)
        for owed in evidence.ledger.get(dataset_id, ())
    )
    seen = _Seen(
        evidence.watches.get(dataset_id, (_UNSEEN,)),
        evidence.readings.get(dataset_id, ()),
        conclusive_at,
        city.calendar.midnight(written.agreed_on),
    )
    verdict = _verdict(promise, judged, seen, city, now)
    is_retired = (dataset.retired_on or date.max) <= city.calendar.local_date(now)
    last = max((s.last for s in sources if s.last), key=lambda c: c.at, default=None)
    return Standing(
        dataset_id=dataset_id,
        slug=dataset.slug,
        title=dataset.title,
        agency=AgencyRef(agency.id or 0, agency.slug, agency.name, agency.abbreviation),
        dimension=dataset.dimension,
        classification=dataset.classification,
        unit=dataset.unit,
        licence=dataset.licence,
        sensitivity=dataset.sensitivity,
        promise=promise,
        rule_text=written.rule_text,
        reason=written.reason,
        agreed_on=written.agreed_on,
        judged=judged,
        headline=Headline.RETIRED if is_retired else verdict.headline,
        next_due=_next_due(judged, now),
        missing=missing(judged, now),
        score=verdict.score,
        access=access_of(made_of),
        validity=validity_of(made_of, evidence.validities.get(dataset_id, ())),
        last_check=last,
        newest_period=newest_period_of(made_of, evidence.newest_periods.get(dataset_id, ())),
        last_fulfilled=next((j for j in reversed(judged) if j.state is State.FULFILLED), None),
        source_kind=sources[0].kind if sources else None,
        merge=made_of.merge,
        n_parts=len(made_of.parts),
        conclusive_at=conclusive_at,
        review_since=waiting[0].seen_at if waiting else None,
        days=verdict.days,
    )


def _next_due(judged: Sequence[Judged], now: datetime) -> Obligation | None:
    """Return what is still to come in: a period that was delivered early is no longer due."""
    ahead = (j for j in judged if j.obligation.due_at > now and not j.state.is_closed)
    return next((j.obligation for j in ahead), None)


def _conclusive_at(
    dataset_id: int,
    sources: Sequence[Watched],
    evidence: Observed,
    city: City,
    now: datetime,
) -> datetime | None:
    """Return the newest instant at which every source of the dataset had been seen.

    What is not pulled is seen whenever the watcher is alive. A promise without a source
    is seen once walidata confirms that nothing came, or registration is overdue.
    """
    said_at = evidence.not_delivered.get(dataset_id)
    if not sources:
        overdue = city.registration_due_on
        if overdue is not None and now >= city.calendar.midnight_after(overdue):
            return now
        return said_at
    seen = [
        evidence.heartbeat_at if _is_handed_in(source.kind) else source.conclusive_at
        for source in sources
    ]
    return max((at for at in (oldest_of_all(seen), said_at) if at is not None), default=None)


def _is_handed_in(kind: models.SourceKind) -> bool:
    return kind.is_sent or kind is models.SourceKind.DROP_FOLDER


def _judge(
    owed: Owed,
    conclusive_at: datetime | None,
    waiting: Sequence[Waiting],
    city: City,
    now: datetime,
) -> Judged:
    """Judge one obligation; a file that would close it and waits for walidata stops its clock."""
    obligation, at = owed.obligation, now
    if owed.closing is None:
        stopped = [w.seen_at for w in waiting if _would_close(w, obligation, city.calendar, now)]
        at = min([now, *(max(seen_at, obligation.closable_at) for seen_at in stopped)])
    return judge(obligation, owed.closing, conclusive_at, at)


def _would_close(
    waiting: Waiting, obligation: Obligation, calendar: Calendar, now: datetime
) -> bool:
    if waiting.declared_period is not None:
        return waiting.declared_period == obligation.period.label
    return waiting.coverage is not None and closes(obligation, waiting.coverage, now, calendar)


@dataclass(frozen=True, slots=True)
class _Verdict:
    headline: Headline
    score: Score
    days: tuple[RollingDay, ...] = ()


def _verdict(
    promise: Promise,
    judged: Sequence[Judged],
    seen: "_Seen",
    city: City,
    now: datetime,
) -> _Verdict:
    if not (promise.cadence.is_rolling and promise.is_scored):
        return _Verdict(headline(promise, judged, now), dataset_score(judged, promise, now))
    calendar = city.calendar
    value = rolling_score(promise, seen.watches, now, calendar)
    return _Verdict(
        rolling_headline(promise, seen.readings, seen.conclusive_at, now, calendar, seen.agreed_at),
        Score(value, int(value is not None)),
        rolling_days(promise, seen.watches, now, calendar, seen.agreed_at),
    )


_UNSEEN = Watch((), ())


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was seen of a rolling dataset, and since when it is promised."""

    watches: Sequence[Watch]
    readings: Sequence[Reading]
    conclusive_at: datetime | None
    agreed_at: datetime
