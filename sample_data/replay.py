"""The 24 months of the sample city, lived: every version enters by a look or an upload.

The feeds are put into each instant of the agenda and looked at by the same functions that
watch a real city; uploads and nil declarations go through the functions behind the desk.
"""

import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, func, select

from catalog import models
from catalog.models.db import reading, unit_of_work
from catalog.rules.terms import Role
from checks.judge import tick
from checks.look import look_at, receive
from checks.looking.watcher import Watcher
from checks.telling.declarations import declare_nil
from checks.telling.links import Purpose, Ticket, sign
from sample_data.agenda import Stop, agenda
from sample_data.city import City
from sample_data.feeds import Feeds
from sample_data.story import Event

NIL_REASON = "Tidak ada kejadian pada periode ini."
_Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the lived months left behind; `seconds` is real time."""

    n_stops: int
    n_looks: int
    n_uploads: int
    n_declared: int
    n_versions: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Known:
    """The rows of the loaded catalogue that the replay needs, by slug of the dataset."""

    dataset_ids: Mapping[str, int]
    source_ids: Mapping[str, int]
    operator_ids: Mapping[str, int]


def replay(
    watcher: Watcher,
    feeds: Feeds,
    city: City,
    *,
    slugs: Collection[str] | None = None,
    progress: _Progress | None = None,
) -> Replayed:
    """Live the months from the agreement to the city's now in a loaded catalogue.

    The catalogue must have been loaded as of `city.start_at`, agreed on `city.start_on`.
    `progress` is told (stops done, stops in all).
    """
    began = time.monotonic()
    stops = agenda(city, slugs)
    with reading(watcher.engine) as session:
        known = _known(session)
    n_looks = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, stop in enumerate(stops, start=1):
            n_looks += _live(watcher, feeds, city, stop, known, Path(folder))
            if progress:
                progress(number, len(stops))
    feeds.set_clock(city.now)
    with reading(watcher.engine) as session:
        n_versions = session.exec(select(func.count(col(models.Version.id)))).one()
    return Replayed(
        n_stops=len(stops),
        n_looks=n_looks,
        n_uploads=sum(len(stop.uploaded) for stop in stops),
        n_declared=sum(len(stop.declared) for stop in stops),
        n_versions=n_versions,
        seconds=time.monotonic() - began,
    )


def _known(session: Session) -> _Known:
    dataset, source, assignment = models.Dataset, models.Source, models.Assignment
    operators = dict(
        session.exec(
            select(col(assignment.agency_id), col(assignment.person_id)).where(
                assignment.role == Role.OPERATOR
            )
        ).all()
    )
    rows = session.exec(
        select(dataset.slug, col(dataset.id), dataset.agency_id, col(source.id)).join(
            source, col(source.dataset_id) == dataset.id, isouter=True
        )
    ).all()
    return _Known(
        dataset_ids={slug: dataset_id for slug, dataset_id, _, _ in rows if dataset_id},
        source_ids={slug: source_id for slug, _, _, source_id in rows if source_id},
        operator_ids={slug: operators[agency_id] for slug, _, agency_id, _ in rows},
    )


def _live(
    watcher: Watcher, feeds: Feeds, city: City, stop: Stop, known: _Known, folder: Path
) -> int:
    """Live one stop; return how many looks were written."""
    for slug in stop.uploaded:
        _upload(watcher, city, slug, stop.at, known, folder)
    for slug, event in stop.declared:
        _declare(watcher, slug, event, known)
    n_looked = 0
    if stop.pulled:
        feeds.set_clock(stop.at, only=stop.pulled)
        ids = [known.source_ids[slug] for slug in stop.pulled]
        n_looked = len(look_at(watcher, ids, stop.at))
    if stop.is_tick:
        tick(watcher, stop.at, n_looked=n_looked)
    return n_looked


def _upload(
    watcher: Watcher, city: City, slug: str, at: datetime, known: _Known, folder: Path
) -> None:
    """Send the file as the operator would, from a path of its own."""
    path = folder / f"{slug}.csv"
    path.write_bytes(city.content(slug, at).body)
    receive(
        watcher,
        known.dataset_ids[slug],
        path,
        path.name,
        person_id=known.operator_ids[slug],
        declared_period=None,
        now=at,
    )


def _declare(watcher: Watcher, slug: str, event: Event, known: _Known) -> None:
    """Declare a period nil as the operator's signed link would."""
    assert event.period is not None
    obligation = models.Obligation
    with unit_of_work(watcher.engine) as session:
        obligation_id = session.exec(
            select(col(obligation.id)).where(
                obligation.dataset_id == known.dataset_ids[slug],
                obligation.label == event.period.label,
            )
        ).one()
        ticket = Ticket(
            Purpose.NIL,
            known.operator_ids[slug],
            event.at,
            known.dataset_ids[slug],
            obligation_id,
        )
        token = sign(ticket, slug)
        declare_nil(session, ticket, token, NIL_REASON, watcher.calendar(session), event.at)
