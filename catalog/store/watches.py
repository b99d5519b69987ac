"""What was seen of rolling datasets: the looks and the newest times, part by part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.conclusive import CheckFact
from catalog.rules.promise import ROLLING_WINDOW_DAYS
from catalog.rules.rolling import Reading, Watch
from catalog.rules.terms import Cadence, Merge
from catalog.store.chosen import Chosen, grouped
from catalog.store.composition import Composition

_ROLLING = tuple(cadence for cadence in Cadence if cadence.is_rolling)


@dataclass(frozen=True, slots=True)
class _Read:
    """A reading of a rolling dataset and the source it is of."""

    source_id: int | None
    reading: Reading


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at a rolling dataset and the source it was taken at."""

    source_id: int
    fact: CheckFact


def watches(
    session: Session, chosen: Chosen, now: datetime, made_of: Mapping[int, Composition]
) -> dict[int, Sequence[Watch]]:
    """Return what was seen of the rolling ones of the chosen datasets."""
    reads, looks = _reads(session, chosen, now), _looks(session, chosen, now)
    return {
        i: _watches_of(made_of.get(i, Composition()), reads.get(i, ()), looks.get(i, ()))
        for i in reads.keys() | looks.keys()
    }


def _watches_of(
    made_of: Composition, reads: Sequence[_Read], looks: Sequence[_Look]
) -> tuple[Watch, ...]:
    """Return what was seen of a rolling dataset, by part where all of several count.

    What was handed in speaks for every part.
    """
    if made_of.merge is Merge.ANY or len(made_of.ever) < 2:
        return (Watch([each.reading for each in reads], [each.fact for each in looks]),)
    ever = {part.id for part in made_of.ever}
    return tuple(
        Watch(
            [r.reading for r in reads if r.source_id == part.id or r.source_id not in ever],
            [look.fact for look in looks if look.source_id == part.id],
            part,
        )
        for part in made_of.ever
    )


def _rolling_ids() -> Any:
    promise = models.Promise
    return select(promise.dataset_id).where(
        col(promise.cadence).in_(_ROLLING), col(promise.ends_on).is_(None)
    )


def _reads(session: Session, chosen: Chosen, now: datetime) -> dict[int, list[_Read]]:
    """Return what rolling datasets held, accepted versions only, oldest first."""
    version = models.Version
    query = (
        select(version.dataset_id, version.source_id, version.seen_at, version.max_at)
        .where(
            version.status == models.VersionStatus.ACCEPTED,
            col(version.max_at).is_not(None),
            col(version.seen_at) <= now,
            col(version.dataset_id).in_(_rolling_ids()),
        )
        .order_by(col(version.seen_at))
    )
    return grouped(
        (dataset_id, _Read(source_id, Reading(seen_at, max_at)))
        for dataset_id, source_id, seen_at, max_at in session.exec(
            chosen.owned(query, version.dataset_id)
        )
    )


def _looks(session: Session, chosen: Chosen, now: datetime) -> dict[int, list[_Look]]:
    """Return the checks of rolling datasets in the window of their score, oldest first."""
    check = models.Check
    since = now - timedelta(days=ROLLING_WINDOW_DAYS + 1)
    query = (
        select(check.dataset_id, check.source_id, check.at, check.outcome)
        .where(
            col(check.at) > since,
            col(check.at) <= now,
            col(check.dataset_id).in_(_rolling_ids()),
        )
        .order_by(col(check.at))
    )
    return grouped(
        (dataset_id, _Look(source_id, CheckFact(at, outcome)))
        for dataset_id, source_id, at, outcome in session.exec(
            chosen.owned(query, check.dataset_id)
        )
    )
